"""`plantctl seed`: master data from a file, its code mappings approved by a second person."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
import yaml
from google.protobuf.json_format import ParseDict, ParseError
from plantmesh.reference.v1 import reference_pb2 as pb
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub

from services.kit.errors import InvalidError
from tools.plantctl.desks import Desks
from tools.plantctl.printing import console
from tools.plantctl.session import run, session

Approver = Annotated[
    str,
    typer.Option(
        help="Another development user, who approves the drafted code mappings; with a token of"
        ' your own say "" and let somebody else approve them.'
    ),
]
File = Annotated[Path, typer.Argument(help="YAML in the shape of PutMasterDataRequest.")]


def seed(context: typer.Context, file: File, approver: Approver = "planner") -> None:
    """Put the master data of a file; all or none, and what is the same already stays.

    What its codes mean is drafted by you and approved by another person.
    """
    request = read_seed(file)
    current = session(context)
    answer = _ask(current.desks, lambda stub: stub.PutMasterData(request))
    console.print(f"{answer.changed} of {_count(request)} changed", highlight=False)
    if request.code_mappings and approver:
        approval = pb.ApproveCodesRequest(
            idempotency_key=str(uuid4()), mappings=request.code_mappings
        )
        approved = _ask(current.desks_of(approver), lambda stub: stub.ApproveCodes(approval))
        console.print(
            f"{len(approved.mappings)} codes approved by {approver}", highlight=False, markup=False
        )
    elif request.code_mappings:
        console.print("its codes answer when somebody else has approved them", highlight=False)


def read_seed(file: Path) -> pb.PutMasterDataRequest:
    """The command that a file stands for; raises InvalidError on anything else."""
    try:
        content: Any = yaml.safe_load(file.read_text())
        return ParseDict(content, pb.PutMasterDataRequest(idempotency_key=str(uuid4())))
    except OSError as error:
        raise InvalidError(f"{file} cannot be read: {error.strerror}", field="file") from error
    except (yaml.YAMLError, ParseError, TypeError, ValueError, AttributeError) as error:
        raise InvalidError(
            f"{file} holds no master data: {error}",
            code="bad_seed",
            field="file",
            hint="as tools/simulators/lyon.yaml; quantities are text",
        ) from error


def _ask(desks: Desks, ask: Callable[[Any], Awaitable[Any]]) -> Any:
    return run(desks.reach("reference", ReferenceServiceStub, ask))


def _count(request: pb.PutMasterDataRequest) -> int:
    return sum(len(records) for field, records in request.ListFields() if field.is_repeated)
