"""Writes that are safe to send twice.

Every externally triggered write carries a key. The key, a hash of the request and the result are stored in the
write's own transaction: the same key with the same request answers with the stored result, marked as a replay; with
another request it is refused; while the first is still running it is refused; a refused write stores nothing and so
frees its key.
"""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

import msgspec
from sqlalchemy import Index, delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.doorways import ENTERED, LEFT, doorway, write_at_once
from suxin.kernel.driver_session import rows_in_session
from suxin.kernel.refusals import Refusal, RefusalKind, Unauthenticated
from suxin.kernel.row_context import as_literal
from suxin.kernel.sandbox_clocks import machine_time
from suxin.kernel.single_steps import SingleStep
from suxin.kernel.tables import Table

KEY_PATTERN: Final = re.compile(r"[A-Za-z0-9_.:\-]{8,128}")
KEPT_FOR: Final = timedelta(days=30)
PRUNE_LIMIT: Final = 1_000


class IdempotencyKeyInvalid(Refusal):
    """The key is missing, too short, too long or has other characters."""

    code = "IDEMPOTENCY_KEY_INVALID"
    kind = RefusalKind.INVALID
    zh = "幂等键须为 8 至 128 位字母、数字或 _ . : -"
    en = "The idempotency key must be 8 to 128 letters, digits or _ . : -"


class IdempotencyKeyReused(Refusal):
    """The key was used before with a different request."""

    code = "IDEMPOTENCY_KEY_REUSED"
    zh = "该幂等键已用于内容不同的请求"
    en = "This idempotency key was used with a different request"


class RequestInFlight(Refusal):
    """The first request with this key is still being carried out."""

    code = "REQUEST_IN_FLIGHT"
    retryable = True
    zh = "相同幂等键的请求正在处理，请稍后再试"
    en = "A request with this idempotency key is being processed; try again shortly"


class IdempotencyKey(Table):
    """A key that was used, with what it answered."""

    __tablename__ = "idempotency_keys"
    __doorway__: ClassVar[str | None] = "looked up by whoever calls, before his rows are touched"
    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str]
    request_hash: Mapped[bytes]
    result: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


# Every write from outside goes this way: three round trips, of which none opens or closes a doorway alone.
_TAKE_TURN: Final = SingleStep(
    text(
        "select case when pg_try_advisory_xact_lock(cast(:lock as bigint))"
        f" then {ENTERED} end as taken"
    )
)
_LOOK_UP: Final = SingleStep(
    text(
        f"select {LEFT}, known.request_hash, known.result::text as result from (values (1)) one"  # noqa: S608 - words of our own
        " left join idempotency_keys known on known.scope = :scope and known.key = :key"
    )
)
_KEEP: Final = (
    "insert into idempotency_keys (scope, key, operation, request_hash, result, created_at)"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a write answered; ``replayed`` says that it was answered before and not carried out again."""

    result: dict[str, Any]
    replayed: bool


def scope_of(actor: Actor) -> str:
    """Return the namespace of the actor's keys: one caller's keys never meet another's.

    :raises Unauthenticated: if nothing tells the caller from others
    """
    if actor.tenant_id is not None:
        return f"tenant:{actor.tenant_id}:{actor.staff_id or ''}"
    if actor.person_id is not None:
        return f"person:{actor.person_id}:{actor.subject_id}"
    if actor.kind is ActorKind.SYSTEM:
        return "system"
    raise Unauthenticated


def request_hash(operation: str, request: object) -> bytes:
    """Return SHA-256 over the operation and the request's canonical JSON."""
    canonical = json.dumps(
        [operation, request], sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str
    )
    return hashlib.sha256(canonical.encode()).digest()


async def once(
    session: AsyncSession,
    actor: Actor,
    *,
    key: str,
    operation: str,
    request: object,
    work: Callable[[], Awaitable[dict[str, Any]]],
    now: datetime,
) -> Outcome:
    """Carry out ``work`` unless this key has an answer already; store the answer with the key.

    ``request`` is the JSON-like body that the key stands for; ``work`` returns the JSON-like result to store.

    :raises IdempotencyKeyInvalid: if the key is not 8 to 128 characters of ``[A-Za-z0-9_.:-]``
    :raises IdempotencyKeyReused: if the key answered a different request
    :raises RequestInFlight: if another transaction holds the key now
    """
    if not KEY_PATTERN.fullmatch(key):
        raise IdempotencyKeyInvalid(field="idempotencyKey")
    scope, hashed = scope_of(actor), request_hash(operation, request)
    await session.flush()
    (turn,) = await rows_in_session(session, _TAKE_TURN, lock=turn_of(scope, key))
    if turn["taken"] is None:
        raise RequestInFlight(field="idempotencyKey")
    # A statement after the turn is taken, so that it sees what whoever had it before has written.
    (known,) = await rows_in_session(session, _LOOK_UP, scope=scope, key=key)
    if known["request_hash"] is not None:
        return replay(known["request_hash"], msgspec.json.decode(known["result"]), hashed=hashed)
    result = await work()
    values = (scope, key, operation, f"\\x{hashed.hex()}", msgspec.json.encode(result).decode())
    at = machine_time(session, now).isoformat()
    literals = ", ".join(as_literal(value) for value in (*values, at))
    await write_at_once(session, f"{_KEEP} values ({literals})")
    return Outcome(result, replayed=False)


def turn_of(scope: str, key: str) -> int:
    """Return the number of the advisory lock that a key's requests take turns on."""
    return int.from_bytes(hashlib.sha256(f"{scope}\n{key}".encode()).digest()[:8], signed=True)


def replay(known_hash: bytes, result: dict[str, Any], *, hashed: bytes) -> Outcome:
    """Return the answer that a key has already.

    :raises IdempotencyKeyReused: if it answered a different request
    """
    if known_hash != hashed:
        raise IdempotencyKeyReused(field="idempotencyKey")
    return Outcome(result, replayed=True)


async def prune(session: AsyncSession, *, before: datetime, limit: int = PRUNE_LIMIT) -> int:
    """Forget at most ``limit`` keys that were used before then; return how many."""
    async with doorway(session):
        old = (
            select(IdempotencyKey.scope, IdempotencyKey.key)
            .where(IdempotencyKey.created_at < before)
            .order_by(IdempotencyKey.created_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("old")
        )
        gone = await session.execute(
            delete(IdempotencyKey)
            .where(IdempotencyKey.scope == old.c.scope, IdempotencyKey.key == old.c.key)
            .returning(IdempotencyKey.key)
            .execution_options(synchronize_session=False)
        )
        return len(gone.all())
