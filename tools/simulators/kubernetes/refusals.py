"""What the server refuses, as a Status object says it."""

from typing import Any

from tools.simulators.kubernetes.kinds import Kind


class RefusedError(Exception):
    """An answer of 400 and above."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason

    @property
    def status(self) -> dict[str, Any]:
        """The body of the answer."""
        return {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": str(self),
            "reason": self.reason,
            "code": self.code,
        }


def missing(kind: Kind, name: str) -> RefusedError:
    """404."""
    return RefusedError(404, "NotFound", f'{kind.plural} "{name}" not found')


def exists(kind: Kind, name: str) -> RefusedError:
    """409 of a POST."""
    return RefusedError(409, "AlreadyExists", f'{kind.plural} "{name}" already exists')


def conflict(kind: Kind, name: str) -> RefusedError:
    """409 of a PUT or PATCH."""
    return RefusedError(
        409,
        "Conflict",
        f'Operation cannot be fulfilled on {kind.plural} "{name}": the object has been modified; '
        "please apply your changes to the latest version and try again",
    )


def gone(revision: int, oldest: int) -> RefusedError:
    """410."""
    return RefusedError(410, "Expired", f"too old resource version: {revision} ({oldest})")
