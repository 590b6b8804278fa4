"""The key that signs seals, and the public halves that judge them.

Ed25519: who can verify cannot sign, and a key that was rotated out can be destroyed. The seed is
32 random bytes in URL-safe base64; a key's id is the first 16 hex digits of its public half's
SHA-256, so nobody can mix them up.
"""

import base64
import binascii
from collections.abc import Iterable
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.kit.errors import InvalidError

_LENGTH = 32


class SigningKey:
    """Signs; its public half is `public`."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()
        self.id = key_id(self.public)

    @classmethod
    def read(cls, text: str) -> Self:
        """From its seed as settings have it; raises InvalidError, which never shows it."""
        return cls(_decoded(text, "audit_key"))

    def sign(self, content: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(content)


class Keyring:
    """The public halves that this service's seals may be signed with, now and formerly."""

    def __init__(self, publics: list[bytes]) -> None:
        self._keys = {key_id(one): Ed25519PublicKey.from_public_bytes(one) for one in publics}

    @classmethod
    def read(cls, key: SigningKey | None, former: tuple[str, ...]) -> Self:
        """The one in use, and those that were before it."""
        publics = [_decoded(text, "audit_former_keys") for text in former]
        return cls([*publics, *([key.public] if key else [])])

    @property
    def publics(self) -> list[str]:
        """As settings have them."""
        return sorted(written(one.public_bytes_raw()) for one in self._keys.values())

    @classmethod
    def public(cls, keys: Iterable[str]) -> Self:
        """Of public halves alone; raises InvalidError."""
        return cls([_decoded(text, "key") for text in keys])

    def knows(self, id: str) -> bool:
        """Whether a seal with this key id can be judged."""
        return id in self._keys

    def judges(self, id: str, content: bytes, signature: bytes) -> bool:
        """Whether that key signed it."""
        try:
            self._keys[id].verify(signature, content)
        except (KeyError, InvalidSignature):
            return False
        return True


class Unjudged(Keyring):
    """Without keys: whatever a seal is signed with is taken for signed."""

    def __init__(self) -> None:
        super().__init__([])

    def knows(self, id: str) -> bool:
        """Any."""
        return True

    def judges(self, id: str, content: bytes, signature: bytes) -> bool:
        """Nothing is judged."""
        return True


def key_id(public: bytes) -> str:
    """How a seal names its key."""
    return sha256(public).hexdigest()[:16]


def written(key: bytes) -> str:
    """As settings have it."""
    return base64.urlsafe_b64encode(key).rstrip(b"=").decode()


def _decoded(text: str, field: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _LENGTH:
        raise InvalidError(
            f"a key is {_LENGTH} bytes in URL-safe base64",
            code="bad_audit_key",
            field=field,
            hint="python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )
    return key
