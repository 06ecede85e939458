"""What a merchant does with its programmes, and the operator with those that spend the city's money.

Two people are needed only where public money is: a merchant's own programme is drafted and published by one person in one go.
"""

from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.catalogue import EventType
from suxin.events.feed import record_event
from suxin.kernel import outbox
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.audit import append_act
from suxin.kernel.database import act_for
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid
from suxin.kernel.working_days import SHANGHAI, local_day
from suxin.perks import accounts, queries
from suxin.perks.drafts import MAX_STOCK, ProgrammeDraft, check_draft
from suxin.perks.event_types import PROGRAMME_ENDED, PROGRAMME_PUBLISHED, PROGRAMME_SUSPENDED
from suxin.perks.limits import checked_reason
from suxin.perks.models import Programme
from suxin.perks.policies import PROGRAMME_APPROVE, PROGRAMME_MANAGE
from suxin.perks.refusals import ApprovalNeeded, NoApprovalNeeded, PeriodOver
from suxin.perks.states import FunderKind, ProgrammeState
from suxin.places import queries as places

OVER_TOPIC: Final = "perks.programme.over"


async def draft_programme(
    session: AsyncSession, actor: Actor, *, draft: ProgrammeDraft, now: datetime
) -> Programme:
    """Write a new draft, from a template as the merchant changed it.

    :raises Forbidden: without the right to keep programmes
    :raises Refusal: what ``check_draft`` refuses it for, or an area that does not exist
    """
    actor.require(PROGRAMME_MANAGE)
    await _check(session, draft, now=now)
    programme = Programme(
        tenant_id=actor.own_tenant,
        id=new_id(now),
        state=ProgrammeState.DRAFT,
        drafted_by=actor.staff_id,
        drafted_at=now,
        updated_at=now,
        **draft.columns(),
    )
    session.add(programme)
    _record(session, programme, "drafted", now=now)
    await session.flush()
    return programme


async def edit_programme(
    session: AsyncSession, actor: Actor, *, programme_id: UUID, draft: ProgrammeDraft, now: datetime
) -> Programme:
    """Change a draft; what is published is ended, and another drafted.

    :raises Forbidden: without the right to keep programmes
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it is no draft
    :raises Refusal: as ``draft_programme``
    """
    actor.require(PROGRAMME_MANAGE)
    await _check(session, draft, now=now)
    programme = await queries.lock_own_programme(session, actor, programme_id)
    programme.require_draft()
    for name, value in draft.columns().items():
        setattr(programme, name, value)
    programme.updated_at = now
    _record(session, programme, "edited", now=now)
    return programme


async def submit_programme(
    session: AsyncSession, actor: Actor, *, programme_id: UUID, now: datetime
) -> Programme:
    """Ask the operator to publish what spends the city's money.

    :raises Forbidden: without the right to keep programmes
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it is no draft
    :raises NoApprovalNeeded: if it spends none
    :raises PeriodOver: if its period is over by now
    """
    actor.require(PROGRAMME_MANAGE)
    programme = await queries.lock_own_programme(session, actor, programme_id)
    if programme.funder is not FunderKind.CITY:
        raise NoApprovalNeeded
    _require_ahead(programme, today=local_day(now))
    programme.submit(now=now)
    _record(session, programme, "submitted", now=now)
    return programme


async def publish_programme(
    session: AsyncSession, actor: Actor, *, programme_id: UUID, now: datetime
) -> Programme:
    """Offer a draft that spends the merchant's or a sponsor's money; its stock and budget enter the ledger.

    :raises Forbidden: without the right to keep programmes
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it is no draft
    :raises ApprovalNeeded: if it spends the city's money
    :raises PeriodOver: if its period is over by now
    """
    actor.require(PROGRAMME_MANAGE)
    programme = await queries.lock_own_programme(session, actor, programme_id)
    if programme.funder is FunderKind.CITY:
        raise ApprovalNeeded
    _require_ahead(programme, today=local_day(now))
    programme.publish(now=now)
    await _open(session, programme, now=now)
    return programme


async def approve_programme(
    session: AsyncSession, actor: Actor, *, programme_id: UUID, now: datetime
) -> Programme:
    """Publish what a merchant submitted: the operator promises the city's money up to its budget.

    :raises Forbidden: without the right to approve
    :raises NotFound: if none was submitted
    :raises StepNotPossible: if it does not wait for approval
    :raises PeriodOver: if its period is over by now
    """
    actor.require(PROGRAMME_APPROVE)
    programme = await queries.lock_programme_seen(session, programme_id)
    _require_ahead(programme, today=local_day(now))
    programme.approve(by=actor.own_staff, now=now)
    async with act_for(session, tenant_id=programme.tenant_id, reason="perk programme approved"):
        await _open(session, programme, now=now)
    return programme


async def return_programme(
    session: AsyncSession, actor: Actor, *, programme_id: UUID, reason: str, now: datetime
) -> Programme:
    """Give a submitted programme back: the operator with what to change, or the merchant takes it back.

    :raises Forbidden: without the right to approve, or to keep programmes
    :raises NotFound: if the actor sees none
    :raises Invalid: if no reason is given
    :raises StepNotPossible: if it does not wait for approval
    """
    said = checked_reason(reason)
    programme = await _lock_for_either(session, actor, programme_id)
    programme.give_back(said, now=now)
    _record(session, programme, "returned", now=now)
    return programme


