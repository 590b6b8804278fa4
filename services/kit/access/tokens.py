"""From a bearer token to the principal it proves."""

import binascii
import json
from base64 import urlsafe_b64decode
from typing import Any

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError

from services.kit.access.keys import Keys
from services.kit.access.principal import Principal
from services.kit.clock import Clock
from services.kit.errors import UnauthenticatedError

ALGORITHMS = ("ES256", "RS256")
LEEWAY = 5
"""Seconds by which our clock and the issuer's may differ."""
TRUSTED = 30.0
"""Seconds for which a verified token is not verified again: a signature costs more than a call."""
_REMEMBERED = 1_000
_LONGEST = 8192


class Verifier:
    """Believes tokens that `issuer` signed for `audience` and that have not expired."""

    def __init__(self, keys: Keys, issuer: str, audience: str, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._verified: dict[str, tuple[Principal, float]] = {}
        self._registry = jwt.JWTClaimsRegistry(
            now=lambda: int(clock.now().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def verify(self, token: str) -> Principal:
        """Raises UnauthenticatedError, UnavailableError if the issuer's keys cannot be read."""
        now = self._clock.now().timestamp()
        principal, until = self._verified.get(token, (None, 0.0))
        if principal is None or now >= until:
            claims = await self._claims_of(token)
            principal = _principal(claims, token)
            if len(self._verified) >= _REMEMBERED:
                self._verified.clear()
            self._verified[token] = principal, min(claims["exp"], now + TRUSTED)
        return principal

    async def _claims_of(self, token: str) -> dict[str, Any]:
        key = await self._keys.find(_key_id(token))
        try:
            claims = jwt.decode(token, key, algorithms=ALGORITHMS).claims
            self._registry.validate(claims)
        except ExpiredTokenError:
            raise UnauthenticatedError(
                "the token has expired", code="token_expired", hint="sign in again"
            ) from None
        except (JoseError, ValueError) as error:
            raise _bad_token(type(error).__name__) from None
        return claims


def read_bearer(header: str | None) -> str:
    """The token of an authorization header; raises UnauthenticatedError if there is none."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise UnauthenticatedError(
            "a bearer token is required", code="token_required", hint="send authorization: Bearer"
        )
    return token.strip()


def _key_id(token: str) -> str:
    head = token.partition(".")[0]
    try:
        if len(token) > _LONGEST:
            raise ValueError("too long")
        header = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        kid = header["kid"] if header["alg"] in ALGORITHMS else None
    except (ValueError, TypeError, LookupError, RecursionError, binascii.Error):
        raise _bad_token("malformed") from None
    if not isinstance(kid, str):
        raise _bad_token("unsigned or without a key id")
    return kid


def _principal(claims: dict[str, Any], token: str) -> Principal:
    scope, plants, party = (
        claims.get("scope", ""),
        claims.get("plants", []),
        claims.get("party", ""),
    )
    if not (isinstance(scope, str) and isinstance(party, str) and isinstance(plants, list)):
        raise _bad_token("claims of another shape")
    if not all(isinstance(plant, str) for plant in plants):
        raise _bad_token("claims of another shape")
    return Principal(
        subject=claims["sub"],
        scopes=frozenset(scope.split()),
        plants=frozenset(plants),
        party=party,
        token=token,
    )


def _bad_token(why: str) -> UnauthenticatedError:
    return UnauthenticatedError(
        f"the token is not accepted: {why}", code="bad_token", hint="sign in again"
    )
