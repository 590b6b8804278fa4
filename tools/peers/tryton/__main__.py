"""`python -m tools.peers.tryton`: make the template database, unless it is there."""

import sys

from tools.mesh.errors import MeshError
from tools.peers.tryton.template import make

if __name__ == "__main__":
    try:
        make()
    except MeshError as error:
        sys.exit(str(error))
