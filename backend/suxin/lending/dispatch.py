"""How a matched request reaches banks: the lead, its party, and the referrals."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices, outbox
from suxin.kernel.announcements import announce
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import Calendar, add_working_days
from suxin.lending.deadlines import DECIDE_WITHIN_DAYS, REMIND_BEFORE, clocks_from
from suxin.lending.leads import LeadFacts
from suxin.lending.models import (
    DispatchMode,
    Lead,
    LeadParty,
    LoanRequest,
    Referral,
    ReferralState,
    Step,
)
from suxin.lending.policies import REFERRAL_READ
from suxin.lending.telling import tell_of_arrival, tell_of_deadlines

REMIND_TOPIC = "lending.referral.remind"
ACCEPT_DUE_TOPIC = "lending.referral.accept_due"
CONTACT_DUE_TOPIC = "lending.referral.contact_due"
DECIDE_DUE_TOPIC = "lending.referral.decide_due"
ROUTE_TOPIC: Final = "lending.referral.route"
"""A referral has come to a bank, which branch and officer are still to be found."""
REFERRAL_ARRIVED: Final = "lending.referral.arrived"
"""Announced to a bank for each referral that comes to it."""

_DUE_TOPICS = {
    Step.ACCEPT: ACCEPT_DUE_TOPIC,
    Step.CONTACT: CONTACT_DUE_TOPIC,
    Step.DECIDE: DECIDE_DUE_TOPIC,
}


def new_lead(
    request: LoanRequest,
    shown: LeadFacts,
    *,
    pool_open: bool,
    now: datetime,
    sandbox_id: UUID | None = None,
) -> Lead:
    """Return the anonymous face of a request, in the sandbox that its subject is confined to, if he is."""
    lead_id = new_id()
    return Lead(
        id=lead_id,
        number=f"L{str(lead_id.int)[-10:]}",
        subject_kind=shown.kind,
        county_code=shown.county_code,
        industry_section=shown.industry_section,
        amount_band=shown.amount_band.value,
        term_band=shown.term_band.value,
        grade=shown.grade,
        purpose=request.purpose.value,
        guarantee=request.guarantee.value,
        first_loan=shown.first_loan,
        created_at=now,
        closes_at=request.expires_at,
        pool_open=pool_open,
        sandbox_id=sandbox_id,
    )


async def place_lead(session: AsyncSession, request: LoanRequest, lead: Lead) -> None:
    """Write a lead and who is behind it.

    The party goes first: the policy that lets the subject read his lead looks it up.
    """
    session.add(LeadParty(lead_id=lead.id, subject_id=request.subject_id, request_id=request.id))
    await session.flush()
    session.add(lead)
    await session.flush()


async def dispatch(
    session: AsyncSession,
    lead: Lead,
    *,
    to: Iterable[tuple[UUID, UUID | None]],
    mode: DispatchMode,
    now: datetime,
) -> list[Referral]:
    """Refer a lead to banks, each with the product it matched; start the clocks and tell the banks."""
    calendar = await calendar_for_deadlines(session)
    referrals = [
        new_referral(
            lead,
            tenant_id=tenant_id,
            product_id=product_id,
            mode=mode,
            calendar=calendar,
            now=now,
        )
        for tenant_id, product_id in to
    ]
    session.add_all(referrals)
    await session.flush()
    for referral in referrals:
        await start_clocks(session, referral, now=now)
        await post_routing(session, referral, now=now)
        tell_of_arrival(session, referral, now=now)
        await notices.notify_tenant(
            session,
            tenant_id=referral.tenant_id,
            permission=REFERRAL_READ,
            template="referral_dispatched",
            title="收到新的贷款线索",
            body=f"线索 {lead.number}，请在 1 个工作日内受理。",
            link=f"/desk/referrals/{referral.id}",
            now=now,
        )
        await announce(
            session,
            tenant_id=referral.tenant_id,
            topic=REFERRAL_ARRIVED,
            object_id=referral.id,
        )
    return referrals


def new_referral(
    lead: Lead,
    *,
    tenant_id: UUID,
    product_id: UUID | None,
    mode: DispatchMode,
    calendar: Calendar,
    now: datetime,
) -> Referral:
    """Return a referral in its first state, with its deadlines."""
    clocks = clocks_from(now, calendar=calendar)
    return Referral(
        tenant_id=tenant_id,
        id=new_id(),
        lead_id=lead.id,
        product_id=product_id,
        mode=mode,
        state=ReferralState.DISPATCHED,
        county_code=lead.county_code,
        dispatched_at=now,
        accept_by=clocks.accept_by,
        contact_by=clocks.contact_by,
        decide_by=clocks.decide_by,
        decide_from=now,
        extra_days=0,
        deadlines_provisional=clocks.provisional,
        reminders=0,
        escalations=0,
    )


async def post_routing(session: AsyncSession, referral: Referral, *, now: datetime) -> None:
    """Let the platform find the referral's branch and officer: what a bank's house is made of is none of the applicant's."""
    which = {"tenant_id": referral.tenant_id, "referral_id": referral.id}
    await outbox.post(session, ROUTE_TOPIC, which, now=now, tenant_id=referral.tenant_id, wake=True)


async def start_clocks(session: AsyncSession, referral: Referral, *, now: datetime) -> None:
    """Put the referral's deadlines, each with a reminder before it, into the outbox as duties that fall due."""
    for step in Step:
        await start_clock(session, referral, step, now=now)


async def restart_decision(session: AsyncSession, referral: Referral, *, now: datetime) -> None:
    """Give a referral that waits for a decision anew as long as at first, unless its deadline is still to come."""
    if referral.decide_by > now:
        return
    calendar = await calendar_for_deadlines(session)
    deadline = add_working_days(now, DECIDE_WITHIN_DAYS, calendar=calendar)
    referral.decide_by, referral.deadlines_provisional = deadline.at, deadline.provisional
    referral.decide_from, referral.extra_days = now, 0
    tell_of_deadlines(session, referral, now=now)
    await start_clock(session, referral, Step.DECIDE, now=now)


async def start_clock(
    session: AsyncSession,
    referral: Referral,
    step: Step,
    *,
    now: datetime,
    world: UUID | None = None,
) -> None:
    """Put one step's deadline and the reminder before it into the outbox; a former one finds nothing to do.

    ``world`` is the sandbox that the lead is of, where somebody starts it who is in none.
    """
    for topic, payload, at in duties_of(referral, step):
        await outbox.post(
            session,
            topic,
            payload,
            now=now,
            tenant_id=referral.tenant_id,
            not_before=max(now, at),
            world=world,
        )


def duties_of(referral: Referral, step: Step) -> tuple[tuple[str, dict[str, Any], datetime], ...]:
    """Return the duties of a step's deadline: topic, payload and when, the reminder first."""
    which = {"tenant_id": referral.tenant_id, "referral_id": referral.id}
    due = step.due_of(referral)
    return (
        (REMIND_TOPIC, {**which, "step": step.value}, due - REMIND_BEFORE),
        (_DUE_TOPICS[step], which, due),
    )
