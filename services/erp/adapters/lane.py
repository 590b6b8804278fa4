"""An ERP as its lane sees it: entries become documents in the ERP's own codes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from services.erp import wire
from services.erp.adapters.registry import Connect
from services.erp.application.round_posting import round_posting
from services.erp.domain.codes import CodeTable
from services.erp.domain.document import LineDocument, PostingDocument, Sought
from services.erp.domain.keys import OrderKey
from services.erp.domain.posting import Kind, Posting
from services.erp.domain.rounding import Precision, rounded
from services.erp.ports import ErpSystem, Rounding
from services.erp.ports.mapping import Codes
from services.kit.backbone.outbox import emit
from services.kit.clock import Clock, SystemClock
from services.kit.errors import InvalidError, UnavailableError
from services.kit.lanes.entry import Entry
from services.kit.lanes.outcome import Capabilities, Found, Outcome, Posted, Rejected, Unavailable
from services.kit.lanes.systems import System
from services.kit.lanes.worker import Announce
from services.kit.store import Store, Work


@dataclass(frozen=True, slots=True)
class Words:
    """The ERPs' codes, and what amounts were rounded to."""

    codes: Codes
    rounding: Rounding


class ErpLane:
    """kit.lanes.outcome.Outside over an ErpSystem."""

    def __init__(self, system: System, erp: ErpSystem, store: Store, words: Words) -> None:
        self._system = system.id
        self._precision = Precision.read(system.settings.get("decimals", {}))
        self._erp = erp
        self._store = store
        self._words = words

    @property
    def capabilities(self) -> Capabilities:
        """The ERP's own."""
        return self._erp.capabilities

    async def find(self, entries: Sequence[Entry]) -> Mapping[str, Found] | Unavailable:
        """By reference what the ERP holds; even for a payload that nobody can read."""
        return await self._erp.find([_sought(entry.key, entry.reference) for entry in entries])

    async def create(self, entry: Entry, version: str | None) -> Outcome:
        """Post, or refuse what is no posting of this order or has no code in this ERP."""
        try:
            posting = _read(entry)
            document = await self._express(posting)
        except InvalidError as error:
            return Rejected(str(error), error.field, error.code)
        except UnavailableError as error:
            return Unavailable(str(error))
        if posting.kind is Kind.REVERSAL:
            return await self._reverse(posting, document)
        outcome = await self._erp.post(document, version, entry.confirmed)
        if posting.kind is Kind.CLOSE and _is_closed(outcome):
            return Posted(f"{posting.order.order_no} was closed there")
        return outcome

    async def result_of(self, token: str) -> Outcome:
        """What became of an accepted request."""
        return await self._erp.result_of(token)

    async def close(self) -> None:
        """Let go of connections."""
        await self._erp.close()

    async def _express(self, posting: Posting) -> PostingDocument:
        async with self._store.work():
            at = posting.occurred_at.moment
            codes = await self._words.codes.table(self._system, posting.order.plant, at)
            document = express(posting, codes)
            shares = await round_posting(
                self._words.rounding, self._system, posting, document, self._precision
            )
        return replace(document, lines=rounded(document.lines, shares))

    async def _reverse(self, posting: Posting, document: PostingDocument) -> Outcome:
        sought = _sought(str(posting.order), posting.reverses)
        found = await self._erp.find([sought])
        if isinstance(found, Unavailable):
            return found
        if posting.reverses not in found:
            return Unavailable(f"no answer about {posting.reverses}")
        documents = found[posting.reverses].documents
        if not documents:
            return Rejected(
                f"the ERP holds no {posting.reverses}", "reverses", "nothing_to_reverse"
            )
        return await self._erp.cancel(document, documents[0])


def lanes_over(
    connect: Mapping[str, Connect], store: Store, words: Words
) -> dict[str, Callable[[System], ErpLane]]:
    """For each adapter, how a lane reaches one of its systems."""

    def lane_by(name: str) -> Callable[[System], ErpLane]:
        return lambda system: ErpLane(system, connect[name](system), store, words)

    return {name: lane_by(name) for name in connect}


def express(posting: Posting, codes: CodeTable) -> PostingDocument:
    """The posting in the ERP's codes; raises InvalidError naming the field without one."""
    return PostingDocument(
        plant=posting.order.plant,
        order_no=posting.order.order_no,
        reference=posting.reference,
        kind=posting.kind,
        lines=tuple(
            LineDocument(
                line.item_no,
                line.lot_no,
                line.quantity.value,
                codes.express("uom", line.quantity.unit, field=f"lines[{index}].quantity.unit"),
                line.reason
                and codes.express("reason", line.reason, field=f"lines[{index}].reason"),
            )
            for index, line in enumerate(posting.lines)
        ),
        occurred_at=posting.occurred_at,
        business_date=posting.business_date,
    )


def announce(clock: Clock | None = None) -> Announce:
    """Tells of settled entries, in the transaction that settles them."""
    time = clock or SystemClock()

    def tell(work: Work, entries: Sequence[Entry]) -> None:
        for entry in entries:
            emit(work, entry.key, wire.write_settled(entry, time.now()), subject=entry.reference)

    return tell


def _is_closed(outcome: Outcome) -> bool:
    """What its own users did meanwhile is what we wanted."""
    return isinstance(outcome, Rejected) and outcome.code == "order_closed"


def _sought(key: str, reference: str) -> Sought:
    order = OrderKey.parse(key)
    return Sought(order.plant, order.order_no, reference)


def _read(entry: Entry) -> Posting:
    """A person may mend everything of a posting but what it is and whose."""
    posting = wire.read_payload(entry.payload)
    if posting.reference != entry.reference:
        raise InvalidError(
            f"this is entry {entry.reference}, not {posting.reference}",
            code="bad_payload",
            field="reference",
        )
    if str(posting.order) != entry.key:
        raise InvalidError(
            f"this entry belongs to order {entry.key}", code="bad_payload", field="order"
        )
    return posting
