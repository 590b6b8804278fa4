"""Several services as real processes, through to a recount from the outside."""
