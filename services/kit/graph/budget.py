"""How much one operation may reach: depth and page sizes multiply, and lists have no page."""

from services.kit.errors import InvalidError

MOST_ENTRIES = 20_000
"""Of all lists of an operation together: tenths of a CPU second, in which nothing else is done."""


class Budget:
    """Of one operation; once `exceeded`, nothing more is resolved and nothing is answered."""

    def __init__(self, most: int = MOST_ENTRIES) -> None:
        self._most = self._left = most
        self.exceeded = False

    def spend(self, entries: int) -> None:
        """Raises InvalidError when it is used up."""
        self._left -= entries
        if self._left < 0:
            self.exceeded = True
            raise self.refusal()

    def refusal(self) -> InvalidError:
        """What the caller is told."""
        return InvalidError(
            f"the operation reaches more than {self._most} entries of lists",
            code="too_complex",
            field="query",
            hint="ask for smaller pages, or for what is further away in operations of its own",
        )
