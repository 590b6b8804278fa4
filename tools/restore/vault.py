"""What survives the disaster: a base backup and the WAL since, by PostgreSQL's own tools.

`pg_receivewal` streams every record to the archive as it is written, through a replication slot,
so that nothing is recycled before it is there; `pg_basebackup` copies the cluster meanwhile.
"""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from tools.mesh.child import Child
from tools.mesh.errors import MeshError
from tools.mesh.postgres import Postgres
from tools.mesh.settings import inherited
from tools.restore.archive import require_whole

_SLOT = "vault"
_WAL = "restored_wal"
_RECOVERY = f"""
restore_command = 'cp "{_WAL}/%f" "%p"'
recovery_target_timeline = 'latest'
hot_standby = off
"""


class Vault:
    """The backup of one cluster, in a folder that does not share its fate."""

    def __init__(self, postgres: Postgres, folder: Path) -> None:
        self._postgres = postgres
        self._base, self._wal = folder / "base", folder / "wal"
        self._wal.mkdir(parents=True)
        self._receiver = Child(
            name="pg_receivewal",
            argv=[*self._tool("pg_receivewal"), "-D", str(self._wal), "-S", _SLOT, "--synchronous"],
            log=folder / "pg_receivewal.log",
            pid_file=folder / "pg_receivewal.pid",
            env=self._environment,
        )

    def open(self) -> None:
        """From now on every record goes to the archive as it is written."""
        self._run("pg_receivewal", "-S", _SLOT, "--create-slot", "--if-not-exists")
        self._receiver.start()

    def back_up(self) -> int:
        """Copy the running cluster and verify the copy; its bytes. Raises MeshError."""
        how = ("-c", "fast", "-X", "none", "--manifest-checksums", "SHA256")
        self._run("pg_basebackup", "-D", str(self._base), *how)
        return _verified(self._base)

    def shut(self) -> None:
        """The archive hears of nothing any more; kill -9."""
        self._receiver.kill()

    def restore(self) -> None:
        """Put the backup where the cluster was; its next start replays the archive to its end.

        Raises MeshError where the archive is not whole: PostgreSQL would end there and start.
        """
        require_whole(self._base, self._wal)
        data = self._postgres.data
        shutil.copytree(self._base, data)
        # A cluster that was restored before brings the folder of that time along.
        shutil.rmtree(data / _WAL, ignore_errors=True)
        shutil.copytree(self._wal, data / _WAL)
        for part in (data / _WAL).glob("*.partial"):
            part.rename(part.with_suffix(""))
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write(_RECOVERY)
        (data / "recovery.signal").touch()
        self._postgres.hand_over(data)

    def _run(self, tool: str, *words: str) -> None:
        _done([*self._tool(tool), *words], self._environment)

    def _tool(self, name: str) -> list[str]:
        url = urlsplit(self._postgres.url)
        at = ["-h", str(url.hostname), "-p", str(url.port), "-U", str(url.username)]
        return [str(self._postgres.program(name)), *at]

    @property
    def _environment(self) -> Mapping[str, str]:
        return {**inherited(), "PGPASSWORD": urlsplit(self._postgres.url).password or ""}


def _verified(base: Path) -> int:
    """Bytes of a copy whose files are as its manifest says; MeshError names one that is not.

    In place of pg_verifybackup, which the embedded distribution ships broken (signal 11).
    """
    manifest = json.loads((base / "backup_manifest").read_text())
    for told in manifest["Files"]:
        with (base / told["Path"]).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != told["Checksum"]:
                raise MeshError(f"the backup's {told['Path']} is not what was copied")
    return sum(told["Size"] for told in manifest["Files"])


def _done(argv: list[str], env: Mapping[str, str]) -> None:
    ended = subprocess.run(argv, env=dict(env), capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        said = (ended.stderr or ended.stdout).strip()
        raise MeshError(f"{Path(argv[0]).name} ended with {ended.returncode}: {said}")
