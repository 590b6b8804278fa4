"""Finds every state machine and writes docs/states.md: `python -m tools.states [--check]`."""

from tools.states.found import machines
from tools.states.page import page

__all__ = ["machines", "page"]
