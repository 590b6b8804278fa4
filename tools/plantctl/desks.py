"""Calls to the desks of the services, as somebody."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from plantmesh.ops.v1.desk_pb2_grpc import DeskServiceStub

from services.kit.errors import DomainError, NotFoundError, UnavailableError
from services.kit.rpc.client import Peer
from services.kit.tls import TlsFiles
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
class Caller:
    """As whom services are called: by that token and, where they want it, with certificates.

    `name` is what a service's certificate says, with {service} in it; "" where it is its address.
    """

    token: str
    tls: TlsFiles | None = None
    name: str = ""

    def peer(self, place: Place, target: str) -> Peer:
        """One process, or all replicas of a service."""
        known_as = self.name.format(service=place.service)
        identity = Carried(self.token)
        return Peer(target, identity, seconds=_SECONDS, tls=self.tls, known_as=known_as)


@dataclass(frozen=True, slots=True)
class Reply(Generic[Answer]):
    """What a service answered, or why it did not."""

    service: str
    answer: Answer | None
    error: DomainError | None = None


class Desks:
    """The desks of all services at hand."""

    def __init__(self, places: Sequence[Place], caller: Caller) -> None:
        self._places = {place.service: place for place in places}
        self._caller = caller

    def narrowed(self, service: str | None) -> "Desks":
        """That service's alone, all without one; raises NotFoundError."""
        return self if service is None else Desks([self._place(service)], self._caller)

    async def ask(self, service: str, ask: Ask[Answer]) -> Answer:
        """One service; raises what it answered."""
        place = self._place(service)
        async with self._desk(place, place.target) as desk:
            return await ask(desk)

    async def reach(
        self, service: str, stub: Callable[[Any], Any], ask: Callable[[Any], Awaitable[Any]]
    ) -> Any:
        """A service's own calls, through a stub of them; raises what it answered."""
        place = self._place(service)
        peer = self._caller.peer(place, place.target)
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
        return list(await asyncio.gather(*(self._try(each, each.target, ask) for each in places)))

    async def ask_replicas(self, ask: Ask[Answer]) -> list[Reply[Answer]]:
        """Every process at the same time."""
        processes = [(p, address) for p in self._places.values() for address in p.replicas]
        return list(await asyncio.gather(*(self._try(*process, ask) for process in processes)))

    async def _try(self, place: Place, target: str, ask: Ask[Answer]) -> Reply[Answer]:
        try:
            async with self._desk(place, target) as desk:
                return Reply(place.service, await ask(desk))
        except DomainError as error:
            return Reply(place.service, None, error)

    @asynccontextmanager
    async def _desk(self, place: Place, target: str) -> AsyncIterator[DeskServiceStub]:
        peer = self._caller.peer(place, target)
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
