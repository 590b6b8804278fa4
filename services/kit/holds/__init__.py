"""How services that enforce quality's holds are told of them (common/v1/holds.proto).

What a hold means where it is enforced is each service's own; the two contracts, their wire and the
gate of scopes are one for all.
"""
