"""What the canonical codes of the code map domain `status` say of an order, whatever its kind."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from enum import StrEnum
from typing import Any, TypeVar

from services.erp.domain.codes import CodeTable
from services.kit.errors import InvalidError

_S = TypeVar("_S", bound=Any)
Say = Callable[[_S], _S]


def vocabulary(blank: _S, prefix: str = "") -> Mapping[str, Say[_S]]:
    """A word for each value of each axis ("lifecycle.released") and each flag, and "none"."""
    words: dict[str, Say[_S]] = {}
    for one in fields(blank):
        kind = type(getattr(blank, one.name))
        if issubclass(kind, StrEnum):
            for value in kind:
                words[f"{prefix}{one.name}.{value}"] = saying(**{one.name: value})
        else:
            words[f"{prefix}{one.name}"] = saying(**{one.name: True})
    return {**words, "none": lambda status: status}


def saying(**change: Any) -> Say[Any]:
    """This of an order, and nothing else."""
    return lambda status: replace(status, **change)


def read_status(
    blank: _S, codes: Sequence[str], words: Mapping[str, Say[_S]], table: CodeTable
) -> _S:
    """All that the codes say at once; raises InvalidError naming the one that says nothing."""
    status = blank
    for index, code in enumerate(codes):
        field = f"statuses[{index}]"
        canonical = table.resolve("status", code, field=field)
        if canonical not in words:
            raise InvalidError(
                f"{code} is mapped to {canonical[:40]!r}, which is no status",
                code="unknown_status",
                field=field,
                hint=f"one of {', '.join(words)}",
            )
        status = words[canonical](status)
    return status
