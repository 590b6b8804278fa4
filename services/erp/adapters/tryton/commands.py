"""The calls that change a production in Tryton. What they answer proves nothing: look again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from services.erp.adapters.tryton.books import LotAt, of_move
from services.erp.adapters.tryton.lines import Draft
from services.erp.adapters.tryton.records import Move, Production
from services.erp.adapters.tryton.session import Session
from services.erp.adapters.tryton.steps import Step

_ONWARD = {"running": "wait", "waiting": "assign_force", "assigned": "run"}
"""From each state of a production the button that leads on to `run`."""


class Commands:
    """Steps for one posting; `confirmed` are warnings it may answer."""

    def __init__(self, session: Session, confirmed: Collection[str]) -> None:
        self._session = session
        self._confirmed = confirmed

    def onward(self, order: Production, *, books: bool = False) -> Step:
        """The next button on the way to `run`, which posts every open input."""
        button = _ONWARD[order.state]
        return self.press("production", button, [order.id], books=books and button == "run")

    def press(self, model: str, button: str, ids: Sequence[int], *, books: bool = False) -> Step:
        """A button of a form, on some records."""

        async def call() -> None:
            await self._session.change(model, button, ids, confirmed=self._confirmed)

        return Step(f"{model}.{button}", call, books)

    def note(self, resources: Iterable[str], message: str) -> Step:
        """Our key on what belongs to it, in one call."""
        notes = [{"resource": name, "message": message} for name in resources]
        return self._step("note", "ir.note", "create", notes)

    def add_lots(self, wanted: Iterable[LotAt]) -> Step:
        """New lots by product and number."""
        lots = [{"product": product, "number": number} for product, number in wanted]
        return self._step("add lots", "stock.lot", "create", lots)

    def clear(self, order: Production, moves: Mapping[str, Iterable[Move]]) -> Step:
        """Take open moves, by side, out of a production."""
        change = {side: _delete(some) for side, some in moves.items()}
        return self._write("clear", order, order.stamp, change)

    def make(
        self, order: Production, version: str, side: str, moves: Sequence[Mapping[str, Any]],
        change: Mapping[str, Sequence[Any]],
    ) -> Step:  # fmt: skip
        """New moves on one side, with what must go for them; only if nobody changed the order."""
        told = {**change, side: [*change.get(side, ()), ["create", moves]]}
        return self._write("make", order, version, told)

    def _write(
        self, name: str, order: Production, version: str, change: Mapping[str, Sequence[Any]]
    ) -> Step:
        async def call() -> None:
            await self._session.change(
                "production",
                "write",
                [order.id],
                change,
                stamps={order.name: version},
                confirmed=self._confirmed,
            )

        return Step(name, call)

    def _step(self, name: str, model: str, method: str, records: Sequence[Any]) -> Step:
        async def call() -> None:
            await self._session.change(model, method, records, confirmed=self._confirmed)

        return Step(name, call)


def making_room(order: Production, side: str, drafts: Sequence[Draft]) -> dict[str, list[Any]]:
    """Changes that go with new moves: no open input stays, for `run` would post it; what earlier
    tries left goes too, and the planned rest of the output shrinks.
    """
    left = [move for move in order.outputs if move.open and move.effective_date]
    outputs = _delete(left)
    if side == "outputs":
        outputs += _shrink(order, drafts)
    return {"inputs": _delete(m for m in order.inputs if m.open), "outputs": outputs}


def _shrink(order: Production, drafts: Sequence[Draft]) -> list[Any]:
    """What is planned less what was made and scrapped."""
    counted = order.product, order.unit
    rest = [
        move
        for move in order.outputs
        if move.open and move.effective_date is None and (move.product, move.unit) == counted
    ]
    if not rest:
        return []
    done = sum(
        (m.quantity for m in order.outputs if m.state == "done" and (m.product, m.unit) == counted),
        Decimal(0),
    )
    new = sum((d.amount for d in drafts if (d.product.id, d.unit.id) == counted), Decimal(0))
    if not new:
        return []
    open_ = order.quantity - done - new
    if open_ > 0:
        return [["write", [rest[0].id], {"quantity": open_}]]
    return _delete(rest[:1])


def _delete(moves: Iterable[Move]) -> list[Any]:
    ids = [move.id for move in moves]
    return [["delete", ids]] if ids else []


def named(moves: Iterable[Move]) -> list[str]:
    """As resources of notes."""
    return [of_move(move.id) for move in moves]
