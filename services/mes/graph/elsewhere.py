"""What other services know of: here no more than its id, which leads there."""

from typing import Self

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from services.kit.ids import EVERYWHERE, GraphId

_LEADS_AWAY = Key(fields=FieldSet("id"), resolvable=False)


@strawberry.federation.type(keys=[_LEADS_AWAY], description="A party we deal with.")
class Party:
    """Master data know its name."""

    id: strawberry.ID

    @classmethod
    def by(cls, party_id: str) -> Self | None:
        """None where nobody is named."""
        if not party_id:
            return None
        return cls(id=strawberry.ID(GraphId("Party", EVERYWHERE, party_id).encode()))


@strawberry.federation.type(keys=[_LEADS_AWAY], description="An item (ISA-95 material definition).")
class Item:
    """Master data know what it is."""

    id: strawberry.ID

    @classmethod
    def of(cls, item_no: str) -> Self:
        """By its number."""
        return cls(id=strawberry.ID(GraphId("Item", EVERYWHERE, item_no).encode()))
