"""Use cases of the reference service, a module each."""
