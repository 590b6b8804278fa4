"""Only settings modules read the environment.

A variable read somewhere deep is a setting nobody can list, type or refuse at start; with one
reader a process says at once which of its settings is wrong.
"""

from collections.abc import Iterator

from tools.lint.house import Finding, House, Module, dotted, imported

RULE = "environment"
READS = ("os.environ", "os.environb", "os.getenv", "os.putenv")


def check(house: House) -> Iterator[Finding]:
    """Environment access in services and tools outside a module named settings."""
    for folder in ("services", "tools"):
        for module in house.within(folder):
            if "settings" not in module.parts:
                yield from _reads(module)


def _reads(module: Module) -> Iterator[Finding]:
    for node in module.nodes:
        names = imported(node) or [dotted(node)]
        if any(name in READS or name.split(".")[0] == "dotenv" for name in names):
            yield from module.finding(
                node, RULE, "reads the environment; add a typed field to settings.py and pass it in"
            )
        elif "pydantic_settings.BaseSettings" in names:
            yield from module.finding(node, RULE, "settings are declared in settings.py only")
