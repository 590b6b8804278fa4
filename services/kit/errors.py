"""The error family every service raises, and its meaning at each border.

    DomainError              gRPC                  a consumer ...
      InvalidError             INVALID_ARGUMENT      dead-letters at once
      NotFoundError            NOT_FOUND             parks the key, tries again, then dead-letters
      ConflictError            FAILED_PRECONDITION   parks the key, tries again, then dead-letters
      UnavailableError         UNAVAILABLE           retries in place, order kept
      UnauthenticatedError     UNAUTHENTICATED       dead-letters at once
      DeniedError              PERMISSION_DENIED     dead-letters at once

Raise the family from the domain and adapters; translate only at a border (kit.rpc, kit.graph,
kit.backbone). Nobody else translates.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar


class DomainError(Exception):
    """A refusal the caller can understand: `str()` is for people, `code` is stable.

    `field` names the part of the request that is wrong (dotted path, "" if none does);
    `hint` says the way out ("" if the message already does).
    """

    default_code: ClassVar[str] = "domain_error"

    def __init__(
        self, message: str, *, code: str | None = None, field: str = "", hint: str = ""
    ) -> None:
        super().__init__(message)
        self.code = code or self.default_code
        self.field = field
        self.hint = hint


class InvalidError(DomainError):
    """The request contradicts itself or the canonical model; repeating it cannot help."""

    default_code = "invalid"


class NotFoundError(DomainError):
    """The thing named does not exist here (yet)."""

    default_code = "not_found"


class ConflictError(DomainError):
    """The thing exists and its state forbids the request."""

    default_code = "conflict"


class UnavailableError(DomainError):
    """Something behind us cannot answer now; ask the same again after `retry_after` seconds."""

    default_code = "unavailable"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str = "",
        hint: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, code=code, field=field, hint=hint)
        self.retry_after = retry_after


class UnauthenticatedError(DomainError):
    """Nobody we know is asking: the token is missing, forged, expired or for somebody else."""

    default_code = "unauthenticated"


class DeniedError(DomainError):
    """We know who asks, and they may not."""

    default_code = "denied"


@contextmanager
def located(path: str) -> Iterator[None]:
    """What is refused inside names its field below `path`, such as "lines[2]"."""
    try:
        yield
    except DomainError as error:
        error.field = f"{path}.{error.field}".rstrip(".")
        raise
