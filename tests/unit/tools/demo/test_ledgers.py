"""Two ledgers of the same goods differ for named reasons alone."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from services.erp.domain.booking import Role
from tools.demo.accounts import ACCOUNTS
from tools.demo.erp.book import Booking
from tools.demo.finance import Account, Cost, Entry, Finances, Line
from tools.demo.ledgers import Left, Row, beside
from tools.demo.shift import MADE, USED

# 10 kg were delivered; 3 kg went into 4 pieces, of which 1 waits and 1 was scrapped by quality.
OURS = Finances(
    (
        Entry("movement", "in", "", (Line("3010", "stock", Decimal("23.75"), USED),)),
        Entry("movement", "out", "4711", (Line("3010", "stock", Decimal("-7.12"), USED),)),
        Entry("movement", "made", "4711", (Line("3020", "stock", Decimal(12), MADE),)),
        Entry("movement", "scrap", "", (Line("3020", "stock", Decimal(-3), MADE),)),
    ),
    (Account("1910", "grir", Decimal(0), Decimal("23.75")),),
    {"4711": Cost(Decimal("-4.88"), Decimal(0), Decimal(0), Decimal(0), 0)},
    frozenset(),
    (),
)
LEFT = [Left("4711", waiting=Decimal(1), scrapped=Decimal(1))]


def both(item: str, order: str, begin: str, amount: str) -> list[Booking]:
    """On the stock, and on what stands against it."""
    line = Booking(item, order, begin, True, Decimal(amount))
    return [line, replace(line, on_stock=False, amount=-line.amount)]


THEIRS = [
    *both(USED, "", "lost_found", "23.75"),
    *both(USED, "4711", "storage", "-7.13"),
    *both(MADE, "4711", "production", "6"),
]


def rows(theirs: Sequence[Booking] = THEIRS) -> dict[str, Row]:
    """By what they are of."""
    return {row.what: row for row in beside(OURS, theirs, LEFT)}


def test_what_waits_and_what_was_scrapped_explain_all_but_cents() -> None:
    found = rows()
    assert list(found) == ["stock of bracket", "stock of steel", "received", "work of 4711"]
    assert all(row.agrees for row in found.values())
    assert found["stock of steel"].rounding == Decimal("0.01")
    assert found["stock of bracket"].waiting == 3
    work = found["work of 4711"]
    assert (work.ours, work.theirs) == (Decimal("-4.88"), Decimal("1.13"))
    assert work.waiting == work.scrapped == -3


def test_a_document_that_one_of_them_lacks_is_noticed() -> None:
    for place in range(len(THEIRS)):
        assert not all(row.agrees for row in rows(THEIRS[:place] + THEIRS[place + 1 :]).values())


def test_every_role_has_its_account() -> None:
    assert {str(role) for role in Role} <= ACCOUNTS.keys()
