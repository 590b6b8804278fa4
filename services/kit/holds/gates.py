"""The gate of a plant's scopes: an advisory lock that reports share, and a scope has alone."""

from collections.abc import Collection

from services.kit.store import current_work

_PASS = """
    SELECT {lock}(hashtextextended('scopes/' || plant, 0))
    FROM unnest(%s::text[]) WITH ORDINALITY AS k(plant, n) ORDER BY n
"""
_SHARED = _PASS.format(lock="pg_advisory_xact_lock_shared")
_ALONE = _PASS.format(lock="pg_advisory_xact_lock")


async def enter_gates(plants: Collection[str]) -> None:
    """Until the ambient work ends; those who have entered do not wait for each other."""
    await current_work().sql(_SHARED, (sorted(set(plants)),))


async def close_gates(plants: Collection[str]) -> None:
    """Alone until the ambient work ends; in one order, so that no two wait for each other."""
    await current_work().sql(_ALONE, (sorted(set(plants)),))
