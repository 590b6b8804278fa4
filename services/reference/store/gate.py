"""One writer of master data at a time."""

from services.kit.store import current_work


class SqlGate:
    """An advisory lock of the transaction."""

    async def enter(self) -> None:
        """Wait for our turn."""
        await current_work().sql("SELECT pg_advisory_xact_lock(hashtextextended('master', 0))")
