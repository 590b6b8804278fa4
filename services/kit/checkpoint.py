"""Named points between two lines where a crash would hurt; fault tests strike there."""

from collections.abc import Callable


def _pass(name: str) -> None:
    """In production a checkpoint is one call that does nothing."""


_observer: Callable[[str], None] = _pass


def reach(name: str) -> None:
    """Tell the observer that the process stands at checkpoint `name`."""
    _observer(name)


def observe(observer: Callable[[str], None]) -> None:
    """Install what happens at every checkpoint of this process (fault tests only)."""
    global _observer
    _observer = observer
