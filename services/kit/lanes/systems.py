"""The outside systems of this service, as data: a changed row takes effect without a restart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from psycopg.errors import UniqueViolation

from services.kit.errors import ConflictError, InvalidError, NotFoundError
from services.kit.store import Row, Work


@dataclass(frozen=True, slots=True)
class System:
    """One system. `budget` = requests a second; `secret` names where its credentials are kept.

    `settings` belong to the adapter, but for "lane" (Terms) and "confirm_warnings": codes of
    warnings that need no person, or ["*"].
    """

    id: str
    adapter: str
    plants: tuple[str, ...]
    budget: float
    secret: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True

    def confirms(self, warning: str) -> bool:
        """Whether the policy accepts this warning without asking a person."""
        confirmed = self.settings.get("confirm_warnings", ())
        return "*" in confirmed or warning in confirmed


_SELECT = (
    "SELECT s.id, s.adapter, (SELECT coalesce(array_agg(p.plant ORDER BY p.plant), '{}')"
    "  FROM system_plant p WHERE p.system = s.id), s.budget, s.secret, s.settings, s.enabled"
    " FROM systems s"
)


async def put_system(work: Work, system: System) -> None:
    """Add or change a system; with a new budget it starts anew to learn what is borne.

    Raises ConflictError when another system serves one of its plants, InvalidError on a budget
    that is not positive.
    """
    if system.budget <= 0:
        raise InvalidError("a budget is more than 0 requests a second", field="budget")
    old = await work.sql("SELECT budget FROM systems WHERE id = %s FOR UPDATE", (system.id,))
    await work.sql(
        "INSERT INTO systems (id, adapter, budget, secret, settings, enabled)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO UPDATE SET"
        " adapter = excluded.adapter, budget = excluded.budget,"
        " secret = excluded.secret, settings = excluded.settings, enabled = excluded.enabled",
        (
            system.id,
            system.adapter,
            system.budget,
            system.secret,
            orjson.dumps(dict(system.settings)).decode(),
            system.enabled,
        ),
    )
    if old != [(system.budget,)]:
        await work.sql(
            "INSERT INTO lane_pace AS p (system, rate, ceiling) VALUES (%s, %s, %s)"
            " ON CONFLICT (system) DO UPDATE SET rate = excluded.rate, ceiling = excluded.ceiling,"
            " taught_at = NULL",
            (system.id, system.budget, system.budget),
        )
    await _route(work, system)


async def all_systems(work: Work) -> list[System]:
    """Every system, by id."""
    return [_read(row) for row in await work.sql(f"{_SELECT} ORDER BY s.id")]


async def system_of(work: Work, plant: str) -> System:
    """The system that serves a plant; raises NotFoundError when none does."""
    rows = await work.sql(
        f"{_SELECT} JOIN system_plant p ON p.system = s.id WHERE p.plant = %s", (plant,)
    )
    if not rows:
        raise NotFoundError(
            f"no outside system serves the plant {plant}",
            code="no_system",
            field="plant",
            hint="add the plant to a row of `systems`",
        )
    return _read(rows[0])


async def _route(work: Work, system: System) -> None:
    await work.sql("DELETE FROM system_plant WHERE system = %s", (system.id,))
    try:
        await work.sql(
            "INSERT INTO system_plant (plant, system) SELECT plant, %s"
            " FROM unnest(%s::text[]) AS t(plant)",
            (system.id, sorted(system.plants)),
        )
    except UniqueViolation as error:
        raise ConflictError(
            f"a plant of {system.id} is served by another system",
            code="plant_taken",
            field="plants",
            hint="a plant has one system of a kind; take it from the other one first",
        ) from error


def _read(row: Row) -> System:
    id, adapter, plants, budget, secret, settings, enabled = row
    return System(id, adapter, tuple(plants), budget, secret, settings, enabled)
