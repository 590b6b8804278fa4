"""Machines behind OPC UA servers."""
