"""The gateway against real processes: what clients get when all is well, and when it is not."""
