"""A noun of the canonical core, and by which names of the contracts it is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Without:
    """There is no such form, and why that is right."""

    why: str


Names = tuple[str, ...] | Without
"""Names of a contract, the first of which is the usual one."""


@dataclass(frozen=True, slots=True)
class Noun:
    """`owner` is the service whose proto package and subgraph it belongs to.

    `batch` and `page` are rpcs ("LotService.BatchGetLots", of another package with its name before
    it: "ops.AuditService..."), `events` messages of the owner, `graph` fields ("Lot.identity").
    """

    name: str
    owner: str
    batch: Names
    page: Names
    events: Names
    graph: Names


IN_ITS_OWNER = "read with what it belongs to"
