"""A service's own token, and both halves of trust against the development issuer's process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import encode_basic_auth, web

from services.kit.access.identity import ServiceIdentity
from services.kit.access.keys import IssuerKeys
from services.kit.access.tokens import Verifier
from services.kit.clock import ManualClock, SystemClock
from services.kit.errors import UnauthenticatedError, UnavailableError
from tests.servers import IssuerServer


class Counter:
    """An issuer that numbers its tokens, good for 100 seconds."""

    def __init__(self) -> None:
        self.given = 0
        self.status = 200
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        """A token for the right secret."""
        form = await request.post()
        if self.status != 200:
            return web.json_response({}, status=self.status)
        if request.headers["Authorization"] != encode_basic_auth("mes", "s3"):
            return web.json_response({"error": "invalid_client"}, status=401)
        assert form["grant_type"] == "client_credentials"
        self.given += 1
        return web.json_response({"access_token": f"t{self.given}", "expires_in": 100})


@asynccontextmanager
async def issuing(counter: Counter) -> AsyncIterator[Counter]:
    app = web.Application()
    app.router.add_post("/token", counter.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    counter.url = f"http://127.0.0.1:{runner.addresses[0][1]}/token"
    yield counter
    await runner.cleanup()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 5, 4, tzinfo=UTC))


async def test_one_token_serves_until_it_is_renewed(clock: ManualClock) -> None:
    async with issuing(Counter()) as counter:
        identity = ServiceIdentity(counter.url, "mes", "s3", clock)
        assert set(await asyncio.gather(*(identity.token() for _ in range(20)))) == {"t1"}
        clock.advance(timedelta(seconds=74))
        assert await identity.token() == "t1"
        clock.advance(timedelta(seconds=1))
        assert await identity.token() == "t2"


async def test_a_dead_issuer_costs_nothing_while_the_token_is_good(clock: ManualClock) -> None:
    async with issuing(Counter()) as counter:
        identity = ServiceIdentity(counter.url, "mes", "s3", clock)
        await identity.token()
    clock.advance(timedelta(seconds=80))
    assert await identity.token() == "t1"
    clock.advance(timedelta(seconds=20))
    with pytest.raises(UnavailableError, match="does not give this service a token"):
        await identity.token()


async def test_an_issuer_that_recovers_is_asked_again(clock: ManualClock) -> None:
    async with issuing(Counter()) as counter:
        identity = ServiceIdentity(counter.url, "mes", "s3", clock)
        await identity.token()
        counter.status = 503
        clock.advance(timedelta(seconds=80))
        assert await identity.token() == "t1"
        counter.status = 200
        clock.advance(timedelta(seconds=5))
        assert await identity.token() == "t2"


async def test_a_wrong_secret_is_not_an_outage(clock: ManualClock) -> None:
    async with issuing(Counter()) as counter:
        identity = ServiceIdentity(counter.url, "mes", "wrong", clock)
        with pytest.raises(UnauthenticatedError) as refusal:
            await identity.token()
    assert refusal.value.code == "service_refused"


async def test_what_the_issuer_gives_every_service_believes(issuer: IssuerServer) -> None:
    clock = SystemClock()
    secret = issuer.client_secret("process")
    identity = ServiceIdentity(f"{issuer.url}/token", "process", secret, clock)
    verifier = Verifier(IssuerKeys(issuer.jwks_url, clock), issuer.url, "plantmesh", clock)
    principal = await verifier.verify(await identity.token())
    assert principal.subject == "service:process"
    assert {"delegate", "wms:write"} <= principal.scopes
    assert principal.plants == {"*"}
