"""Several requests in one, and their answers: OData's multipart $batch.

Source: OData V2, "Batch Processing". A changeset is carried out whole or not at all.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from secrets import token_hex

_END = b"\r\n"
# Proxies that rewrite an answer may leave line feeds alone.
_HEAD_ENDS = re.compile(b"\r?\n\r?\n")
_SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Ask:
    """A request of a service; `path` is relative to it and quoted."""

    method: str
    path: str
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the ERP said."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def ok(self) -> bool:
        """Whether it is a success."""
        return self.status in _SUCCESS


def compose(asks: Sequence[Ask], *, together: bool = False) -> tuple[str, bytes]:
    """The content type and the content; `together` = as one changeset."""
    boundary = f"batch_{token_hex(8)}"
    parts = [_request(ask) for ask in asks]
    if together:
        inner = f"changeset_{token_hex(8)}"
        parts = [_head(f"multipart/mixed; boundary={inner}") + _enclose(inner, parts)]
    return f"multipart/mixed; boundary={boundary}", _enclose(boundary, parts)


def read(content_type: str, content: bytes) -> list[Answer]:
    """The answers in order; a changeset that failed has one. Raises ValueError on anything else."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    whole = BytesParser(policy=HTTP).parsebytes(head + content)
    parts = [part for part in whole.walk() if part.get_content_type() == "application/http"]
    return [_answer(bytes(part.get_payload(decode=True))) for part in parts]


def _request(ask: Ask) -> bytes:
    headers = {"Accept": "application/json", **ask.headers}
    if ask.content:
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(ask.content))}
    lines = [f"{ask.method} {ask.path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
    head = _head("application/http", "Content-Transfer-Encoding: binary")
    return head + "\r\n".join(lines).encode() + _END * 2 + ask.content


def _head(content_type: str, *more: str) -> bytes:
    return "\r\n".join([f"Content-Type: {content_type}", *more]).encode() + _END * 2


def _enclose(boundary: str, parts: Sequence[bytes]) -> bytes:
    line = f"--{boundary}".encode()
    return b"".join(line + _END + part + _END for part in parts) + line + b"--" + _END


def _answer(content: bytes) -> Answer:
    head, *rest = _HEAD_ENDS.split(content, maxsplit=1)
    first, *lines = head.decode("latin-1").splitlines()
    _, status, *_ = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    return Answer(
        int(status), {name.title(): value.strip() for name, _, value in pairs}, b"".join(rest)
    )
