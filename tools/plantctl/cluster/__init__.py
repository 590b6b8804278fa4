"""Plantmesh on a Kubernetes cluster: how it stands, one component drained, a bundle for support."""
