"""The edge: where machines are read, kept for as long as need be, and told of."""
