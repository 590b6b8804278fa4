"""`helm template ... | python -m tools.charts.checks [NAME...]`: what is wrong with manifests.

NAMEs are Secrets, ConfigMaps and claims that exist already. Exits 1 when something is found.
"""

import sys

import yaml

from tools.charts.checks.judge import judge


def main() -> int:
    """One line a finding."""
    documents = [each for each in yaml.safe_load_all(sys.stdin) if each]
    found = judge(documents, sys.argv[1:])
    sys.stdout.writelines(f"{each}\n" for each in found)
    sys.stdout.write(f"{len(documents)} objects, {len(found)} findings\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
