"""Orders, confirmations, lots and genealogy: rules without a database or a wire."""
