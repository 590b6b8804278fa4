"""Reports of loads on the wire."""

from plantmesh.common.v1 import load_pb2 as pb

from services.kit.loading.verdict import Note, Outcome, Report


def write_report(report: Report) -> pb.LoadReport:
    """Every row's outcome, and what there is to say of some."""
    unsaid = pb.ROW_OUTCOME_UNSPECIFIED
    rows = range(2, max(report.outcomes, default=1) + 1)
    said = {row: _outcome(one) for row, one in report.outcomes.items()}
    return pb.LoadReport(
        rows=report.rows,
        outcomes=[said.get(row, unsaid) for row in rows],
        notes=map(_write_note, report.notes),
        note_count=report.note_count,
        stored=report.stored,
    )


def _write_note(note: Note) -> pb.RowNote:
    verdict = note.verdict
    return pb.RowNote(
        row=note.row,
        outcome=_outcome(verdict.outcome),
        key=note.key,
        text=verdict.text,
        column=note.column,
        code=note.code,
        hint=note.hint,
        told=verdict.told,
        found=verdict.found,
    )


def _outcome(outcome: Outcome) -> "pb.RowOutcome.ValueType":
    return pb.RowOutcome.Value(f"ROW_OUTCOME_{outcome.name}")
