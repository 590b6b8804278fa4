"""Master data: items, plants, bills, routings, equipment, parties, and what codes mean."""
