"""Prints what each service contributes to the graph: `python -m tools.schema [--check]`.

A subgraph is `services.<name>.graph.SCHEMA`; it is written to gateway/subgraphs/<name>.graphql.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from services.kit.graph import sdl
from tools.mesh.files import write_whole
from tools.mesh.gateway import FOLDER, has_graph
from tools.mesh.services import present

SUBGRAPHS = FOLDER / "subgraphs"
BY_HAND = frozenset({"ids"})


def printed() -> dict[str, str]:
    """The SDL of each service that has a subgraph, by its name."""
    named = filter(has_graph, present())
    modules = {name: import_module(f"services.{name}.graph") for name in named}
    return {name: sdl(module.SCHEMA) for name, module in modules.items()}


def differences(wanted: Mapping[str, str], folder: Path) -> list[str]:
    """The services whose file is missing, old or too many."""
    kept = {file.stem: file.read_text() for file in folder.glob("*.graphql")}
    names = (wanted.keys() | kept.keys()) - BY_HAND
    return sorted(name for name in names if wanted.get(name) != kept.get(name))


def write(wanted: Mapping[str, str], folder: Path) -> None:
    """Make the files what they should be."""
    for name in differences(wanted, folder):
        file = folder / f"{name}.graphql"
        if name in wanted:
            write_whole(file, wanted[name])
        else:
            file.unlink()


def main(arguments: list[str]) -> int:
    """Write the files, or with --check say which are not what they should be."""
    if arguments != ["--check"]:
        write(printed(), SUBGRAPHS)
        return 0
    for name in (found := differences(printed(), SUBGRAPHS)):
        sys.stderr.write(f"gateway/subgraphs/{name}.graphql is old; run `make schema`\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
