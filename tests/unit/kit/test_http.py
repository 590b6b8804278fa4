"""How long an answer asks to wait."""

import pytest

from services.kit.http import wait_asked

NOON = "Mon, 04 May 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": " 7 "}, 7),
        ({"Retry-After": "9" * 400}, 3600),
        ({"Retry-After": "-7"}, 0),
        ({"Retry-After": "\N{ARABIC-INDIC DIGIT SEVEN}"}, 0),
        ({"Retry-After": "Mon, 04 May 2026 12:01:30 GMT", "Date": NOON}, 90),
        ({"Retry-After": "Mon, 04 May 2026 12:01:30 -0000", "Date": NOON}, 90),
        ({"Retry-After": "Mon, 04 May 2026 11:59:00 GMT", "Date": NOON}, 0),
        ({"Retry-After": "Mon, 04 May 2099 12:00:00 GMT", "Date": NOON}, 3600),
        ({"Retry-After": "Mon, 04 May 2026 12:01:30 GMT"}, 0),
        ({"Retry-After": "soon", "Date": NOON}, 0),
    ],
)
def test_both_forms_say_how_long_and_never_more_than_an_hour(
    headers: dict[str, str], seconds: float
) -> None:
    assert wait_asked(headers) == seconds
