"""Sealers die between any two lines, two at a time: one chain, every change in it once."""

import asyncio
import random
import time
import zlib
from collections import Counter
from functools import partial
from pathlib import Path

import psycopg
import pytest

from services.kit.audit.anchored import compare_anchors
from services.kit.audit.finding import Finding
from services.kit.audit.keys import Keyring
from services.kit.audit.record import PARTITIONS
from services.kit.audit.verify import Verifier
from services.kit.migrate import migrate
from services.kit.store import Store
from tests.faults.audit.roles import KEY, SERVICE, Changing, Sealing, anchors
from tests.faults.broker import Broker
from tests.faults.checker import Verdict
from tests.faults.crash import Crash, Fault
from tests.faults.figures import Figures, tell
from tests.faults.place import Place
from tests.faults.process import Actor
from tests.faults.scale import Scale, short_and_long
from tests.servers import PostgresServer
from tools.mesh.wait import until

pytestmark = pytest.mark.fault

SEALER: Crash = {
    "audit.after_head": Fault(chance=0.03),
    "audit.before_commit": Fault(chance=0.03),
    "audit.after_commit": Fault(chance=0.03),
    "audit.before_anchor": Fault(chance=0.02),
    "audit.after_anchor": Fault(chance=0.02),
}


def sealed(place: Place) -> Counter[str]:
    """How often each key is in the chain."""
    with psycopg.connect(place.owner) as owner:
        return Counter(key for (key,) in owner.execute("SELECT key FROM audit"))


def waiting(place: Place) -> int:
    """Rows without a seal."""
    with psycopg.connect(place.owner) as owner:
        row = owner.execute("SELECT count(*) FROM audit_unsealed").fetchone()
    return int(row[0]) if row else 0


async def verify(place: Place) -> list[Finding]:
    """All chains and the anchors."""
    store, verifier, findings = Store(place.owner), Verifier(SERVICE, Keyring([KEY.public])), []
    for partition in range(PARTITIONS):
        after, ended = 0, False
        while not ended:
            async with store.work() as work:
                part = await verifier.step(work, partition, after, 100)
            findings += part.findings
            after, ended = part.end.no, part.ended
    findings += await compare_anchors(store, anchors(place))
    await store.close()
    return findings


@short_and_long
def test_one_chain_whenever_sealers_die(
    postgres: PostgresServer,
    broker: Broker,
    tmp_path: Path,
    scale: Scale,
    request: pytest.FixtureRequest,
) -> None:
    given = request.config.getoption("--seed", None)
    seed = zlib.crc32(request.node.name.encode()) if given is None else given
    dice, began = random.Random(seed), time.monotonic()
    owner = postgres.dsn("audit_faults", prepared_by=partial(migrate, "kit"))
    place = Place(owner=owner, reader="", broker=broker.url, folder=tmp_path)
    sealers = [Actor(f"sealer{n}", Sealing(), place, SEALER, seed) for n in range(2)]
    writers = [Actor(f"writer{n}", Changing(), place, {}, seed) for n in range(3)]
    last = Actor("sealer9", Sealing(), place, {}, seed)
    due = began + 2

    def tended() -> bool:
        nonlocal due
        for actor in (*writers, *sealers):
            if not actor.alive():
                actor.start()
        if time.monotonic() > due and waiting(place):
            place.counters.note("kill.blind")
            dice.choice(sealers).kill()
            due = time.monotonic() + dice.uniform(1, 3)
        counts = place.counters.read()
        struck = all(counts[f"kill.{point}"] >= scale.hits for point in SEALER)
        return struck and counts["kill.blind"] >= scale.hits

    try:
        until(tended, "sealers killed at every point", seconds=90 + 40 * scale.hits)
        for actor in writers:
            actor.end()
        for actor in sealers:
            actor.kill()
        last.start()
        until(lambda: waiting(place) == 0, "everything sealed", seconds=60)
    finally:
        for actor in (*writers, *sealers, last):
            actor.end()
    told = [key for actor in writers for key in place.acked(actor.name).read_text().split()]
    found, counts = sealed(place), place.counters.read()
    lost, twice = set(told) - found.keys(), sum(n - 1 for n in found.values())
    figures = Figures(
        row=f"audit-{scale.name}",
        seed=seed,
        seconds=time.monotonic() - began,
        kills=sum(count for name, count in counts.items() if name.startswith("kill.")),
        verdict=Verdict(accepted=len(told), effects=len(found), lost=len(lost), repeated=twice),
        evidence={
            "killed before the commit": counts["kill.audit.before_commit"],
            "killed before the anchor": counts["kill.audit.before_anchor"],
        },
        counts=dict(sorted(counts.items())),
    )
    figures.write()
    tell(request, [figures])
    assert asyncio.run(verify(place)) == []
    assert figures.verdict.ok, figures.line()
    assert all(figures.evidence.values()), figures.line()
