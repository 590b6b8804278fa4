"""The unique business keys of effects. Deterministic: who repeats a step names the same effect."""

from collections.abc import Iterable
from hashlib import sha256

from services.process.domain.keys import OrderKey

LONGEST = 120
_LONGEST_KEY = 128
_DIGEST = 40


def reference(order: OrderKey, number: int, *parts: str | int) -> str:
    """ "<plant>/<order>/<confirmation_no>/<part>/...", at most 120 characters."""
    return fit("/".join(map(str, (order, number, *parts))), LONGEST)


def command_key(purpose: str, references: Iterable[str]) -> str:
    """The idempotency key of a command about `references`; the same ones give the same key."""
    return fit("\n".join((purpose, *references)).replace("\n", "|"), _LONGEST_KEY)


def fit(text: str, longest: int) -> str:
    """`text`, or its beginning and a digest of all of it where it is too long."""
    if len(text) <= longest:
        return text
    digest = sha256(text.encode()).hexdigest()[:_DIGEST]
    return f"{text[: longest - _DIGEST - 1]}~{digest}"
