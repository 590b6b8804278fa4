"""What people say of what could not be booked."""

# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace

from services.kit.errors import ConflictError, InvalidError, NotFoundError
from services.mes.application.attribute_counts import (
    Attribution,
)
from services.mes.application.confirm_operations import Result
from services.mes.domain.counting import State
from services.mes.domain.look import Job
from tests.unit.mes.looks import JOB, flour, good, look, scrap
from tests.unit.mes.reports import plan
from tests.unit.mes.use_cases.counting import (
    UNCOUNTED,
    attribute,
    begin,
    count,
    made,
    refused,
    waiting,
)
from tests.unit.mes.use_cases.steps import Floor, create


class AttributionsContract:
    """Settling."""

    async def test_what_a_person_attributes_is_booked_once(self, floor: Floor) -> None:
        await begin(floor)
        nobody = Job("nobody's", "L1")
        await count(floor, look(1, good("0"), job=nobody), look(2, good("7"), job=nobody))
        (left,) = await waiting(floor)
        given = Attribution(left.difference.id, JOB, "the terminal had the wrong order")
        assert await attribute(floor, given) == [Result(left.difference.id, 1, replayed=False)]
        assert (
            await attribute(floor, given, given)
            == [Result(left.difference.id, 1, replayed=True)] * 2
        )
        assert await made(floor) == ["7"]
        other = given._replace(job=Job("4711", "L9"))
        settled = (ConflictError, "already_settled", "attributions[0].id")
        assert await refused(floor, other) == settled
        assert await refused(floor, given._replace(job=None)) == settled
        assert await waiting(floor) == []
        (kept,) = await waiting(floor, settled=True)
        assert kept.state is State.BOOKED
        assert kept.settlement
        assert (kept.settlement.by, kept.settlement.job) == ("anna", JOB)
        assert kept.settlement.reason == "the terminal had the wrong order"
        assert kept.difference == left.difference

    async def test_a_difference_is_dismissed_with_a_reason_for_good(self, floor: Floor) -> None:
        await create(floor, plan())
        await count(floor, look(1, good("7")), look(2, good("7")))
        (left,) = await waiting(floor)
        id = left.difference.id
        for reason in ("", " \n"):
            assert await refused(floor, Attribution(id, None, reason)) == (
                InvalidError,
                "reason_required",
                "attributions[0].reason",
            )
        assert await attribute(floor, Attribution(id, None, "a test run")) == []
        assert await attribute(floor, Attribution(id, None, "a test run")) == []
        assert await refused(floor, Attribution(id, JOB)) == (
            ConflictError,
            "already_settled",
            "attributions[0].id",
        )
        (kept,) = await waiting(floor, settled=True)
        assert kept.state is State.DISMISSED
        assert await made(floor) == []

    async def test_a_batch_of_attributions_is_all_or_none(self, floor: Floor) -> None:
        await create(floor, plan())
        await count(floor, look(1, good("7"), scrap("2"), flour("1")))
        rows = await waiting(floor)
        ids = [one.difference.id for one in rows]
        assert ids == ["look-1.1/good", "look-1.1/scrap", "look-1.1/flour"]
        first = Attribution(ids[0], JOB)
        for last, refusal in (
            (Attribution("nobody's", JOB), (NotFoundError, "unknown_difference", "id")),
            (
                Attribution(ids[1], Job("nobody's", "L1")),
                (NotFoundError, "unknown_order", "job.order_no"),
            ),
            (Attribution(ids[2], None), (InvalidError, "reason_required", "reason")),
        ):
            kind, code, field = refusal
            assert await refused(floor, first, last) == (kind, code, f"attributions[1].{field}")
        no_lot = Attribution(ids[0], Job("4711", ""))
        assert await refused(floor, Attribution(ids[1], JOB), no_lot) == (
            InvalidError,
            "lot_required",
            "attributions[1].job.lot_no",
        )
        assert await waiting(floor) == rows
        assert await made(floor) == []
        assert len(await attribute(floor, *(Attribution(id, JOB) for id in ids))) == 3

    async def test_what_waits_elsewhere_is_not_ours(self, floor: Floor) -> None:
        await create(floor, plan())
        far = replace(look(1, good("7")), plant="oslo", equipment="oslo/press-1")
        assert await count(floor, far) == [UNCOUNTED]
        assert await waiting(floor) == []
        assert await refused(floor, Attribution("look-1.1/good", JOB)) == (
            NotFoundError,
            "unknown_difference",
            "attributions[0].id",
        )
