"""After a refused login nobody knocks for a while: an ERP locks a user who tries too often."""

import time


class Door:
    """Open until it is shut; then shut for `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until = 0.0

    def shut(self) -> None:
        """We were refused."""
        self._until = time.monotonic() + self._seconds

    @property
    def why(self) -> str:
        """Why nobody shall knock, "" when somebody may."""
        left = self._until - time.monotonic()
        if left <= 0:
            return ""
        return f"the login was refused; it is tried again in {left:.0f} s, or at a restart"
