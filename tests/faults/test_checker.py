"""The judge is judged: every kind of bad journal is refused, and for its own reason."""

import pytest

from tests.faults.checker import check

ACCEPTED = {"k": list("abcde"), "m": list("xyz")}


def journal(k: str) -> list[tuple[str, str]]:
    return [("k", id) for id in k] + [("m", id) for id in "xyz"]


def test_faithful_copy_passes() -> None:
    verdict = check(ACCEPTED, journal("abcde"))
    assert verdict.ok
    assert verdict.effects == verdict.accepted == 8


def test_keys_may_interleave() -> None:
    mixed = [("m", "x"), ("k", "a"), ("k", "b"), ("m", "y"), ("m", "z")]
    assert check(ACCEPTED, [*mixed, ("k", "c"), ("k", "d"), ("k", "e")]).ok


@pytest.mark.parametrize(
    ("k", "fault"),
    [
        pytest.param("abde", "lost", id="gap"),
        pytest.param("abde", "holes", id="gap-is-a-hole"),
        pytest.param("abcd", "lost", id="tail-missing"),
        pytest.param("", "lost", id="nothing-arrived"),
        pytest.param("abdce", "disorder", id="swap"),
        pytest.param("bacde", "disorder", id="swap-at-the-head"),
        pytest.param("abccde", "repeated", id="duplicate"),
        pytest.param("abcdea", "repeated", id="late-duplicate"),
        pytest.param("abcdeq", "foreign", id="never-accepted"),
        pytest.param("abcdex", "foreign", id="belongs-to-another-key"),
    ],
)
def test_bad_journal_is_refused(k: str, fault: str) -> None:
    verdict = check(ACCEPTED, journal(k))
    assert getattr(verdict, fault) == 1 or (k == "" and verdict.lost == 5)
    assert not verdict.ok


def test_missing_tail_is_no_hole() -> None:
    assert check(ACCEPTED, journal("abcd")).holes == 0


def test_unknown_key_is_foreign() -> None:
    assert check(ACCEPTED, [*journal("abcde"), ("q", "a")]).foreign == 1


def test_swap_is_neither_loss_nor_repeat() -> None:
    verdict = check(ACCEPTED, journal("abdce"))
    assert (verdict.lost, verdict.repeated, verdict.foreign, verdict.holes) == (
        0,
        0,
        0,
        0,
    )
