"""`python -m tools.nouns` writes docs/core.md, with --check it says what is not as it says."""

import sys

from tools.mesh.files import write_whole
from tools.mesh.program import HERE
from tools.nouns import ASIDE, NOUNS, page, problems

FILE = HERE / "docs" / "core.md"


def main(arguments: list[str]) -> int:
    """0 when every name is one of a contract and the page is as the table says, or was made so."""
    wrong, wanted = problems(NOUNS, ASIDE), page(NOUNS)
    if arguments != ["--check"]:
        write_whole(FILE, wanted)
    elif not FILE.exists() or FILE.read_text() != wanted:
        wrong.append("docs/core.md is old; run `make nouns`")
    for one in wrong:
        sys.stderr.write(f"{one}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
