"""Why something was lost or held: a tree of three levels, whose leaves are reported."""

from dataclasses import dataclass
from enum import StrEnum

from services.kit.errors import InvalidError
from services.reference.domain.names import Key, check_name

LEVELS = 3


class Category(StrEnum):
    """What kind of loss."""

    PLANNED = "planned"
    UNPLANNED = "unplanned"
    QUALITY = "quality"
    SPEED = "speed"


class OeeBucket(StrEnum):
    """What it takes away from (ISO 22400-2); NONE lies outside planned busy time."""

    AVAILABILITY = "availability"
    PERFORMANCE = "performance"
    QUALITY = "quality"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Reason:
    """By its code within a domain, such as downtime or scrap; `parent` is the code above."""

    domain: str
    code: str
    category: Category
    text: str = ""
    oee_bucket: OeeBucket = OeeBucket.NONE
    parent: str = ""
    version: int = 0

    def __post_init__(self) -> None:
        """Refuse a reason above itself."""
        check_name(self.domain, "domain")
        check_name(self.code, "code")
        if self.parent == self.code:
            raise InvalidError(
                f"{self.code} is not above itself", code="circular_reason", field="parent"
            )

    @property
    def key(self) -> Key:
        """Domain and code."""
        return (self.domain, self.code)

    @property
    def above(self) -> Key:
        """The key of its parent."""
        return (self.domain, self.parent)
