"""The account map: which account of the plant's chart a role means, for which goods, from when on.

It is reference's governed data: code maps of the domain "account" and the system "valuation". The
code is role, class and status as far as they matter ("stock", "stock/RAW", "stock/RAW/blocked"),
its meaning the account; drafted by one person and approved by another, each version for its time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from services.erp.domain.booking import Role
from services.erp.domain.goods import StockStatus
from services.kit.errors import ConflictError

DOMAIN: Final = "account"
SYSTEM: Final = "valuation"
OWNER = "finance"
"""The team that maps accounts, and whose queue waits for them."""


class WaitingError(ConflictError):
    """A document cannot be valued yet: `wants` is what finance has to provide."""

    def __init__(self, message: str, *, code: str, wants: str, hint: str) -> None:
        super().__init__(message, code=code, hint=hint)
        self.wants = wants


@dataclass(frozen=True, slots=True)
class AccountMapping:
    """`code` means `account` at the plant ("" = at all), from `valid_from` to before `valid_to`."""

    plant: str
    code: str
    account: str
    valid_from: datetime
    valid_to: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it is the account for something of that time."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


class Purpose(NamedTuple):
    """What an account is sought for; `classes` of the item, the one that matters most first."""

    role: Role
    classes: Sequence[str] = ()
    status: StockStatus | None = None

    def codes(self) -> Iterator[str]:
        """What may be mapped, the most telling first."""
        for one in self.classes:
            if self.status:
                yield f"{self.role}/{one}/{self.status}"
            yield f"{self.role}/{one}"
        yield str(self.role)


class Chart:
    """The account map as it is known now."""

    def __init__(self, mappings: Iterable[AccountMapping]) -> None:
        self._known: dict[tuple[str, str], list[AccountMapping]] = {}
        for one in mappings:
            self._known.setdefault((one.plant, one.code), []).append(one)

    def account(self, plant: str, purpose: Purpose, at: datetime) -> str:
        """The plant's own mapping goes before one for all; raises WaitingError where none is."""
        for code in purpose.codes():
            for place in (plant, ""):
                for one in self._known.get((place, code), ()):
                    if one.holds(at):
                        return one.account
        wants = next(purpose.codes())
        raise WaitingError(
            f"{plant} has no account for {wants}",
            code="unmapped_account",
            wants=f"account/{plant}/{wants}",
            hint=f"have a code of the domain {DOMAIN}, system {SYSTEM}, drafted and approved",
        )
