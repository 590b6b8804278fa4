"""What the parts of this process are doing, and what follows for startup and readiness."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import NamedTuple

from services.kit import signals
from services.kit.log import logger

_log = logger(__name__)


class State(StrEnum):
    """What one component is doing."""

    STARTING = "starting"
    ACTIVE = "active"
    IDLE = "idle"
    """Well, and not at work: a standby, or somebody else holds the lease."""
    DEGRADED = "degraded"
    STOPPED = "stopped"


class Health(NamedTuple):
    """The three answers a platform asks for.

    Liveness never looks at a dependency: whoever can answer lives; a component that dies ends
    the process. Readiness looks at what callers reach; a broker outage takes nobody out.
    """

    startup: bool
    readiness: bool
    liveness: bool = True


class Component:
    """One part's own report. `serving` parts are those that callers reach."""

    def __init__(self, name: str, *, serving: bool = False) -> None:
        self.name = name
        self.serving = serving
        self.state = State.STARTING
        self.reason = ""
        self.changed: Callable[[], None] = lambda: None

    def active(self) -> None:
        """At work."""
        self._become(State.ACTIVE)

    def idle(self) -> None:
        """Well, with nothing to do here."""
        self._become(State.IDLE)

    def degraded(self, reason: str) -> None:
        """Not doing all it should, and why; it goes on trying."""
        self._become(State.DEGRADED, reason)

    def stopped(self) -> None:
        """Over."""
        self._become(State.STOPPED)

    def _become(self, state: State, reason: str = "") -> None:
        if (state, reason) == (self.state, self.reason):
            return
        self.state, self.reason = state, reason
        say = _log.warning if state is State.DEGRADED else _log.info
        say("component changed", component=self.name, state=state.value, reason=reason)
        self.changed()


class Components:
    """All parts of this process; `watch` is told whenever the health changes.

    `draining` once the process is about to stop.
    """

    def __init__(self) -> None:
        self._components: dict[str, Component] = {}
        self._watchers: list[Callable[[Health], None]] = []
        self.draining = False
        self._told = self.health
        signals.observe("plantmesh.component.state", self._readings)

    def add(self, name: str, *, serving: bool = False) -> Component:
        """Expect a part; it is starting until it says otherwise."""
        if name in self._components:
            raise ValueError(f"two components named {name}")
        component = self._components[name] = Component(name, serving=serving)
        component.changed = self._tell
        self._tell()
        return component

    def drain(self) -> None:
        """The process is about to stop: not ready from now on."""
        self.draining = True
        self._tell()

    def watch(self, tell: Callable[[Health], None]) -> None:
        """Call `tell` now and at every change, in this thread."""
        self._watchers.append(tell)
        tell(self.health)

    @property
    def health(self) -> Health:
        """As it is now."""
        parts = self._components.values()
        startup = bool(parts) and all(part.state is not State.STARTING for part in parts)
        well = all(part.state in (State.ACTIVE, State.IDLE) for part in parts if part.serving)
        return Health(startup, startup and well and not self.draining)

    def states(self) -> dict[str, tuple[State, str]]:
        """State and reason of every part by name, in the order they were added."""
        return {name: (part.state, part.reason) for name, part in self._components.items()}

    def _tell(self) -> None:
        health = self.health
        if health != self._told:
            self._told = health
            for tell in self._watchers:
                tell(health)

    def _readings(self) -> Iterator[signals.Reading]:
        for name, part in self._components.items():
            for state in State:
                yield float(part.state is state), {"component": name, "state": state.value}


_current: ContextVar[Component | None] = ContextVar("component", default=None)


def status() -> Component:
    """The part this task belongs to, to report on; outside of a service a report goes nowhere."""
    return _current.get() or Component("unattended")


@contextmanager
def reporting(component: Component) -> Iterator[None]:
    """What this task and those it starts report is about `component`."""
    token = _current.set(component)
    try:
        yield
    finally:
        _current.reset(token)
