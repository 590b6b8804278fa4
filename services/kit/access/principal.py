"""The one who asks, ambient in the task that serves them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Self

from services.kit.errors import UnauthenticatedError

EVERY_PLANT = "*"


@dataclass(frozen=True, slots=True)
class Principal:
    """Read from a verified token: `plants` may hold "*", `party` is "" for our own people.

    `on_behalf_of` is the subject for whom a service acts; it is for the audit and gives no right.
    `token` is what was verified, to be passed on while this request lasts; it is never kept.
    """

    subject: str
    scopes: frozenset[str] = frozenset()
    plants: frozenset[str] = frozenset()
    party: str = ""
    on_behalf_of: str = ""
    token: str = field(default="", repr=False, compare=False)

    @property
    def actor(self) -> str:
        """Whom an event or an audit row names."""
        return self.on_behalf_of or self.subject

    def keep(self) -> dict[str, Any]:
        """As plain data, for a workflow that goes on when the token has expired."""
        return {
            "subject": self.subject,
            "scopes": sorted(self.scopes),
            "plants": sorted(self.plants),
            "party": self.party,
            "on_behalf_of": self.on_behalf_of,
        }

    @classmethod
    def kept(cls, data: dict[str, Any]) -> Self:
        """What `keep` wrote."""
        return cls(
            subject=data["subject"],
            scopes=frozenset(data["scopes"]),
            plants=frozenset(data["plants"]),
            party=data["party"],
            on_behalf_of=data["on_behalf_of"],
        )


_acting: ContextVar[Principal | None] = ContextVar("principal", default=None)


@contextmanager
def acting_as(principal: Principal | None) -> Iterator[None]:
    """Everything inside is asked by `principal`; None is the service itself."""
    before = _acting.set(principal)
    try:
        yield
    finally:
        _acting.reset(before)


def find_principal() -> Principal | None:
    """Who asks, or None where the service acts on its own."""
    return _acting.get()


def current_principal() -> Principal:
    """Who asks; raises UnauthenticatedError where nobody was verified."""
    principal = _acting.get()
    if principal is None:
        raise UnauthenticatedError("nobody is signed in", hint="send a bearer token")
    return principal
