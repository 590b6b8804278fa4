"""The tree that the rules read: files, parsed modules, and the findings they give back."""

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# `# house: allow floats - the OPC UA wire type is Double`; a waiver without a reason is no waiver.
_WAIVER = re.compile(r"# house: allow (?P<rule>[a-z-]+) - \S")


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of one rule. A warning is shown and fails nothing."""

    path: str
    line: int
    rule: str
    message: str
    warning: bool = False

    def __str__(self) -> str:
        """As editors and people read it: `path:line rule message`."""
        prefix = "warning: " if self.warning else ""
        return f"{prefix}{self.path}:{self.line} {self.rule} {self.message}"


class Module:
    """One Python file of ours."""

    def __init__(self, root: Path, path: str) -> None:
        self.path = path
        self.text = (root / path).read_text()
        self.lines = self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file; a file that does not parse is ruff's to report."""
        try:
            return ast.parse(self.text)
        except SyntaxError:
            return ast.Module(body=[], type_ignores=[])

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node once, so that each rule is one loop."""
        return list(ast.walk(self.tree))

    @property
    def parts(self) -> tuple[str, ...]:
        """`services/mes/domain/order.py` as ("services", "mes", "domain", "order")."""
        return Path(self.path).with_suffix("").parts

    def finding(self, node: ast.AST, rule: str, message: str) -> Iterator[Finding]:
        """The finding at `node`, unless its line carries a waiver with a reason."""
        line = getattr(node, "lineno", 1)
        waiver = _WAIVER.search(self.lines[line - 1])
        if waiver is None or waiver["rule"] != rule:
            yield Finding(self.path, line, rule, message)


class House:
    """All files that git knows or would add; `paths` are relative to `root`."""

    def __init__(self, root: Path, paths: list[str]) -> None:
        self.root = root
        self.paths = sorted(paths)

    @classmethod
    def of(cls, root: Path) -> "House":
        """The working tree at `root`."""
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        )
        return cls(root, [path for path in listed.stdout.split("\0") if (root / path).is_file()])

    @cached_property
    def modules(self) -> list[Module]:
        """Every Python file, generated code excepted."""
        return [Module(self.root, path) for path in self.paths if path.endswith(".py")]

    def within(self, *prefix: str) -> Iterator[Module]:
        """Modules below a folder: `within("services", "kit")`."""
        return (module for module in self.modules if module.parts[: len(prefix)] == prefix)

    @property
    def services(self) -> list[str]:
        """Names of the services, kit excepted."""
        folders = {Path(path).parts[1] for path in self.paths if path.startswith("services/")}
        return sorted(folders - {"kit", "__init__.py"})


def dotted(node: ast.AST) -> str:
    """`os.environ.get` for that expression; "" where a call or index is in between."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def imported(node: ast.AST) -> list[str]:
    """Full names that an import statement brings in: `from os import environ` is `os.environ`."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []
