"""Long lists in pages: a token leads on, until it is forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from tools.simulators.kubernetes.objects import Json, Objects
from tools.simulators.kubernetes.refusals import RefusedError


@dataclass
class Pages:
    """What was begun; `forget()` is what a server does with its tokens after five minutes."""

    def __post_init__(self) -> None:
        self._left: dict[str, tuple[Sequence[Json], str]] = {}

    def forget(self) -> None:
        """No token leads on."""
        self._left.clear()

    def cut(
        self, objects: Objects, found: Sequence[Json], query: Mapping[str, str]
    ) -> tuple[Sequence[Json], Json]:
        """A page, and the metadata of the list; raises RefusedError (410)."""
        revision = str(objects.revision)
        if token := query.get("continue"):
            if token not in self._left:
                raise RefusedError(410, "Expired", "the provided continue parameter is too old")
            # All pages show one moment.
            found, revision = self._left.pop(token)
        size = int(query.get("limit", "0")) or len(found)
        metadata: Json = {"resourceVersion": revision}
        if len(found) > size:
            metadata["continue"] = uuid4().hex
            metadata["remainingItemCount"] = len(found) - size
            self._left[metadata["continue"]] = found[size:], revision
        return found[:size], metadata
