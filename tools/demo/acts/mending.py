"""A posting that the ERP cannot take parks its order alone; an operator mends it."""

import asyncio
import sys

import msgspec
from plantmesh.erp.v1 import postings_pb2
from plantmesh.ops.v1 import desk_pb2

from tools.demo.crew import order_keys
from tools.demo.scene import DemoError, Scene
from tools.demo.shift import PLANT, REASON, UNMAPPED_REASON
from tools.mesh.program import surroundings


class Parked(msgspec.Struct):
    """As `plantctl lanes list --json` has it."""

    name: str
    reference: str
    code: str
    behind: int


async def mending(scene: Scene) -> None:
    """See that the others go on, then fix and replay with plantctl."""
    await scene.until(lambda: _one_parked(scene), "a posting that is parked", log="erp-0")
    await scene.until(
        lambda: _others_posted(scene), "the postings of all other orders", log="erp-0"
    )
    [parked] = msgspec.json.decode(
        await plantctl(scene, "lanes", "list", "--json"), type=list[Parked]
    )
    order = scene.shift.poisoned.order
    scene.say(
        f"{parked.reference} is parked ({parked.code}), with {parked.behind} postings behind it:"
        f" order {order} alone, all others are through"
    )
    scene.note(
        "parked", 1, f"{parked.reference} ({parked.code}), {parked.behind} postings behind it"
    )
    why = f"the floor calls {REASON} {UNMAPPED_REASON}"
    fix = ("lanes", "fix", parked.name, "--set", f"lines.0.reason={REASON}", "--reason", why)
    await plantctl(scene, *fix)
    await plantctl(scene, "lanes", "replay", parked.name, "--reason", "mended")
    await scene.until(lambda: _posted(scene, parked.reference), "the mended posting", log="erp-0")
    scene.say(f"plantctl lanes fix {parked.name}, plantctl lanes replay {parked.name}: posted")
    scene.note("replayed", 1, f"{parked.name} with plantctl; those behind it followed in order")


async def plantctl(scene: Scene, *words: str) -> bytes:
    """Run the operators' command line against erp; what it printed."""
    told = ("--root", str(scene.mesh.root), "--address", f"erp={scene.crew.address('erp')}")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tools.plantctl", *told, *words),
        env=surroundings(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, errors = await process.communicate()
    if process.returncode:
        raise DemoError(f"plantctl {' '.join(words)} failed:\n{errors.decode()}")
    return printed


async def _one_parked(scene: Scene) -> bool:
    entries = (await scene.crew.desk.ListLaneEntries(desk_pb2.ListLaneEntriesRequest())).entries
    return [entry.key for entry in entries] == [f"{PLANT}/{scene.shift.poisoned.order}"]


async def _others_posted(scene: Scene) -> bool:
    """All orders are ended, and of the others nothing is on its way."""
    if len(scene.ended()) < len(scene.shift.orders):
        return False
    poisoned = scene.shift.poisoned.order
    others = tuple(order for order in scene.shift.orders if order != poisoned)
    request = postings_pb2.BatchGetPostingsRequest(orders=order_keys(PLANT, others))
    postings = (await scene.crew.postings.BatchGetPostings(request)).postings
    return all(one.state == postings_pb2.POSTING_STATE_POSTED for one in postings)


async def _posted(scene: Scene, reference: str) -> bool:
    return bool(await scene.erp.documents(reference))
