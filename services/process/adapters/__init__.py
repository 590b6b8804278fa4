"""What lies outside: the peers, and the workflow engine."""
