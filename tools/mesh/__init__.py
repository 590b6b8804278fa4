"""The whole of Plantmesh on one machine: servers, token issuer and services as real processes."""
