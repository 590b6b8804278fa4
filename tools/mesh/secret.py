"""Generated secrets, one a file that only its owner may read."""

import os
import secrets
from pathlib import Path


def remembered_secret(path: Path) -> str:
    """The secret kept at `path`, generated on first use (43 URL-safe characters)."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text()


def write_private(path: Path, text: str) -> None:
    """Put `text` at `path` in one step, mode 0600 from its first byte; its folder is 0700."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
