"""The issuer's keys over HTTP: rotated, withdrawn, away, or flooded with unknown ids."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from joserfc.jwk import ECKey, OctKey

from services.kit.access.keys import ASK_AGAIN_AFTER, REFRESH_AFTER, IssuerKeys, read_keys
from services.kit.clock import ManualClock
from services.kit.errors import UnauthenticatedError, UnavailableError


def public(name: str, **changes: Any) -> dict[str, Any]:
    key = ECKey.generate_key("P-256", {"kid": name}).as_dict(private=False)
    return {part: value for part, value in {**key, **changes}.items() if value is not None}


class Directory:
    """Publishes `body`; counts how often it was read."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.body: Any = {"keys": list(keys)}
        self.status = 200
        self.reads = 0
        self.url = ""

    async def answer(self, _: web.Request) -> web.Response:
        """The keys."""
        self.reads += 1
        return web.json_response(self.body, status=self.status)


@asynccontextmanager
async def published(directory: Directory) -> AsyncIterator[Directory]:
    app = web.Application()
    app.router.add_get("/jwks", directory.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    directory.url = f"http://127.0.0.1:{runner.addresses[0][1]}/jwks"
    yield directory
    await runner.cleanup()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 5, 4, tzinfo=UTC))


async def test_keys_are_read_once_and_kept(clock: ManualClock) -> None:
    async with published(Directory(public("k1"))) as directory:
        keys = IssuerKeys(directory.url, clock)
        found = await asyncio.gather(*(keys.find("k1") for _ in range(50)))
    assert {key.kid for key in found} == {"k1"}
    assert directory.reads == 1


async def test_unknown_ids_do_not_flood_the_issuer(clock: ManualClock) -> None:
    async with published(Directory(public("k1"))) as directory:
        keys = IssuerKeys(directory.url, clock)
        await keys.find("k1")
        for n in range(100):
            with pytest.raises(UnauthenticatedError):
                await keys.find(f"forged-{n}")
        assert directory.reads == 1
        clock.advance(timedelta(seconds=ASK_AGAIN_AFTER))
        directory.body = {"keys": [public("k2")]}
        assert (await keys.find("k2")).kid == "k2"
        assert directory.reads == 2


async def test_a_withdrawn_key_stops_working(clock: ManualClock) -> None:
    async with published(Directory(public("k1"), public("k2"))) as directory:
        keys = IssuerKeys(directory.url, clock)
        await keys.find("k1")
        directory.body = {"keys": [public("k2")]}
        await keys.find("k1")
        clock.advance(timedelta(seconds=REFRESH_AFTER))
        with pytest.raises(UnauthenticatedError):
            await keys.find("k1")


@pytest.mark.parametrize("body", [{"keys": []}, [], {"keys": [{"kty": "EC", "kid": "k"}]}, "x"])
async def test_an_issuer_that_is_away_or_wrong_does_not_end_trust(
    clock: ManualClock, body: object
) -> None:
    async with published(Directory(public("k1"))) as directory:
        keys = IssuerKeys(directory.url, clock)
        await keys.find("k1")
        directory.body, directory.status = body, 200
        clock.advance(timedelta(seconds=REFRESH_AFTER))
        assert (await keys.find("k1")).kid == "k1"
        directory.status = 503
        clock.advance(timedelta(seconds=REFRESH_AFTER))
        assert (await keys.find("k1")).kid == "k1"
    clock.advance(timedelta(seconds=REFRESH_AFTER))
    assert (await keys.find("k1")).kid == "k1"


async def test_without_any_key_the_issuer_is_missed(clock: ManualClock) -> None:
    keys = IssuerKeys("http://127.0.0.1:1/jwks", clock)
    with pytest.raises(UnavailableError, match="keys cannot be read"):
        await keys.find("k1")


def test_only_public_signing_keys_with_an_id_are_believed() -> None:
    secret = OctKey.generate_key(256, {"kid": "s"}).as_dict()
    for_encryption, nameless = public("e", use="enc"), public("n", kid=None)
    assert set(read_keys({"keys": [secret, for_encryption, nameless, public("k1")]})) == {"k1"}
    with pytest.raises(ValueError, match="no signing key"):
        read_keys({"keys": [secret]})
