"""What the tests of the line share: jobs, and a client as a collector is one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256

from tools.simulators.line.panel import NAMESPACE
from tools.simulators.line.papers import Input, Job, Plan
from tools.simulators.line.place import endpoint
from tools.simulators.line.trust import own_keys

_URI = "urn:plantmesh:test"
FLOUR = Input("FLOUR", "F1", Decimal("0.7"))


def job(number: int, *, last: bool = False, deaf: bool = False) -> Job:
    """10 loaves and a burnt one."""
    return Job(f"4711-{number}", "4711", "L1", 10, 1, FLOUR, "burnt", last=last, deaf=deaf)


def plan(*jobs: Job) -> Plan:
    """A loaf weighs a kilogram here."""
    return Plan("KGM", "KGM", jobs)


class Visitor:
    """A client with a certificate of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.certificate, self._key = folder / "certificate.pem", folder / "private" / "key.pem"
        self._url = endpoint(port)
        own_keys(self.certificate, self._key, _URI)

    @asynccontextmanager
    async def enter(
        self, mode: ua.MessageSecurityMode = ua.MessageSecurityMode.SignAndEncrypt
    ) -> AsyncIterator[Client]:
        """A session."""
        client = Client(self._url)
        client.application_uri = _URI
        await client.set_security(
            SecurityPolicyBasic256Sha256, self.certificate, self._key, mode=mode
        )
        async with client:
            yield client

    @asynccontextmanager
    async def enter_openly(self) -> AsyncIterator[Client]:
        """A session that anybody could listen to."""
        async with Client(self._url) as client:
            yield client


async def node(client: Client, name: str) -> ua.NodeId:
    """A signal of the line, found by its namespace."""
    space = await client.get_namespace_index(NAMESPACE)
    return ua.NodeId.from_string(f"ns={space};s=Line.{name}")
