"""`python -m tools.states` writes docs/states.md, with --check it says whether it is old."""

import sys

from tools.mesh.files import write_whole
from tools.mesh.program import HERE
from tools.states.found import machines
from tools.states.page import page

FILE = HERE / "docs" / "states.md"


def main(arguments: list[str]) -> int:
    """0 when the page is as the code says, or was made so."""
    wanted = page(machines())
    if arguments != ["--check"]:
        write_whole(FILE, wanted)
        return 0
    if FILE.exists() and FILE.read_text() == wanted:
        return 0
    sys.stderr.write("docs/states.md is old; run `make states`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
