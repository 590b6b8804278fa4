"""Commands take effect once, however often they arrive; every repetition gets the first answer."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar, cast

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import Message
from psycopg.errors import LockNotAvailable

from services.kit.access.principal import Principal
from services.kit.audit.source import told_by
from services.kit.errors import ConflictError, InvalidError
from services.kit.store import Store, Work

KEPT = timedelta(days=30)
_LONGEST_KEY = 128
_PRUNED_AT_ONCE = 5_000

Answer = TypeVar("Answer", bound=Message)
Command = tuple[str, str, str]
"""Subject of the principal, method, idempotency key."""


async def once(
    store: Store,
    principal: Principal,
    method: str,
    key: str,
    content: Message,
    effect: Callable[[], Awaitable[Answer]],
) -> Answer:
    """Run `effect` in a unit of work and keep its answer, or give the answer kept before.

    A repetition that arrives meanwhile waits for the first; when the first fails, the next one
    runs. Raises InvalidError without a key, ConflictError when the key came with other content
    (code "idempotency_conflict") or the first takes longer than the lock timeout
    (code "command_in_progress").
    """
    command = (principal.subject, method, _checked(key))
    digest = _digest(content)
    async with store.work() as work:
        if await _is_first(work, command, digest):
            with told_by(method, getattr(content, "reason", "")):
                answer = await effect()
            await _keep(work, command, answer)
            return answer
        return cast(Answer, await _kept(work, command, digest))


async def prune(store: Store, *, kept: timedelta = KEPT) -> int:
    """Forget commands older than `kept`, in small transactions; how many were forgotten."""
    forgotten = 0
    while True:
        async with store.work() as work:
            rows = await work.sql(
                "DELETE FROM command WHERE ctid = ANY(ARRAY("
                " SELECT ctid FROM command WHERE accepted_at < now() - %s"
                " ORDER BY accepted_at LIMIT %s FOR UPDATE SKIP LOCKED)) RETURNING 1",
                (kept, _PRUNED_AT_ONCE),
            )
        forgotten += len(rows)
        if len(rows) < _PRUNED_AT_ONCE:
            return forgotten


async def _is_first(work: Work, command: Command, digest: bytes) -> bool:
    """Take the command's row; waits while another transaction holds the same key."""
    try:
        return bool(
            await work.sql(
                "INSERT INTO command (principal, method, key, digest) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING RETURNING 1",
                (*command, digest),
            )
        )
    except LockNotAvailable as error:
        raise ConflictError(
            "the same command is still being carried out",
            code="command_in_progress",
            field="idempotency_key",
            hint="ask again later with the same key",
        ) from error


async def _keep(work: Work, command: Command, answer: Message) -> None:
    await work.sql(
        "UPDATE command SET answer_type = %s, answer = %s"
        " WHERE principal = %s AND method = %s AND key = %s",
        (answer.DESCRIPTOR.full_name, answer.SerializeToString(), *command),
    )


async def _kept(work: Work, command: Command, digest: bytes) -> Message:
    ((first, answer_type, answer),) = await work.sql(
        "SELECT digest, answer_type, answer FROM command"
        " WHERE principal = %s AND method = %s AND key = %s",
        command,
    )
    if first != digest:
        raise ConflictError(
            "this key was used for another command",
            code="idempotency_conflict",
            field="idempotency_key",
            hint="repeat a command unchanged, or take a new key",
        )
    descriptor = descriptor_pool.Default().FindMessageTypeByName(answer_type)
    return message_factory.GetMessageClass(descriptor).FromString(answer)


def _checked(key: str) -> str:
    if not 0 < len(key) <= _LONGEST_KEY or not key.isprintable():
        raise InvalidError(
            f"a command needs a key of 1 to {_LONGEST_KEY} printable characters",
            code="idempotency_key_required",
            field="idempotency_key",
            hint="make one up a command, a UUID for instance, and repeat it with the command",
        )
    return key


def _digest(content: Message) -> bytes:
    name = content.DESCRIPTOR.full_name.encode()
    return hashlib.sha256(name + b"\0" + content.SerializeToString(deterministic=True)).digest()
