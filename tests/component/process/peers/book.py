"""What one peer was asked, and how it is told to behave."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from google.protobuf.message import Message
from plantmesh.common.v1 import holds_pb2

from services.kit.access.principal import current_principal
from services.kit.errors import ConflictError, DomainError, UnavailableError

A = TypeVar("A", bound=Message)
Lot = tuple[str, str, str]


def lot_of(key: Any) -> Lot:
    """Plant, item, lot."""
    return key.plant, key.item_no, key.lot_no


@dataclass
class Book:
    """What one peer was asked, and how it is told to behave."""

    name: str
    away: bool = False
    slow: Callable[[], Any] | None = None
    calls: list[str] = field(default_factory=list)
    actors: set[str] = field(default_factory=set)
    refused: dict[str, DomainError] = field(default_factory=dict)
    answers: dict[tuple[str, str], tuple[bytes, Message]] = field(default_factory=dict)
    references: dict[str, bytes] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    repeated: int = 0
    holds: dict[tuple[str, Lot], tuple[int, bool]] = field(default_factory=dict)
    blocks: dict[tuple[str, Lot], list[int]] = field(default_factory=dict)

    async def once(self, method: str, request: Any, effect: Callable[[], A]) -> A:
        """The first answer for each key; an effect that raises leaves nothing."""
        self.calls.append(method)
        self.actors.add(current_principal().actor)
        if self.slow is not None:
            await self.slow()
        if self.away:
            raise UnavailableError(f"{self.name} is away")
        key, content = (method, request.idempotency_key), request.SerializeToString()
        if key in self.answers:
            first, answer = self.answers[key]
            if first != content:
                raise ConflictError("other content", code="idempotency_conflict")
            self.repeated += 1
            return answer  # type: ignore[return-value]
        answer = effect()
        self.answers[key] = content, answer
        return answer

    def take(self, items: Iterable[Any]) -> list[Any]:
        """All or none by reference; those that are new."""
        wanted = list(items)
        for one in wanted:
            if one.reference in self.refused:
                raise self.refused[one.reference]
            known = self.references.get(one.reference)
            if known is not None and known != one.SerializeToString():
                raise ConflictError(f"{one.reference} differs", code="reference_differs")
        new = [one for one in wanted if one.reference not in self.references]
        self.repeated += len(wanted) - len(new)
        for one in new:
            self.references[one.reference] = one.SerializeToString()
            self.order.append(one.reference)
        return new

    def apply(self, request: holds_pb2.ApplyHoldsRequest) -> holds_pb2.ApplyHoldsResponse:
        """The newest version of each hold on each lot."""
        for hold in request.holds:
            key = hold.hold_no, lot_of(hold.lot)
            if hold.version > self.holds.get(key, (0, False))[0]:
                self.holds[key] = hold.version, hold.active
                self.blocks[key] = list(hold.blocks)
        return holds_pb2.ApplyHoldsResponse(hold_nos={one.hold_no for one in request.holds})

    def held(self, lot: Lot) -> bool:
        """Whether something holds it here."""
        return any(active for (_, held), (_, active) in self.holds.items() if held == lot)
