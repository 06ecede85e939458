"""The test clock of a sandbox: read and moved by whoever tries his system there."""

from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.sandbox_clocks import SandboxClock, lock_clock, machine_time
from suxin.sandboxes.policies import require_sandbox


def own_clock(actor: Actor) -> Select[SandboxClock]:
    """Return the clock of the caller's sandbox; a tenant of the city has none."""
    return select(SandboxClock).where(SandboxClock.tenant_id == actor.own_tenant)


async def move_clock(
    session: AsyncSession, actor: Actor, *, to: datetime, now: datetime
) -> SandboxClock:
    """Move the clock of the actor's sandbox forwards to a moment; what was due until then is due at once.

    ``now`` is what the clock says before. Seconds are the least that it moves by.

    :raises Forbidden: if the actor may not
    :raises SandboxOnly: if he is of the city itself
    :raises ClockBackwards: if the moment is not later than ``now``
    :raises ClockTooFarAhead: if it lies further ahead of the real time than ``MAX_AHEAD``
    """
    return await advance(session, actor, by=to - now, now=now)


async def advance(
    session: AsyncSession, actor: Actor, *, by: timedelta, now: datetime
) -> SandboxClock:
    """Move the clock of the actor's sandbox forwards by that much.

    :raises Forbidden, SandboxOnly, ClockBackwards, ClockTooFarAhead: see ``move_clock``
    """
    sandbox_id = require_sandbox(actor)
    clock = await lock_clock(session, sandbox_id)
    before = clock.ahead_s
    clock.move(by, now=machine_time(session, now))
    await session.flush()
    await outbox.hasten(
        session, sandbox_id=sandbox_id, by=timedelta(seconds=clock.ahead_s - before)
    )
    append_act(
        session,
        action="sandboxes.clock.moved",
        now=now,
        object_type="tenant",
        object_id=sandbox_id,
        detail={"seconds": clock.ahead_s - before, "ahead_seconds": clock.ahead_s},
    )
    return clock
