"""What the ERP's answers mean to a lane: by status, and by SAP's message class and number.

Who can help decides: nobody needs to (Conflict, Unavailable: tried again), who mends the document
(item, lot, unit), who settles the matter in the ERP (period, stock, order), or nobody any more
(taken back already).
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec

from services.erp.domain.document import LineDocument
from services.kit.errors import UnavailableError
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
_LONGEST_WAIT, _LONGEST_REASON = 3600.0, 300


class StoppedError(Exception):
    """A request did not bring what it should; `outcome` says what that means."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


class _Words(msgspec.Struct):
    value: str = ""


class _Error(msgspec.Struct):
    code: str = ""
    message: _Words = msgspec.field(default_factory=_Words)


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
        return StoppedError(Unavailable("too fast for the ERP", _wait(headers), throttled=True))
    if status in _NOT_SERVED:
        return StoppedError(Unavailable(f"the ERP answered {status}", _wait(headers)))
    if status in _STALE:
        return StoppedError(Conflict("somebody else has it, or changed it meanwhile"))
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return StoppedError(_refused(content, lines, status))
    return StoppedError(Unknown(f"the ERP answered {status}"))


def _refused(content: bytes, lines: Sequence[LineDocument], status: int) -> Outcome:
    try:
        error = msgspec.json.decode(content, type=_Refusal).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Unavailable(f"the ERP answered {status}, and not why")
    reason = error.message.value[:_LONGEST_REASON] or error.code
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


def _wait(headers: Mapping[str, str]) -> float:
    """Seconds it asked us to wait; the form with a date is left unread."""
    given = headers.get("Retry-After", "")
    return min(float(given), _LONGEST_WAIT) if given.isdecimal() else 0.0
