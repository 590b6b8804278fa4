"""The canonical core as data: how each noun is read, and if that is so: `python -m tools.nouns`.

Batch is the only primitive of gRPC: who wants one asks for a batch of one. In the graph the same
batch stands behind a field, and one thing is its field under its id.
"""

from tools.nouns.found import problems
from tools.nouns.noun import Noun, Without
from tools.nouns.page import page
from tools.nouns.table import ASIDE, NOUNS

__all__ = ["ASIDE", "NOUNS", "Noun", "Without", "page", "problems"]
