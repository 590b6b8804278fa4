"""The line's controller dies in the middle of a job, and comes back with the counts it had."""

from tools.demo.scene import Scene

LINE = "line-0"


async def restart(scene: Scene) -> None:
    """kill -9, restart; what it made before and after the collectors saw it again is counted."""
    await scene.until(lambda: _counted(scene, 1), "the first count in mes", log="telemetry-0")
    scene.mesh.kill(LINE)
    made = scene.pieces()
    await scene.mesh.supervisor.start_one(LINE)
    scene.say(f"the line's controller is killed (kill -9) after {made} pieces, and goes on")
    more = made + (scene.shift.pieces - made) // 4
    await scene.until(lambda: _counted(scene, more), f"{more} pieces in mes", log="telemetry-0")
    scene.note("restarted", 1, f"the line, with the {made} pieces it had counted")


async def _counted(scene: Scene, count: int) -> bool:
    return await scene.counted() >= count
