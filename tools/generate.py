"""Turns protos/ into the typed Python package that every service imports, in about two seconds.

The code goes to protos/gen, which git ignores: one source, no copies. It is built beside the old
one and swapped in, so that a process that starts meanwhile never sees half of it.
"""

import fcntl
import shutil
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

PROTOS = Path(__file__).parents[1] / "protos"
GENERATED = PROTOS / "gen"
# Always present, so that an editable install finds both whatever has been written so far.
PACKAGES = ("buf", "plantmesh")


def sources(protos: Path = PROTOS) -> list[str]:
    """Every .proto below `protos`, relative to it, in a stable order."""
    found = (path.relative_to(protos) for path in protos.rglob("*.proto"))
    return sorted(str(path) for path in found if path.parts[0] in PACKAGES)


def generate(protos: Path, target: Path) -> None:
    """Write messages, gRPC stubs and their types to `target`. Raises SystemExit on a bad proto."""
    tools = Path(sys.executable).parent
    status = protoc.main(
        [
            "protoc",
            f"--plugin=protoc-gen-mypy={tools / 'protoc-gen-mypy'}",
            f"--plugin=protoc-gen-mypy_grpc={tools / 'protoc-gen-mypy_grpc'}",
            f"-I{protos}",
            f"-I{files('grpc_tools') / '_proto'}",
            f"--python_out={target}",
            f"--grpc_python_out={target}",
            f"--mypy_out=quiet:{target}",
            f"--mypy_grpc_out=quiet,only_async:{target}",
            *sources(protos),
        ]
    )
    if status:
        sys.exit(status)
    _drop_empty_stubs(target)
    for folder in [*(target / name for name in PACKAGES), *target.rglob("*/")]:
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
        (folder / "py.typed").touch()


def _drop_empty_stubs(target: Path) -> None:
    """A file without a service needs no gRPC module; protoc writes one all the same."""
    for stub in target.rglob("*_pb2_grpc.py"):
        if "class " not in stub.read_text():
            stub.unlink()
            stub.with_suffix(".pyi").unlink(missing_ok=True)


def main() -> int:
    """Replace protos/gen as a whole; parallel runs wait for each other."""
    with (PROTOS / "buf.yaml").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fresh = Path(tempfile.mkdtemp(prefix=".gen-", dir=PROTOS))
        try:
            fresh.chmod(0o755)
            generate(PROTOS, fresh)
            shutil.rmtree(GENERATED, ignore_errors=True)
            fresh.rename(GENERATED)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    sys.stdout.write(f"{len(sources())} protos generated into protos/gen\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
