"""Use case: another steward puts drafted mappings in force; what waited for them goes on."""

from collections.abc import Sequence

from services.kit.errors import ConflictError, NotFoundError, located
from services.reference.application.draft_versions import by_code, version_of
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.code_state import Status
from services.reference.ports import Books


async def approve_codes(
    books: Books, mappings: Sequence[CodeMapping], approver: str
) -> list[CodeMapping]:
    """The mappings as they hold now; each says what is approved, and perhaps which version.

    One that is in force already stays as it is. Raises NotFoundError without a draft that says it,
    DeniedError to whoever drafted it, ConflictError when two versions would hold at a time; each
    names `mappings[i]`.
    """
    await books.gate.enter()
    known = by_code(await books.code_mappings.get([one.key for one in mappings]))
    approved: list[CodeMapping] = []
    changed: list[CodeMapping] = []
    for place, mapping in enumerate(mappings):
        versions = known.get(mapping.key, [])
        with located(f"mappings[{place}]"):
            draft = _meant(mapping, versions)
            if draft.status is Status.APPROVED:
                approved.append(draft)
                continue
            steps = _approve(draft, versions, approver)
        approved.append(steps[-1])
        changed += steps
        for one in steps:
            versions[one.version - 1] = one
    newest = {one.place: one for one in changed}
    await books.code_mappings.put(list(newest.values()))
    for one in changed:
        books.facts.tell(one)
    await books.queue.settle([one for one in changed if one.status is Status.APPROVED])
    return approved


def _meant(mapping: CodeMapping, versions: Sequence[CodeMapping]) -> CodeMapping:
    """The version that is to be approved, or one that says the same and is."""
    if mapping.version:
        found = version_of(versions, mapping.version, "mapping_version")
        if found.said == mapping.said:
            return found
        raise ConflictError(
            f"version {mapping.version} says something else",
            code="another_mapping",
            field="canonical",
            hint="approve what you have read: read it again",
        )
    for one in reversed(versions):
        if one.said == mapping.said and one.status is not Status.RETIRED:
            return one
    raise NotFoundError(
        f"nobody drafted that {'/'.join(mapping.key)} means {mapping.canonical}",
        code="no_draft",
        field="canonical",
        hint="one steward drafts it (DraftCodes), another approves it",
    )


def _approve(
    draft: CodeMapping, versions: Sequence[CodeMapping], approver: str
) -> list[CodeMapping]:
    """What changes: the version it replaces, if any, then itself."""
    approved, ended = draft.approve(approver), []
    if draft.replaces:
        old = version_of(versions, draft.replaces, "replaces")
        with located("replaces"):
            ended = [old.retire(draft.valid_from)]
    others = {one.version: one for one in (*versions, *ended)}
    for other in others.values():
        if other.version != draft.version and _in_force(other) and other.overlaps(approved):
            raise ConflictError(
                f"version {other.version} holds at the same time",
                code="overlapping_mapping",
                field="valid_from",
                hint=f"draft it anew to replace version {other.version}, or retire that one first",
            )
    return [*ended, approved]


def _in_force(version: CodeMapping) -> bool:
    return version.status is not Status.DRAFT and version.valid_from != version.valid_to
