"""Runs every house rule over the tree: `path:line rule message` for each breach."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.lint.house import Finding, House
from tools.lint.rules import (
    anatomy,
    broad_except,
    environment,
    floats,
    hosts,
    kit_nouns,
    licences,
    names,
    owners,
    signals,
    size,
    wall_clock,
)

# One line a rule; each module says why it exists.
RULES: tuple[Callable[[House], Iterator[Finding]], ...] = (
    anatomy.check,
    broad_except.check,
    environment.check,
    floats.check,
    hosts.check,
    kit_nouns.check,
    licences.check,
    names.check,
    owners.check,
    signals.check,
    size.check,
    wall_clock.check,
)


def main() -> int:
    """Print findings, then say what was read. A folder may be named instead of this repository."""
    house = House.of(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parents[2])
    findings = sorted(
        {finding for rule in RULES for finding in rule(house)},
        key=lambda finding: (finding.warning, finding.path, finding.line),
    )
    broken = [finding for finding in findings if not finding.warning]
    sys.stdout.writelines(f"{finding}\n" for finding in findings)
    sys.stdout.write(f"{len(house.modules)} modules, {len(RULES)} rules, {len(broken)} findings\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
