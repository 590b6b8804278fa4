"""The workflow engine: DBOS, kept in a schema of its own in this service's database.

What it may be relied on for: an id starts once, and of one flow one activation runs at a time. What
it is not relied on for: any fact. An activation of a dead executor is cancelled, not resumed; the
sweeper wakes its flow from the facts (ADR 13).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from dbos import (
    DBOS,
    DBOSConfig,
    DBOSPortableJSONSerializer,
    SetEnqueueOptions,
    SetWorkflowID,
)
from dbos import WorkflowStatus as Status
from dbos._error import DBOSQueryTimeoutError
from sqlalchemy.exc import SQLAlchemyError

from services.kit.checkpoint import reach
from services.kit.clock import Clock
from services.kit.components import status
from services.kit.errors import DomainError, NotFoundError, UnavailableError
from services.kit.ids import uuid7
from services.kit.rounds import Rounds
from services.kit.store import Store, forbid_work
from services.process.domain.facts import Saga
from services.process.ports import Engine, Run, Wake

T = TypeVar("T")
Activation = Callable[[Saga, str], Awaitable[None]]

SCHEMA: Final = "dbos"
_QUEUE = "flows"
_RUNNING = ["PENDING"]
_WAITING = ["ENQUEUED"]
_OVER = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_PRUNED_AT_ONCE = 500
_FORGET_SECONDS = 600.0


class DbosRuntime:
    """ports.ProcessRuntime; one a process, as DBOS allows no second."""

    def __init__(self, store: Store, engine: Engine, activate: Activation) -> None:
        self._store = store
        self._engine = engine
        self._activate = activate
        self._started = asyncio.Event()
        self._configure()
        self._sagas = {saga: self._declare(saga) for saga in Saga}

    async def run(self, stop: asyncio.Event) -> None:
        """Carry out activations until stopped; those under way may end."""
        logging.getLogger("dbos").setLevel(logging.WARNING)
        # On this loop: DBOS takes the loop it is launched in for its async workflows.
        DBOS.launch()
        await DBOS.register_queue_async(
            _QUEUE,
            worker_concurrency=self._engine.parallel,
            partition_concurrency=1,
            polling_interval_sec=self._engine.poll_seconds,
            on_conflict="always_update",
        )
        self._started.set()
        status().active()
        try:
            await stop.wait()
        finally:
            await asyncio.to_thread(
                DBOS.destroy, workflow_completion_timeout_sec=self._engine.drain
            )

    async def start(self, wakes: Sequence[Wake]) -> None:
        """Raises UnavailableError while the engine's database cannot be reached."""
        await self._started.wait()
        for wake in wakes:
            with SetWorkflowID(wake.id), SetEnqueueOptions(queue_partition_key=wake.flow):
                await _asked(DBOS.enqueue_workflow_async(_QUEUE, self._sagas[wake.saga], wake.flow))

    async def query(self, id: str) -> Run | None:
        """None for an id that never started, or was pruned."""
        await self._started.wait()
        found = await _asked(DBOS.list_workflows_async(workflow_ids=[id]))
        return _run(found[0]) if found else None

    async def cancel(self, ids: Sequence[str]) -> None:
        """Those that ended stay as they are."""
        await self._started.wait()
        await _asked(DBOS.cancel_workflows_async(list(ids)))

    async def fork(self, id: str) -> str:
        """In the queue of its flow, so that it too runs alone."""
        run = await self.query(id)
        if run is None:
            raise NotFoundError(f"no workflow {id[:60]}", field="id")
        handle = await _asked(
            DBOS.fork_workflow_async(id, 1, queue_name=_QUEUE, queue_partition_key=run.flow)
        )
        return str(handle.get_workflow_id())

    async def unfinished(self, limit: int) -> Sequence[Run]:
        """Running ones of every executor, waiting ones of other versions."""
        await self._started.wait()
        found = await _asked(
            DBOS.list_workflows_async(status=_RUNNING, limit=limit, load_output=False)
        )
        versions = await _asked(DBOS.list_application_versions_async())
        others = [
            one["version_name"] for one in versions if one["version_name"] != self._engine.version
        ]
        if others:
            found += await _asked(
                DBOS.list_workflows_async(
                    status=_WAITING, app_version=others, limit=limit, load_output=False
                )
            )
        return [_run(one) for one in found]

    async def busy(self, flows: Collection[str]) -> set[str]:
        """By a statement of our own: the engine has no call that asks for partitions."""
        await self._started.wait()
        async with self._store.work() as work:
            rows = await work.sql(
                f"SELECT DISTINCT queue_partition_key FROM {SCHEMA}.workflow_status"
                " WHERE status IN ('PENDING', 'ENQUEUED') AND queue_name = %s"
                " AND queue_partition_key = ANY(%s)",
                (_QUEUE, list(flows)),
            )
        return {flow for (flow,) in rows}

    async def prune(self, before: datetime) -> int:
        """A few hundred at a time."""
        await self._started.wait()
        pruned = 0
        while True:
            found = await _asked(
                DBOS.list_workflows_async(
                    status=_OVER,
                    completed_before=before.isoformat(),
                    limit=_PRUNED_AT_ONCE,
                    load_input=False,
                    load_output=False,
                )
            )
            if found:
                ids = [one.workflow_id for one in found]
                await _asked(DBOS.delete_workflows_async(ids))
            pruned += len(found)
            if len(found) < _PRUNED_AT_ONCE:
                return pruned

    def _configure(self) -> None:
        DBOS(
            config=DBOSConfig(
                name="plantmesh-process",
                system_database_url=self._engine.url,
                dbos_system_schema=SCHEMA,
                application_version=self._engine.version,
                executor_id=self._engine.executor,
                serializer=DBOSPortableJSONSerializer(),
                sys_db_pool_size=8,
                max_executor_threads=16,
                use_listen_notify=False,
                notification_listener_polling_interval_sec=1.0,
                observability_query_timeout_sec=self._engine.patience_seconds,
                enable_otlp=False,
                log_level="WARNING",
            )
        )

    def _declare(self, saga: Saga) -> Any:
        async def activation(flow: str) -> None:
            await self._activate(saga, flow)

        return DBOS.workflow(name=saga.value)(activation)


