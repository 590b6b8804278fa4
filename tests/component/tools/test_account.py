"""Who a server runs as, and that lending it an account never forks this process."""

import os
import subprocess
import sys

import pytest

from tools.mesh.account import run_as, unprivileged

COUNTED = """
import ctypes, subprocess, sys
from pathlib import Path
from tools.mesh.account import unprivileged
from tools.mesh.child import Child

forks = []
hook = ctypes.CFUNCTYPE(None)(lambda: forks.append(1))
ctypes.CDLL(None).__register_atfork(hook, None, None, None)
child = Child("true", ["/usr/bin/true"], Path(sys.argv[1], "log"), Path(sys.argv[1], "pid"),
              env={"PATH": "/usr/bin:/bin"}, account=unprivileged())
child.start()
child.stop()
print(len(forks))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends an account")
def test_the_program_runs_as_the_account_alone() -> None:
    account = unprivileged()
    assert account is not None
    asked = ["/usr/bin/grep", "-E", "^(Uid|Gid|Groups):", "/proc/self/status"]
    said = subprocess.check_output(run_as(account, asked), text=True).splitlines()
    uids, gids = 4 * [str(account.uid)], 4 * [str(account.gid)]
    assert [line.split() for line in said] == [["Uid:", *uids], ["Gid:", *gids], ["Groups:"]]


def test_ourselves_need_nothing() -> None:
    assert run_as(None, ["true"]) == ["true"]


def test_no_fork_handler_runs_when_a_program_is_started(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Those of gRPC crash the child now and then: Popen has to vfork."""
    folder = str(tmp_path_factory.mktemp("account"))
    said = subprocess.check_output([sys.executable, "-c", COUNTED, folder], text=True)
    assert said.strip() == "0"
