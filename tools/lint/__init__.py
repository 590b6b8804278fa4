"""House rules: what ruff and mypy cannot know about Plantmesh. `python -m tools.lint` runs all."""