def forgetting(runtime: DbosRuntime, clock: Clock, kept: timedelta) -> Rounds:
    """Forgets every now and then what ended longer ago than it is `kept`."""
    return Rounds(lambda: runtime.prune(clock.now() - kept), seconds=_FORGET_SECONDS)


def executor_id(instance: str) -> str:
    """A name that no process had before, however often `instance` was started."""
    return f"{instance}-{uuid7().hex}"


async def step(name: str, act: Callable[[], Awaitable[T]]) -> T:
    """ports.Steps. The engine keeps that it was done; a refusal passes it as data, not as a crash.

    Outside of a workflow (a test of a saga alone) the engine keeps nothing.
    """
    forbid_work()
    refused: list[DomainError] = []
    kept: list[T] = []

    async def noted() -> str:
        try:
            kept.append(await act())
        except DomainError as error:
            refused.append(error)
            return f"{type(error).__name__} {error.code}"
        return "done"

    outcome = await DBOS.run_step_async({"name": name}, noted)
    reach("process.after_step")
    if refused:
        raise refused[0]
    if not kept:
        # The engine replays a step of an earlier run instead of calling it: facts decide, not that.
        raise UnavailableError(f"{name} was replayed as {outcome}", code="replayed")
    return kept[0]


async def _asked(call: Awaitable[T]) -> T:
    try:
        return await call
    except (SQLAlchemyError, DBOSQueryTimeoutError) as error:
        raise UnavailableError(
            "the workflow engine's database cannot be reached", code="engine_unavailable"
        ) from error


def _run(one: Status) -> Run:
    return Run(
        id=one.workflow_id,
        flow=one.queue_partition_key or "",
        saga=one.name,
        status=one.status,
        executor=one.executor_id or "",
        version=one.app_version or "",
    )
