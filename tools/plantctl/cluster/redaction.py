"""Takes secrets out of what leaves a cluster: those we know, and what looks like one.

Known are the values that Secrets hold, which are read to be crossed out and never written. The
rest is found by its form or by its name; where a form could be either, it goes.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from services.kit.cluster import Json

GONE = "[redacted]"

_SHORTEST = 6
"""A value of fewer characters is no secret that anybody could keep."""
_NAMES = (
    "password|passwd|pwd|passphrase|secret|token|credential|signature|cookie|authorization"
    "|(?:api|access|audit|client|encryption|private|signing)[_.-]?key"
)
"""Not `key` alone: business keys are what people look for in a log."""
_SECRET_NAME = re.compile(rf"{_NAMES}|\.key$", re.IGNORECASE)
_PUBLIC_KEYS = {"username", "user", "host", "port", "database", "dbname", "ca.crt", "tls.crt"}
_ANNOTATIONS = (
    "app.kubernetes.io/", "checksum/", "deployment.kubernetes.io/revision", "helm.sh/",
    "meta.helm.sh/", "plantmesh.dev/", "prometheus.io/",
)  # fmt: skip
# In quotes that are escaped, in double or single ones (open to the line's end), or one word.
_VALUES = (
    r"\\+\"(?:(?!\\+\").)*(?:\\+\"|$)"
    r"|\"(?:[^\"\\\n]|\\.)*(?:\"|$)"
    r"|'[^'\n]*(?:'|$)"
    r"|[^\s,;&}\"']+"
)
# Every repetition ends somewhere: a megabyte without a space takes a second, not an hour.
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]+-----|\Z)"), GONE),
    # Up to the last @: a password may hold any of :/@ where somebody forgot to quote it.
    (re.compile(r"(://)[^\s\"'<>]{0,500}@"), rf"\1{GONE}@"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)?"), GONE),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), rf"\1 {GONE}"),
    (
        re.compile(
            rf"(?im)((?:{_NAMES})[\w.-]{{0,50}}(?:\\*[\"'])?\s*[:=]\s*)(?:{_VALUES})"
        ),
        rf"\1{GONE}",
    ),
)  # fmt: skip


class Redaction:
    """`count` is how often something was taken out."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.count = 0
        forms = {form for value in known for form in _forms(value)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def text(self, text: str) -> str:
        """Without any of them."""
        if self._known:
            text = self._counted(self._known.subn(GONE, text))
        for pattern, instead in _FORMS:
            text = self._counted(pattern.subn(instead, text))
        return text

    def item(self, item: Json) -> Json:
        """An object without what its fields' names give away, and clean in all of its strings."""
        cleaned: Json = self._clean("", item)
        return cleaned

    def variable(self, name: str, value: str) -> str:
        """An environment variable's value; of a URL its place stays."""
        if _SECRET_NAME.search(name) and not name.upper().endswith("_URL"):
            self.count += 1
            return GONE
        return self.text(value)

    def _clean(self, field: str, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return self._list(field, value)
        if not isinstance(value, dict):
            return value
        if field in ("data", "stringData", "binaryData"):
            return {key: self._datum(key, one) for key, one in value.items()}
        if field == "annotations":
            return {key: self._annotation(key, one) for key, one in value.items()}
        if field == "env" and "name" in value and "value" in value:
            return {**value, "value": self.variable(value["name"], str(value["value"]))}
        return {key: self._clean(key, one) for key, one in value.items() if key != "managedFields"}

    def _list(self, field: str, values: list[Any]) -> list[Any]:
        """Of a command line, also what stands behind an option of such a name."""
        found = [self._clean(field, one) for one in values]
        if field in ("args", "command"):
            for place, option in enumerate(values[:-1]):
                if option.startswith("-") and "=" not in option and is_secret(option):
                    found[place + 1] = GONE
                    self.count += 1
        return found

    def _datum(self, key: str, value: Any) -> str:
        if _SECRET_NAME.search(key):
            self.count += 1
            return GONE
        return self.text(str(value))

    def _annotation(self, key: str, value: str) -> str:
        """Whoever runs in the cluster writes there what they like: kept is what we know."""
        if not key.startswith(_ANNOTATIONS):
            self.count += 1
            return GONE
        return self.text(value)

    def _counted(self, done: tuple[str, int]) -> str:
        self.count += done[1]
        return done[0]


def is_secret(name: str) -> bool:
    """Whether a variable of that name holds one."""
    return bool(_SECRET_NAME.search(name))


def secret_values(secret: Json) -> Iterator[str]:
    """What a Secret holds; what Helm stores of a release is no value of ours."""
    if secret.get("type") == "helm.sh/release.v1":
        return
    for key, encoded in (secret.get("data") or {}).items():
        if key not in _PUBLIC_KEYS:
            yield from _whole_and_parts(base64.b64decode(encoded).decode(errors="replace"))


def literal_values(env: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What containers are told in the clear under the name of a secret."""
    for variable in env:
        if is_secret(variable["name"]) and variable.get("value"):
            yield from _whole_and_parts(str(variable["value"]))


def _whole_and_parts(value: str) -> Iterator[str]:
    """A value of several lines is written line by line; one that is JSON, string by string."""
    yield value
    yield from value.splitlines()
    try:
        yield from _strings(json.loads(value))
    except ValueError:
        return


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else ():
        yield from _strings(inner)
    for inner in value if isinstance(value, list) else ():
        yield from _strings(inner)


def _forms(value: str) -> Iterator[str]:
    """As it is, and as others write it: in base64, in a URL, in JSON."""
    bare = value.strip()
    if len(bare) < _SHORTEST:
        return
    yield bare
    yield quote(bare, safe="")
    yield json.dumps(bare)[1:-1]
    for whole in {bare, value}:
        yield base64.b64encode(whole.encode()).decode().rstrip("=")
        yield base64.urlsafe_b64encode(whole.encode()).decode().rstrip("=")
