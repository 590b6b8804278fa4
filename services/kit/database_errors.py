"""What a caller is told of the database's own refusals, over gRPC and in the graph alike."""

from psycopg import DataError

from services.kit.errors import DomainError, InvalidError, UnavailableError
from services.kit.store import CONNECTION_LOST, RETRIED, driver_error


def read_database_error(error: BaseException) -> DomainError | None:
    """The member of the family; None where it is no refusal of the database, or a bug of ours."""
    cause = driver_error(error)
    if isinstance(cause, RETRIED + CONNECTION_LOST):
        return UnavailableError("the database is busy; try again", code="database_busy")
    if isinstance(cause, DataError):
        return InvalidError(
            "a value does not fit its column",
            code="bad_value",
            hint="a text with NUL characters, or a number far too large, is kept nowhere",
        )
    return None
