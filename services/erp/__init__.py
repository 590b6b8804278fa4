"""ERP service: production orders as each ERP knows them, and every posting on its way there."""
