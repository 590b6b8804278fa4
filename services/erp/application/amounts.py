"""Amounts of an ERP in canonical units, and refusals that name the part of a document."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.erp.domain.codes import CodeTable
from services.kit.errors import InvalidError
from services.kit.quantity import Quantity


def read_quantity(amount: str, unit: str, codes: CodeTable, field: str) -> Quantity:
    """Raises InvalidError naming the part of `field` that is no quantity."""
    canonical = codes.resolve("uom", unit, field=f"{field}.unit")
    with naming(field):
        return Quantity.parse(amount, canonical)


@contextmanager
def naming(field: str) -> Iterator[None]:
    """What is refused within is refused as a part of `field`."""
    try:
        yield
    except InvalidError as error:
        path = f"{field}.{error.field}" if error.field else field
        raise InvalidError(str(error), code=error.code, field=path, hint=error.hint) from error
