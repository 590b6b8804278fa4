"""Keys, references, effects of confirmations and parts, and what refusals mean."""

import pytest

from services.kit.errors import (
    ConflictError,
    DeniedError,
    DomainError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
)
from services.process.domain.effects import Closing, Effect, Movement, Planned, Posting
from services.process.domain.facts import (
    BornHeld,
    Caught,
    Confirmed,
    Consumption,
    Fact,
    HoldOrdered,
    OrderReleased,
    Saga,
)
from services.process.domain.keys import OrderKey, hold_flow, order_of
from services.process.domain.ledger import Outcome, Part, released_at_once
from services.process.domain.plan import effects_of, effects_of_part, source_of
from services.process.domain.references import LONGEST, command_key, reference
from services.process.domain.refusal import Until, judge
from tests.unit.process.samples import AT, LOT, ORDER, confirmed, disposed, kilograms

STEEL = Consumption("steel", "S-1", kilograms(12))
SCREWS = Consumption("screws", "", kilograms(1))


def said(effects: list[Effect]) -> list[str]:
    """Who does what, in a line."""
    return [
        f"{one.at} {one.move} {one.stock} {one.quantity.text} {one.reference} {one.reason}".strip()
        if isinstance(one, Movement)
        else f"{one.at} {one.kind} {len(one.lines)} {one.reference}"
        for one in effects
        if not isinstance(one, Closing)
    ]


def test_confirmation_with_everything_and_an_inspection() -> None:
    report = confirmed(3, scrap=("2", "0"), consumed=(STEEL, SCREWS))
    assert said(list(effects_of(report, "I-1"))) == [
        "wms receipt_production quality 10 lyon/4711/3/receipt",
        "wms issue_to_order unrestricted 12 lyon/4711/3/issue/0",
        "wms issue_to_order unrestricted 1 lyon/4711/3/issue/1",
        "erp consumption 2 lyon/4711/3/consumption",
        "erp scrap 1 lyon/4711/3/scrap",
    ]


def test_confirmation_of_scrap_alone() -> None:
    assert said(list(effects_of(confirmed(3, 0, scrap=("2",)), ""))) == [
        "erp scrap 1 lyon/4711/3/scrap"
    ]


def test_uninspected_yield_comes_in_unrestricted_and_is_posted() -> None:
    [receipt] = effects_of(confirmed(3), "")
    assert said([receipt]) == ["wms receipt_production unrestricted 10 lyon/4711/3/receipt"]
    part = released_at_once(3, "L-1", kilograms(10))
    assert said(list(effects_of_part(ORDER, "widget", part, AT))) == [
        "erp yield 1 lyon/4711/3/yield"
    ]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (
            Outcome.ACCEPT,
            [
                "wms release_from_quality quality 8 lyon/4711/3/release/I-1/2",
                "erp yield 1 lyon/4711/3/yield/I-1/2",
            ],
        ),
        (
            Outcome.SCRAP,
            [
                "wms scrap quality 8 lyon/4711/3/scrap/I-1/2 scrap",
                "erp scrap 1 lyon/4711/3/scrap/I-1/2",
            ],
        ),
        (Outcome.REWORK, ["wms quality_to_blocked quality 8 lyon/4711/3/block/I-1/2 rework"]),
        (Outcome.REJECT, ["wms quality_to_blocked quality 8 lyon/4711/3/block/I-1/2 reject"]),
    ],
)
def test_effects_of_a_disposed_part(outcome: Outcome, expected: list[str]) -> None:
    part = Part(3, "L-1", "I-1", 2, outcome, kilograms(8))
    assert said(list(effects_of_part(ORDER, "widget", part, AT))) == expected


def test_tracks_are_a_lot_at_wms_and_the_order_at_erp() -> None:
    effects = list(effects_of(confirmed(3, consumed=(STEEL,)), "I-1"))
    assert [one.track for one in effects] == ["lyon/widget/L-1", "lyon/steel/S-1", "erp"]
    planned = Planned(effects[-1], "somebody")
    assert isinstance(planned.effect, Posting)


