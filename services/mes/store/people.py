"""The pseudonyms of operators in PostgreSQL: nothing of the name is in them."""

from collections.abc import Collection
from secrets import token_hex

from services.kit.store import current_work
from services.mes.domain.keys import Person

_GIVE = """
    INSERT INTO operator (plant, operator_id, pseudonym)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])
    ON CONFLICT (plant, operator_id) DO NOTHING
"""
_FIND = """
    SELECT o.plant, o.operator_id, o.pseudonym
    FROM unnest(%s::text[], %s::text[]) AS k(plant, operator_id)
    JOIN operator o USING (plant, operator_id)
"""


class SqlPeople:
    """ports.People."""

    async def pseudonyms(self, people: Collection[Person]) -> dict[Person, str]:
        """Drawn by lot for who is new, in the order of their keys."""
        ordered = sorted(people)
        keys = [one.plant for one in ordered], [one.id for one in ordered]
        await current_work().sql(_GIVE, (*keys, [f"op-{token_hex(8)}" for _ in ordered]))
        rows = await current_work().sql(_FIND, keys)
        return {Person(plant, id): pseudonym for plant, id, pseudonym in rows}

    async def names(self, plant: str, pseudonyms: Collection[str]) -> dict[str, str]:
        """By the pseudonym."""
        rows = await current_work().sql(
            "SELECT pseudonym, operator_id FROM operator"
            " WHERE plant = %s AND pseudonym = ANY(%s::text[])",
            (plant, list(pseudonyms)),
        )
        return dict(rows)
