"""Logs: one JSON object a line on stdout, tied to the trace; readable text on a terminal."""

import logging
import re
import sys
from typing import TextIO, cast

import orjson
import structlog
from opentelemetry import trace
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

_SECRET_NAME = re.compile(r"password|passwd|secret|token|authorization|cookie|api_?key|dsn", re.I)
_URL_LOGIN = re.compile(r"(\w+://[^\s:/@]*):[^\s@]+@")
_BEARER = re.compile(r"\b(Bearer)\s+\S+", re.I)


def logger(name: str) -> FilteringBoundLogger:
    """The logger of a module; `event` is a short sentence, the facts are key words."""
    return cast(FilteringBoundLogger, structlog.get_logger(_logger=name))


def configure(
    service: str, instance: str, *, level: str = "info", out: TextIO | None = None
) -> None:
    """Send structlog and the standard library's logs down the same road to `out` (stdout)."""
    out = out or sys.stdout
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _origin(service, instance),
        _trace_ids,
    ]
    ending = _for_people() if out.isatty() else _for_machines()
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(threshold, logging.WARNING), force=True)


def _for_machines() -> list[Processor]:
    return [
        structlog.processors.format_exc_info,
        _redact,
        structlog.processors.JSONRenderer(serializer=_dumps),
    ]


def _for_people() -> list[Processor]:
    return [structlog.processors.format_exc_info, _redact, structlog.dev.ConsoleRenderer()]


def _dumps(event: EventDict, **_: object) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _origin(service: str, instance: str) -> Processor:
    def add(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        if "_logger" in event:
            event["logger"] = event.pop("_logger")
        event["service"] = service
        event["instance"] = instance
        return event

    return add


def _trace_ids(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
        event["span_id"] = f"{context.span_id:016x}"
    return event


def _redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Secrets by name, and logins inside any text, also in tracebacks."""
    for name, value in event.items():
        event[name] = "***" if _SECRET_NAME.search(name) else _cleaned(value)
    return event


def _cleaned(value: object) -> object:
    match value:
        case str():
            return _BEARER.sub(r"\1 ***", _URL_LOGIN.sub(r"\1:***@", value))
        case dict():
            return {
                key: "***" if _SECRET_NAME.search(str(key)) else _cleaned(item)
                for key, item in value.items()
            }
        case list() | tuple():
            return [_cleaned(item) for item in value]
        case _:
            return value