def test_references_fit_and_stay_apart() -> None:
    long = OrderKey("p" * 32, "o" * 64)
    one, other = (reference(long, n, "yield", "I" * 64, 1) for n in (1, 2))
    assert len(one) == LONGEST
    assert one != other
    assert reference(ORDER, 3, "yield", "I-1", 2) == "lyon/4711/3/yield/I-1/2"


def test_command_key_is_the_same_for_the_same_references() -> None:
    many = [f"lyon/4711/{n}/yield" for n in range(50)]
    assert command_key("erp", many) == command_key("erp", many)
    assert command_key("erp", many) != command_key("erp", many[1:])
    assert len(command_key("erp", many)) <= 128
    assert command_key("wms", ["a", "b"]) == "wms|a|b"


def test_flows_are_named_by_what_they_are_of() -> None:
    assert order_of(ORDER.flow) == ORDER
    assert str(ORDER) == "lyon/4711"
    assert order_of("order/lyon/a/b") == OrderKey("lyon", "a/b")
    for flow in (hold_flow("H-1"), "order/lyon"):
        with pytest.raises(InvalidError):
            order_of(flow)


FACTS: list[tuple[Fact, str, str, Saga]] = [
    (
        OrderReleased(ORDER, "widget", kilograms(1), "1"),
        ORDER.flow,
        "order",
        Saga.ORDER_TO_PRODUCTION,
    ),
    (confirmed(1), ORDER.flow, "floor", Saga.PRODUCTION_CONFIRMATION),
    (BornHeld(ORDER, LOT, ("H-1",)), ORDER.flow, "floor", Saga.PRODUCTION_CONFIRMATION),
    (Caught("H-1", LOT), "hold/H-1", f"lot/{LOT}", Saga.APPLY_HOLD),
    (disposed(1, 5), ORDER.flow, "quality/I-1", Saga.PRODUCTION_CONFIRMATION),
    (
        HoldOrdered("H-1", "lyon", (LOT,), active=True, version=1),
        "hold/H-1",
        "apply",
        Saga.APPLY_HOLD,
    ),
    (
        HoldOrdered("H-1", "lyon", (LOT,), active=False, version=2),
        "hold/H-1",
        "release",
        Saga.RELEASE_HOLD,
    ),
]


@pytest.mark.parametrize(("fact", "flow", "track", "saga"), FACTS)
def test_each_fact_has_its_flow_track_and_saga(
    fact: Fact, flow: str, track: str, saga: Saga
) -> None:
    assert (fact.flow, fact.track, fact.saga) == (flow, track, saga)


def test_source_and_lot_of_a_confirmation() -> None:
    report: Confirmed = confirmed(3)
    assert source_of(report) == "lyon/4711/3"
    assert report.lot == LOT
    assert str(report.lot) == "lyon/widget/L-1"


@pytest.mark.parametrize(
    ("error", "until", "may_pass"),
    [
        (ConflictError("no", code="order_not_open"), Until.PERSON, False),
        (ConflictError("no", code="lot_held"), Until.RELEASE, False),
        (ConflictError("no", code="insufficient_stock"), Until.PERSON, True),
        (NotFoundError("no", code="unknown_order"), Until.PERSON, True),
        (InvalidError("no", field="lines[0]"), Until.PERSON, False),
        (DeniedError("no"), Until.PERSON, False),
    ],
)
def test_refusals_wait_for_somebody(error: DomainError, until: Until, may_pass: bool) -> None:
    refusal = judge(error)
    assert refusal is not None
    assert (refusal.until, refusal.may_pass, refusal.field) == (until, may_pass, error.field)


@pytest.mark.parametrize(
    "error",
    [
        UnavailableError("away"),
        UnauthenticatedError("expired"),
        DomainError("a bug there"),
        ConflictError("same command", code="command_in_progress"),
    ],
)
def test_what_passes_is_asked_again(error: DomainError) -> None:
    assert judge(error) is None
