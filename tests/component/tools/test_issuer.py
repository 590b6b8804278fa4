from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError, ExpiredTokenError, InvalidKeyIdError
from joserfc.jwk import KeySet

from tests.servers import IssuerServer
from tools.mesh.tokens import Bearer, Signer

LINE = Bearer("line", ("mes:write",), plants=("lyon",))


@pytest.fixture
async def web(issuer: IssuerServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(issuer.url) as session:
        yield session


async def verified(web: aiohttp.ClientSession, token: str) -> dict[str, Any]:
    """The claims, checked as a service checks them: by the published keys."""
    async with web.get("/.well-known/openid-configuration") as found:
        discovery = await found.json()
    async with web.get(discovery["jwks_uri"]) as found:
        keys = KeySet.import_key_set(await found.json())
    claims = jwt.decode(token, keys, algorithms=["ES256"]).claims
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": discovery["issuer"]},
        aud={"essential": True, "value": "plantmesh"},
        exp={"essential": True},
    ).validate(claims)
    return claims


async def test_a_service_gets_a_token_for_its_secret(
    web: aiohttp.ClientSession, issuer: IssuerServer
) -> None:
    who = {"Authorization": aiohttp.encode_basic_auth("mes", issuer.client_secret("mes"))}
    async with web.post("/token", data={"grant_type": "client_credentials"}, headers=who) as answer:
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        body = await answer.json()
    claims = await verified(web, body["access_token"])
    assert claims["sub"] == "service:mes"
    assert "mes:write" in claims["scope"].split()
    assert "erp:write" not in claims["scope"].split()
    assert claims["plants"] == ["*"]
    assert claims["exp"] - claims["iat"] == body["expires_in"] == 900


async def test_a_user_gets_a_token_for_his_password(
    web: aiohttp.ClientSession, issuer: IssuerServer
) -> None:
    form = {
        "grant_type": "password",
        "username": "line",
        "password": issuer.user_password("line"),
        "scope": "mes:read",
    }
    async with web.post("/token", data=form) as answer:
        claims = await verified(web, (await answer.json())["access_token"])
    assert (claims["sub"], claims["scope"], claims["plants"]) == ("line", "mes:read", ["lyon"])


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
        (
            {"grant_type": "client_credentials", "client_id": "mes", "client_secret": "guess"},
            401,
            "invalid_client",
        ),
        (
            {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "x"},
            401,
            "invalid_client",
        ),
        ({"grant_type": "password", "username": "line", "password": "x"}, 400, "invalid_grant"),
        ({"grant_type": "implicit"}, 400, "unsupported_grant_type"),
        ({}, 400, "unsupported_grant_type"),
    ],
)
async def test_refusals_are_oauth_errors(
    web: aiohttp.ClientSession, form: dict[str, str], status: int, code: str
) -> None:
    async with web.post("/token", data=form) as answer:
        assert answer.status == status
        assert (await answer.json())["error"] == code
        assert ("WWW-Authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize("header", ["Bearer abc", "Basic", "Basic %%%", "Basic bWVz"])
async def test_a_malformed_authorization_is_refused(
    web: aiohttp.ClientSession, header: str
) -> None:
    form = {"grant_type": "client_credentials"}
    async with web.post("/token", data=form, headers={"Authorization": header}) as answer:
        assert answer.status == 401
        assert (await answer.json())["error"] == "invalid_client"


async def test_nobody_gets_a_scope_he_has_not(
    web: aiohttp.ClientSession, issuer: IssuerServer
) -> None:
    who = {"Authorization": aiohttp.encode_basic_auth("mes", issuer.client_secret("mes"))}
    form = {"grant_type": "client_credentials", "scope": "mes:write erp:write"}
    async with web.post("/token", data=form, headers=who) as answer:
        assert answer.status == 400
        assert (await answer.json())["error_description"] == "not yours: erp:write"


async def test_a_minted_token_verifies_like_an_asked_one(
    web: aiohttp.ClientSession, issuer: IssuerServer
) -> None:
    claims = await verified(web, issuer.mint(LINE))
    assert (claims["sub"], claims["scope"], claims["party"]) == ("line", "mes:write", "")


async def test_an_expired_token_is_refused(
    web: aiohttp.ClientSession, issuer: IssuerServer
) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with pytest.raises(ExpiredTokenError):
        await verified(web, issuer.mint(LINE, now=yesterday))


async def test_a_token_of_another_key_is_refused(
    web: aiohttp.ClientSession, issuer: IssuerServer, tmp_path: Path
) -> None:
    forged = Signer(tmp_path / "key.pem", issuer.url).mint(LINE)
    with pytest.raises(InvalidKeyIdError):
        await verified(web, forged)


async def test_a_changed_token_is_refused(web: aiohttp.ClientSession, issuer: IssuerServer) -> None:
    header, _, signature = issuer.mint(LINE).split(".")
    _, more, _ = issuer.mint(Bearer("line", ("erp:write",))).split(".")
    with pytest.raises(BadSignatureError):
        await verified(web, ".".join((header, more, signature)))


def test_the_key_is_kept_and_private(tmp_path: Path) -> None:
    first = Signer(tmp_path / "secrets" / "key.pem", "http://issuer")
    keys = first.public_keys()
    assert Signer(tmp_path / "secrets" / "key.pem", "http://issuer").public_keys() == keys
    assert (tmp_path / "secrets" / "key.pem").stat().st_mode & 0o077 == 0
    assert "d" not in keys["keys"][0]
