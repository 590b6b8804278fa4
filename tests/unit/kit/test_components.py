"""Component states, and the health that follows from them."""

from services.kit.components import Component, Components, Health, State, reporting, status


def test_startup_waits_until_every_part_has_said_something() -> None:
    parts = Components()
    relay, grpc = parts.add("relay"), parts.add("grpc", serving=True)
    assert parts.health == Health(startup=False, readiness=False)
    grpc.active()
    assert not parts.health.startup
    relay.degraded("no broker")
    assert parts.health == Health(startup=True, readiness=True)


def test_readiness_looks_at_what_callers_reach_and_liveness_at_nothing() -> None:
    parts = Components()
    relay, grpc = parts.add("relay"), parts.add("grpc", serving=True)
    relay.idle()
    grpc.degraded("overloaded")
    assert parts.health == Health(startup=True, readiness=False, liveness=True)
    grpc.active()
    assert parts.health.readiness
    parts.drain()
    assert parts.health == Health(startup=True, readiness=False, liveness=True)


def test_a_process_without_parts_has_not_started() -> None:
    assert not Components().health.startup


def test_watchers_hear_of_changes_only() -> None:
    parts = Components()
    heard: list[Health] = []
    parts.watch(heard.append)
    grpc = parts.add("grpc", serving=True)
    grpc.active()
    grpc.active()
    grpc.idle()
    assert [health.readiness for health in heard] == [False, True]


def test_a_report_is_about_the_part_that_runs() -> None:
    relay = Component("relay")
    with reporting(relay):
        status().degraded("no broker")
    status().active()
    assert (relay.state, relay.reason) == (State.DEGRADED, "no broker")
