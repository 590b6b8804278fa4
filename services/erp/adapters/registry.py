"""Which adapter speaks to which kind of ERP, by the name in the `adapter` column of `systems`."""

from collections.abc import Callable, Collection, Mapping

from services.erp.adapters.ledger import LedgerErp
from services.erp.adapters.odata import ODataErp
from services.erp.adapters.tryton import TrytonErp
from services.erp.ports import ErpSystem
from services.kit.errors import InvalidError
from services.kit.lanes.systems import System

Secrets = Callable[[str], str]
"""The credential kept under the name in a system's row; raises InvalidError."""
Connect = Callable[[System], ErpSystem]

_ADAPTERS: Mapping[str, Callable[[System, str], ErpSystem]] = {
    "ledger": LedgerErp,
    "odata": ODataErp,
    "tryton": TrytonErp,
}


def connections(names: Collection[str], secrets: Secrets) -> dict[str, Connect]:
    """How to connect to a system, by adapter, for those this process may use."""

    def connect_by(name: str) -> Connect:
        return lambda system: _ADAPTERS[name](system, secrets(system.secret))

    return {name: connect_by(name) for name in names}


def kept_in(values: Mapping[str, str]) -> Secrets:
    """Secrets by name; a row that names none needs none."""

    def find(name: str) -> str:
        if name and name not in values:
            raise InvalidError(
                f"no secret {name}",
                code="unknown_secret",
                field="secret",
                hint="give it to the process in PLANTMESH_SECRETS",
            )
        return values.get(name, "")

    return find
