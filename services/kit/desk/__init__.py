"""The operators' desk: what waits in a service, and how a person moves it on."""
