"""The operators' command line: what waits in every service, and how to move it on."""
