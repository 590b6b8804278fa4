"""What arrives again under a key must be what arrived before."""

from dataclasses import fields
from typing import Any

from services.kit.errors import ConflictError


def require_same(known: Any, given: Any, *, what: str, code: str, hint: str) -> None:
    """Raises ConflictError naming the first field in which two dataclasses differ."""
    for one in fields(known):
        if one.compare and getattr(known, one.name) != getattr(given, one.name):
            raise ConflictError(
                f"{what} is here with another {one.name}", code=code, field=one.name, hint=hint
            )
