"""plantctl as a person runs it: a process of its own, forked from one that imported it before."""

import asyncio
import json
import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tools.plantctl.__main__ import main

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What a script reads."""
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """Both, errors last."""
        return self.out + self.err


async def plantctl(*words: str, typed: bytes = b"", **environment: str) -> Ended:
    """One command, with `typed` as its standard input and `environment` beside ours."""
    with TemporaryDirectory() as folder:
        streams = [Path(folder) / name for name in ("in", "out", "err")]
        streams[0].write_bytes(typed)
        process = _FORKS.Process(target=_run, args=(streams, words, environment))
        process.start()
        await asyncio.to_thread(process.join)
        out, err = (stream.read_text() for stream in streams[1:])
        return Ended(process.exitcode or 0, out, err)


def _run(streams: Sequence[Path], words: Sequence[str], environment: Mapping[str, str]) -> None:
    flags = (os.O_RDONLY, os.O_WRONLY | os.O_CREAT, os.O_WRONLY | os.O_CREAT)
    for number, (stream, flag) in enumerate(zip(streams, flags, strict=True)):
        os.dup2(os.open(stream, flag), number)
    sys.stdin = os.fdopen(0)
    os.environ.update(environment)
    sys.argv = ["plantctl", *words]
    main()
