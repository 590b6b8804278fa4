"""Each rule that judges one module finds the planted breach, and lets the good sample pass."""

from pathlib import Path
from types import ModuleType

import pytest

from tests.unit.tools.lint.plant import breaches, plant
from tools.lint.rules import (
    broad_except,
    environment,
    floats,
    hosts,
    kit_nouns,
    names,
    size,
    wall_clock,
)

DOMAIN = "services/mes/domain/order.py"
BACKBONE = "services/kit/backbone/relay.py"
KIT = "services/kit/graph/ids.py"
# Assembled, so that this file names no registry either.
REGISTRY = "https://" + "py" + "pi.org/simple"

PLANTED = [
    (environment, DOMAIN, 'import os\n\nurl = os.environ["URL"]'),
    (environment, "tools/mesh/ports.py", 'import os\n\nport = os.getenv("PORT")'),
    (environment, "services/mes/rpc.py", "import os\n\nfrom os import environ"),
    (environment, "services/mes/rpc.py", "\n\nfrom pydantic_settings import BaseSettings"),
    (environment, "services/mes/rpc.py", "\n\nfrom dotenv import load_dotenv"),
    (floats, DOMAIN, "\n\nweight: float = None"),
    (floats, DOMAIN, "\n\nweight = 0.5"),
    (floats, "services/erp/wire.py", "def read(text):\n    # a price\n    return float(text)"),
    (floats, "services/erp/graph/order.py", "\n\ndef price(amount: float) -> None: ..."),
    (floats, DOMAIN, "\n\ndef wait(timeout_seconds=1, share=0.5): ..."),
    (floats, DOMAIN, "\n\ndef elapsed_seconds() -> Decimal: return 0.5"),
    (floats, DOMAIN, "class Scrap:\n    # per lot\n    share: list[float]"),
    (wall_clock, DOMAIN, "import time\n\nnow = time.time()"),
    (wall_clock, DOMAIN, "import datetime as dt\n\nnow = dt.datetime.now(dt.UTC)"),
    (wall_clock, DOMAIN, "from datetime import date\n\ntoday = date.today()"),
    (wall_clock, DOMAIN, "\n\nfrom time import time"),
    (wall_clock, BACKBONE, "def due(clock, at):\n    # wrong\n    return clock.now() > at"),
    (wall_clock, "services/kit/lanes/claim.py", "import time\n\nlease = time.time_ns()"),
    (broad_except, DOMAIN, "try:\n    go()\nexcept Exception:  # noqa: BLE001 - no\n    pass"),
    (broad_except, DOMAIN, "try:\n    go()\nexcept:\n    pass"),
    (broad_except, DOMAIN, "try:\n    go()\nexcept (KeyError, BaseException):\n    pass"),
    (broad_except, DOMAIN, "import contextlib\n\nwith contextlib.suppress(Exception): ..."),
    (broad_except, BACKBONE, "try:\n    go()\nexcept Exception:\n    pass"),
    (broad_except, BACKBONE, "try:\n    go()\nexcept Exception:  # noqa: BLE001\n    pass"),
    (kit_nouns, KIT, "\n\nfrom plantmesh.mes.v1 import order_pb2"),
    (kit_nouns, KIT, "\n\nimport plantmesh.erp.v1.events_pb2"),
    (names, DOMAIN, "\n\nclass OrderManager: ..."),
    (names, DOMAIN, "\n\nclass AbstractOrders: ..."),
    (names, DOMAIN, "\n\nclass OrderDTO: ..."),
    (hosts, "docs/install.md", f"Install\n\nfrom {REGISTRY}"),
    (hosts, "requirements/dev.txt", "aiohttp==3\n\n--index-url https://mirror.example/simple"),
    (
        hosts,
        "gateway/package-lock.json",
        '{\n"a": {\n"resolved": "https://mirror.example/a.tgz"\n}}',
    ),
]

