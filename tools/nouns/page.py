"""docs/core.md: a row a noun, with the names of its contracts or why there is none."""

from collections.abc import Iterable

from tools.nouns.noun import Names, Noun, Without

_HEAD = """\
# The canonical core

Written by `make nouns` from `tools/nouns/table`; `make check` refuses a page that differs, a name
that no contract has, and a read, an event or a root of the graph that no noun names. Batch is the
only primitive of gRPC: one is a batch of one. In the graph one is its field, under its id.

| noun | of | gRPC, batch | gRPC, paged | events | graph |
| --- | --- | --- | --- | --- | --- |
"""


def page(nouns: Iterable[Noun]) -> str:
    """The whole page."""
    return _HEAD + "\n".join(map(_row, nouns)) + "\n"


def _row(noun: Noun) -> str:
    cells = map(_cell, (noun.batch, noun.page, noun.events, noun.graph))
    return f"| **{noun.name}** | {' | '.join([noun.owner, *cells])} |"


def _cell(names: Names) -> str:
    if isinstance(names, Without):
        return f"- {names.why}"
    return ", ".join(f"`{name}`" for name in names)
