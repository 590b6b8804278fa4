"""Whom a server runs as: PostgreSQL refuses root, so root lends it the account `nobody`."""

import hashlib
import os
import pwd
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SHELTER = Path("/var/lib/plantmesh")
_BECOME = (
    "import os, sys; uid, gid, *argv = sys.argv[1:]; "
    "os.setgroups([]); os.setgid(int(gid)); os.setuid(int(uid)); os.execv(argv[0], argv)"
)


@dataclass(frozen=True)
class Account:
    """A user of this machine."""

    uid: int
    gid: int

    def may_pass(self, folder: Path) -> bool:
        """Whether this user may go through `folder` and all above it, as far as they exist."""
        return all(self._may_search(step) for step in (folder, *folder.parents) if step.exists())

    def _may_search(self, folder: Path) -> bool:
        about = folder.stat()
        if about.st_uid == self.uid:
            return bool(about.st_mode & stat.S_IXUSR)
        if about.st_gid == self.gid:
            return bool(about.st_mode & stat.S_IXGRP)
        return bool(about.st_mode & stat.S_IXOTH)


def run_as(account: Account | None, argv: Sequence[str]) -> list[str]:
    """The command that becomes `account` and then `argv` (a whole path), under one pid.

    Popen's own `user=` forks instead of vforks: in a process with gRPC's threads (our tests) its
    fork handlers ran, and killed the child with SIGSEGV before it was the program.
    """
    if account is None:
        return list(argv)
    return [sys.executable, "-IS", "-c", _BECOME, str(account.uid), str(account.gid), *argv]


def unprivileged() -> Account | None:
    """`nobody` when we are root; None when we are an ordinary user, who stays himself."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def within_reach(path: Path, account: Account | None) -> Path:
    """`path`, or a place under /var/lib/plantmesh standing in for it where `account` cannot go."""
    path = path.resolve()
    if account is None or account.may_pass(path.parent):
        return path
    mark = hashlib.sha256(str(path).encode()).hexdigest()[:12]
    return SHELTER / f"{path.name}-{mark}"


def private_folder(path: Path, account: Account | None) -> Path:
    """Make `path` a folder that only `account` may enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    if account is not None:
        os.chown(path, account.uid, account.gid)
    return path