async def suspend_programme(
    session: AsyncSession, actor: Actor, *, programme_id: UUID, reason: str, now: datetime
) -> Programme:
    """Give nothing more out for a while; what was granted goes on. The operator may, whoever pays.

    :raises Forbidden: without the right to approve, or to keep programmes
    :raises NotFound: if the actor sees none
    :raises Invalid: if no reason is given
    :raises StepNotPossible: if it is not published
    """
    said = checked_reason(reason)
    programme = await _lock_for_either(session, actor, programme_id)
    programme.suspend(said, now=now)
    _tell(session, programme, PROGRAMME_SUSPENDED, now=now)
    return programme


async def resume_programme(
    session: AsyncSession, actor: Actor, *, programme_id: UUID, now: datetime
) -> Programme:
    """Let a suspended programme go on.

    :raises Forbidden: without the right to keep programmes
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it is not suspended
    """
    actor.require(PROGRAMME_MANAGE)
    programme = await queries.lock_own_programme(session, actor, programme_id)
    programme.resume(now=now)
    _tell(session, programme, PROGRAMME_PUBLISHED, now=now)
    return programme


async def end_programme(
    session: AsyncSession, actor: Actor, *, programme_id: UUID, now: datetime
) -> Programme:
    """Give nothing more out; what was granted goes on.

    :raises Forbidden: without the right to keep programmes
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it has ended
    """
    actor.require(PROGRAMME_MANAGE)
    programme = await queries.lock_own_programme(session, actor, programme_id)
    programme.end(now=now)
    _tell(session, programme, PROGRAMME_ENDED, now=now)
    return programme


async def add_stock(
    session: AsyncSession, actor: Actor, *, programme_id: UUID, pieces: int, now: datetime
) -> Programme:
    """Put more pieces into a published programme that has a stock.

    :raises Forbidden: without the right to keep programmes
    :raises NotFound: if it is not this tenant's
    :raises Invalid: if it has no stock, or they are too many
    """
    actor.require(PROGRAMME_MANAGE)
    programme = await queries.lock_own_programme(session, actor, programme_id)
    if programme.stock_id is None or programme.stock is None or not 1 <= pieces <= MAX_STOCK:
        raise Invalid(
            field="pieces",
            reason_zh=f"该权益须已设库存，且数量为 1 至 {MAX_STOCK}",
            reason_en=f"it has a stock already, and they are 1 to {MAX_STOCK}",
        )
    programme.stock, programme.updated_at = programme.stock + pieces, now
    await accounts.put_in(session, programme, stock=pieces, budget_fen=0, now=now)
    _record(session, programme, "stocked", now=now)
    return programme


async def end_over(
    session: AsyncSession, *, tenant_id: UUID, programme_id: UUID, now: datetime
) -> None:
    """End a programme whose last day is over. A duty of the platform."""
    actor = Actor.system("perks.over", tenant_id=tenant_id)
    programme = await queries.lock_own_programme(session, actor, programme_id)
    given = (ProgrammeState.PUBLISHED, ProgrammeState.SUSPENDED)
    if programme.state in given and programme.ends_before <= local_day(now):
        programme.end(now=now)
        _tell(session, programme, PROGRAMME_ENDED, now=now)


async def _open(session: AsyncSession, programme: Programme, *, now: datetime) -> None:
    """Put stock and budget into the ledger, set the clock of the last day, and tell the merchant's systems."""
    await accounts.open_accounts(session, programme, now=now)
    await outbox.post(
        session,
        OVER_TOPIC,
        {"tenant_id": programme.tenant_id, "programme_id": programme.id},
        now=now,
        tenant_id=programme.tenant_id,
        not_before=datetime.combine(programme.ends_before, time(), SHANGHAI),
    )
    _tell(session, programme, PROGRAMME_PUBLISHED, now=now)


async def _check(session: AsyncSession, draft: ProgrammeDraft, *, now: datetime) -> None:
    check_draft(draft, today=local_day(now))
    known = await places.known_codes(session, draft.areas)
    if known != frozenset(draft.areas):
        raise Invalid(
            field="areas", reason_zh="没有这个区划代码", reason_en="there is no such area"
        )


def _require_ahead(programme: Programme, *, today: date) -> None:
    if programme.ends_before <= today:
        raise PeriodOver(field="endsBefore")


async def _lock_for_either(session: AsyncSession, actor: Actor, programme_id: UUID) -> Programme:
    if actor.kind is ActorKind.OPERATOR:
        actor.require(PROGRAMME_APPROVE)
        return await queries.lock_programme_seen(session, programme_id)
    actor.require(PROGRAMME_MANAGE)
    return await queries.lock_own_programme(session, actor, programme_id)


def _tell(session: AsyncSession, programme: Programme, kind: EventType, *, now: datetime) -> None:
    _record(session, programme, kind.name.rsplit(".", 1)[-1], now=now)
    record_event(
        session,
        kind,
        tenant_id=programme.tenant_id,
        object_id=programme.id,
        now=now,
        scenario=programme.scenario_code,
    )


def _record(session: AsyncSession, programme: Programme, act: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"perks.programme.{act}",
        now=now,
        tenant_id=programme.tenant_id,
        object_type="programme",
        object_id=programme.id,
        detail={"scenario": programme.scenario_code},
    )
