"""Calls to the desks of the services, as somebody."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from plantmesh.ops.v1.desk_pb2_grpc import DeskServiceStub

from services.kit.errors import DomainError, NotFoundError, UnavailableError
from services.kit.rpc.client import Peer
from tools.plantctl.places import Place

Answer = TypeVar("Answer")
Ask = Callable[[DeskServiceStub], Awaitable[Answer]]

_SECONDS = 10.0


class Carried:
    """An identity with one token."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str:
        """That one."""
        return self._token


@dataclass(frozen=True, slots=True)
class Reply(Generic[Answer]):
    """What a service answered, or why it did not."""

    service: str
    answer: Answer | None
    error: DomainError | None = None


class Desks:
    """The desks of all services at hand."""

    def __init__(self, places: Sequence[Place], token: str) -> None:
        self._places = {place.service: place for place in places}
        self._token = token

    def narrowed(self, service: str | None) -> "Desks":
        """That service's alone, all without one; raises NotFoundError."""
        return self if service is None else Desks([self._place(service)], self._token)

    async def ask(self, service: str, ask: Ask[Answer]) -> Answer:
        """One service; raises what it answered."""
        async with self._desk(self._place(service).target) as desk:
            return await ask(desk)

    async def reach(
        self, service: str, stub: Callable[[Any], Any], ask: Callable[[Any], Awaitable[Any]]
    ) -> Any:
        """A service's own calls, through a stub of them; raises what it answered."""
        peer = Peer(self._place(service).target, Carried(self._token), seconds=_SECONDS)
        try:
            return await ask(stub(peer.channel))
        finally:
            await peer.close()

    async def reach_all(
        self, stub: Callable[[Any], Any], ask: Callable[[Any], Awaitable[Answer]]
    ) -> list[Reply[Answer]]:
        """The same of every service at the same time; who is away says so in the reply."""

        async def one(service: str) -> Reply[Answer]:
            try:
                return Reply(service, await self.reach(service, stub, ask))
            except DomainError as error:
                return Reply(service, None, error)

        return list(await asyncio.gather(*map(one, self._places)))

    async def ask_all(self, ask: Ask[Answer]) -> list[Reply[Answer]]:
        """Every service at the same time; who is away or refuses says so in the reply."""
        places = self._places.values()
        return list(await asyncio.gather(*(self._try(p.service, p.target, ask) for p in places)))

    async def ask_replicas(self, ask: Ask[Answer]) -> list[Reply[Answer]]:
        """Every process at the same time."""
        processes = [(p.service, address) for p in self._places.values() for address in p.replicas]
        return list(await asyncio.gather(*(self._try(*process, ask) for process in processes)))

    async def _try(self, service: str, target: str, ask: Ask[Answer]) -> Reply[Answer]:
        try:
            async with self._desk(target) as desk:
                return Reply(service, await ask(desk))
        except DomainError as error:
            return Reply(service, None, error)

    @asynccontextmanager
    async def _desk(self, target: str) -> AsyncIterator[DeskServiceStub]:
        peer = Peer(target, Carried(self._token), seconds=_SECONDS)
        try:
            yield DeskServiceStub(peer.channel)
        finally:
            await peer.close()

    def _place(self, service: str) -> Place:
        if service not in self._places:
            known = ", ".join(self._places)
            raise NotFoundError(f"no service {service} at hand", hint=f"there are: {known}")
        return self._places[service]


def worst(replies: Sequence[Reply[Answer]]) -> DomainError | None:
    """The error that decides how a command ends: who could not be reached counts most."""
    errors = [reply.error for reply in replies if reply.error]
    away = [error for error in errors if isinstance(error, UnavailableError)]
    return next(iter(away or errors), None)
