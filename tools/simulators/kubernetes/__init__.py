"""An API server of Kubernetes for tests: real HTTP on loopback, the objects in memory, bad days.

It keeps what the API promises to a client (resourceVersion compare-and-set, 409, list and watch,
410, media types, the forms of a Lease) and runs nothing: a test plays the controllers.
"""
