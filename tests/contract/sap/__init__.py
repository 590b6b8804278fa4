"""The OData adapter against mock-sap: with our annex, and as it is sold."""
