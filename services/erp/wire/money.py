"""The journal as people see it; whoever may not see costs gets it without amounts."""

from collections.abc import Mapping, Sequence
from datetime import date

from plantmesh.erp.v1 import money_pb2 as pb

from services.erp.domain.accounts import OWNER
from services.erp.domain.booking import Role
from services.erp.domain.entry import Line
from services.erp.domain.keys import OrderKey
from services.erp.domain.money import Money
from services.erp.domain.settlement import VARIANCES, OrderValue
from services.erp.domain.stock_value import StockKey
from services.erp.ports.accounting import AccountBalance, Numbered, ParkedDocument, Wanted
from services.erp.wire.keys import write_order_key
from services.kit import wire
from services.kit.paging import Cut
from services.kit.wire import write_moment, write_page


def read_wanted(request: pb.ListEntriesRequest) -> Wanted:
    """Raises InvalidError naming a day that is none."""
    return Wanted(
        request.plant,
        request.order_no,
        request.account,
        read_day(request.since, "since"),
        read_day(request.until, "until"),
    )


def read_day(text: str, field: str) -> date | None:
    """ "" is None; raises InvalidError naming `field`."""
    return wire.read_day(text, field) if text else None


def write_costs(
    orders: Sequence[OrderKey],
    values: Mapping[OrderKey, OrderValue],
    parked: Mapping[OrderKey, int],
    *,
    shown: bool,
) -> pb.BatchGetOrderCostsResponse:
    """One an order."""
    if not shown:
        bare = [pb.OrderCost(order=write_order_key(one), withheld=True) for one in orders]
        return pb.BatchGetOrderCostsResponse(costs=bare)
    return pb.BatchGetOrderCostsResponse(
        costs=[_cost(one, values.get(one, OrderValue()), parked.get(one, 0)) for one in orders]
    )


def write_entries(cut: Cut[Numbered], *, shown: bool) -> pb.ListEntriesResponse:
    """A page of the journal."""
    return pb.ListEntriesResponse(
        entries=[_entry(one, shown=shown) for one in cut.rows], page=write_page(cut)
    )


def write_balances(
    balances: Sequence[AccountBalance], *, shown: bool
) -> pb.GetTrialBalanceResponse:
    """Of a plant."""
    return pb.GetTrialBalanceResponse(
        accounts=[
            pb.AccountBalance(
                account=one.account,
                role=_role(Role(one.role)),
                currency=one.currency,
                debit=Money(one.debit, one.currency).text if shown else "",
                credit=Money(one.credit, one.currency).text if shown else "",
                withheld=not shown,
            )
            for one in balances
        ]
    )


def write_parked(cut: Cut[ParkedDocument]) -> pb.ListParkedDocumentsResponse:
    """A page of what waits."""
    return pb.ListParkedDocumentsResponse(
        documents=[
            pb.ParkedDocument(
                plant=one.plant,
                kind=pb.EntryKind.Value(f"ENTRY_KIND_{one.kind.upper()}"),
                reference=one.reference,
                order_no=one.order_no,
                code=one.code,
                wants=one.wants,
                reason=one.reason,
                since=write_moment(one.since),
                owner=OWNER,
            )
            for one in cut.rows
        ],
        page=write_page(cut),
    )


def write_drifts(drifts: Sequence[StockKey]) -> pb.RecountStockValuesResponse:
    """Stock values that are not the fold of their lines."""
    return pb.RecountStockValuesResponse(
        drifts=[
            pb.StockValueKey(
                plant=one.plant, item_no=one.item_no, account=one.account, currency=one.currency
            )
            for one in drifts
        ]
    )


def _cost(order: OrderKey, value: OrderValue, parked: int) -> pb.OrderCost:
    cost = pb.OrderCost(
        order=write_order_key(order),
        currency=value.currency,
        settlements=value.settlements,
        parked=parked,
    )
    if value.currency:
        cost.wip = value.text(Role.WIP)
        cost.variance = value.text(*VARIANCES)
        cost.usage_variance = value.text(Role.USAGE_VARIANCE)
        cost.scrap_variance = value.text(Role.SCRAP_VARIANCE)
        cost.rounding = value.text(Role.ROUNDING)
    return cost


def _entry(one: Numbered, *, shown: bool) -> pb.Entry:
    entry = one.entry
    return pb.Entry(
        number=one.no,
        plant=entry.key.plant,
        kind=pb.EntryKind.Value(f"ENTRY_KIND_{entry.key.kind.name}"),
        reference=entry.key.reference,
        business_date=entry.business_date.isoformat(),
        currency=entry.currency,
        order_no=entry.order.order_no if entry.order else "",
        reverses=entry.reverses,
        text=entry.text,
        lines=[_line(line, shown=shown) for line in entry.lines],
        recorded_at=write_moment(one.recorded_at),
        withheld=not shown,
    )


def _line(line: Line, *, shown: bool) -> pb.EntryLine:
    return pb.EntryLine(
        plant=line.plant,
        account=line.account,
        role=_role(line.role),
        amount=line.amount.text if shown else "",
        item_no=line.item_no,
    )


def _role(role: Role) -> pb.AccountRole.ValueType:
    return pb.AccountRole.Value(f"ACCOUNT_ROLE_{role.name}")
