"""The days on which something applies: from its first day on, until before its last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from services.kit.errors import InvalidError


@dataclass(frozen=True, slots=True)
class Span:
    """`first` None = always so far, `end` None = for ever; on `end` itself it applies no more."""

    first: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        """Refuse a span without a day."""
        if self.first and self.end and self.end <= self.first:
            raise InvalidError(
                f"it ends on {self.end}, before a day has passed since {self.first}",
                code="empty_span",
                field="valid_to",
                hint="the first day on which it applies no more; leave it empty for no end",
            )

    def covers(self, day: date) -> bool:
        """Whether it applies on that day."""
        return (self.first or date.min) <= day and (self.end is None or day < self.end)

    def meets(self, other: "Span") -> bool:
        """Whether some day is in both."""
        return (self.first or date.min) < (other.end or date.max) and (other.first or date.min) < (
            self.end or date.max
        )

    def __str__(self) -> str:
        """For people."""
        return f"{self.first or 'the beginning'} to {self.end or 'no end'}"


class Variant(Protocol):
    """A revision of a bill or routing, one of which applies on a day."""

    @property
    def alternative(self) -> str:
        """Within which revisions follow each other."""
        ...

    @property
    def revision(self) -> str:
        """Its name."""
        ...

    @property
    def span(self) -> Span:
        """When it applies."""
        ...


V = TypeVar("V", bound=Variant)


def check_alone(one: Variant, others: Iterable[Variant]) -> None:
    """Raises InvalidError naming `valid_from` when another revision applies on a day of `one`'s."""
    for other in others:
        if other.revision != one.revision and other.span.meets(one.span):
            raise InvalidError(
                f"revision {other.revision or '(none)'} applies from {other.span} already",
                code="overlapping_effectivity",
                field="valid_from",
                hint=f"end it first (valid_to), or begin on {other.span.end or 'another day'}",
            )


def applying(variants: Iterable[V], alternative: str, day: date) -> V | None:
    """The revision of this alternative ("" = the first that has one) that applies on a day."""
    fit = [one for one in variants if one.span.covers(day) and alternative in ("", one.alternative)]
    return min(fit, key=lambda one: one.alternative, default=None)
