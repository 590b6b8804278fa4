"""Use cases of the ERP service, one a module."""
