"""A recorded month of orders, mapped again: what the diff names, and what applying it changes."""

import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from plantmesh.erp.v1 import mapping_pb2 as pb
from plantmesh.erp.v1.sources_pb2 import (
    SOURCE_STATE_STALE,
    BatchGetSourcesRequest,
    ListSourcesRequest,
)
from plantmesh.reference.v1.reference_pb2 import CODE_STATUS_RETIRED

from services.erp import rpc, wire
from services.erp.adapters.ledger.papers import Operation
from services.erp.adapters.ledger.trades import Line, Trade, read_trade
from services.erp.adapters.reading import reader
from services.erp.adapters.registry import connections, kept_in
from services.erp.application.take_commercial import take_commercial
from services.erp.domain.codes import EVER, Code
from services.erp.domain.keys import CommercialKey
from services.erp.domain.keys import Trade as Kind
from services.erp.ports.feeds import RawOrder
from services.erp.store import sql_books
from services.erp.store.inbox import Inboxes
from services.erp.store.sources import SqlSources
from services.kit.backbone.outbox import Outbox
from services.kit.copies import put
from services.kit.errors import ConflictError, DeniedError, NotFoundError
from services.kit.rpc.server import RpcServer
from services.kit.store import Store
from services.kit.wire import write_moment
from tests.audited import leaves_rows, rows_of
from tests.component.erp.conftest import TOPIC, ask, no_readings
from tests.component.erp.month import (
    BEGIN,
    CHANGED,
    MONTH,
    ORDERS,
    Month,
    receive,
    with_month,
)
from tests.component.kit.rpc.desk import verifier
from tests.copies import code_mapping, no_owner, put_codes
from tests.servers import PostgresServer


@pytest.fixture
def dsn(postgres: PostgresServer) -> str:
    """A copy of the month, which is recorded once."""
    return postgres.dsn("erp", prepared_by=with_month)


@pytest.fixture
async def month(dsn: str) -> AsyncIterator[Month]:
    """As recorded, behind a real port."""
    store = Store(dsn)
    store.bind(Outbox(TOPIC))
    read = reader(connections(["ledger"], kept_in({})))
    means = rpc.Means(no_owner, read, SqlSources(store, 60), no_readings(store))
    server = RpcServer(
        verifier(), rpc.registrations(store, sql_books(), TOPIC, means), bind="127.0.0.1", port=0
    )
    await server.start()
    yield Month(dsn, store, server, MONTH)
    await server.stop(0)
    await store.close()


@leaves_rows(pb.DiffMappingRequest, pb.ApplyMappingRequest)
async def test_a_diff_names_exactly_what_a_draft_affects_and_is_applied_once(month: Month) -> None:
    before, told = await month.rows(), len(await month.told())
    assert (await month.diff()).changed == 0
    diff = await month.diff(with_drafts=True)
    assert (diff.compared, diff.changed, diff.refused) == (ORDERS, len(month.affected), 0)
    assert 100 < len(month.affected) < ORDERS
    changes = await month.changes(diff.digest)
    assert [one.document for one in changes] == month.affected
    assert {(one.fields[0].old, one.fields[0].new, len(one.fields)) for one in changes} == {
        ("lyon/press-2", "lyon/press-9", 1)
    }
    with pytest.raises(ConflictError) as refused:
        await month.apply(diff.digest)
    assert refused.value.code == "drafts_not_approved"
    assert await month.rows() == before

    await month.approve()
    assert (await month.diff()).digest == diff.digest
    answers = await month.apply(diff.digest)
    assert len(answers) > 1
    assert sum(one.applied for one in answers) == len(month.affected)
    last = answers[-1].diff
    assert (last.state, last.reviewed_by, last.applied_by) == (pb.DIFF_STATE_APPLIED, "ann", "bob")
    after = await month.rows()
    assert sorted(key for key in after if after[key] != before[key]) == month.affected
    assert sorted(key for key, _ in (await month.told())[told:]) == month.affected
    assert (await month.diff()).changed == 0
    assert sum(one.applied for one in await month.apply(diff.digest)) == 0
    assert len(await month.told()) == told + len(month.affected)
    assert await rows_of(month.store, pb.ApplyMappingRequest) == {"mapping_diff"}
    rows = await ask(month.store, "SELECT who FROM audit_unsealed WHERE kind = 'mapping_diff'")
    assert {who for (who,) in rows} == {"ann", "bob"}


async def test_a_diff_that_is_another_now_is_refused(month: Month) -> None:
    diff = await month.diff(with_drafts=True)
    # After the review the ERP moves one more order to WC-2, which is read by the maps of before.
    one = next(one for one in month.orders if f"lyon/{one.order}" not in month.affected)
    moved = msgspec.structs.replace(
        one, changed=BEGIN + timedelta(days=29), operations=(Operation(10, "press", "WC-2"),)
    )

    await receive(month.store, [moved])
    await month.approve()
    before = await month.rows()
    with pytest.raises(ConflictError) as refused:
        await month.apply(diff.digest)
    assert (refused.value.code, refused.value.field) == ("diff_changed", "digest")
    assert await month.rows() == before
    assert (await month.diff()).changed == diff.changed + 1


