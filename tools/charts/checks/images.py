"""Images: none empty, none that changes under its name.

Source: OCI distribution specification, "Pulling manifests" (names, tags and digests).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Manifests

_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?P<repository>(?:[A-Za-z0-9.-]+(?::\d+)?/)?{_PART}(?:/{_PART})*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?",
    re.ASCII,
)
_MOVING = {None, "latest", "main", "edge"}


class Image(NamedTuple):
    """An image reference; `name` is the last part of its repository."""

    repository: str
    tag: str | None
    digest: str | None

    @property
    def name(self) -> str:
        """What it is called without its registry."""
        return self.repository.rpartition("/")[2]


def read(reference: str) -> Image | None:
    """The parts of a reference, None if it is none."""
    found = _REFERENCE.fullmatch(reference)
    return Image(found["repository"], found["tag"], found["digest"]) if found else None


def check(manifests: Manifests) -> Iterator[Finding]:
    """Every container's image."""
    for container in manifests.containers:
        given = container.fields.get("image") or ""
        image = read(given)
        if not given:
            yield container.finding("image", "is empty", "set the component's image")
        elif image is None:
            hint = "write registry/name:tag or registry/name@sha256:..."
            yield container.finding("image", f"{given!r} is no image reference", hint)
        elif image.digest is None and image.tag in _MOVING:
            message = f"{given} may be another image tomorrow"
            yield container.finding("image", message, "pin a version's tag or a digest")
