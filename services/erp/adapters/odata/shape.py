"""What an ERP's service knows of an entity: `$metadata` differs between releases and customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from xml.etree import ElementTree

from services.erp.adapters.odata.outcomes import StoppedError, rejected
from services.erp.adapters.odata.session import Session
from services.erp.adapters.odata.values import write_amount
from services.kit.lanes.outcome import Unavailable


@dataclass(frozen=True, slots=True)
class Property:
    """How much fits in: characters, or decimals behind the point; 0 = not said."""

    length: int = 0
    scale: int = 0


_ANY_SCALE = 15
_UNTOLD = "the ERP does not tell what it knows"
Shape = Mapping[str, Property]
"""Properties of an entity by name."""


class Shapes:
    """Read once for each service; all calls raise StoppedError."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, Mapping[str, Shape]] = {}

    async def of(self, service: str, entity: str) -> Shape:
        """Of one entity."""
        if service not in self._known:
            content = await self._session.text(service, "$metadata")
            self._known[service] = _read(content)
        if entity not in self._known[service]:
            raise StoppedError(Unavailable(f"the ERP serves no {entity}"))
        return self._known[service][entity]


class Form:
    """An entity being filled in; `paper` is what is in it."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self.paper: dict[str, object] = {}

    def __contains__(self, name: str) -> bool:
        """Whether the ERP's entity has this property."""
        return name in self._shape

    def need(self, name: str, value: str, field: str) -> None:
        """A property that the posting cannot do without; raises StoppedError naming our field."""
        if name not in self._shape:
            raise rejected(f"the ERP's documents have no {name}", field, "not_supported")
        self.offer(name, value, field)

    def offer(self, name: str, value: str, field: str) -> None:
        """A property that is left out where the ERP has none; raises StoppedError if too long."""
        if not value or name not in self._shape:
            return
        length = self._shape[name].length
        if length and len(value) > length:
            reason = f"{value[:40]!r} is longer than the ERP's {length} characters"
            raise rejected(reason, field, "too_long")
        self.paper[name] = value

    def remark(self, name: str, text: str) -> None:
        """Words for people, as far as they fit in."""
        if name in self._shape:
            self.paper[name] = text[: self._shape[name].length or None]

    def count(self, name: str, amount: Decimal, field: str) -> None:
        """A quantity; raises StoppedError where the ERP would round it."""
        exponent = amount.normalize().as_tuple().exponent
        scale = self._shape.get(name, Property()).scale
        if not isinstance(exponent, int) or -exponent > scale:
            reason = f"the ERP counts with {scale} decimals, not {write_amount(amount)}"
            raise rejected(reason, field, "not_exact")
        self.need(name, write_amount(amount), field)


def _read(content: bytes) -> Mapping[str, Shape]:
    try:
        whole = ElementTree.fromstring(content)
        known = {
            kind.attrib["Name"].removesuffix("Type"): {
                one.attrib["Name"]: _property(one.attrib) for one in kind.iterfind("{*}Property")
            }
            for kind in whole.iterfind(".//{*}EntityType")
        }
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise StoppedError(Unavailable(_UNTOLD)) from error
    if not known:
        raise StoppedError(Unavailable(_UNTOLD))
    return known


def _property(said: Mapping[str, str]) -> Property:
    length = said.get("MaxLength", "")
    scale = said.get("Scale", "0")
    if scale.lower() in ("variable", "floating"):
        return Property(0, _ANY_SCALE)
    return Property(int(length) if length.isdecimal() else 0, int(scale))
