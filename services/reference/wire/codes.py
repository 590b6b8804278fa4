"""Mappings of codes, questions about them, and documents that wait for an answer."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from plantmesh.reference.v1 import codes_pb2
from plantmesh.reference.v1 import reference_pb2 as pb

from services.kit.errors import InvalidError, located
from services.kit.wire import write_moment
from services.reference.application.report_waiting import Report
from services.reference.domain.code import (
    CodeDomain,
    Direction,
    Document,
    Question,
    Unmapped,
    Waiting,
)
from services.reference.domain.code_mapping import EVER, CodeMapping
from services.reference.domain.code_state import Status
from services.reference.domain.names import Key

M = TypeVar("M", bound=Message)
T = TypeVar("T")


def read_mappings(messages: Iterable[pb.CodeMapping], *, part: str) -> list[CodeMapping]:
    """Raises InvalidError naming `part`[i]."""
    return _read_all(messages, part, _read_mapping)


def read_questions(request: pb.ResolveCodesRequest) -> list[Question]:
    """Raises InvalidError naming `codes[i]`."""

    def read(code: pb.Code) -> Question:
        return _read_question(code, request.direction)

    return _read_all(request.codes, "codes", read)


def read_question(request: codes_pb2.ListWaitingDocumentsRequest) -> Question:
    """Raises InvalidError naming a part of `code`."""
    with located("code"):
        return _read_question(request.code, request.direction)


def read_keys(codes: Sequence[pb.Code]) -> list[Key]:
    """Raises InvalidError naming `codes[i]`."""
    return _read_all(codes, "codes", _read_key)


def read_versions(request: codes_pb2.RetireCodesRequest) -> list[tuple[Key, int]]:
    """Raises InvalidError naming `versions[i]`."""

    def read(one: codes_pb2.CodeVersion) -> tuple[Key, int]:
        with located("code"):
            return _read_key(one.code), one.mapping_version

    return _read_all(request.versions, "versions", read)


def read_status(status: pb.CodeStatus.ValueType) -> Status | None:
    """None where none is asked for."""
    return Status.__members__.get(pb.CodeStatus.Name(status).removeprefix("CODE_STATUS_"))


def read_report(request: codes_pb2.ReportWaitingRequest, reporter: str) -> Report:
    """Raises InvalidError naming `documents[i]`, also when it is about another system."""

    def read(one: codes_pb2.WaitingDocument) -> Document:
        if one.code.system != request.system:
            raise InvalidError(f"this is no code of {request.system}", field="code.system")
        with located("code"):
            question = _read_question(one.code, one.direction)
        since, at = _read_time(one.since, "since"), _read_time(one.at, "at")
        return Document(question, one.kind, one.key, since, at)

    documents = _read_all(request.documents, "documents", read)
    return Report(reporter, request.system, request.round, documents, request.last)


def read_moment(message: Message, field: str) -> datetime | None:
    """None when it is not set; raises InvalidError naming it when it is out of range."""
    given = getattr(message, field)
    return _read_time(given, field) if message.HasField(field) else None


def write_mapping(mapping: CodeMapping) -> pb.CodeMapping:
    """With the system's own code, who said it and for which time."""
    return pb.CodeMapping(
        code=_write_code(mapping.key),
        canonical=mapping.canonical,
        mapping_version=mapping.version,
        direction=_write_direction(mapping.direction),
        status=pb.CodeStatus.Value(f"CODE_STATUS_{mapping.status.name}"),
        valid_from=None if mapping.valid_from == EVER else write_moment(mapping.valid_from),
        valid_to=write_moment(mapping.valid_to),
        steward=mapping.steward,
        approver=mapping.approver,
        replaces=mapping.replaces,
        revision=mapping.revision,
    )


def write_question(question: Question) -> pb.Code:
    """The code asked for."""
    return _write_code(question.key[1:])


def write_unmapped(unmapped: Unmapped) -> pb.UnmappedCode:
    """What nobody has mapped, and whose it is to map."""
    return pb.UnmappedCode(
        code=write_question(unmapped.question),
        seen=unmapped.seen,
        direction=_write_direction(unmapped.question.direction),
        first_seen=write_moment(unmapped.first_seen),
        owner=unmapped.owner,
    )


def write_waiting(waiting: Waiting) -> codes_pb2.WaitingCode:
    """An entry of the queue, and the first documents behind it."""
    return codes_pb2.WaitingCode(
        code=write_unmapped(waiting.unmapped),
        documents=waiting.documents,
        first=map(write_document, waiting.first),
    )


def write_document(document: Document) -> codes_pb2.WaitingDocument:
    """What waits."""
    return codes_pb2.WaitingDocument(
        code=write_question(document.question),
        direction=_write_direction(document.question.direction),
        kind=document.kind,
        key=document.key,
        since=write_moment(document.since),
        at=write_moment(document.at),
    )


def _read_all(messages: Iterable[M], field: str, read: Callable[[M], T]) -> list[T]:
    found = []
    for position, message in enumerate(messages):
        with located(f"{field}[{position}]"):
            found.append(read(message))
    return found


def _read_mapping(message: pb.CodeMapping) -> CodeMapping:
    with located("code"):
        domain = _read_domain(message.code)
    given = pb.CodeDirection.Name(message.direction).removeprefix("CODE_DIRECTION_")
    return CodeMapping(
        domain=domain,
        system=message.code.system,
        plant=message.code.plant,
        code=message.code.code,
        canonical=message.canonical,
        direction=Direction.__members__.get(given, Direction.BOTH),
        version=message.mapping_version,
        valid_from=read_moment(message, "valid_from") or EVER,
        valid_to=read_moment(message, "valid_to"),
        replaces=message.replaces,
        revision=message.revision,
    )


def _read_question(code: pb.Code, direction: pb.CodeDirection.ValueType) -> Question:
    outward = direction == pb.CODE_DIRECTION_OUT
    way = Direction.OUT if outward else Direction.IN
    return Question(_read_domain(code), code.system, code.plant, code.code, way)


def _read_key(code: pb.Code) -> Key:
    return (_read_domain(code), code.system, code.plant, code.code)


def _read_domain(code: pb.Code) -> CodeDomain:
    try:
        return CodeDomain(code.domain)
    except ValueError:
        raise InvalidError(
            f"there are no codes for {code.domain!r}",
            code="unknown_domain",
            field="domain",
            hint=f"one of {', '.join(CodeDomain)}",
        ) from None


def _read_time(given: Timestamp, field: str) -> datetime:
    try:
        return given.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidError("the timestamp is out of range", code="bad_time", field=field) from error


def _write_code(key: Key) -> pb.Code:
    domain, system, plant, code = key
    return pb.Code(domain=domain, system=system, plant=plant, code=code)


def _write_direction(direction: Direction) -> pb.CodeDirection.ValueType:
    return pb.CodeDirection.Value(f"CODE_DIRECTION_{direction.name}")
