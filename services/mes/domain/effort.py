"""What an operation took of people and machines, and who did it."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.kit.clock import Instant
from services.kit.errors import InvalidError
from services.kit.quantity import Quantity

TIMES = frozenset({"HUR", "MIN", "SEC"})


@dataclass(frozen=True, slots=True)
class Effort:
    """Times of people and of the machine; None where nobody told.

    `operator` is a pseudonym once it is booked: the name itself stays with the people's books.
    """

    labour: Quantity | None = None
    machine: Quantity | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None
    operator: str = ""

    def check(self) -> None:
        """Raises InvalidError naming the time that is none, or is negative."""
        for field, time in self._times():
            if time.unit not in TIMES:
                raise InvalidError(
                    f"{time} is no time",
                    code="not_a_time",
                    field=f"{field}.unit",
                    hint="HUR, MIN or SEC",
                )
            if time.value < 0:
                raise InvalidError(
                    f"{time} cannot be worked",
                    code="negative",
                    field=f"{field}.value",
                    hint="report what was worked; a reversal takes a confirmation back",
                )
        if self.started_at and self.ended_at and self.ended_at.moment < self.started_at.moment:
            raise InvalidError(
                "it ended before it started",
                code="bad_time",
                field="ended_at",
                hint="check both times and their offsets",
            )

    def __neg__(self) -> "Effort":
        """The times the other way, as a reversal needs them; nobody worked on it."""
        return Effort(self.labour and -self.labour, self.machine and -self.machine)

    def _times(self) -> Iterator[tuple[str, Quantity]]:
        if self.labour is not None:
            yield "labour_time", self.labour
        if self.machine is not None:
            yield "machine_time", self.machine


NO_EFFORT = Effort()
