"""What the obvious variants of the backbone do: each is put back in, and is caught.

Every test runs the variant and ours through the same forced interleaving: the variant must fail
the judgement that ours passes.
"""
