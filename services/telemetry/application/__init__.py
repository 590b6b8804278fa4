"""One use case a module; each works within the unit of work that its caller opened."""
