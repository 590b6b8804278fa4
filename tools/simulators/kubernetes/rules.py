"""What a real API server has against a Lease; the forms that a careless client gets wrong."""

import re
from typing import Any

from tools.simulators.kubernetes.kinds import Kind
from tools.simulators.kubernetes.refusals import RefusedError

_MICRO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$")
_LARGEST = 2**31 - 1


def examine(kind: Kind, body: dict[str, Any]) -> None:
    """Raises RefusedError (400, 422)."""
    if not body.get("metadata", {}).get("name"):
        raise RefusedError(422, "Invalid", "metadata.name: Required value")
    if kind.name == "Lease":
        _examine_lease(body.get("spec") or {})


def _examine_lease(spec: dict[str, Any]) -> None:
    for field in ("acquireTime", "renewTime"):
        if field in spec and not _MICRO_TIME.match(str(spec[field])):
            # Go's layout has six digits, so it takes no fewer and no more.
            raise RefusedError(400, "BadRequest", f'parsing time "{spec[field]}" as MicroTime')
    for field, least in (("leaseDurationSeconds", 1), ("leaseTransitions", 0)):
        value = spec.get(field, least)
        if not isinstance(value, int):
            raise RefusedError(400, "BadRequest", f"cannot unmarshal {value!r} into int32")
        if not least <= value <= _LARGEST:
            raise RefusedError(422, "Invalid", f"spec.{field}: Invalid value: {value}")
