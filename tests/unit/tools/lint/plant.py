"""Plants a tree of files for a rule to judge."""

from collections.abc import Callable, Iterator
from pathlib import Path

from tools.lint.house import Finding, House

Check = Callable[[House], Iterator[Finding]]


def plant(root: Path, files: dict[str, str]) -> House:
    """Write `files` (path to text) below `root`."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return House(root, list(files))


def breaches(check: Check, root: Path, files: dict[str, str]) -> list[tuple[str, int]]:
    """Where `check` finds something in the planted tree, warnings left out."""
    found = check(plant(root, files))
    return [(finding.path, finding.line) for finding in found if not finding.warning]
