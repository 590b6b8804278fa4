"""What every command needs: who asks, and whom."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import typer

from services.kit.errors import DomainError, InvalidError, NotFoundError
from tools.mesh.issuer import Issuer
from tools.mesh.people import USERS
from tools.mesh.tls import operator_files
from tools.plantctl.desks import Caller, Desks, Reply, worst
from tools.plantctl.places import Place, read_places, running_places
from tools.plantctl.printing import print_error
from tools.plantctl.settings import PlantctlSettings

T = TypeVar("T")


@dataclass
class Session:
    """The options that stand before the command."""

    root: Path
    user: str
    addresses: list[str] = field(default_factory=list)

    @cached_property
    def desks(self) -> Desks:
        """Of the services told, else of the running mesh."""
        return Desks(self._places, self._caller(self.token()))

    def desks_of(self, user: str) -> Desks:
        """The same as another development user, for whom a given token cannot speak."""
        if self._settings.token is not None:
            raise InvalidError(
                "a given token is one person's",
                code="one_person",
                field="approver",
                hint="approve with another person's token: plantctl codes approve",
            )
        return Desks(self._places, self._caller(mint(self.root, user)))

    def token(self) -> str:
        """The given one, else one for the development user."""
        if self._settings.token is not None:
            return self._settings.token.get_secret_value()
        return mint(self.root, self.user)

    def _caller(self, token: str) -> Caller:
        """With the certificates of the environment, else those that the running mesh made."""
        tls = self._settings.tls or operator_files(self.root)
        return Caller(token, tls, self._settings.tls_name)

    @cached_property
    def _places(self) -> list[Place]:
        told = self.addresses or [each for each in self._settings.addresses.split(",") if each]
        return read_places(told) if told else running_places(self.root)

    @cached_property
    def _settings(self) -> PlantctlSettings:
        return PlantctlSettings()


def mint(root: Path, user: str) -> str:
    """A token of the development issuer; raises NotFoundError for a stranger."""
    if user not in USERS:
        raise NotFoundError(
            f"there is no user {user}", field="user", hint=f"there are: {', '.join(USERS)}"
        )
    return Issuer(root).signer.mint(USERS[user])


def session(context: typer.Context) -> Session:
    """The one of this run."""
    found = context.find_object(Session)
    if found is None:
        raise RuntimeError("a command runs below the main one")
    return found


def run(asking: Awaitable[T]) -> T:
    """Wait for the answer."""

    async def wait() -> T:
        return await asking

    return asyncio.run(wait())


class SaidError(Exception):
    """Ends a command whose errors were said; `cause` decides the exit code."""

    def __init__(self, cause: DomainError) -> None:
        super().__init__(str(cause))
        self.cause = cause


def say_errors(replies: Sequence[Reply[T]]) -> None:
    """Name every service that did not answer, and fail; after what could be shown was shown."""
    for reply in replies:
        if reply.error:
            print_error(reply.error, reply.service)
    if cause := worst(replies):
        raise SaidError(cause)
