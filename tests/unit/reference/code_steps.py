"""What stewards do with codes, and what is answered then; one step a unit of work."""

from datetime import timedelta

from services.reference.application.approve_codes import approve_codes
from services.reference.application.draft_codes import draft_codes
from services.reference.application.resolve_codes import resolve_codes
from services.reference.application.retire_codes import retire_codes
from services.reference.domain.code import Question
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.code_state import Status
from tests.unit.reference.examples import NOON, mapping
from tests.unit.reference.use_cases import Shelf

DAY = timedelta(days=1)


async def resolve(
    shelf: Shelf, *questions: Question, at: int = 0
) -> tuple[list[str], list[Question]]:
    """Codes and what they mean so many days after noon; what nobody knows."""
    async with shelf.work() as books:
        found, unmapped = await resolve_codes(books, questions, NOON + at * DAY if at else None)
    return sorted(f"{one.code}={one.canonical}" for one in found), unmapped


async def draft(shelf: Shelf, *mappings: CodeMapping, by: str = "ann") -> list[CodeMapping]:
    """As they stand then."""
    async with shelf.work() as books:
        return await draft_codes(books, mappings, by)


async def approve(shelf: Shelf, *mappings: CodeMapping, by: str = "bob") -> list[CodeMapping]:
    """As they hold then."""
    async with shelf.work() as books:
        return await approve_codes(books, mappings, by)


async def say(shelf: Shelf, *mappings: CodeMapping) -> list[int]:
    """Drafted by ann, approved by bob; their versions."""
    await draft(shelf, *mappings)
    return [one.version for one in await approve(shelf, *mappings)]


async def retire(shelf: Shelf, code: str, version: int, at: int | None = None) -> list[CodeMapping]:
    """So many days after noon."""
    async with shelf.work() as books:
        until = None if at is None else NOON + at * DAY
        return await retire_codes(books, [(mapping(code).key, version)], until)


async def versions(shelf: Shelf, code: str = "KG") -> list[tuple[str, Status]]:
    """Every one of a code."""
    async with shelf.work() as books:
        found = await books.code_mappings.get([mapping(code).key])
    return [(one.canonical, one.status) for one in found]
