"""The way out of what `status` shows: a runbook for each kind of row, and for some states."""

from collections.abc import Iterable

RUNBOOKS = {
    ("outbox", ""): "runbooks/outbox-stuck.md",
    ("subscriber", "never_reported"): "runbooks/trim-withheld.md",
    ("subscriber", ""): "runbooks/events-late.md",
    ("consumer", "unowned"): "runbooks/consumer-unowned.md",
    ("consumer", "unknown"): "runbooks/outbox-stuck.md",
    ("consumer", ""): "runbooks/events-late.md",
    ("parked", "dead"): "runbooks/dead-letters.md",
    ("parked", ""): "runbooks/parked-long.md",
    ("lane", "refused"): "runbooks/posting-refused.md",
    ("lane", "needs_confirmation"): "runbooks/posting-refused.md",
    ("lane", ""): "runbooks/posting-late.md",
    ("doubt", ""): "runbooks/posting-doubtful.md",
    ("raw_input", ""): "runbooks/raw-input-failed.md",
    ("component", ""): "runbooks/part-unwell.md",
    ("part", ""): "runbooks/part-unwell.md",
    ("process", ""): "runbooks/process-down.md",
    ("database", ""): "runbooks/part-unwell.md",
}
"""Of a kind and a state; "" is any other state."""


def ways_out(rows: Iterable[tuple[str, str]]) -> list[str]:
    """A line a runbook for rows of these kinds and states: "outbox: docs/runbooks/...", sorted."""
    found: dict[str, set[str]] = {}
    for kind, state in rows:
        book = RUNBOOKS.get((kind, state)) or RUNBOOKS.get((kind, ""))
        if book:
            found.setdefault(book, set()).add(kind)
    return [f"{', '.join(sorted(found[book]))}: docs/{book}" for book in sorted(found)]
