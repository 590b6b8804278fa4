"""How a command line ends: one line of what went wrong, and an exit code of its kind.

0 done, 1 refused (the reason is said), 2 a service could not be reached, 64 misspelt.
"""

import sys
from typing import NoReturn

import typer

from services.kit.errors import DomainError, UnavailableError
from tools.mesh.errors import MeshError
from tools.plantctl.printing import print_error
from tools.plantctl.session import SaidError

REFUSED, UNREACHABLE, MISSPELT = 1, 2, 64
_TYPER_MISSPELT = 2


def end(app: typer.Typer) -> NoReturn:
    """Run a command, and leave with its code."""
    sys.exit(_run(app))


def _run(app: typer.Typer) -> int:
    try:
        app()
    except SaidError as said:
        return _code(said.cause)
    except DomainError as error:
        print_error(error)
        return _code(error)
    except MeshError as error:
        sys.stderr.write(f"{error}\n")
        return UNREACHABLE
    except SystemExit as ended:
        return MISSPELT if ended.code == _TYPER_MISSPELT else int(ended.code or 0)
    return 0


def _code(error: DomainError) -> int:
    return UNREACHABLE if isinstance(error, UnavailableError) else REFUSED
