"""Code uses exactly the metrics and spans that services/kit/signals/*.yaml register.

Dashboards, alerts and runbooks are written against the registry; a name that only the code knows
is watched by nobody, and one that only the registry knows is a flat line.
"""

from collections.abc import Iterator

from services.kit.signals.check import problems
from services.kit.signals.registry import read_registry
from tools.lint.house import Finding, House

RULE = "signals"
FOLDER = "services/kit/signals"


def check(house: House) -> Iterator[Finding]:
    """Signals used and not registered, registered and not used, or named by no literal."""
    if not any(path.startswith(f"{FOLDER}/") for path in house.paths):
        return
    roots = [house.root / folder for folder in ("services", "gateway")]
    for problem in problems(roots, read_registry(house.root / FOLDER)):
        file = problem.file.relative_to(house.root).as_posix() if problem.file else FOLDER
        yield Finding(file, problem.line, RULE, problem.message)
