"""Reference's stewardship queue: codes that nobody has mapped are put there."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from services.erp import wire
from services.erp.domain.codes import Direction, Question
from services.kit.access.principal import acting_as
from services.kit.copies import put
from services.kit.errors import DomainError, UnavailableError
from services.kit.log import logger
from services.kit.store import Store

_AT_ONCE = 500
_LONGEST_CODE = 120
_log = logger(__name__)


class QueuedSteward:
    """ports.Steward; `resolve` is ResolveCodes of reference.

    What waits to be reported is in memory: after a restart the inbox reads again what failed, and
    meets the same codes.
    """

    def __init__(self, store: Store, resolve: Callable[[Any], Awaitable[Any]]) -> None:
        self._store = store
        self._resolve = resolve
        self._waiting: dict[Question, None] = {}

    def ask(self, question: Question) -> None:
        """Put it where a steward sees it, with the next report."""
        if 0 < len(question.code) <= _LONGEST_CODE:
            self._waiting[question] = None
        else:
            _log.warning("a code that nobody can map", system=question.system, kind=question.kind)

    async def report(self) -> None:
        """Hand over what waits; what was mapped meanwhile comes back into our copy.

        Raises UnavailableError; nothing is lost by that.
        """
        for direction in (Direction.IN, Direction.OUT):
            asked = [one for one in self._waiting if one.direction is direction]
            for start in range(0, len(asked), _AT_ONCE):
                await self._hand_over(asked[start : start + _AT_ONCE])

    async def _hand_over(self, asked: Iterable[Question]) -> None:
        questions = list(asked)
        try:
            with acting_as(None):
                answer = await self._resolve(wire.write_questions(questions))
        except DomainError as error:
            raise UnavailableError(f"no steward hears of unmapped codes: {error}") from error
        async with self._store.work():
            await put(wire.CODES, answer.mappings)
        for question in questions:
            self._waiting.pop(question, None)
