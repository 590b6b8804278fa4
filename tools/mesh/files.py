"""Small files that others may read at any moment: always whole, private where they must be."""

import os
import secrets
from pathlib import Path


def write_whole(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Put `text` at `path` in one step; nobody ever reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
    draft.replace(path)


def write_private(path: Path, text: str) -> None:
    """The same, mode 0600 from its first byte, in a folder that is 0700."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, text, mode=0o600)


def remembered_secret(path: Path) -> str:
    """The secret kept at `path`, generated on first use (43 URL-safe characters)."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text()
