"""What a log line looks like, and what never gets into one."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from pydantic import SecretStr

from services.kit import log


class Terminal(StringIO):
    """Somebody is looking."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def out() -> Iterator[StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = StringIO()
    log.configure("mes", "mes-1", out=stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:], _ = before
    root.setLevel(before[1])


def line(out: StringIO) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(out.getvalue())
    return parsed


def test_a_line_is_one_json_object_that_says_who_speaks(out: StringIO) -> None:
    log.logger("relay").info("published", count=3)
    said = line(out)
    assert said["event"] == "published"
    assert (said["service"], said["instance"], said["logger"]) == ("mes", "mes-1", "relay")
    assert (said["level"], said["count"]) == ("info", 3)
    assert said["timestamp"].endswith("Z")


def test_a_line_inside_a_span_carries_its_ids(out: StringIO) -> None:
    with TracerProvider().get_tracer("t").start_as_current_span("work") as span:
        log.logger("relay").info("published")
    assert line(out)["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert line(out)["span_id"] == f"{span.get_span_context().span_id:016x}"


def test_a_library_speaks_the_same_json(out: StringIO) -> None:
    logging.getLogger("sqlalchemy.pool").error("lost %s", "it")
    said = line(out)
    assert (said["event"], said["logger"], said["service"]) == ("lost it", "sqlalchemy.pool", "mes")


def test_no_secret_reaches_the_log_by_name_in_text_or_in_a_traceback(out: StringIO) -> None:
    try:
        raise RuntimeError("cannot reach postgresql://mes:hunter2@10.0.0.1/mes")
    except RuntimeError:
        log.logger("store").exception(
            "failed with redis://:hunter2@h and Bearer hunter2",
            client_secret="hunter2",
            key=SecretStr("hunter2"),
            request={"Authorization": "hunter2", "urls": ["amqp://a:hunter2@b"]},
        )
    assert "RuntimeError" in line(out)["exception"]
    assert "hunter2" not in out.getvalue()


def test_a_person_at_a_terminal_gets_text() -> None:
    screen = Terminal()
    log.configure("mes", "mes-1", out=screen)
    log.logger("relay").info("published", count=3)
    structlog.reset_defaults()
    assert "published" in screen.getvalue()
    assert not screen.getvalue().startswith("{")
