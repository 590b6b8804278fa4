"""The services of Plantmesh; each owns its database, `kit` is what all of them share."""
