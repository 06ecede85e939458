"""Redeeming: hold, grant, use and complete, roll back. The counter, a gate and a merchant's own systems all go this way.

Turns are taken in one order, the programme's, the subject's, then the ledger's accounts: what is counted against a limit cannot be counted
beside it. What a clerk is told is the benefit; which limit of a person is reached at which merchant is not said.
"""

from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import record_event
from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import act_for
from suxin.perks import accounts, at_once, limits, queries
from suxin.perks.drafted import (
    act_words,
    check_party,
    completed_facts,
    drafted,
    new_handle,
    redeemer_of,
)
from suxin.perks.event_types import REDEMPTION_COMPLETED
from suxin.perks.limiting.queries import is_limited
from suxin.perks.limits import require_open
from suxin.perks.models import PerkHandle, Programme, Redemption
from suxin.perks.policies import REDEMPTION_GRANT
from suxin.perks.recording import call_for_record, is_looked_at
from suxin.perks.refusals import HoldOver, UsedAlready, UsesExceeded
from suxin.perks.states import RedemptionState


class Write(Protocol):
    """Writes a redemption down with what it takes of stock and budget."""

    async def __call__(
        self, session: AsyncSession, programme: Programme, redemption: Redemption, *, now: datetime
    ) -> None:
        """Write it down."""


EXPIRE_TOPIC: Final = "perks.redemption.expire"


async def hold_redemption(
    session: AsyncSession,
    actor: Actor,
    *,
    programme_id: UUID,
    subject_id: UUID | None,
    persons: int = 1,
    consent_id: UUID | None = None,
    now: datetime,
) -> Redemption:
    """Lock what applies to somebody for some minutes; without a subject, or a basis of his, that is the fallback.

    A group comes on one code, and counts as many as it is. ``consent_id`` is the one-time consent given for this very use.

    :raises Forbidden: if the actor may not redeem
    :raises NotFound: if the programme is not this tenant's
    :raises GroupTooLarge: if they are more than the programme takes at once
    :raises ProgrammeNotOpen: if nothing is redeemed now
    :raises PersonLimitReached, DayLimitReached: if a limit is reached
    :raises StockExhausted, BudgetExhausted: if not so much is left
    Source: PIPL art. 6, 16, 24; 国办发〔2020〕49号
    """
    actor.require(REDEMPTION_GRANT)
    programme = await queries.share_own_programme(session, actor, programme_id)
    redemption = await _taken(
        session, actor, programme, written, subject_id=subject_id, persons=persons, consent_id=consent_id, now=now
    )  # fmt: skip
    record(session, redemption, now=now)
    await set_clock(session, redemption, at=redemption.held_until, now=now)
    return redemption


async def redeem_at_once(
    session: AsyncSession,
    actor: Actor,
    *,
    programme_id: UUID,
    subject_id: UUID | None,
    persons: int = 1,
    consent_id: UUID | None = None,
    now: datetime,
) -> Redemption:
    """Hold, grant and complete in one step what is over with its use; what applies is what ``hold_redemption`` would lock.

    Nothing is held in between: stock and budget move by transfers that are posted, and no clock is set.

    :raises Forbidden: if the actor may not redeem
    :raises NotFound: if the programme is not this tenant's
    :raises NotAtOnce: if somebody uses the programme more than once, or is lent something by it
    :raises GroupTooLarge, ProgrammeNotOpen, PersonLimitReached, DayLimitReached: see ``hold_redemption``
    :raises StockExhausted, BudgetExhausted: if not so much is left
    Source: PIPL art. 6, 16, 24; docs/decisions/0072
    """
    actor.require(REDEMPTION_GRANT)
    programme = await queries.share_own_programme(session, actor, programme_id)
    at_once.require_at_once(programme)
    redemption = await _taken(
        session, actor, programme, _used, subject_id=subject_id, persons=persons, consent_id=consent_id, now=now
    )  # fmt: skip
    await _tell(session, programme, redemption, now=now)
    return redemption


