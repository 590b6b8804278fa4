"""Movements, balances and holds: rules without a database or a wire."""
