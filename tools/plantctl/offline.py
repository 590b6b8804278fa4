"""`plantctl audit check`: exports of the audit, judged without the service that wrote them."""

from pathlib import Path
from typing import Annotated

import typer

from services.kit.audit.anchor import read_heads
from services.kit.audit.keys import Keyring
from services.kit.audit.offline import Judged, check_exports
from services.kit.audit.seal import Head
from services.kit.errors import ConflictError, NotFoundError
from tools.plantctl.options import AsJson
from tools.plantctl.printing import console, print_json

_File = Annotated[list[Path], typer.Argument(help="Exports, as the archive names them.")]
_Key = Annotated[
    list[str] | None,
    typer.Option("--key", help="A public key, as `plantctl audit verify` shows it; repeat."),
]
_Anchor = Annotated[
    list[Path] | None,
    typer.Option("--anchor", help="The service's anchor, a copy of its file; repeat."),
]


def check(files: _File, key: _Key = None, anchor: _Anchor = None, as_json: AsJson = False) -> None:
    """Prove exports with nothing but files; exits 1 when one was tampered with.

    With --key: who sealed them, and that nothing was edited, taken out, moved or cut off between
    the first seal and the last. With --anchor: the same up to the last seal it was told of, without
    a key. With neither: only that each file agrees with itself, which whoever edits it can bring
    about. It never proves that there are no newer exports, or what was before the first.
    """
    keys = Keyring.public(key) if key else None
    judged = check_exports(files, keys, _told(anchor or []))
    if as_json:
        print_json([_plain(one) for one in judged])
    else:
        for one in judged:
            _tell(one)
    if any(one.proof.findings for one in judged):
        raise ConflictError("an export was tampered with, or cannot be proved", code="tampered")


def _told(anchors: list[Path]) -> list[Head]:
    found = []
    for path in anchors:
        try:
            found += read_heads(path)
        except OSError as error:
            raise NotFoundError(
                f"{path} cannot be read: {error.strerror}", code="no_anchor", field="anchor"
            ) from error
    return found


def _tell(one: Judged) -> None:
    proof = one.proof
    found = f"{len(proof.findings)} findings" if proof.findings else "whole"
    counted = f"{proof.rows} rows under seals {proof.after.no + 1} to {proof.end.no}"
    signed = "signatures judged" if one.signed else "signatures not judged: no key given"
    anchored = f"anchored up to seal {proof.anchored}" if proof.anchored else "not anchored"
    _say(f"{proof.name}: {found}; {counted} of {one.service}; {signed}; {anchored}")
    for finding in proof.findings:
        _say(f"  {finding.flaw}: {finding.words}")


def _plain(one: Judged) -> dict[str, object]:
    proof = one.proof
    return {
        "name": proof.name,
        "service": one.service,
        "partition": one.partition,
        "first_seal": proof.after.no + 1,
        "last_seal": proof.end.no,
        "rows": proof.rows,
        "sha256": proof.digest,
        "signed": one.signed,
        "anchored": proof.anchored,
        "findings": [{"flaw": each.flaw, "words": each.words} for each in proof.findings],
    }


def _say(text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
