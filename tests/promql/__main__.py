"""`python -m tests.promql`: the cases of our rules judged by promtool, where it is installed."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.promql.cases import RULES, all_cases, write_promtool


def main() -> int:
    """0 where it agrees with every case, or is not there."""
    promtool = shutil.which("promtool")
    if promtool is None:
        sys.stdout.write("skipped: no promtool here (Debian: apt-get install prometheus)\n")
        return 0
    rules = [str(file) for file in sorted(RULES.glob("*.yaml"))]
    subprocess.run([promtool, "check", "rules", *rules], check=True)
    with TemporaryDirectory() as folder:
        files = [str(file) for file in write_promtool(Path(folder))]
        subprocess.run([promtool, "test", "rules", *files], check=True)
    sys.stdout.write(f"promtool agrees with {len(all_cases())} cases\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
