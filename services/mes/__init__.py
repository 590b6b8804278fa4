"""MES: work orders in execution, what the floor confirms of them, lots and their genealogy."""
