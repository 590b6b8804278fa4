"""The pages of the development issuer: OAuth 2.0 tokens that services verify through JWKS.

`python -m tools.mesh.issuing SECRETS KEY URL PORT` serves them on all addresses: in a cluster the
secrets are mounted, and the issuer is called by its Service (charts/examples).
Source: RFC 6749 (token endpoint, error bodies), RFC 7517 (keys), OpenID Connect Discovery 1.0.
"""

import sys
from base64 import b64decode
from dataclasses import replace
from hmac import compare_digest
from pathlib import Path

from aiohttp import web

from tools.mesh.people import CLIENTS, USERS, Secrets
from tools.mesh.tokens import ALGORITHM, LIFETIME, Bearer, Signer

KEYS = "/.well-known/jwks.json"
_DISCOVERY = "/.well-known/openid-configuration"
_NO_STORE = {"Cache-Control": "no-store"}


class TokenError(Exception):
    """A refusal in the words of RFC 6749, 5.2."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.code = code
        self.status = status

    def response(self) -> web.Response:
        """As the client gets it."""
        headers = dict(_NO_STORE)
        if self.status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="plantmesh"'
        body = {"error": self.code, "error_description": str(self)}
        return web.json_response(body, status=self.status, headers=headers)


def application(signer: Signer, secrets: Secrets) -> web.Application:
    """Its three pages."""
    discovery = {
        "issuer": signer.issuer,
        "jwks_uri": signer.issuer + KEYS,
        "token_endpoint": f"{signer.issuer}/token",
        "grant_types_supported": ["client_credentials", "password"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "subject_types_supported": ["public"],
        "response_types_supported": ["token"],
    }

    async def keys(_: web.Request) -> web.Response:
        return web.json_response(signer.public_keys())

    async def configuration(_: web.Request) -> web.Response:
        return web.json_response(discovery)

    async def token(request: web.Request) -> web.Response:
        try:
            bearer = await _authenticate(request, secrets)
        except TokenError as refusal:
            return refusal.response()
        answer = {
            "access_token": signer.mint(bearer),
            "token_type": "Bearer",
            "expires_in": int(LIFETIME.total_seconds()),
            "scope": " ".join(bearer.scopes),
        }
        return web.json_response(answer, headers=_NO_STORE)

    app = web.Application(client_max_size=16_384)
    app.add_routes([web.get(KEYS, keys), web.get(_DISCOVERY, configuration)])
    app.add_routes([web.post("/token", token)])
    return app


async def _authenticate(request: web.Request, secrets: Secrets) -> Bearer:
    form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    match form.get("grant_type"):
        case "client_credentials":
            bearer = _client(*_client_credentials(request, form), secrets)
        case "password":
            bearer = _user(form.get("username", ""), form.get("password", ""), secrets)
        case other:
            raise TokenError("unsupported_grant_type", f"no grant type {other!r} here")
    return _narrowed(bearer, form.get("scope", ""))


def _client_credentials(request: web.Request, form: dict[str, str]) -> tuple[str, str]:
    """From the Authorization header, else from the form."""
    header = request.headers.get("Authorization")
    if header is None:
        return form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, credentials = header.partition(" ")
    try:
        pair = b64decode(credentials, validate=True).decode()
    except ValueError:
        pair = ""
    login, colon, password = pair.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise TokenError("invalid_client", "the Authorization header is not Basic", 401)
    return login, password


def _client(name: str, secret: str, secrets: Secrets) -> Bearer:
    if name not in CLIENTS or not _same(secret, secrets.of_client(name)):
        raise TokenError("invalid_client", "unknown client or wrong secret", 401)
    return CLIENTS[name]


def _user(name: str, password: str, secrets: Secrets) -> Bearer:
    if name not in USERS or not _same(password, secrets.of_user(name)):
        raise TokenError("invalid_grant", "unknown user or wrong password")
    return USERS[name]


def _same(given: str, kept: str) -> bool:
    return compare_digest(given.encode(), kept.encode())


def _narrowed(bearer: Bearer, scope: str) -> Bearer:
    """`bearer` with only the scopes asked for; all when none is named."""
    asked = tuple(scope.split()) or bearer.scopes
    if beyond := set(asked) - set(bearer.scopes):
        raise TokenError("invalid_scope", f"not yours: {' '.join(sorted(beyond))}")
    return replace(bearer, scopes=asked)


def main(secrets: str, key: str, url: str, port: str) -> None:
    """Serve until SIGTERM; a file `client-<name>` or `user-<name>` of `secrets` is a password."""
    pages = application(Signer(Path(key), url), Secrets(Path(secrets)))
    web.run_app(pages, port=int(port), print=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