async def _taken(
    session: AsyncSession,
    actor: Actor,
    programme: Programme,
    write: Write,
    *,
    subject_id: UUID | None,
    persons: int,
    consent_id: UUID | None,
    now: datetime,
) -> Redemption:
    """Find what applies to somebody, within what he and everybody may have, and write it down."""
    check_party(programme, persons)
    require_open(programme, now=now)
    benefit = await queries.benefit_for(
        session, actor, programme=programme, subject_id=subject_id, now=now
    )
    await limits.take_programme(session, programme, persons=persons, now=now)
    redemption = drafted(programme, benefit, persons=persons, held_by=actor.staff_id, now=now)
    if subject_id is None:
        await write(session, programme, redemption, now=now)
        return redemption
    async with act_for(session, subject_id=subject_id, reason="perk redeemed"):
        await limits.take_person(session, programme, subject_id, persons=persons, now=now)
        if await is_limited(session, programme, subject_id):
            # The same path, page and words as for everybody else.
            redemption = drafted(
                programme, programme.fallback_read, persons=persons, held_by=actor.staff_id, now=now
            )
        redemption.handle = await handle_of(session, programme.tenant_id, subject_id)
        await write(session, programme, redemption, now=now)
        session.add(redeemer_of(programme, redemption, subject_id, consent_id))
    return redemption


async def grant_redemption(
    session: AsyncSession, actor: Actor, *, redemption_id: UUID, now: datetime
) -> Redemption:
    """Give what was locked.

    :raises Forbidden: if the actor may not redeem
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it is not locked
    :raises HoldOver: if its lock is over
    """
    actor.require(REDEMPTION_GRANT)
    redemption, programme = await queries.lock_redemption(session, actor, redemption_id)
    if redemption.state is RedemptionState.HELD and redemption.held_until <= now:
        raise HoldOver
    use_by = now + timedelta(days=programme.use_days)
    redemption.grant(use_by=use_by, now=now)
    await accounts.keep(session, programme, redemption, now=now)
    record(session, redemption, now=now)
    await set_clock(session, redemption, at=use_by, now=now)
    return redemption


async def complete_redemption(
    session: AsyncSession,
    actor: Actor,
    *,
    redemption_id: UUID,
    uses: int | None = None,
    close: bool = True,
    now: datetime,
) -> Redemption:
    """Count uses, all that are left if none are named, and complete it; ``close`` left out, it stays open until the last is used.

    What was not used goes back into stock and budget.

    :raises Forbidden: if the actor may not redeem
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it is not granted
    :raises UsesExceeded: if more is used than is left, or nothing
    """
    actor.require(REDEMPTION_GRANT)
    redemption, programme = await queries.lock_redemption(session, actor, redemption_id)
    counted = redemption.uses_left if uses is None else uses
    redemption.use(0)
    if not 1 <= counted <= redemption.uses_left and not (
        counted == 0 and redemption.uses and close
    ):
        raise UsesExceeded(field="uses", left=redemption.uses_left)
    redemption.use(counted)
    if close or not redemption.uses_left:
        await finish(session, programme, redemption, now=now)
    else:
        record(session, redemption, now=now)
    return redemption


async def roll_back_redemption(
    session: AsyncSession, actor: Actor, *, redemption_id: UUID, reason: str, now: datetime
) -> Redemption:
    """Take back what was locked or granted and not used; stock, budget and limits are as before.

    :raises Forbidden: if the actor may not redeem
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it has ended
    :raises UsedAlready: if part of it was used
    :raises HoldOver: if its lock is over
    """
    actor.require(REDEMPTION_GRANT)
    redemption, programme = await queries.lock_redemption(session, actor, redemption_id)
    if redemption.state is RedemptionState.GRANTED and redemption.uses:
        raise UsedAlready(uses=redemption.uses)
    if redemption.state is RedemptionState.HELD and redemption.held_until <= now:
        raise HoldOver
    redemption.roll_back(limits.checked_reason(reason), now=now)
    await accounts.let_go(session, programme, redemption, now=now)
    record(session, redemption, now=now)
    return redemption


