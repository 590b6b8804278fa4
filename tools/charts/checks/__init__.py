"""Checks of rendered manifests: what strict schemas pass and a cluster refuses or regrets."""
