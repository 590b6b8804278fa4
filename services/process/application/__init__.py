"""Use cases of the process service, one a module; each in the unit of work it is called in."""