async def finish(
    session: AsyncSession, programme: Programme, redemption: Redemption, *, now: datetime
) -> None:
    """Complete a redemption with what was used of it, and tell the merchant's systems."""
    redemption.complete(now=now)
    await accounts.settle(session, programme, redemption, now=now)
    await _tell(session, programme, redemption, now=now)


async def _tell(
    session: AsyncSession, programme: Programme, redemption: Redemption, *, now: datetime
) -> None:
    """Put on record that a redemption is completed, tell the merchant's systems, and have it looked at for a record."""
    record(session, redemption, now=now)
    record_event(
        session,
        REDEMPTION_COMPLETED,
        tenant_id=redemption.tenant_id,
        object_id=redemption.id,
        now=now,
        **completed_facts(redemption),
    )
    if is_looked_at(programme, redemption):
        await call_for_record(
            session, tenant_id=redemption.tenant_id, redemption_id=redemption.id, now=now
        )


async def expire_redemption(
    session: AsyncSession, *, tenant_id: UUID, redemption_id: UUID, now: datetime
) -> None:
    """End a redemption whose time is over, with what was used of it if anything was. A duty of the platform."""
    actor = Actor.system("perks.expire", tenant_id=tenant_id)
    redemption, programme = await queries.lock_redemption(session, actor, redemption_id)
    if redemption.state is RedemptionState.HELD and redemption.held_until <= now:
        redemption.expire(now=now)
        record(session, redemption, now=now)
    elif redemption.state is RedemptionState.GRANTED and (redemption.use_by or now) <= now:
        if redemption.uses:
            await finish(session, programme, redemption, now=now)
            return
        redemption.expire(now=now)
        await accounts.let_go(session, programme, redemption, now=now)
        record(session, redemption, now=now)


async def _used(
    session: AsyncSession, programme: Programme, redemption: Redemption, *, now: datetime
) -> None:
    """Write a redemption down that is used at once, with what it takes of stock and budget."""
    at_once.use_up(redemption, now=now)
    await accounts.spend(session, programme, redemption, now=now)
    session.add(redemption)
    await session.flush()


async def written(
    session: AsyncSession, programme: Programme, redemption: Redemption, *, now: datetime
) -> None:
    """Write a redemption down, with what it holds of stock and budget."""
    await accounts.hold(session, programme, redemption, now=now)
    session.add(redemption)
    await session.flush()


async def handle_of(session: AsyncSession, tenant_id: UUID, subject_id: UUID) -> str:
    """Return the pseudonym of a subject at a merchant, given to him now if he has none; his turn is taken."""
    known = await session.scalar(
        select(PerkHandle.handle).where(
            PerkHandle.tenant_id == tenant_id, PerkHandle.subject_id == subject_id
        )
    )
    if known is not None:
        return known
    handle = new_handle()
    session.add(PerkHandle(tenant_id=tenant_id, subject_id=subject_id, handle=handle))
    return handle


async def set_clock(
    session: AsyncSession, redemption: Redemption, *, at: datetime, now: datetime
) -> None:
    """Let the platform look at a redemption when its time is over."""
    await outbox.post(
        session,
        EXPIRE_TOPIC,
        {"tenant_id": redemption.tenant_id, "redemption_id": redemption.id},
        now=now,
        tenant_id=redemption.tenant_id,
        not_before=at,
    )


def record(session: AsyncSession, redemption: Redemption, *, now: datetime) -> None:
    """Put on record where a redemption has come to stand."""
    append_act(session, now=now, tenant_id=redemption.tenant_id, **act_words(redemption))
