"""A row of `systems` as its adapter reads it."""

from typing import TypeVar

import msgspec

from services.kit.errors import InvalidError
from services.kit.lanes.systems import System

_OF_THE_LANE = ("lane", "confirm_warnings", "decimals", "closes")
_Terms = TypeVar("_Terms", bound=msgspec.Struct)


def read_settings(system: System, kind: type[_Terms], erp: str) -> _Terms:
    """Those that are the adapter's own; raises InvalidError naming one that does not fit."""
    own = {name: value for name, value in system.settings.items() if name not in _OF_THE_LANE}
    try:
        return msgspec.convert(own, kind)
    except msgspec.ValidationError as error:
        raise InvalidError(
            f"the settings of {system.id} do not fit {erp}: {error}",
            code="bad_settings",
            field="settings",
        ) from error
