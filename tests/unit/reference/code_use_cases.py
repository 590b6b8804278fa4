"""What every book-keeping must do with codes: drafts, approvals, ends and dates.

A subclass gives the fixture `shelf`.
"""
# ruff: noqa: D102 - a test's name is its sentence

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from services.kit.errors import (
    ConflictError,
    DeniedError,
    DomainError,
    InvalidError,
    NotFoundError,
)
from services.reference.application.read_state import read_state
from services.reference.application.retire_codes import retire_codes
from services.reference.domain.code import CodeDomain, Direction, Question
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.code_state import Status
from tests.unit.reference.code_steps import DAY, approve, draft, resolve, retire, say, versions
from tests.unit.reference.examples import LYON, NOON, asked, item, mapping
from tests.unit.reference.use_cases import Shelf, put


class CodesContract:
    """All of it."""

    async def test_what_is_mapped_is_answered_the_plant_first(self, shelf: Shelf) -> None:
        await put(shelf, plants=[LYON])
        await say(shelf, mapping(), mapping("ST", "H87"), mapping("ST", "EA", plant="lyon"))
        answer = await resolve(shelf, asked(), asked("ST"), asked("ST", plant=""))
        assert answer == (["KG=KGM", "ST=EA", "ST=H87"], [])

    async def test_the_way_out_is_another_question(self, shelf: Shelf) -> None:
        await say(
            shelf,
            mapping(direction=Direction.IN),
            mapping("KILO", direction=Direction.OUT),
            mapping("L", "LTR"),
            mapping("LT", "LTR"),
        )
        out = Direction.OUT
        found = await resolve(shelf, asked("KGM", direction=out), asked("LTR", direction=out))
        assert found == (["KILO=KGM", "L=LTR", "LT=LTR"], [])
        question = asked("KILO")
        assert await resolve(shelf, question) == ([], [question])

    async def test_a_draft_answers_nothing_and_needs_another_person(self, shelf: Shelf) -> None:
        [drafted] = await draft(shelf, mapping())
        assert (drafted.status, drafted.steward, drafted.approver) == (Status.DRAFT, "ann", "")
        assert (await resolve(shelf, asked()))[0] == []
        with pytest.raises(DeniedError) as refused:
            await approve(shelf, mapping(), by="ann")
        assert (refused.value.code, refused.value.field) == (
            "second_person_required",
            "mappings[0].approver",
        )
        assert (await resolve(shelf, asked()))[0] == []
        [approved] = await approve(shelf, mapping())
        assert (approved.status, approved.approver) == (Status.APPROVED, "bob")
        assert (await resolve(shelf, asked()))[0] == ["KG=KGM"]
        assert await shelf.told() == [
            "*/code/uom/erp-1/KG CodeDrafted",
            "*/code/uom/erp-1/KG CodeMapped",
            "lyon/unmapped/in/uom/erp-1/KG CodeUnmapped",
        ]

    async def test_what_is_said_already_is_not_said_twice(self, shelf: Shelf) -> None:
        [first] = await draft(shelf, mapping())
        assert await draft(shelf, mapping(), by="bob") == [first]
        [approved] = await approve(shelf, mapping())
        assert await draft(shelf, mapping()) == [approved]
        assert await approve(shelf, mapping(), by="ann") == [approved]
        assert len(await shelf.told()) == 2

    async def test_a_change_keeps_the_old_version_for_its_time(self, shelf: Shelf) -> None:
        await say(shelf, mapping("ST", "H87"))
        new = mapping("ST", "EA", valid_from=NOON + 10 * DAY, replaces=1)
        assert await say(shelf, new) == [2]
        assert await versions(shelf, "ST") == [
            ("H87", Status.RETIRED),
            ("EA", Status.APPROVED),
        ]
        assert (await resolve(shelf, asked("ST"), at=9))[0] == ["ST=H87"]
        assert (await resolve(shelf, asked("ST"), at=10))[0] == ["ST=EA"]
        assert [one.rpartition(" ")[2] for one in await shelf.told()] == [
            "CodeDrafted", "CodeDrafted", "CodeMapped", "CodeMapped", "CodeRetired",
        ]  # fmt: skip

    async def test_a_correction_holds_from_the_beginning(self, shelf: Shelf) -> None:
        await say(shelf, mapping("ST", "H87"))
        assert await say(shelf, mapping("ST", "EA", replaces=1)) == [2]
        assert (await resolve(shelf, asked("ST"), at=-1000))[0] == ["ST=EA"]

    @pytest.mark.parametrize(
        ("first", "second", "together"),
        [((0, 10), (10, None), True), ((0, 10), (9, 20), False), ((None, None), (5, 6), False)],
    )
    async def test_two_versions_never_hold_at_a_time(
        self,
        shelf: Shelf,
        first: tuple[int | None, int | None],
        second: tuple[int | None, int | None],
        together: bool,
    ) -> None:
        said = [
            mapping(
                "ST",
                canonical,
                **({} if begin is None else {"valid_from": NOON + begin * DAY}),
                valid_to=None if end is None else NOON + end * DAY,
            )
            for canonical, (begin, end) in (("H87", first), ("EA", second))
        ]
        for one in said:
            await draft(shelf, one)
        await approve(shelf, said[0])
        if together:
            assert (await approve(shelf, said[1]))[0].version == 2
            return
        with pytest.raises(ConflictError) as refused:
            await approve(shelf, said[1])
        assert (refused.value.code, refused.value.field) == (
            "overlapping_mapping",
            "mappings[0].valid_from",
        )
        assert await versions(shelf, "ST") == [("H87", Status.APPROVED), ("EA", Status.DRAFT)]

    async def test_a_retired_mapping_answers_for_the_time_before(self, shelf: Shelf) -> None:
        await say(shelf, mapping())
        [ended] = await retire(shelf, "KG", 1)
        assert (ended.status, ended.valid_to) == (Status.RETIRED, NOON)
        assert (await resolve(shelf, asked()))[1] == [asked()]
        assert (await resolve(shelf, asked(), at=-1))[0] == ["KG=KGM"]
        assert await say(shelf, mapping("KG", "GRM", valid_from=NOON)) == [2]
        assert (await resolve(shelf, asked()))[0] == ["KG=GRM"]

    async def test_a_withdrawn_draft_never_answered_and_may_come_again(self, shelf: Shelf) -> None:
        await draft(shelf, mapping())
        await retire(shelf, "KG", 1)
        assert await resolve(shelf, asked(), at=-1000) == ([], [asked()])
        with pytest.raises(NotFoundError):
            await approve(shelf, mapping())
        assert await say(shelf, mapping()) == [2]

    @pytest.mark.parametrize(
        ("act", "error", "code", "field"),
        [
            (
                lambda shelf: draft(shelf, mapping("ST", "H87", plant="lyon")),
                NotFoundError,
                "unknown_plant",
                "mappings[0].code.plant",
            ),
            (
                lambda shelf: draft(shelf, mapping("A"), mapping("A", "GRM")),
                InvalidError,
                "duplicate",
                "mappings[1]",
            ),
            (
                lambda shelf: draft(shelf, mapping("KG", "GRM", version=7)),
                ConflictError,
                "stale_version",
                "mappings[0].version",
            ),
            (
                lambda shelf: draft(shelf, mapping("KG", "GRM", replaces=7)),
                ConflictError,
                "unknown_version",
                "mappings[0].replaces",
            ),
            (
                lambda shelf: draft(
                    shelf, mapping("G", "nut", domain=CodeDomain.SUPPLIER_PART, system="mill")
                ),
                NotFoundError,
                "unknown_item",
                "mappings[0].canonical",
            ),
            (
                lambda shelf: approve(shelf, mapping("ST", "H87")),
                NotFoundError,
                "no_draft",
                "mappings[0].canonical",
            ),
            (
                lambda shelf: approve(shelf, mapping("KG", "GRM", version=1)),
                ConflictError,
                "another_mapping",
                "mappings[0].canonical",
            ),
            (
                lambda shelf: retire(shelf, "KG", 2),
                ConflictError,
                "unknown_version",
                "versions[0].mapping_version",
            ),
            (
                lambda shelf: retire(shelf, "OLD", 1),
                ConflictError,
                "wrong_state",
                "versions[0].mapping_version",
            ),
            (
                lambda shelf: retire(shelf, "BOUND", 1, 11),
                InvalidError,
                "bad_interval",
                "versions[0].until",
            ),
        ],
    )
    async def test_a_refusal_names_its_part_and_leaves_nothing(
        self,
        shelf: Shelf,
        act: Callable[[Shelf], Awaitable[object]],
        error: type[DomainError],
        code: str,
        field: str,
    ) -> None:
        await say(shelf, mapping(), mapping("OLD"), mapping("BOUND", valid_to=NOON + 10 * DAY))
        await retire(shelf, "OLD", 1)
        before = await shelf.told()
        with pytest.raises(error) as refused:
            await act(shelf)
        assert (refused.value.code, refused.value.field) == (code, field)
        assert await shelf.told() == before

    async def test_an_approval_by_number_means_that_version(self, shelf: Shelf) -> None:
        await draft(shelf, mapping())
        assert (await approve(shelf, mapping(version=1)))[0].version == 1
        with pytest.raises(InvalidError) as refused:
            async with shelf.work() as books:
                await retire_codes(books, [(mapping().key, 1)] * 2, None)
        assert refused.value.field == "versions[1]"

    async def test_every_version_is_listed_and_part_of_the_state(self, shelf: Shelf) -> None:
        await put(shelf, plants=[LYON])
        await say(shelf, mapping(), mapping("ST", "H87", plant="lyon"))
        await say(shelf, mapping("KG", "GRM", replaces=1))
        await draft(shelf, mapping("KG", "TNE"))
        async with shelf.work() as books:
            state = [one async for part in read_state(books) for one in part]
        assert [
            (one.code, one.version, one.status) for one in state if isinstance(one, CodeMapping)
        ] == [
            ("KG", 1, Status.RETIRED),
            ("KG", 2, Status.APPROVED),
            ("KG", 3, Status.DRAFT),
            ("ST", 1, Status.APPROVED),
        ]

    async def test_a_cross_reference_is_a_code_that_means_an_item(self, shelf: Shelf) -> None:
        await put(shelf, items=[item()])
        scheme = {"domain": CodeDomain.SUPPLIER_PART, "system": "mill"}
        await say(
            shelf,
            mapping("P-1", "widget", revision="A", valid_to=NOON, **scheme),
            mapping("P-2", "widget", revision="B", **scheme),
        )
        theirs = Question(CodeDomain.SUPPLIER_PART, "mill", "", "P-1")
        ours = replace(theirs, code="widget", direction=Direction.OUT)
        assert await resolve(shelf, theirs, at=-1) == (["P-1=widget"], [])
        assert await resolve(shelf, ours, at=-1) == (["P-1=widget", "P-2=widget"], [])
        assert await resolve(shelf, ours, theirs) == (["P-2=widget"], [theirs])
