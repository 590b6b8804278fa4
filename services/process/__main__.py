"""The process service: facts come in, workflows act on them, peers are asked."""

from datetime import timedelta

from services.kit.assembly import Assembly
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.rounds import Rounds
from services.kit.service import Service, run
from services.process import rpc
from services.process.adapters.dbos import DbosRuntime, executor_id, forgetting, step
from services.process.adapters.sweeper import Sweeper
from services.process.adapters.waker import Waker
from services.process.adapters.watch import Watch, watched
from services.process.consumers import subscriptions
from services.process.graph import SCHEMA
from services.process.ports import Engine
from services.process.rpc.peers import open_peers, opening
from services.process.rpc.reconciling import reconcile
from services.process.settings import ProcessSettings
from services.process.store import sql_books
from services.process.store.open_work import open_work
from services.process.workflows import SAGAS
from services.process.workflows.desk import Activations, Desk

TOPIC = Topic("plantmesh.process")
SOURCES = [Topic("plantmesh.erp"), Topic("plantmesh.mes"), Topic("plantmesh.quality")]


async def compose(service: Service, settings: ProcessSettings) -> None:
    """The engine and its beats first, then those who wake it, then the consumers and the port."""
    process = Assembly("process", service, settings, TOPIC)
    clock, store = SystemClock(), process.store
    books = sql_books(clock)
    open_to = opening(process.peer, settings.address_of, settings.peer_seconds)
    peers, grace = open_peers(open_to), timedelta(seconds=settings.close_after_seconds)
    desk = Desk(store, books, peers, step, clock, grace)
    engine = Engine(
        settings.database_url.get_secret_value(),
        executor_id(settings.instance),
        settings.application_version,
        settings.flows_at_once,
        settings.poll_seconds,
    )
    runtime = DbosRuntime(store, engine, Activations(desk, SAGAS))
    waker, sweeper = Waker(runtime), Sweeper(store, books, runtime, clock)
    watched(service, runtime, Watch(store, runtime, clock, engine, settings.dead_seconds))
    service.add("sweeper", Rounds(sweeper.sweep, seconds=settings.sweep_seconds), reports=True)
    forget = forgetting(runtime, clock, timedelta(hours=settings.keep_hours))
    service.add("forgetting", forget, reports=True)
    service.add("waker", waker)
    service.add("open work", open_work(store), reports=True)
    reconcile(service, store, open_to, settings)
    process.consume(subscriptions(books, waker.wake), SOURCES)
    process.serve(rpc.registrations(store, books, clock, TOPIC), SCHEMA, books=books, clock=clock)


if __name__ == "__main__":
    run("process", ProcessSettings(), compose)
