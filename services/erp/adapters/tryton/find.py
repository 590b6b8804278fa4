"""What Tryton holds under our keys: a posting's key is a note on each of its moves.

A reversal is a second note on them, a close a note on the production. What is half done (drafts,
with a note or without) is no document yet.
"""

from collections.abc import Mapping, Sequence

from services.erp.adapters.tryton.books import Books, of_move
from services.erp.adapters.tryton.records import Move, Note, Production
from services.erp.adapters.tryton.values import Moment
from services.erp.domain.document import Sought
from services.kit.lanes.outcome import Found


def reversal(reference: str) -> str:
    """The words of a note that takes moves back."""
    return f"reversal {reference}"


def words(reference: str) -> tuple[str, str]:
    """All that a reference may have left."""
    return reference, reversal(reference)


async def find(books: Books, sought: Sequence[Sought]) -> Mapping[str, Found]:
    """All in two requests; raises StoppedError."""
    orders = await books.orders({(one.plant, one.order_no) for one in sought})
    every = [order for several in orders.values() for order in several]
    notes = await books.notes(every, [text for one in sought for text in words(one.reference)])
    return {one.reference: _found(orders[one.plant, one.order_no], notes, one) for one in sought}


def documents(order: Production, notes: Sequence[Note], reference: str) -> tuple[str, ...]:
    """What is booked under a reference, also where it was taken back since."""
    moves = {of_move(move.id): move for move in order.inputs + order.outputs}
    closed = [
        order_document(order)
        for note in notes
        if (note.resource, note.message) == (order.name, reference) and order.state == "done"
    ]
    reversed_ = [moves[n.resource] for n in notes if _on(n, moves, reversal(reference))]
    undone = all(move.state == "cancelled" for move in reversed_)
    return (
        *(
            move_document(group)
            for group in _groups(moves, notes, reference)
            if all(order.booked(move) for move in group)
        ),
        *closed[:1],
        *([reversal_document(move_document(reversed_))] if reversed_ and undone else []),
    )


def move_document(moves: Sequence[Move]) -> str:
    """Moves that were booked in one go; Tryton numbers them one by one."""
    return "+".join(str(id) for id in sorted({move.id for move in moves}))


def reversal_document(document: str) -> str:
    """What took a document back."""
    return f"reversal of {document}"


def order_document(order: Production) -> str:
    """The end of an order."""
    return f"end of {order.number or order.id}"


def _groups(
    moves: Mapping[str, Move], notes: Sequence[Note], reference: str
) -> Sequence[Sequence[Move]]:
    """Notes of one posting are made in one transaction: another moment is another document."""
    groups: dict[Moment, list[Move]] = {}
    seen = set[str]()
    for note in notes:
        if _on(note, moves, reference) and note.resource not in seen:
            seen.add(note.resource)
            groups.setdefault(note.create_date, []).append(moves[note.resource])
    return list(groups.values())


def _on(note: Note, moves: Mapping[str, Move], message: str) -> bool:
    return note.message == message and note.resource in moves


def _found(orders: Sequence[Production], notes: Sequence[Note], one: Sought) -> Found:
    held = [document for order in orders for document in documents(order, notes, one.reference)]
    return Found(tuple(held), version=orders[0].stamp if len(orders) == 1 else None)
