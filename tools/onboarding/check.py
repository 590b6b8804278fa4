"""`python -m tools.onboarding.check [PLANT...]`: what plants still lack; exits 1 when they do."""

import sys
from collections.abc import Sequence
from pathlib import Path

from services.kit.clock import SystemClock
from tools.charts.checks.finding import Finding
from tools.onboarding.codes import check_codes
from tools.onboarding.folder import PAPER, PLANTS, VALUES, FileError, read_mapping, unreadable
from tools.onboarding.machines import check_machines, read_machines
from tools.onboarding.manifests import check_manifests
from tools.onboarding.paper import read_paper
from tools.onboarding.rows import read_records


def check_plant(folder: Path) -> list[Finding]:
    """Everything that is wrong with the plant; what rests on a file waits until it is read."""
    paper, found = read_paper(folder / PAPER)
    records = read_records(folder)
    found += records.findings
    file = folder / VALUES
    try:
        values = read_mapping(file)
    except FileError as error:
        return [*found, unreadable(file, error)]
    sources, refused = read_machines(file, values)
    if refused:
        return [*found, *refused]
    found += check_manifests(folder, values)
    if not records.findings:
        paths = {row.record.path for row in records.equipment}
        found += check_machines(file, sources, paths)
        if paper:
            found += check_codes(folder, paper, records, sources, SystemClock().now())
    return found


def main(names: Sequence[str], plants: Path = PLANTS) -> int:
    """One line a finding, for the plants named, or all."""
    folders = [plants / name for name in names] or sorted(filter(Path.is_dir, plants.iterdir()))
    found = [one for folder in folders for one in check_plant(folder)]
    sys.stdout.writelines(f"{one}\n" for one in found)
    sys.stdout.write(f"{len(folders)} plants, {len(found)} findings\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
