"""A real Tryton as the other side of the contract, and what can go wrong on the way to it."""
