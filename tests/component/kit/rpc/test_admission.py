"""Who gets in: a verified token, and nothing that is merely said."""

import base64
import hmac
import json
from typing import Any

import grpc
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from plantmesh.common.v1.snapshot_pb2 import Position, SnapshotRequest

from services.kit.access.policy import require_plant, require_scope
from services.kit.access.principal import Principal, current_principal
from services.kit.errors import DeniedError, UnauthenticatedError
from services.kit.rpc.errors import read_error
from tests.component.kit.rpc.desk import (
    GOOD,
    KEY,
    Desk,
    bearer,
    calling,
    calling_raw,
    claims,
    mint,
    served,
)


def part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def signed(alg: str, key: Any, **header: Any) -> str:
    return jwt.encode({"alg": alg, "kid": "k1", **header}, claims(), key, algorithms=[alg])


STRANGER = ECKey.generate_key("P-256", {"kid": "k1"})


def signed_with_our_public_key() -> str:
    """The classic: the verifier's public key taken for a shared secret."""
    text = f"{part({'alg': 'HS256', 'kid': 'k1'})}.{part(claims())}"
    mac = hmac.digest(KEY.as_pem(private=False), text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


REFUSED = {
    "not a token": "x",
    "two parts": "a.b",
    "unsigned": f"{part({'alg': 'none', 'kid': 'k1'})}.{part(claims())}.",
    "no algorithm": f"{part({'kid': 'k1'})}.{part(claims())}.x",
    "header is a list": f"{part(['ES256'])}.{part(claims())}.x",
    "signed by another key": mint(STRANGER),
    "our public key as a shared secret": signed_with_our_public_key(),
    "another algorithm under the same id": signed("RS256", RSAKey.generate_key(2048)),
    "unknown key id": signed("ES256", KEY, kid="k2"),
    "key id is no text": f"{part({'alg': 'ES256', 'kid': 7})}.{part(claims())}.x",
    "changed payload": ".".join(
        [mint().split(".")[0], part(claims(sub="root")), mint().split(".")[2]]
    ),
    "expired": mint(exp=claims()["exp"] - 16 * 60),
    "never expires": mint(exp=None),
    "not yet valid": mint(nbf=claims()["exp"] + 600),
    "for somebody else": mint(aud="payroll"),
    "for nobody": mint(aud=None),
    "of another issuer": mint(iss="https://elsewhere.test"),
    "about nobody": mint(sub=None),
    "about an empty name": mint(sub=""),
    "scopes are a list": mint(scope=["mes:write"]),
    "plants are a text": mint(plants="lyon"),
    "a plant is a number": mint(plants=[1]),
    "party is a list": mint(party=["x"]),
    "very long": mint(padding="x" * 7000),
}


@pytest.mark.parametrize("token", REFUSED.values(), ids=REFUSED.keys())
async def test_only_a_good_token_gets_in(token: str) -> None:
    desk = Desk()
    async with served(desk) as server, calling_raw(server) as stub:
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await stub.ask(GOOD, timeout=5, metadata=bearer(token))
    assert refusal.value.code() is grpc.StatusCode.UNAUTHENTICATED
    error = read_error(refusal.value, "Ask")
    assert isinstance(error, UnauthenticatedError)
    assert error.code in {"bad_token", "token_expired"}
    assert error.hint
    assert desk.asked == 0


@pytest.mark.parametrize(
    "metadata",
    [
        (),
        (("authorization", "Basic YWxpY2U6eA=="),),
        (("authorization", "Bearer "),),
        (("x-user", "alice"), ("x-scopes", "mes:write")),
    ],
)
async def test_without_a_token_nobody_gets_in(metadata: tuple[tuple[str, str], ...]) -> None:
    desk = Desk()
    async with served(desk) as server, calling_raw(server) as stub:
        for call in (stub.ask(GOOD, timeout=5, metadata=metadata), stub.watch(GOOD, timeout=5)):
            with pytest.raises(grpc.aio.AioRpcError) as refusal:
                await (call if hasattr(call, "__await__") else call.read())
            error = read_error(refusal.value, "Ask")
            assert (type(error), error.code) == (UnauthenticatedError, "token_required")
    assert desk.asked == 0


async def principal_seen(token: str, **metadata: str) -> Principal:
    desk, seen = Desk(), []

    async def note(_: SnapshotRequest) -> Position:
        seen.append(current_principal())
        return Position()

    desk.answer = note
    async with served(desk) as server, calling_raw(server) as stub:
        said = tuple((name.replace("_", "-"), value) for name, value in metadata.items())
        await stub.ask(GOOD, timeout=5, metadata=(*bearer(token), *said))
    return seen[0]


async def test_the_principal_is_what_the_token_says() -> None:
    seen = await principal_seen(mint(party="P-1"), x_user="root", scope="operate", party="P-2")
    assert seen == Principal(
        "alice", frozenset({"mes:read", "mes:write"}), frozenset({"lyon"}), "P-1"
    )
    assert seen.token not in repr(seen)
    assert seen.actor == "alice"


async def test_only_a_delegate_may_name_on_whose_behalf() -> None:
    assert (await principal_seen(mint(), on_behalf_of="root")).on_behalf_of == ""
    token = mint(sub="service:process", scope="delegate")
    seen = await principal_seen(token, on_behalf_of="J%C3%B6rg")
    assert (seen.subject, seen.actor) == ("service:process", "Jörg")


async def test_a_kept_principal_comes_back_without_its_token() -> None:
    seen = await principal_seen(mint())
    kept = json.loads(json.dumps(seen.keep()))
    assert Principal.kept(kept) == seen
    assert Principal.kept(kept).token == ""


async def test_policy_refuses_what_the_token_does_not_carry() -> None:
    desk = Desk()

    async def guarded(request: SnapshotRequest) -> Position:
        require_scope("mes:write")
        require_plant(request.topic, field="plant")
        return Position()

    desk.answer = guarded
    async with served(desk) as server:
        async with calling(server) as stub:
            await stub.ask(SnapshotRequest(topic="lyon"))
            with pytest.raises(DeniedError, match="no access to plant turin") as refusal:
                await stub.ask(SnapshotRequest(topic="turin"))
        assert (refusal.value.code, refusal.value.field) == ("foreign_plant", "plant")
        async with calling(server, mint(scope="mes:read")) as stub:
            with pytest.raises(DeniedError, match="needs the scope mes:write"):
                await stub.ask(SnapshotRequest(topic="lyon"))
        async with calling(server, mint(plants=["*"])) as stub:
            await stub.ask(SnapshotRequest(topic="turin"))
