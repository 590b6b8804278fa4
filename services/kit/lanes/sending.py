"""One batch on its way out: find by our key, create what is not there, judge the answers.

Source: architecture.md 5, lanes (b) and (c). No transaction is open here. A lost answer is never
asked about at once: the system may still be working on the request.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from services.kit.checkpoint import reach
from services.kit.lanes.asking import ask
from services.kit.lanes.entry import Entry, State
from services.kit.lanes.outcome import (
    Accepted,
    Conflict,
    Found,
    NeedsConfirmation,
    Outcome,
    Outside,
    Posted,
    Rejected,
    Unavailable,
    Unknown,
)
from services.kit.lanes.queue import TWO_DOCUMENTS, Verdict
from services.kit.lanes.terms import Notice, Terms
from services.kit.signals import carrier, span

_Answer = TypeVar("_Answer")


@dataclass
class Batch:
    """Claimed entries and what became of them. `until` = this process's monotonic deadline."""

    outside: Outside
    terms: Terms
    entries: Sequence[Entry]
    until: float
    notice: Notice
    verdicts: list[Verdict] = field(default_factory=list)
    requests: int = 0
    answered: int = 0
    unavailable: Unavailable | None = None

    async def send(self) -> list[Verdict]:
        """Bring every entry as far as it goes; one verdict for each."""
        reach("lane.before_find")
        found = await self._find_all()
        rest = iter(self.entries)
        parallel = min(self.outside.capabilities.parallel, len(self.entries))
        await asyncio.gather(*(self._drain(rest, found) for _ in range(parallel)))
        return self.verdicts

    def may_send(self) -> bool:
        """Whether an answer would still come before somebody else may take the entry over."""
        return time.monotonic() < self.until - self.outside.capabilities.request_timeout

    async def lost(self, entry: Entry, why: str) -> Verdict:
        """The answer to a create did not come: leave the entry as it is until its deadline."""
        self.notice("answer_lost", 1)
        if entry.lost + 1 < self.terms.patience:
            return Verdict(entry, State.SENDING, reason=why, code="answer_lost")
        return Verdict(entry, State.REFUSED, reason=why, code="no_answer")

    # -- one entry

    async def _drain(self, rest: Iterator[Entry], found: Mapping[str, Found]) -> None:
        for entry in rest:
            about: dict[str, str | int | float | bool] = {
                "system": entry.system,
                "kind": entry.kind,
                "reference": entry.reference,
                "attempt": entry.attempt,
            }
            with span("plantmesh.lane.post", links=[entry.traceparent], attributes=about):
                traced = replace(entry, traceparent=carrier() or entry.traceparent)
                self.verdicts.append(await self._one(traced, found))

    async def _one(self, entry: Entry, found: Mapping[str, Found]) -> Verdict:
        if entry.state is State.AWAITING:
            return await self.judge(entry, await self.request(self.outside.result_of, entry.token))
        batch = self.outside.capabilities.batch
        mine = found.get(entry.reference) if batch else await self.find(entry)
        for _ in range(self.terms.tries):
            if verdict := self._without_sending(entry, mine):
                return verdict
            self.requests += self.outside.capabilities.requests_per_post - 1
            outcome = await self.request(self.outside.create, entry, mine and mine.version)
            reach("lane.after_post")
            match outcome:
                case Conflict():
                    self.notice("stale", 1)
                    mine = await self.find(entry)
                case NeedsConfirmation(code=code) if self._confirms(entry, code):
                    entry = replace(entry, confirmed=(*entry.confirmed, code))
                case _:
                    return await self.judge(entry, outcome)
        return self._not_sent(entry, after=self.terms.poll_seconds)

    def _without_sending(self, entry: Entry, found: Found | None) -> Verdict | None:
        """Why nothing is sent, as a verdict; None = send it, now."""
        if found is None or self.unavailable:
            return self._not_sent(entry)
        if verdict := self._already_there(entry, found):
            return verdict
        if entry.aside:
            # Its answer was lost before it was set aside: now we know that it never arrived.
            return self._not_sent(entry)
        reach("lane.between_find_and_create")
        if not self.may_send():
            self.notice("too_late", 1)
            return self._not_sent(entry)
        reach("lane.after_check")
        return None

    def _confirms(self, entry: Entry, code: str) -> bool:
        return code not in entry.confirmed and self.terms.confirms(code)

    def _already_there(self, entry: Entry, found: Found) -> Verdict | None:
        if found.documents:
            self.notice("found", 1)
            code = TWO_DOCUMENTS if len(found.documents) > 1 else ""
            return Verdict(entry, State.POSTED, document=found.documents[0], code=code)
        if found.token:
            return self._awaiting(entry, found.token)
        return None

    def _not_sent(self, entry: Entry, after: float = 0.0) -> Verdict:
        self.notice("gave_back", 1)
        return Verdict(entry, State.READY, due_in=after)

    def _awaiting(self, entry: Entry, token: str) -> Verdict:
        return Verdict(entry, State.AWAITING, token=token, due_in=self.terms.poll_seconds)

    async def judge(self, entry: Entry, outcome: Outcome) -> Verdict:
        """What an answer means for the entry."""
        match outcome:
            case Posted(document):
                return Verdict(entry, State.POSTED, document=document)
            case Accepted(token):
                return self._awaiting(entry, token)
            case Rejected(reason, path, code):
                return Verdict(entry, State.REFUSED, reason=reason, code=code, field=path)
            case NeedsConfirmation(warning, code):
                return Verdict(entry, State.NEEDS_CONFIRMATION, reason=warning, code=code)
            case Unknown(reason) if entry.state is not State.AWAITING:
                return await self.lost(entry, reason)
            case Unavailable() | Unknown() | Conflict():
                return self._try_later(entry)

    def _try_later(self, entry: Entry) -> Verdict:
        if entry.state is State.AWAITING:
            return self._awaiting(entry, entry.token)
        return self._not_sent(entry)

    # -- calls

    async def _find_all(self) -> Mapping[str, Found]:
        wanted = [entry for entry in self.entries if entry.state is not State.AWAITING]
        if not self.outside.capabilities.batch or not wanted:
            return {}
        return await self._find(wanted)

    async def find(self, entry: Entry) -> Found | None:
        """Ask about one entry; None without an answer."""
        if self.unavailable:
            return None
        return (await self._find([entry])).get(entry.reference)

    async def _find(self, entries: Sequence[Entry]) -> Mapping[str, Found]:
        about = [entry.traceparent for entry in entries]
        answer = await self.request(self.outside.find, entries, about=about)
        if isinstance(answer, Unknown):
            self.unavailable = self.unavailable or Unavailable(answer.reason)
        return {} if isinstance(answer, Unavailable | Unknown) else answer

    async def request(
        self,
        request: Callable[..., Awaitable[_Answer]],
        *arguments: object,
        about: Iterable[str] = (),
    ) -> _Answer | Unknown:
        """Ask the system, and learn from how it answers."""
        self.requests += 1
        seconds = self.outside.capabilities.request_timeout
        answer = await ask(seconds, request, *arguments, about=about)
        if isinstance(answer, Unavailable):
            self.unavailable = self.unavailable or answer
            self.notice("throttled" if answer.throttled else "unavailable", 1)
        elif not isinstance(answer, Unknown):
            self.answered += 1
        return answer
