"""What a client is told: the error family with its code, and nothing of our own mistakes."""

from collections.abc import Iterable
from typing import Any

from graphql import GraphQLError

from services.kit import signals
from services.kit.database_errors import read_database_error
from services.kit.errors import DomainError
from services.kit.ids import uuid7
from services.kit.log import logger

INTERNAL = "internal"

_log = logger(__name__)
_errors = signals.counter("plantmesh.graph.errors")


def present(errors: Iterable[GraphQLError]) -> list[dict[str, Any]]:
    """Errors as the response carries them; this is the only way out.

    Expected ones keep message, code, field and hint and are logged in a line. Anything else
    becomes a reference that stands in the log with the traceback. Strawberry's MaskErrors is not
    enough: what an extension raises passes it by.
    """
    return [{**_place(error), **_present(error)} for error in errors]


def refusal(error: DomainError) -> dict[str, Any]:
    """One refusal, without a place in the operation."""
    _errors.add(1, {"code": error.code})
    return _answer(str(error), code=error.code, field=error.field, hint=error.hint)


def masked(error: BaseException) -> dict[str, Any]:
    """An answer that says nothing, and a log line that says all; the database's words are told."""
    if refused := read_database_error(error):
        return refusal(refused)
    reference = str(uuid7())
    _log.error("unexpected error", reference=reference, exc_info=error)
    _errors.add(1, {"code": INTERNAL})
    return _answer(f"Unexpected error {reference}", code=INTERNAL, reference=reference)


def _present(error: GraphQLError) -> dict[str, Any]:
    cause = error.original_error
    if isinstance(cause, DomainError):
        _log.info("refused", code=cause.code, field=cause.field, path=error.path)
        return refusal(cause)
    if cause is None or isinstance(cause, GraphQLError):
        extensions = {"code": "bad_operation", **(error.extensions or {})}
        _errors.add(1, {"code": str(extensions["code"])})
        return {"message": error.message, "extensions": extensions}
    return masked(cause)


def _answer(message: str, **facts: str) -> dict[str, Any]:
    return {"message": message, "extensions": {name: text for name, text in facts.items() if text}}


def _place(error: GraphQLError) -> dict[str, Any]:
    places = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    found = {"locations": places, "path": list(error.path) if error.path else None}
    return {name: value for name, value in found.items() if value}
