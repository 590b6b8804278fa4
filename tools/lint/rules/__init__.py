"""One rule a module: its reason is the docstring, `check(house)` yields what breaks it."""
