"""What the ERP's answers mean to a lane: by status, and by SAP's message class and number.

Who can help decides: nobody needs to (Conflict, Unavailable: tried again), who mends the document
(item, lot, unit), who settles the matter in the ERP (period, stock, order), or nobody any more
(taken back already).
"""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from xml.etree import ElementTree

import msgspec

from services.erp.domain.document import LineDocument
from services.kit.errors import UnavailableError
from services.kit.http import wait_asked
from services.kit.lanes.outcome import Conflict, Outcome, Rejected, Unavailable, Unknown

_REFUSALS = {
    "M3/305": ("unknown_item", "item_no"),
    "M3/351": ("unknown_item", "item_no"),
    "M7/018": ("lot_required", "lot_no"),
    "M7/042": ("unknown_lot", "lot_no"),
    "M7/021": ("not_enough_stock", "quantity.value"),
    "M7/022": ("over_delivery", "quantity.value"),
    "M7/053": ("period_closed", "business_date"),
    "F5/201": ("period_closed", "business_date"),
    "F5/286": ("period_closed", "business_date"),
    "CO/017": ("unknown_order", "order.order_no"),
    "BS/007": ("order_not_released", "order.order_no"),
    "BS/013": ("order_closed", "order.order_no"),
    "RU/494": ("order_closed", "order.order_no"),
    "M7/122": ("already_reversed", "reverses"),
}
"""Message class and number: our code, and the field (of a line, where it is a line's)."""
_OF_LINES = frozenset({"item_no", "lot_no", "quantity.value"})
_LOCKED = frozenset({"M3/024", "M3/682", "M3/897", "CO/469", "ME/006"})
"""Somebody has it open."""
_STALE = (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.LOCKED)
_NOT_SERVED = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
"""Refused as a whole: the request was surely not carried out."""
_LONGEST_REASON = 300
_LARGEST_REFUSAL = 1024 * 1024


class StoppedError(Exception):
    """A request did not bring what it should; `outcome` says what that means."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


class _Words(msgspec.Struct):
    value: str = ""


class _Detail(msgspec.Struct):
    code: str = ""
    message: str = ""


class _Inner(msgspec.Struct):
    errordetails: list[_Detail] = []


class _Error(msgspec.Struct):
    code: str = ""
    message: _Words | str = ""
    innererror: _Inner | None = None


class _Refusal(msgspec.Struct):
    error: _Error


def rejected(reason: str, field: str, code: str) -> StoppedError:
    """A business refusal of ours."""
    return StoppedError(Rejected(reason, field, code))


def as_reading(stopped: StoppedError) -> StoppedError:
    """What it means where nothing was to change: refused or lost, it is just not known."""
    outcome = stopped.outcome
    if isinstance(outcome, Unavailable):
        return stopped
    return StoppedError(Unavailable(getattr(outcome, "reason", str(outcome))))


def silent(stopped: StoppedError) -> Unavailable:
    """The same to whoever only asked."""
    outcome = stopped.outcome
    return outcome if isinstance(outcome, Unavailable) else Unavailable(str(outcome))


def unavailable(stopped: StoppedError) -> UnavailableError:
    """The same as an error."""
    return UnavailableError(silent(stopped).reason)


def of_answer(
    status: int, headers: Mapping[str, str], content: bytes, lines: Sequence[LineDocument] = ()
) -> StoppedError:
    """An answer that is no success; `lines` are those that it may speak of."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return StoppedError(
            Unavailable("too fast for the ERP", wait_asked(headers), throttled=True)
        )
    if status in _NOT_SERVED:
        return StoppedError(Unavailable(f"the ERP answered {status}", wait_asked(headers)))
    if status in _STALE:
        return StoppedError(Conflict("somebody else has it, or changed it meanwhile"))
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return StoppedError(_refused(content, lines, status))
    return StoppedError(Unknown(f"the ERP answered {status}"))


def _refused(content: bytes, lines: Sequence[LineDocument], status: int) -> Outcome:
    said = list(_said(content[:_LARGEST_REFUSAL]))
    if not said:
        return Unavailable(f"the ERP answered {status}, and not why")
    # What stands first may be a word of the Gateway's, with SAP's own among the details.
    known = (one for one in said if one.code in _LOCKED or one.code in _REFUSALS)
    error = next(known, said[0])
    reason = error.message[:_LONGEST_REASON] or error.code
    if error.code in _LOCKED:
        return Conflict(reason)
    code, field = _REFUSALS.get(error.code, ("rejected", ""))
    if field in _OF_LINES:
        field = f"lines[{_spoken_of(reason, lines)}].{field}"
    return Rejected(reason, field, code)


def _spoken_of(reason: str, lines: Sequence[LineDocument]) -> int:
    """The line whose item or lot the message names: what it points at differs between releases."""
    words = set(reason.split())
    for index, line in enumerate(lines):
        if words & {line.item_no, line.lot_no}:
            return index
    return 0


def _said(content: bytes) -> Iterator[_Detail]:
    """All messages of a refusal, the one on top first; none where it is no such thing."""
    try:
        error = msgspec.json.decode(content, type=_Refusal).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        yield from _said_in_xml(content)
        return
    top = error.message if isinstance(error.message, str) else error.message.value
    yield _Detail(error.code, top)
    yield from error.innererror.errordetails if error.innererror else ()


def _said_in_xml(content: bytes) -> Iterator[_Detail]:
    """The same as a Gateway says it when it does not look at what we accept."""
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError:
        return
    if root.tag.rpartition("}")[2] == "error":
        for one in (root, *root.iterfind(".//{*}errordetail")):
            code, message = (one.findtext(f"{{*}}{name}") or "" for name in ("code", "message"))
            yield _Detail(code.strip(), message.strip())
