"""An asyncua server in this process that a test makes behave as those of other makers do."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from asyncua import Node, Server, ua
from asyncua.common.utils import ServiceError
from asyncua.server.internal_session import InternalSession

from tests.component.telemetry.edge import sources_file
from tests.component.telemetry.plc import CODES, START, UNITS, URI
from tools.mesh.ports import LOOPBACK

START_TIME = ua.NodeId(ua.Int32(ua.ObjectIds.Server_ServerStatus_StartTime))


class Foreign:
    """A press behind it, open to all; `shown` are its nodes."""

    def __init__(self, server: Server, port: int, nodes: Mapping[str, Node], index: int) -> None:
        self.server = server
        self.nodes = nodes
        self.endpoint = f"opc.tcp://{LOOPBACK}:{port}/press"
        self._index = index
        self._units: dict[str, Node] = {}

    @property
    def shown(self) -> Mapping[str, Any]:
        """What they show at first."""
        return START

    @property
    def subscriptions(self) -> Mapping[int, Any]:
        """By number, as the server keeps them."""
        return self.server.iserver.subscription_service.subscriptions

    def file(self, folder: Path) -> str:
        """A sources file for it."""
        open_ = "name: press\n  security: None\n  insecure: true\n  timeout_seconds: 60"
        return sources_file(self, folder).read_text().replace("name: press", open_)

    async def measure(self, **units: ua.EUInformation) -> None:
        """Nodes in units; the others in those that Recommendation 20 has."""
        for name, code in CODES.items():
            number = int.from_bytes(code.encode(), "big")
            unit = ua.EUInformation(UNITS, number, ua.LocalizedText(code))
            await self._units[name].write_value(units.get(name, unit))

    async def show(self, **values: Any) -> None:
        """At one time of its clock."""
        now = ua.DateTime.now(UTC)
        for name, value in values.items():
            kind = await self.nodes[name].read_data_type_as_variant_type()
            told = ua.DataValue(ua.Variant(value, kind), ua.StatusCode(ua.UInt32(0)), now, now)
            await self.nodes[name].write_value(told)

    async def add(self, name: str, value: Any) -> None:
        """One node more."""
        await _add(self.server, self._index, name, value)


@asynccontextmanager
async def foreign() -> AsyncIterator[Foreign]:
    """Gone at the end. It takes a second of work to start: one for all tests of a module."""
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = int(free.getsockname()[1])
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://{LOOPBACK}:{port}/press")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    # What a server is numbered like at one plant is numbered otherwise at another.
    await server.register_namespace("urn:somebody:else")
    index = await server.register_namespace(URI)
    nodes = {name: await _add(server, index, name, value) for name, value in START.items()}
    made = Foreign(server, port, nodes, index)
    for name in CODES:
        unit = ua.EUInformation(UNITS, 0, ua.LocalizedText(""))
        made._units[name] = await nodes[name].add_property(0, "EngineeringUnits", unit)
    async with server:
        yield made


async def _add(server: Server, index: int, name: str, value: Any) -> Node:
    node = ua.NodeId.from_string(f"ns={index};s=Press.{name}")
    return await server.nodes.objects.add_variable(node, f"{index}:{name}", value)


def refusing(
    monkeypatch: pytest.MonkeyPatch, service: str, code: int, when: Callable[[Any], bool]
) -> list[Any]:
    """From now on a service of all sessions refuses such requests; those it refused."""
    real, refused = getattr(InternalSession, service), list[Any]()

    async def serve(self: InternalSession, params: Any) -> Any:
        if when(params):
            refused.append(params)
            raise ServiceError(code)
        return await asyncio.ensure_future(real(self, params))

    monkeypatch.setattr(InternalSession, service, serve)
    return refused
