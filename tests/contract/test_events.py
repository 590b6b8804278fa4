"""What was published once stays readable: a sample of every event, read by today's classes.

A new event adds its sample (`python -m tests.contract.samples`); an old sample is never edited. A
changed meaning is a new message beside the old one, with a sample of its own.
"""

import json
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToDict, Parse

from services.kit.backbone.rules import check_rules
from tests.contract.samples import FOLDER, events

SAMPLES = sorted(FOLDER.glob("*.json"))


def test_every_event_has_a_sample() -> None:
    assert {path.stem for path in SAMPLES} >= events().keys()


def test_no_event_is_withdrawn_while_somebody_may_hold_one() -> None:
    assert {path.stem for path in SAMPLES} <= events().keys()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_means_what_it_meant(sample: Path) -> None:
    kind = events()[sample.stem]
    message = Parse(sample.read_text(), kind())
    read = kind.FromString(message.SerializeToString())
    assert MessageToDict(read, preserving_proto_field_name=True) == json.loads(sample.read_text())
    assert check_rules(read) is None
