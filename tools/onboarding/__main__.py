"""`tools/onboard_plant NAME --time-zone ZONE`: begins a plant's folder; asks nothing."""

import sys
from argparse import ArgumentParser

from services.kit.errors import DomainError
from tools.onboarding.folder import PLANTS
from tools.onboarding.skeleton import Beginning, begin


def main(arguments: list[str]) -> int:
    """0 when the folder is written, 1 when it is refused."""
    parser = ArgumentParser(prog="tools/onboard_plant", description="Begin charts/plants/NAME.")
    parser.add_argument("name", help="first part of every equipment path, such as lyon")
    parser.add_argument("--time-zone", required=True, help="IANA name, such as Europe/Paris")
    parser.add_argument("--title", default="", help="what people call it")
    parser.add_argument("--owner", default="", help="a team of OWNERS.yaml")
    parser.add_argument("--erp", action="append", default=[], help="a system of its; repeatable")
    given = parser.parse_args(arguments)
    beginning = Beginning(given.name, given.time_zone, given.title, given.owner, given.erp)
    try:
        folder = begin(PLANTS, beginning)
    except DomainError as error:
        sys.stderr.write(f"{error.field}: {error} ({error.code}); {error.hint}\n")
        return 1
    sys.stdout.write(f"{folder} is written; make plant-check PLANT={given.name} says what lacks\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
