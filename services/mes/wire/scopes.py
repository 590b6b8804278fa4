"""Holds that name no lots, on the wire."""

from collections.abc import Iterable

from plantmesh.common.v1 import holds_pb2

from services.kit.holds import wire
from services.mes.domain.hold import Block
from services.mes.domain.scope import Scope


def read_scopes(messages: Iterable[holds_pb2.ScopedHold]) -> list[Scope]:
    """In their order; raises InvalidError naming `holds[i]` and the day or time that is none."""
    return wire.read_scopes(messages, Block, Scope)
