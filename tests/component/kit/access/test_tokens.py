"""A verified token is believed again without work, but not for longer than it should be."""

from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key

from services.kit.access.tokens import TRUSTED, Verifier
from services.kit.clock import ManualClock
from services.kit.errors import UnauthenticatedError

KEY = ECKey.generate_key("P-256", {"kid": "k1"})


class Withdrawable:
    """One key that can be taken away; counts how often it was needed."""

    def __init__(self) -> None:
        self.gone = False
        self.asked = 0

    async def find(self, kid: str) -> Key:
        """The key, while it is there."""
        self.asked += 1
        if self.gone:
            raise UnauthenticatedError(f"{kid} was withdrawn")
        return KEY


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 5, 4, tzinfo=UTC))


def mint(clock: ManualClock, subject: str, seconds: int) -> str:
    expires = int(clock.now().timestamp()) + seconds
    claims = {"iss": "i", "aud": "a", "sub": subject, "exp": expires}
    return jwt.encode({"alg": "ES256", "kid": "k1"}, claims, KEY)


async def test_a_signature_is_checked_once_in_a_while(clock: ManualClock) -> None:
    keys = Withdrawable()
    verifier, token = Verifier(keys, "i", "a", clock), mint(clock, "alice", 600)
    for _ in range(10):
        assert (await verifier.verify(token)).subject == "alice"
    assert keys.asked == 1
    keys.gone = True
    assert (await verifier.verify(token)).subject == "alice"
    clock.advance(timedelta(seconds=TRUSTED))
    with pytest.raises(UnauthenticatedError, match="withdrawn"):
        await verifier.verify(token)


async def test_a_remembered_token_still_expires(clock: ManualClock) -> None:
    verifier, token = Verifier(Withdrawable(), "i", "a", clock), mint(clock, "alice", 10)
    await verifier.verify(token)
    clock.advance(timedelta(seconds=16))
    with pytest.raises(UnauthenticatedError) as refusal:
        await verifier.verify(token)
    assert refusal.value.code == "token_expired"


async def test_many_tokens_do_not_fill_the_memory(clock: ManualClock) -> None:
    verifier = Verifier(Withdrawable(), "i", "a", clock)
    for n in range(1_500):
        token = mint(clock, f"s{n}", 600)
        assert (await verifier.verify(token)).subject == f"s{n}"
    assert len(verifier._verified) <= 1_000
