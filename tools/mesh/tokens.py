"""Development tokens: signed with a key of this machine, in the form every service verifies."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from tools.mesh.files import write_private

AUDIENCE = "plantmesh"
LIFETIME = timedelta(minutes=15)
ALGORITHM = "ES256"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token speaks for. `plants` may be ("*",): all; `party` is "" for our own people."""

    subject: str
    scopes: tuple[str, ...]
    plants: tuple[str, ...] = ("*",)
    party: str = ""


@dataclass(frozen=True)
class Signer:
    """An ES256 key and the issuer it signs for."""

    key_file: Path
    issuer: str

    def mint(
        self,
        bearer: Bearer,
        *,
        lifetime: timedelta = LIFETIME,
        now: datetime | None = None,
        audience: str = AUDIENCE,
    ) -> str:
        """A compact JWT for `bearer`, valid from `now` for `lifetime`."""
        start = now or datetime.now(UTC)
        claims = {
            "iss": self.issuer,
            "aud": audience,
            "sub": bearer.subject,
            "scope": " ".join(bearer.scopes),
            "plants": list(bearer.plants),
            "party": bearer.party,
            "iat": int(start.timestamp()),
            "exp": int((start + lifetime).timestamp()),
            "jti": str(uuid.uuid4()),
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self._key.kid}, claims, self._key)

    def public_keys(self) -> Mapping[str, Any]:
        """The JWKS document."""
        public = self._key.as_dict(private=False)
        return {"keys": [{**public, "use": "sig", "alg": ALGORITHM}]}

    @cached_property
    def _key(self) -> ECKey:
        """The key of `key_file`, generated on first use; its id is its thumbprint."""
        if not self.key_file.exists():
            fresh = ECKey.generate_key("P-256", auto_kid=True)
            write_private(self.key_file, fresh.as_pem(private=True).decode())
        key = ECKey.import_key(self.key_file.read_text())
        key.ensure_kid()
        return key
