"""The error family on the wire: a status code, and google.rpc details that name field and way out.

    InvalidError          INVALID_ARGUMENT     + BadRequest with the field
    NotFoundError         NOT_FOUND
    ConflictError         FAILED_PRECONDITION
    UnavailableError      UNAVAILABLE          + RetryInfo
    UnauthenticatedError  UNAUTHENTICATED
    DeniedError           PERMISSION_DENIED
    anything else         INTERNAL             with a reference that stands in our log

Every answer carries an ErrorInfo: reason = our code, domain = "plantmesh".
"""

from typing import Any, NamedTuple

import grpc
from google.rpc import error_details_pb2, status_pb2

from services.kit.errors import (
    ConflictError,
    DeniedError,
    DomainError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
)

DOMAIN = "plantmesh"
_DETAILS = "grpc-status-details-bin"

_CODES: dict[type[DomainError], grpc.StatusCode] = {
    InvalidError: grpc.StatusCode.INVALID_ARGUMENT,
    NotFoundError: grpc.StatusCode.NOT_FOUND,
    ConflictError: grpc.StatusCode.FAILED_PRECONDITION,
    UnavailableError: grpc.StatusCode.UNAVAILABLE,
    UnauthenticatedError: grpc.StatusCode.UNAUTHENTICATED,
    DeniedError: grpc.StatusCode.PERMISSION_DENIED,
}

# What gRPC itself answers, or a peer that is not ours; INTERNAL and the like stay a DomainError.
_FAMILY: dict[grpc.StatusCode, type[DomainError]] = {
    **{code: family for family, code in _CODES.items()},
    grpc.StatusCode.OUT_OF_RANGE: InvalidError,
    grpc.StatusCode.ALREADY_EXISTS: ConflictError,
    grpc.StatusCode.ABORTED: UnavailableError,
    grpc.StatusCode.CANCELLED: UnavailableError,
    grpc.StatusCode.DEADLINE_EXCEEDED: UnavailableError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: UnavailableError,
}


class Violation(NamedTuple):
    """One rule a request breaks: `field` is the path within the message."""

    field: str
    message: str
    rule: str


class RequestError(InvalidError):
    """A request that breaks the rules of its own proto; `field` is that of the first violation."""

    default_code = "invalid_request"

    def __init__(self, violations: list[Violation]) -> None:
        first = violations[0]
        super().__init__(f"{first.field}: {first.message}".removeprefix(": "), field=first.field)
        self.violations = violations


def status_code(error: DomainError) -> grpc.StatusCode:
    """The code of the nearest class of the family."""
    known = (_CODES[kind] for kind in type(error).__mro__ if kind in _CODES)
    return next(known, grpc.StatusCode.INTERNAL)


def trailers(error: DomainError) -> tuple[tuple[str, bytes], ...]:
    """The trailing metadata that carries a google.rpc.Status with the details."""
    code: tuple[int, str] = status_code(error).value
    status = status_pb2.Status(code=code[0], message=str(error))
    info = error_details_pb2.ErrorInfo(reason=error.code, domain=DOMAIN)
    info.metadata.update(
        {name: text for name, text in (("field", error.field), ("hint", error.hint)) if text}
    )
    status.details.add().Pack(info)
    if violations := _violations(error):
        bad = error_details_pb2.BadRequest()
        for field, message, rule in violations:
            bad.field_violations.add(field=field, description=message, reason=rule)
        status.details.add().Pack(bad)
    if isinstance(error, UnavailableError):
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(round((error.retry_after or 1.0) * 1000))
        status.details.add().Pack(retry)
    return ((_DETAILS, status.SerializeToString()),)


def _violations(error: DomainError) -> list[Violation]:
    if isinstance(error, RequestError):
        return error.violations
    if isinstance(error, InvalidError) and error.field:
        return [Violation(error.field, str(error), error.code)]
    return []


def read_error(error: grpc.aio.AioRpcError, method: str, hint: str = "") -> DomainError:
    """The member of the family for a peer's answer to `method`; a plain DomainError for its bugs.

    What gRPC itself says is left out: it names addresses. `hint` is the way out where nobody
    answered.
    """
    family = _FAMILY.get(error.code(), DomainError)
    info, retry_after = _read_details(error)
    if info is None:
        return _transport_error(error, method, family, hint)
    message = error.details() or info.reason
    parts = {"code": info.reason, "field": info.metadata["field"], "hint": info.metadata["hint"]}
    if family is UnavailableError:
        return UnavailableError(message, **parts, retry_after=retry_after)
    return family(message, **parts)


def _transport_error(
    error: grpc.aio.AioRpcError, method: str, family: type[DomainError], hint: str
) -> DomainError:
    if "larger than max" in (error.details() or ""):
        return InvalidError(
            f"{method}: the message is too large", code="too_large", hint="send smaller pages"
        )
    code = error.code().name.lower()
    return family(f"{method} did not answer ({code})", code=code, hint=hint)


def _read_details(
    error: grpc.aio.AioRpcError,
) -> tuple[error_details_pb2.ErrorInfo | None, float | None]:
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    trailing: Any = error.trailing_metadata()
    status = status_pb2.Status.FromString(dict(trailing).get(_DETAILS, b""))
    delays = [retry.retry_delay.ToMilliseconds() for one in status.details if one.Unpack(retry)]
    found = any([one.Unpack(info) for one in status.details])
    known = found and info.domain == DOMAIN
    return (info if known else None), (delays[0] / 1000 if delays else None)
