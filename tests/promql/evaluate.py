"""PromQL as far as our rules use it; anything else is refused, never guessed.

`make rules-test` runs the same cases with promtool where it is installed. Source: Prometheus 2.42,
promql/engine.go and promql/functions.go.
"""

import operator
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from promql_parser import (
    AggModifierType,
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    LabelModifierType,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    VectorSelector,
)

from tests.promql.functions import OVER_TIME, quantiles
from tests.promql.series import NAME, Labels, Storage, Vector

Value = float | Vector
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}
_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda left, right: left / right if right else float("nan"),
}
_AGGREGATES: Mapping[str, Callable[[Sequence[float]], float]] = {
    "sum": sum,
    "max": max,
    "min": min,
    "count": len,
}


def evaluate(expr: Expr, storage: Storage, at: float) -> Value:
    """The value at a second; raises NotImplementedError for what no rule of ours uses."""
    match expr:
        case NumberLiteral():
            return expr.val
        case ParenExpr():
            return evaluate(expr.expr, storage, at)
        case VectorSelector():
            return storage.instant(expr, at)
        case AggregateExpr():
            return _aggregate(expr, vector(expr.expr, storage, at))
        case Call():
            return _call(expr, storage, at)
        case BinaryExpr():
            return _binary(expr, evaluate(expr.lhs, storage, at), evaluate(expr.rhs, storage, at))
        case _:
            raise NotImplementedError(f"{type(expr).__name__}: {expr.prettify()}")


def vector(expr: Expr, storage: Storage, at: float) -> Vector:
    """The same where it is one."""
    found = evaluate(expr, storage, at)
    if isinstance(found, float):
        raise NotImplementedError(f"a number where series are wanted: {expr.prettify()}")
    return found


def _aggregate(expr: AggregateExpr, found: Vector) -> Vector:
    if expr.param is not None or str(expr.op) not in _AGGREGATES:
        raise NotImplementedError(expr.prettify())
    groups: defaultdict[Labels, list[float]] = defaultdict(list)
    for labels, value in found.items():
        groups[_group(expr, labels)].append(value)
    return {labels: float(_AGGREGATES[str(expr.op)](each)) for labels, each in groups.items()}


def _group(expr: AggregateExpr, labels: Labels) -> Labels:
    if expr.modifier is None:
        return frozenset()
    named = set(expr.modifier.labels)
    if expr.modifier.type == AggModifierType.By:
        return frozenset(one for one in labels if one[0] in named)
    return frozenset(one for one in labels if one[0] not in {*named, NAME})


def _call(expr: Call, storage: Storage, at: float) -> Vector:
    name, arguments = expr.func.name, expr.args
    if name in OVER_TIME and isinstance(arguments[0], MatrixSelector):
        seconds = arguments[0].range.total_seconds()
        windows = storage.window(arguments[0].vector_selector, seconds, at)
        results = (
            (nameless(labels), OVER_TIME[name](each, seconds, at)) for labels, each in windows
        )
        return {labels: value for labels, value in results if value is not None}
    if name == "histogram_quantile" and isinstance(arguments[0], NumberLiteral):
        return quantiles(arguments[0].val, vector(arguments[1], storage, at))
    if name == "absent" and _is_bare(arguments[0]):
        return {} if storage.instant(arguments[0], at) else {frozenset(): 1.0}
    raise NotImplementedError(expr.prettify())


def _is_bare(expr: Expr) -> bool:
    """What is absent by its matchers would lend them as labels."""
    return isinstance(expr, VectorSelector) and not expr.matchers.matchers


def _binary(expr: BinaryExpr, left: Value, right: Value) -> Value:
    sign = str(expr.op)
    if isinstance(left, float) and isinstance(right, float):
        return _ARITHMETIC[sign](left, right)
    if isinstance(left, dict) and isinstance(right, dict):
        if sign in ("and", "or", "unless"):
            return _set(expr, left, right)
        return _matched(expr, left, right)
    if isinstance(left, dict) and isinstance(right, float):
        return _apply(expr, {labels: (value, right) for labels, value in left.items()})
    if isinstance(right, dict) and isinstance(left, float) and sign in _ARITHMETIC:
        return _apply(expr, {labels: (left, value) for labels, value in right.items()})
    raise NotImplementedError(f"write the number last: {expr.prettify()}")


def _matched(expr: BinaryExpr, left: Vector, right: Vector) -> Vector:
    """One to one, by all labels or those that `on` names."""
    others = {_signature(expr, labels): value for labels, value in right.items()}
    mine = {_signature(expr, labels) for labels in left}
    if len(others) < len(right) or len(mine) < len(left):
        raise NotImplementedError(f"many to one: {expr.prettify()}")
    pairs = {
        labels: (value, others[_signature(expr, labels)])
        for labels, value in left.items()
        if _signature(expr, labels) in others
    }
    return _apply(expr, pairs)


def _apply(expr: BinaryExpr, pairs: Mapping[Labels, tuple[float, float]]) -> Vector:
    sign = str(expr.op)
    if sign in _ARITHMETIC:
        return {nameless(labels): _ARITHMETIC[sign](*pair) for labels, pair in pairs.items()}
    compare = _COMPARISONS[sign]
    if expr.modifier and expr.modifier.return_bool:
        return {nameless(labels): float(compare(*pair)) for labels, pair in pairs.items()}
    return {labels: pair[0] for labels, pair in pairs.items() if compare(*pair)}


def _set(expr: BinaryExpr, left: Vector, right: Vector) -> Vector:
    mine = {_signature(expr, labels) for labels in left}
    theirs = {_signature(expr, labels) for labels in right}
    match str(expr.op):
        case "and":
            return {one: value for one, value in left.items() if _signature(expr, one) in theirs}
        case "unless":
            return {
                one: value for one, value in left.items() if _signature(expr, one) not in theirs
            }
        case _:
            more = {one: value for one, value in right.items() if _signature(expr, one) not in mine}
            return left | more


def _signature(expr: BinaryExpr, labels: Labels) -> Labels:
    matching = expr.modifier.matching if expr.modifier else None
    if matching is None:
        return nameless(labels)
    named = set(matching.labels)
    if matching.type == LabelModifierType.Include:
        return frozenset(one for one in labels if one[0] in named)
    return frozenset(one for one in nameless(labels) if one[0] not in named)


def nameless(labels: Labels) -> Labels:
    """What is computed is no sample of that metric any more."""
    return frozenset(one for one in labels if one[0] != NAME)
