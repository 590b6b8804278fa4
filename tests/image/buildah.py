"""Building images with buildah, in a store of our own."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.image.base import make_base, run
from tools.mesh.program import HERE

PROGRAMS = ("buildah", "runc", "debootstrap")
BASE = "localhost/plantmesh-base"
# crun fails where both versions of cgroups are mixed; limits that are inherited may be refused.
_LIMITS = ["--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096"]
_RUNTIME = ["--isolation", "oci", "--runtime", "runc", "--network", "host", *_LIMITS]


def missing() -> str:
    """Why images cannot be built here; "" when they can."""
    if os.geteuid() != 0:
        return "debootstrap and runc need root"
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"not installed: {', '.join(absent)} (apt-get install {' '.join(PROGRAMS)})"
    return ""


@dataclass(frozen=True)
class Image:
    """A built image: its settings as OCI has them, and its root, mounted."""

    config: Mapping[str, Any]
    root: Path

    @property
    def argv(self) -> list[str]:
        """What it runs when it is told nothing."""
        return [*self.config["Entrypoint"], *self.config.get("Cmd", ())]


class Store:
    """Images under `folder`; layers are kept from run to run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        places = ["--root", str(folder / "storage"), "--runroot", str(folder / "run")]
        self._buildah = ["buildah", *places, "--storage-driver", "overlay"]

    def base(self) -> str:
        """The name of the image to build on; made once."""
        known = self._run("images", "--format", "{{.Name}}")
        if BASE not in known.split():
            root = self._folder / "base"
            shutil.rmtree(root, ignore_errors=True)
            make_base(root)
            container = self._run("from", "scratch").strip()
            self._run("add", "--quiet", container, str(root), "/")
            self._run("commit", "--quiet", "--rm", container, BASE)
        return BASE

    def build(self, name: str, dockerfile: str, **arguments: str) -> str:
        """Build from the root of the repository; layers that are as they were are not made anew."""
        told = [f"--build-arg={key}={value}" for key, value in arguments.items()]
        file = ["--layers", "--file", str(HERE / dockerfile), "--tag", f"localhost/{name}"]
        self._run("build", *_RUNTIME, *told, *file, str(HERE))
        return f"localhost/{name}"

    @contextmanager
    def mounted(self, name: str) -> Iterator[Image]:
        """The image as a file system that nothing writes to."""
        told = json.loads(self._run("inspect", "--type", "image", name))
        container = self._run("from", "--pull-never", name).strip()
        try:
            mounted = Path(self._run("mount", container).strip())
            yield Image(told["OCIv1"]["config"], mounted.resolve())
        finally:
            self._run("rm", container)

    def _run(self, *argv: str) -> str:
        return run([*self._buildah, *argv])
