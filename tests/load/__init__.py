"""Load, and what it must not notice."""