GOOD = [
    (environment, "services/mes/settings.py", 'import os\nurl = os.environ["URL"]'),
    (environment, DOMAIN, "import os\nfolder = os.path.sep"),
    (floats, DOMAIN, "timeout_seconds: float = 0.5"),
    (floats, DOMAIN, "def wait(timeout_seconds: float = 0.5) -> None: ..."),
    (floats, DOMAIN, "def wait(kg, *, timeout_seconds: float = 0.5) -> None: ..."),
    (floats, DOMAIN, "def elapsed_seconds() -> float: ..."),
    (floats, DOMAIN, "wait(timeout_seconds=0.5)"),
    (floats, DOMAIN, "value = Decimal('0.5')"),
    (floats, DOMAIN, "value: float  # house: allow floats - OPC UA Double, never a quantity"),
    (floats, "services/kit/lanes/pace.py", "rate = 0.5"),
    (wall_clock, "services/kit/clock.py", "import time\nnow = time.time()"),
    (wall_clock, BACKBONE, "import time\nbeat = time.monotonic()"),
    (wall_clock, DOMAIN, "def due(clock, at):\n    return clock.now() > at"),
    (broad_except, DOMAIN, "try:\n    go()\nexcept KeyError:\n    pass"),
    (
        broad_except,
        BACKBONE,
        "try:\n    go()\nexcept Exception:  # noqa: BLE001 - outlives\n    ...",
    ),
    (
        broad_except,
        "services/mes/rpc.py",
        "try:\n    go()\nexcept Exception:\n    note()\n    raise",
    ),
    (kit_nouns, KIT, "from plantmesh.common.v1 import quantity_pb2"),
    (kit_nouns, "services/mes/wire.py", "from plantmesh.mes.v1 import order_pb2"),
    (names, DOMAIN, "class Orders: ...\nclass Database: ...\nclass Baseline: ..."),
    (hosts, "requirements/dev.txt", "aiohttp==3 \\\n    --hash=sha256:00"),
    (hosts, "gateway/package-lock.json", '{"funding": "https://example.org"}'),
]


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED)
def test_planted_breach_is_found_on_its_line(
    rule: ModuleType, path: str, text: str, tmp_path: Path
) -> None:
    assert breaches(rule.check, tmp_path, {path: text}) == [(path, 3)]


@pytest.mark.parametrize(("rule", "path", "text"), GOOD)
def test_good_sample_passes(rule: ModuleType, path: str, text: str, tmp_path: Path) -> None:
    assert breaches(rule.check, tmp_path, {path: text}) == []


def test_waiver_without_a_reason_is_none(tmp_path: Path) -> None:
    text = "value: float  # house: allow floats"
    assert breaches(floats.check, tmp_path, {DOMAIN: text}) == [(DOMAIN, 1)]


def test_waiver_covers_its_own_rule_only(tmp_path: Path) -> None:
    text = "value: float  # house: allow names - of another rule"
    assert breaches(floats.check, tmp_path, {DOMAIN: text}) == [(DOMAIN, 1)]


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "order_v2", "order_new"])
def test_bucket_or_second_edition_is_refused(name: str, tmp_path: Path) -> None:
    path = f"services/mes/{name}.py"
    assert breaches(names.check, tmp_path, {path: ""}) == [(path, 1)]


def test_long_module_warns_then_fails(tmp_path: Path) -> None:
    (long,) = size.check(plant(tmp_path, {DOMAIN: "x = 1\n" * 301}))
    assert long.warning
    (too_long,) = size.check(plant(tmp_path, {DOMAIN: "x = 1\n" * 401}))
    assert not too_long.warning
    assert list(size.check(plant(tmp_path, {DOMAIN: "x = 1\n" * 300}))) == []


def test_composition_root_is_short(tmp_path: Path) -> None:
    path = "services/mes/__main__.py"
    assert breaches(size.check, tmp_path, {path: "x = 1\n" * 61}) == [(path, 60)]
    assert breaches(size.check, tmp_path, {path: "x = 1\n" * 60}) == []
