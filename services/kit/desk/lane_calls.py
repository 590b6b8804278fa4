"""What operators ask of the lanes, within a unit of work of the caller."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from plantmesh.ops.v1 import desk_pb2 as pb

from services.kit.access.policy import require_plant, visible_plants
from services.kit.access.principal import Principal
from services.kit.desk import wire
from services.kit.desk.payload import Payloads
from services.kit.errors import ConflictError, NotFoundError
from services.kit.lanes.board import Filter, Waiting, list_entries, read_waiting, show_entry
from services.kit.lanes.desk import Act, close_doubts, fix, replay, skip
from services.kit.lanes.entry import PARKED, State
from services.kit.lanes.worker import Announce
from services.kit.paging import Listing
from services.kit.store import Work
from services.kit.wire import read_page, write_page

_EVERY = tuple(State)
_OPEN = (State.READY, State.SENDING, State.AWAITING, *PARKED)


class LaneCalls:
    """The lanes of one service; `announce` tells the service of what was given up."""

    def __init__(self, payloads: Payloads, announce: Announce) -> None:
        self._payloads = payloads
        self._announce = announce

    async def page_of(
        self, work: Work, request: pb.ListLaneEntriesRequest, principal: Principal
    ) -> pb.ListLaneEntriesResponse:
        """A page of what waits."""
        wanted = f"lanes {request.system} {request.key} {request.code} {_states(request)}"
        page = read_page(request.page, Listing(wanted, (int,)))
        after = page.after[0] if page.after else 0
        found = await list_entries(
            work,
            Filter(
                system=request.system or None,
                key=request.key or None,
                code=request.code or None,
                plants=visible_plants(principal),
                states=_states(request),
                in_doubt=request.in_doubt,
                after=int(after),
                limit=page.limit,
            ),
        )
        cut = page.cut(found, lambda waiting: (waiting.entry.id,))
        return pb.ListLaneEntriesResponse(
            entries=map(wire.write_entry, cut.rows), page=write_page(cut)
        )

    async def get(self, work: Work, id: int) -> pb.GetLaneEntryResponse:
        """An entry and its story."""
        story = await show_entry(work, id)
        require_plant(_plant(story.waiting), field="id")
        return pb.GetLaneEntryResponse(
            entry=self._write(story.waiting),
            changes=[wire.write_change(change, self._payloads) for change in story.changes],
            doubts=map(wire.write_doubt, story.doubts),
        )

    async def fix(self, work: Work, id: int, payload: str, act: Act) -> pb.FixLaneEntryResponse:
        """Mend a parked entry."""
        await self._admitted(work, [id], "id")
        await fix(work, id, self._payloads.read(payload), act)
        return pb.FixLaneEntryResponse(entry=self._write(await _one(work, id)))

    async def replay(
        self, work: Work, ids: Sequence[int], act: Act, *, dry_run: bool
    ) -> pb.ReplayLaneEntriesResponse:
        """Release parked entries, or say how they would be."""
        found = {waiting.entry.id: waiting for waiting in await self._admitted(work, ids, "ids")}
        for id in sorted(found):
            try:
                entry = await replay(work, id, act, dry_run=dry_run)
            except ConflictError as error:
                raise ConflictError(
                    str(error), code=error.code, field="ids", hint=error.hint
                ) from error
            found[id] = replace(found[id], entry=entry)
        if not dry_run:
            found = {waiting.entry.id: waiting for waiting in await read_waiting(work, ids)}
        return pb.ReplayLaneEntriesResponse(entries=[wire.write_entry(found[id]) for id in ids])

    async def skip(self, work: Work, id: int, act: Act) -> pb.SkipLaneEntryResponse:
        """Give an entry up."""
        await self._admitted(work, [id], "id")
        await skip(work, id, act, self._announce)
        return pb.SkipLaneEntryResponse(entry=self._write(await _one(work, id)))

    async def close_doubts(self, work: Work, id: int, act: Act) -> pb.CloseDoubtsResponse:
        """A person has cleared up what the outside system holds of an entry."""
        await self._admitted(work, [id], "id")
        await close_doubts(work, id, act)
        story = await show_entry(work, id)
        return pb.CloseDoubtsResponse(
            entry=self._write(story.waiting), doubts=map(wire.write_doubt, story.doubts)
        )

    async def _admitted(self, work: Work, ids: Collection[int], field: str) -> list[Waiting]:
        found = await read_waiting(work, ids)
        if unknown := sorted(set(ids) - {waiting.entry.id for waiting in found}):
            raise NotFoundError(f"no lane entry {unknown[0]}", field=field)
        for waiting in found:
            require_plant(_plant(waiting), field=field)
        return found

    def _write(self, waiting: Waiting) -> pb.LaneEntry:
        return wire.write_entry(waiting, self._payloads.show(waiting.entry.payload))


def _states(request: pb.ListLaneEntriesRequest) -> tuple[State, ...]:
    if request.in_doubt:
        return _EVERY
    return _OPEN if request.all_open else PARKED


async def _one(work: Work, id: int) -> Waiting:
    [waiting] = await read_waiting(work, [id])
    return waiting


def _plant(waiting: Waiting) -> str:
    return waiting.entry.key.partition("/")[0]