@pytest.mark.parametrize(
    ("at", "visits"),
    [
        ("mapping.document", 0),
        ("mapping.document", 70),
        ("mapping.batch", 0),
        ("mapping.batch", 1),
    ],
)
async def test_a_death_in_the_middle_resumes_to_the_same_end(
    month: Month, at: str, visits: int
) -> None:
    before, told = await month.rows(), len(await month.told())
    diff = await month.diff(with_drafts=True)
    await month.approve()
    assert await month.crash(diff.digest, at, visits) == -signal.SIGKILL
    half = await month.rows()
    done = sum(half[key] != before[key] for key in half)
    assert done == len(await month.told()) - told
    assert done < len(month.affected)
    assert sum(one.applied for one in await month.apply(diff.digest)) == len(month.affected) - done
    after = await month.rows()
    assert sorted(key for key in after if after[key] != before[key]) == month.affected
    # Nothing twice: one event a document, each the next of its key.
    assert sorted(key for key, _ in (await month.told())[told:]) == month.affected
    assert len(set(await month.told())) == len(await month.told())


async def test_who_may_not_sees_and_changes_nothing(month: Month) -> None:
    digest = (await month.diff(with_drafts=True)).digest
    for claims, call in (
        ({"plants": ["nice"]}, "diff"),
        ({"plants": ["nice"]}, "list"),
        ({"plants": ["nice"]}, "apply"),
        ({"scope": "erp:read"}, "apply"),
        ({"scope": "mes:read"}, "diff"),
    ):
        stub, _, peer = month.stubs(**claims)
        asking = {
            "diff": lambda stub=stub: stub.DiffMapping(
                pb.DiffMappingRequest(system="erp-1", since=write_moment(BEGIN))
            ),
            "list": lambda stub=stub: stub.ListMappingChanges(
                pb.ListMappingChangesRequest(digest=digest)
            ),
            "apply": lambda stub=stub: stub.ApplyMapping(
                pb.ApplyMappingRequest(idempotency_key="k", digest=digest)
            ),
        }
        with pytest.raises(DeniedError):
            await asking[call]()
        await peer.close()
    stub, _, peer = month.stubs()
    with pytest.raises(NotFoundError) as refused:
        await stub.ApplyMapping(pb.ApplyMappingRequest(idempotency_key="k", digest="no"))
    assert (refused.value.code, refused.value.field) == ("unknown_diff", "digest")
    with pytest.raises(NotFoundError) as refused:
        await stub.DiffMapping(pb.DiffMappingRequest(system="x", since=write_moment(BEGIN)))
    assert (refused.value.code, refused.value.field) == ("unknown_system", "system")
    await peer.close()


async def test_sources_are_shown_to_whom_they_serve(month: Month) -> None:
    _, sources, peer = month.stubs()
    [one] = (await sources.ListSources(ListSourcesRequest())).sources
    assert (one.system, one.state, one.interval_seconds) == ("erp-1", SOURCE_STATE_STALE, 60)
    assert not one.HasField("silent_seconds")
    found = await sources.BatchGetSources(BatchGetSourcesRequest(systems=["erp-1", "erp-2"]))
    assert ([one.system for one in found.sources], list(found.missing)) == (["erp-1"], ["erp-2"])
    await peer.close()
    _, sources, peer = month.stubs(plants=["nice"])
    assert not (await sources.ListSources(ListSourcesRequest())).sources
    await peer.close()


async def test_sales_orders_are_mapped_again_beside_them(month: Month) -> None:
    who, confirmed = (
        Code("party", "C-1", "acme"),
        Code("status", "OPEN", "sales_order.lifecycle.confirmed"),
    )
    async with month.store.work():
        await put_codes("erp-1", [who, confirmed])
    sold = Trade("lyon", "7001", "C-1", ("OPEN",), 1, CHANGED, (), "EUR", "", None)

    async def take(raw: RawOrder) -> None:
        document = read_trade(raw.content)
        await take_commercial(Kind.SALES, sql_books(), "erp-1", document)

    inbox = Inboxes(month.store).of("erp-1", Kind.SALES)
    part = Line(10, "widget-1", "5", "KG", (), (), "", "", "", "", False)
    raw = RawOrder("lyon/7001", msgspec.json.encode(msgspec.structs.replace(sold, lines=(part,))))
    await inbox.receive([raw], take)
    other = replace(who, canonical="acme-2", version=2, is_draft=True, replaces=1)
    async with month.store.work():
        await put_codes("erp-1", [other])
    diff = await month.diff(with_drafts=True)
    assert (diff.compared, diff.changed) == (ORDERS + 1, len(month.affected) + 1)
    [change] = [one for one in await month.changes(diff.digest) if " " in one.document]
    assert change.document == "sales_order lyon/7001"
    assert [(one.field, one.old, one.new) for one in change.fields] == [
        ("lyon.partner", "acme", "acme-2")
    ]
    await month.approve()
    ended = code_mapping("erp-1", replace(who, valid_to=EVER))
    ended.status = CODE_STATUS_RETIRED
    async with month.store.work():
        await put_codes("erp-1", [replace(other, is_draft=False)])
        await put(wire.CODES, [ended])
    answers = await month.apply(diff.digest)
    assert sum(one.applied for one in answers) == len(month.affected) + 1
    key = CommercialKey(Kind.SALES, "lyon", "7001")
    async with month.store.work():
        assert (await sql_books().commercial.get_many([key]))[key].partner == "acme-2"
