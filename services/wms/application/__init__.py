"""What may be asked of the warehouse, a use case a module."""
