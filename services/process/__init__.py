"""The process service: what no other service may do alone, because it takes several of them."""
