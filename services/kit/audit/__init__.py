"""Who changed what, when and why: committed with the change, then chained, signed and anchored.

    record(current_work(), Change("item", "4711", old, new))

A use case tells it inside its unit of work; who, method, reason and trace are taken from what is
ambient (kit.audit.source). One sealer a service takes committed rows into a chain of signed seals,
a chain a partition, and tells each head to anchors outside the database. It is tamper-evident, not
tamper-proof; docs/adr/0020-audit.md says what a holder of the key or of the database could do.
"""

from services.kit.audit.before import made, saved, saw
from services.kit.audit.change import Change
from services.kit.audit.record import record
from services.kit.audit.source import told_by

__all__ = ["Change", "made", "record", "saved", "saw", "told_by"]
