"""The clock of a sandbox: how far it is ahead of the machine's, moved by whoever tries his system there, and only forwards.

What happens to applicants and requests in a sandbox is dated by its clock: an actor carries how far that is ahead, and a
session's ``now`` is what it says. What guards the platform itself (log-ins, tokens, idempotency keys, the audit stream, the
outbox, deliveries, exports) goes by the machine's; see decision 28.
"""

from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ScalarSelect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from suxin.kernel.actor import Actor
from suxin.kernel.readers import SANDBOX, Reader, found_by_doorway, operator, system, when
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.tables import Table

MAX_AHEAD: Final = timedelta(days=800)
"""How far ahead a clock may be: past every deadline, consent and request of this platform, and the first year of a loan."""

_MAX_AHEAD_S: Final = int(MAX_AHEAD.total_seconds())


class ClockBackwards(Refusal):
    """A sandbox's clock was to stand still or to go back: what has happened there would lie in its future."""

    code = "SANDBOX_CLOCK_BACKWARDS"
    kind = RefusalKind.INVALID
    zh = "沙箱时钟只能向前拨动"
    en = "A sandbox's clock moves forwards only"


class ClockTooFarAhead(Refusal):
    """A sandbox's clock was to go further ahead of the machine's than ``MAX_AHEAD``."""

    code = "SANDBOX_CLOCK_TOO_FAR_AHEAD"
    kind = RefusalKind.LIMITED
    zh = "沙箱时钟最多比实际时间快 {limit} 天"
    en = "A sandbox's clock may be at most {limit} days ahead of the real time"


class SandboxClock(Table):
    """How far one sandbox's clock is ahead, in seconds; made with the sandbox."""

    __tablename__ = "sandbox_clocks"
    __readers__: ClassVar[tuple[Reader, ...]] = (
        # Whoever is confined to it, its applicants too, holds it while a timer is set.
        when("confined", f"tenant_id = {SANDBOX}", "ALL"),
        operator(writes=True),
        system(),
        found_by_doorway(),
    )
    __table_args__ = (CheckConstraint(f"ahead_s between 0 and {_MAX_AHEAD_S}", name="ahead"),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    ahead_s: Mapped[int]
    moved_at: Mapped[datetime]

    def move(self, by: timedelta, *, now: datetime) -> None:
        """Go forwards by that much, at ``now`` of the machine's clock.

        :raises ClockBackwards: if that is less than a second
        :raises ClockTooFarAhead: if it would be further ahead than ``MAX_AHEAD``
        """
        seconds = int(by.total_seconds())
        if seconds < 1:
            raise ClockBackwards(field="to")
        if self.ahead_s + seconds > _MAX_AHEAD_S:
            raise ClockTooFarAhead(field="to", limit=MAX_AHEAD.days)
        self.ahead_s, self.moved_at = self.ahead_s + seconds, now


def machine_time(session: AsyncSession, now: datetime) -> datetime:
    """Return what the machine's clock says in a transaction that began at ``now``, whichever clock that was told by."""
    actor: Actor = session.info["actor"]
    if actor.sandbox_id is None:
        return now
    begun: datetime = session.info["now"]
    return begun - actor.ahead


def as_ahead(ahead_s: int | None) -> timedelta:
    """Return how far ahead a stored number of seconds is; none is not at all."""
    return timedelta(seconds=ahead_s or 0)


def ahead_of(tenant_id: InstrumentedAttribute[UUID]) -> ScalarSelect[int]:
    """Return by how many seconds a tenant's clock is ahead, as a column; null where it is no sandbox."""
    return select(SandboxClock.ahead_s).where(SandboxClock.tenant_id == tenant_id).scalar_subquery()


async def held_ahead(session: AsyncSession, sandbox_id: UUID) -> timedelta:
    """Return how far a sandbox's clock is ahead, and keep it from moving until this transaction ends."""
    seconds = await session.scalar(
        select(SandboxClock.ahead_s)
        .where(SandboxClock.tenant_id == sandbox_id)
        .with_for_update(read=True)
    )
    return as_ahead(seconds)


async def lock_clock(session: AsyncSession, sandbox_id: UUID) -> SandboxClock:
    """Return a sandbox's clock, locked, so that no timer is set while it moves."""
    return await session.get_one(
        SandboxClock, sandbox_id, with_for_update=True, populate_existing=True
    )
