"""Whether an installation works as its users meet it; `helm test` runs it inside the cluster."""
