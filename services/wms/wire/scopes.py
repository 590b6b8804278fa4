"""Holds that name no lots, on the wire."""

from collections.abc import Iterable

from plantmesh.common.v1 import holds_pb2

from services.kit.holds import wire
from services.wms.domain.hold import Block
from services.wms.domain.scope import Scope


def read_scopes(messages: Iterable[holds_pb2.ScopedHold]) -> list[Scope]:
    """In their order; raises InvalidError naming `holds[i]` and the day that is none.

    Of equipment nothing: mes holds what is made on it.
    """
    return wire.read_scopes(messages, Block, Scope, unseen=("equipment",))
