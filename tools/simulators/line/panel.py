"""What the line shows to the outside: an OPC UA server whose nodes only the line writes."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Self

from asyncua import Server, ua
from asyncua.crypto.validator import CertificateValidator

from tools.simulators.line.history import History
from tools.simulators.line.papers import Shown
from tools.simulators.line.place import Place, endpoint
from tools.simulators.line.trust import Trust, own_keys

NAMESPACE = "urn:plantmesh:line"
"""Of its nodes, and of the application."""
_PRODUCTION = 1
_UNITS = "http://www.opcfoundation.org/UA/units/un/cefact"


class Signal(NamedTuple):
    """A variable of the line: how it is called, typed, and read from what is shown."""

    name: str
    type: ua.VariantType
    read: Callable[[Shown], Any]


SIGNALS = (
    Signal("StateCurrent", ua.VariantType.Int32, lambda shown: int(shown.state)),
    Signal("UnitModeCurrent", ua.VariantType.Int32, lambda _: _PRODUCTION),
    Signal("CurrentOrder", ua.VariantType.String, lambda shown: shown.order),
    Signal("CurrentLot", ua.VariantType.String, lambda shown: shown.lot),
    Signal("MaterialItem", ua.VariantType.String, lambda shown: shown.item),
    Signal("MaterialLot", ua.VariantType.String, lambda shown: shown.input_lot),
    Signal("ScrapReason", ua.VariantType.String, lambda shown: shown.reason),
    Signal("MaterialCount", ua.VariantType.Double, lambda shown: float(shown.used)),
    Signal("ScrapCount", ua.VariantType.UInt32, lambda shown: shown.scrap),
    Signal("GoodCount", ua.VariantType.UInt32, lambda shown: shown.good),
)
"""Written in this order: when somebody reads a count, its reason is there."""


class Panel:
    """Serves on a loopback port; SignAndEncrypt only, to clients that the line's folder trusts.

    `units` are UN/ECE codes of pieces and of material.
    """

    def __init__(self, place: Place, port: int, units: tuple[str, str]) -> None:
        self._place = place
        self._units = dict(zip(("GoodCount", "MaterialCount"), units, strict=True))
        self._units["ScrapCount"] = units[0]
        self._history = History()
        self._server = Server(user_manager=Trust(place.trusted))
        self._server.set_endpoint(endpoint(port))
        self._server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
        self._server.set_identity_tokens([ua.AnonymousIdentityToken])
        self._server.set_certificate_validator(CertificateValidator())
        self._nodes: dict[str, ua.NodeId] = {}

    async def open(self, shown: Sequence[Shown]) -> Self:
        """Serve what was last of all that was ever `shown`; the rest is history."""
        own_keys(self._place.certificate, self._place.key, NAMESPACE)
        self._server.iserver.history_manager.set_storage(self._history)
        await self._server.init()
        await self._server.set_application_uri(NAMESPACE)
        await self._server.load_certificate(self._place.certificate)
        await self._server.load_private_key(self._place.key)
        await self._build(shown[0])
        for one in shown:
            await self.show(one)
        await self._server.start()
        return self

    async def close(self) -> None:
        """Stop serving."""
        await self._server.stop()

    async def show(self, shown: Shown) -> None:
        """Write what is new, all with its time; nobody sees half of it, as nothing waits here."""
        for signal in SIGNALS:
            node = self._nodes[signal.name]
            value = ua.Variant(signal.read(shown), signal.type)
            if value != self._history.last(node):
                written = ua.DataValue(value, SourceTimestamp=_time(shown.at))
                self._history.add(node, written)
                await self._server.write_attribute_value(node, written)

    async def _build(self, first: Shown) -> None:
        space = await self._server.register_namespace(NAMESPACE)
        line = await self._server.nodes.objects.add_object(space, "Line")
        for signal in SIGNALS:
            node = await line.add_variable(
                ua.NodeId.from_string(f"ns={space};s=Line.{signal.name}"),
                ua.QualifiedName(signal.name, space),
                signal.read(first),
                signal.type,
            )
            await _offer_history(node)
            if code := self._units.get(signal.name):
                await node.add_property(0, "EngineeringUnits", unit(code))
            self._nodes[signal.name] = node.nodeid


def unit(code: str) -> ua.EUInformation:
    """Source: OPC 10000-8 5.6.4.3, the code's characters are the digits of its id, base 256."""
    return ua.EUInformation(
        NamespaceUri=_UNITS,
        UnitId=int.from_bytes(code.encode(), "big"),
        DisplayName=ua.LocalizedText(code),
        Description=ua.LocalizedText(code),
    )


def _time(at: dt.datetime) -> ua.DateTime:
    return ua.DateTime.combine(at.date(), at.timetz())


async def _offer_history(node: Any) -> None:
    await node.write_attribute(ua.AttributeIds.Historizing, ua.DataValue(ua.Variant(True)))
    for attribute in (ua.AttributeIds.AccessLevel, ua.AttributeIds.UserAccessLevel):
        await node.set_attr_bit(attribute, ua.AccessLevel.HistoryRead)
