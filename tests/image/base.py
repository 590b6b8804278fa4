"""A Debian to build on where no image registry is at hand: debootstrap from our own mirror."""

import shutil
import subprocess
from pathlib import Path

CODENAME = "bookworm"
_INDEXES = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)"]
_OF_DEBIAN = ["Identifier: Packages", "Origin: Debian"]
_TRUSTED = Path("usr/local/share/ca-certificates")
_CACHES = ("var/cache/apt", "var/lib/apt/lists", "var/log")


def sources() -> list[str]:
    """`address release component` of every index of Debian that apt knows here."""
    told = subprocess.run([*_INDEXES, *_OF_DEBIAN], capture_output=True, text=True, check=True)
    return sorted(set(told.stdout.splitlines()))


def make_base(root: Path) -> None:
    """Fill `root` with the smallest Debian; it installs from where this machine does."""
    mirror = next(line.split()[0] for line in sources() if line.split()[1] == CODENAME)
    packages = ["--variant=minbase", "--include=ca-certificates"]
    run(["debootstrap", *packages, CODENAME, str(root), mirror])
    listed = "".join(f"deb {line}\n" for line in sources())
    (root / "etc/apt/sources.list").write_text(listed)
    # A company's proxy signs with a certificate of its own; the build has to pass it too.
    shutil.copytree(Path("/") / _TRUSTED, root / _TRUSTED, dirs_exist_ok=True)
    run(["chroot", str(root), "update-ca-certificates"])
    for cache in _CACHES:
        shutil.rmtree(root / cache)
        (root / cache).mkdir()


def run(argv: list[str]) -> str:
    """What it printed; raises AssertionError with the end of what it said when it failed."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(argv[:6])}: {(done.stdout + done.stderr)[-3000:]}"
    return done.stdout
