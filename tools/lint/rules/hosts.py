"""No registry's host name, index line or resolved address is committed.

Everyone installs from the registry or mirror they trust, set up in their own configuration; an
address in a lock overrides that silently, and breaks behind a company's proxy.
"""

import re
from collections.abc import Iterator

from tools.lint.house import Finding, House

RULE = "hosts"
# Spelled in halves, so that this file keeps its own rule.
HOSTS = "|".join(
    first + r"\." + last
    for first, last in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "(?:org|com)"),
        ("yarnpkg", "com"),
        ("jfrog", "io"),
    )
)
ANYWHERE = re.compile(HOSTS)
IN_LOCKS = re.compile(r"://|^\s*--?(?:extra-)?(?:index|find-links|trusted-host)")
RESOLVED = re.compile(r'"resolved":\s*"\w+://')


def check(house: House) -> Iterator[Finding]:
    """All text files; locks more strictly."""
    for path in house.paths:
        try:
            lines = (house.root / path).read_text().splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, start=1):
            if _names_a_registry(path, line):
                yield Finding(path, number, RULE, "names a registry; leave that to configuration")


def _names_a_registry(path: str, line: str) -> bool:
    if path.startswith("requirements/"):
        return bool(IN_LOCKS.search(line))
    if path.endswith("package-lock.json"):
        return bool(RESOLVED.search(line) or ANYWHERE.search(line))
    return bool(ANYWHERE.search(line))
