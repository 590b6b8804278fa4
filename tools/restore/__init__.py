"""The restore drill: a base backup and archived WAL, everything lost, everything back."""
