"""Why something was lost or held."""

from typing import Self

import strawberry

from services.reference.domain import reason as told
from services.reference.domain.reason import Category, OeeBucket

strawberry.enum(Category, name="ReasonCategory", description="What kind of loss.")
strawberry.enum(OeeBucket, description="What a loss takes away from (ISO 22400-2); NONE: planned.")


@strawberry.type(description="A reason, in a tree of three levels whose leaves are reported.")
class Reason:
    """By its code within a domain, such as downtime or scrap."""

    domain: str
    code: str
    category: Category
    text: str | None
    oee_bucket: OeeBucket
    parent: str | None = strawberry.field(description="The code above; null at the top.")

    @classmethod
    def of(cls, one: told.Reason) -> Self:
        """Wrap a domain record."""
        return cls(
            domain=one.domain,
            code=one.code,
            category=one.category,
            text=one.text or None,
            oee_bucket=one.oee_bucket,
            parent=one.parent or None,
        )
