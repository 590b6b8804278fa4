"""A run: two databases, a broker and named processes that are hurt and brought back."""

import asyncio
import random
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from tests.faults.books import Books
from tests.faults.broker import Broker
from tests.faults.crash import Crash
from tests.faults.facts import Fact, owner_store, publish
from tests.faults.figures import Figures
from tests.faults.place import TOPIC, Place
from tests.faults.process import Actor, Role
from tests.faults.streams import Streams, read_streams
from tools.mesh.wait import until

_NAP = (0.7, 1.8)


class Rig:
    """Starts roles, hurts them, brings them back, and concludes what that proved."""

    def __init__(self, place: Place, broker: Broker, seed: int) -> None:
        self.place = place
        self.broker = broker
        self.books = Books(place)
        self.counters = place.counters
        self.dice = random.Random(seed)
        self.figures: list[Figures] = []
        self._seed = seed
        self._began = time.monotonic()
        self._actors: dict[str, Actor] = {}
        self._naps: dict[int, float] = {}

    @property
    def names(self) -> set[str]:
        """Who is at work."""
        return set(self._actors)

    def start(self, name: str, role: Role, crash: Crash | None = None) -> None:
        """Run `role` under `name` until stopped; it is restarted whenever it dies."""
        self._actors[name] = Actor(name, role, self.place, crash or {}, self._seed)
        self._actors[name].start()

    def stop(self, *names: str) -> None:
        """End these processes (all without a name) and do not restart them."""
        for name in names or tuple(self._actors):
            self._actors.pop(name).end()

    def kill(self, name: str) -> bool:
        """kill -9 if it is at work with something in flight; whether it was killed."""
        actor = self._actors[name]
        if not actor.alive() or actor.stopped() or self.books.backlog() <= 0:
            return False
        self.counters.note(f"kill.blind.{name}")
        actor.kill()
        return True

    def freeze(self, name: str) -> None:
        """SIGSTOP; tend() wakes it when it stood still long enough."""
        self.counters.note(f"stop.blind.{name}")
        self._actors[name].send(signal.SIGSTOP)

    def tend(self) -> None:
        """Restart what died, wake what stood still long enough."""
        now = time.monotonic()
        for actor in self._actors.values():
            if not actor.alive():
                actor.start()
            elif actor.stopped():
                wake_at = self._naps.setdefault(actor.pid, now + self.dice.uniform(*_NAP))
                if now >= wake_at:
                    del self._naps[actor.pid]
                    actor.send(signal.SIGCONT)

    def calm(self) -> None:
        """Nobody is hurt any more: restart what was armed, without its faults."""
        for name, actor in list(self._actors.items()):
            if actor.crash:
                actor.kill()
                self._actors[name] = replace(actor, crash={})

    def go_on(
        self, seconds: float, chaos: Callable[[], Any] = lambda: None, every: float = 0.5
    ) -> None:
        """Tend for `seconds`, with `chaos` about `every` seconds."""
        end = time.monotonic() + seconds
        self.go_on_until(lambda: time.monotonic() >= end, "the end of the spell", 600, chaos, every)

    def go_on_until(
        self,
        fact: Callable[[], bool],
        what: str,
        seconds: float = 30,
        chaos: Callable[[], Any] = lambda: None,
        every: float = 0.5,
    ) -> None:
        """Tend until `fact` holds, with `chaos`; raises MeshError naming `what` when it is late."""
        due = time.monotonic() + every

        def tended() -> bool:
            nonlocal due
            self.tend()
            if time.monotonic() >= due:
                chaos()
                due = time.monotonic() + every * self.dice.uniform(0.5, 1.5)
            return fact()

        until(tended, what, seconds=seconds)

    def drain(self, seconds: float = 40) -> None:
        """Tend until all that was accepted is applied or parked."""
        self.go_on_until(lambda: self.books.backlog() <= 0, "the backlog's end", seconds)

    def publish(self, facts: Iterable[Fact]) -> None:
        """One business transaction from here."""

        async def once() -> None:
            store = owner_store(self.place)
            await publish(store, facts)
            await store.close()

        asyncio.run(once())

    def streams(self) -> Streams:
        """What stands in the broker now."""
        return read_streams(self.broker.client, TOPIC)

    def count(self, name: str) -> int:
        """A counter's sum so far."""
        return self.counters.read()[name]

    def conclude(self, row: str, evidence: Mapping[str, int]) -> None:
        """Write the figures and judge; a piece of `evidence` that is zero fails the row."""
        counts = self.counters.read()
        figures = Figures(
            row=row,
            seed=self._seed,
            seconds=time.monotonic() - self._began,
            kills=sum(count for name, count in counts.items() if name.startswith("kill.")),
            verdict=self.books.verdict(),
            evidence=dict(evidence),
            counts=dict(sorted(counts.items())),
        )
        figures.write()
        self.figures.append(figures)
        ended = [file.read_text() for file in self.place.folder.glob("errors.*")]
        assert not ended, ended[0]
        assert self.books.broken_promises() == []
        assert figures.verdict.ok, figures.line()
        missing = [name for name, count in evidence.items() if not count]
        assert not missing, f"no {', no '.join(missing)}: the row proved nothing"
