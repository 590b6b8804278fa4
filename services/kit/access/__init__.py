"""Who asks (verified from a signed token, never from plain metadata) and what they may do."""
