"""Every locked package may be shipped with an Apache-2.0 platform; GPL and AGPL may not.

`python -m tools.lint.rules.licences` lists them all.
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from tools.lint.house import Finding, House

RULE = "licences"
LOCK = "requirements/dev.txt"
REFUSED = re.compile(r"\bA?GPL|GNU (Affero )?General Public", re.IGNORECASE)
WEAK = re.compile(r"\bLGPL|GNU Lesser|Library General Public", re.IGNORECASE)
# Used unchanged as libraries of their own, which the LGPL allows; each with what we need it for.
LESSER = {
    "asyncua": "the OPC UA stack of the collector",
    "psycopg": "the PostgreSQL driver",
    "psycopg-binary": "the PostgreSQL driver, compiled",
    "psycopg-pool": "its connection pool",
}
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==")


def check(house: House) -> Iterator[Finding]:
    """Refused, unknown and not installed packages of the lock."""
    for number, name in locked(house.root):
        licence = licence_of(name)
        if licence is None:
            yield Finding(LOCK, number, RULE, f"{name} is locked but not installed; make setup")
        elif problem := refusal(name, licence):
            yield Finding(LOCK, number, RULE, f"{name}: {problem}")


def locked(root: Path) -> Iterator[tuple[int, str]]:
    """Line and name of each package in the lock."""
    if not (root / LOCK).exists():
        return
    for number, line in enumerate((root / LOCK).read_text().splitlines(), start=1):
        if pinned := PINNED.match(line):
            yield number, pinned[1]


def licence_of(name: str) -> str | None:
    """What the installed package says of itself, on one line; None if it is not installed.

    Where its metadata say nothing, the first line of the licence that it carries.
    """
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        return None
    said = installed.metadata
    classifiers = [
        line.rpartition(":: ")[2]
        for line in said.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    expression, text = (
        " ".join(said.get_all(field) or []) for field in ("License-Expression", "License")
    )
    stated = expression or "; ".join(classifiers) or text or _carried(installed)
    return stated.strip().split("\n")[0][:80]


def _carried(installed: Distribution) -> str:
    files = installed.metadata.get_all("License-File") or []
    texts = (installed.read_text(f"licenses/{file}") or "" for file in files)
    return "; ".join(text.strip().split("\n")[0] for text in texts if text.strip())


def refusal(name: str, licence: str) -> str | None:
    """Why this licence is refused for this package; None when it is fine."""
    if not licence:
        return "states no licence"
    if WEAK.search(licence):
        return (
            None if name in LESSER else f"{licence}: add it to LESSER with the reason, or drop it"
        )
    # A choice ("Apache-2.0 OR GPL-3.0") is ours to make.
    if REFUSED.search(licence) and " OR " not in licence:
        return f"{licence} cannot be shipped with Apache-2.0"
    return None


if __name__ == "__main__":
    sys.stdout.writelines(f"{name:45} {licence_of(name)}\n" for _, name in locked(Path.cwd()))
