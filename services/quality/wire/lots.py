"""What is said of whole lots, on the wire."""

from collections.abc import Iterable

from plantmesh.quality.v1 import quality_pb2 as _pb

from services.kit.wire import write_moment
from services.quality.application.judge_lots import Judgement
from services.quality.domain.lot import Command, Lot
from services.quality.wire.keys import read_lot_key, write_lot_key


def read_judgements(messages: Iterable[_pb.LotJudgement]) -> list[Judgement]:
    """In their order."""
    names = _pb.LotVerdict
    return [
        Judgement(
            read_lot_key(one.lot),
            Command[names.Name(one.verdict).removeprefix("LOT_VERDICT_")],
            one.reason,
        )
        for one in messages
    ]


def write_word(lot: Lot) -> _pb.LotWord:
    """As it was told last."""
    return _pb.LotWord(
        lot=write_lot_key(lot.key),
        status=_pb.LotQualityStatus.Value(f"LOT_QUALITY_STATUS_{lot.status.name}"),
        version=lot.version,
        reason=lot.reason,
        signatures=lot.signatures,
        signed_by=lot.signed_by,
        as_of=write_moment(lot.as_of),
    )
