"""What leaves a transaction: domain events and timed jobs, as rows written with the change they follow from.

Who carries the rows out, and how, is in ``performing``.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import Index, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.database import actor_of
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import new_id
from suxin.kernel.many_rows import put
from suxin.kernel.sandbox_clocks import held_ahead, machine_time
from suxin.kernel.tables import Privilege, Table

WAKE_CHANNEL: Final = "suxin_outbox"


class OutboxRow(Table):
    """One event or job on its way. ``topic`` names it in the past tense or as a duty due at ``not_before``.

    Its times are the machine's. One of a sandbox says so: it is done as of that sandbox's clock, and comes sooner when the
    clock is moved.
    """

    __tablename__ = "outbox"
    __doorway__: ClassVar[str | None] = "handed out across tenants; requests may only add to it"
    __privileges__: ClassVar[tuple[Privilege, ...]] = ("INSERT",)
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "not_before",
            "id",
            postgresql_where=text("done_at is null and failed_at is null"),
        ),
        Index(
            "ix_outbox_of_sandboxes",
            "sandbox_id",
            postgresql_where=text(
                "sandbox_id is not null and done_at is null and failed_at is null"
            ),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID | None]
    sandbox_id: Mapped[UUID | None]
    topic: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int]
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    took_ms: Mapped[int | None]
    error: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Job:
    """A row in the hands of its handler."""

    id: UUID
    topic: str
    payload: dict[str, Any]
    tenant_id: UUID | None
    now: datetime

    def uuid(self, name: str) -> UUID:
        """Return an id out of the payload."""
        return UUID(self.payload[name])


Handler = Callable[[AsyncSession, Job], Awaitable[None]]


async def post(
    session: AsyncSession,
    topic: str,
    payload: Mapping[str, object],
    *,
    now: datetime,
    tenant_id: UUID | None = None,
    not_before: datetime | None = None,
    wake: bool = False,
    world: UUID | None = None,
    by_machine: bool = False,
) -> UUID:
    """Add an event or a timed job to the outbox in this transaction; return its id.

    ``wake`` notifies the relay at commit, for effects whose latency a person feels; the rest waits for its sweep.
    ``not_before`` is told by the clock of the sandbox that the session's actor is confined to, if he is, or that a job of the
    whole city posts for (``world``); ``by_machine`` says that it is the platform's own affair and goes by no sandbox's.
    """
    posted_at = machine_time(session, now)
    sandbox_id = None if by_machine else world or actor_of(session).sandbox_id
    due = not_before or posted_at
    if sandbox_id is not None and not_before is not None:
        due = not_before - await held_ahead(session, sandbox_id)
    row = row_of(topic, payload, posted_at, due, tenant_id=tenant_id, sandbox_id=sandbox_id)
    session.add(row)
    if wake:
        await session.flush()
        await _wake(session)
    return row.id


async def post_all(
    session: AsyncSession, topic: str, payloads: Sequence[Mapping[str, object]], *, now: datetime
) -> None:
    """Add a job for each payload by one statement, and wake the relay at commit, as ``post`` does for one."""
    if not payloads:
        return
    at, sandbox_id = machine_time(session, now), actor_of(session).sandbox_id
    rows = [row_of(topic, one, at, at, tenant_id=None, sandbox_id=sandbox_id) for one in payloads]
    await put(session, OutboxRow, rows)
    await _wake(session)


def row_of(
    topic: str,
    payload: Mapping[str, object],
    posted_at: datetime,
    due: datetime,
    *,
    tenant_id: UUID | None,
    sandbox_id: UUID | None,
) -> OutboxRow:
    """Return the row of an event or a job, for whoever writes it down himself; both times are the machine's."""
    return OutboxRow(
        id=new_id(),
        tenant_id=tenant_id,
        sandbox_id=sandbox_id,
        topic=topic,
        payload={
            name: str(value) if isinstance(value, UUID) else value
            for name, value in payload.items()
        },
        created_at=posted_at,
        not_before=due,
        sent_at=None,
        attempts=0,
        done_at=None,
        failed_at=None,
        took_ms=None,
        error=None,
    )


async def _wake(session: AsyncSession) -> None:
    await session.execute(select(func.pg_notify(WAKE_CHANNEL, "")))


async def hasten(session: AsyncSession, *, sandbox_id: UUID, by: timedelta) -> int:
    """Let what waits in a sandbox come sooner, as its clock has been moved by that much; return of how many rows.

    The clock is locked, so that nobody sets a timer meanwhile.
    """
    async with doorway(session):
        moved = await session.execute(
            update(OutboxRow)
            .where(
                OutboxRow.sandbox_id == sandbox_id,
                OutboxRow.done_at.is_(None),
                OutboxRow.failed_at.is_(None),
            )
            .values(not_before=OutboxRow.not_before - by)
            .returning(OutboxRow.id)
            .execution_options(synchronize_session=False)
        )
        rows = len(moved.all())
    await _wake(session)
    return rows
