"""The terms of each plant's collectors in PostgreSQL: fence and pulse in one row."""

from collections.abc import Collection

from services.kit.elector import superseded
from services.kit.store import current_work

# Not even an equal epoch may begin: of two that a lease made anew gave the same, one leads.
_BEGIN = """
    INSERT INTO collector AS c (plant, epoch, beat)
    SELECT p, %s, 0 FROM unnest(%s::text[]) AS t(p)
    ON CONFLICT (plant) DO UPDATE SET epoch = excluded.epoch, beat = c.beat + 1
    WHERE c.epoch < excluded.epoch
    RETURNING plant
"""
_BEAT = """
    UPDATE collector SET beat = beat + 1 WHERE plant = ANY(%s) AND epoch = %s RETURNING plant
"""


class SqlTerms:
    """ports.Terms; the row is locked until the commit, so no other term begins in between."""

    async def highest(self, plants: Collection[str]) -> int:
        """Of any of them."""
        rows = await current_work().sql(
            "SELECT coalesce(max(epoch), 0) FROM collector WHERE plant = ANY(%s)", (list(plants),)
        )
        return int(rows[0][0])

    async def begin(self, epoch: int, plants: Collection[str]) -> None:
        """In the order of their names: nobody waits in a circle."""
        if len(await current_work().sql(_BEGIN, (epoch, sorted(plants)))) < len(plants):
            raise superseded(epoch)

    async def beat(self, epoch: int, plants: Collection[str]) -> None:
        """All or none."""
        if len(await current_work().sql(_BEAT, (list(plants), epoch))) < len(plants):
            raise superseded(epoch)

    async def beats(self) -> dict[str, tuple[int, int]]:
        """All plants."""
        rows = await current_work().sql("SELECT plant, epoch, beat FROM collector")
        return {plant: (epoch, beat) for plant, epoch, beat in rows}
