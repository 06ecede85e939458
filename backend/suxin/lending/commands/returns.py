"""What happens when time passes or a bank says no: reminders, lapses, the lead's return, the request's end.

These run as the platform itself, out of the outbox; each reads the state anew and does nothing when it has moved on.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.commands import end_consents_about
from suxin.kernel import notices
from suxin.kernel.audit import append_act
from suxin.kernel.bases import AccessBasis, live
from suxin.lending import dispatch, policies
from suxin.lending.claims import keep_claim, release_claim
from suxin.lending.commands.requests import close_request
from suxin.lending.deadlines import REMIND_BEFORE
from suxin.lending.models import (
    DispatchMode,
    Lead,
    LeadParty,
    LoanRequest,
    MatchResult,
    Offer,
    Referral,
    ReferralState,
    RequestState,
    Step,
)
from suxin.lending.queries import referrals as queries
from suxin.lending.queries import requests as request_queries
from suxin.lending.routing.telling import tell_desk
from suxin.lending.telling import tell_of_offer, tell_of_referral
from suxin.tenancy.models import Tenant, TenantStatus
from suxin.tenancy.profiles import TenantKind


async def remind(
    session: AsyncSession, *, tenant_id: UUID, referral_id: UUID, step: Step, now: datetime
) -> None:
    """Remind a bank, shortly before the deadline, of a step it has not taken and could still take in time."""
    referral = await queries.lock_referral(session, tenant_id, referral_id)
    if referral is None or not step.open_at(referral):
        return
    due = step.due_of(referral)
    if not due - REMIND_BEFORE <= now < due:
        return
    if step is Step.CONTACT and not await _must_be_contacted(session, referral, now=now):
        return
    referral.reminders += 1
    await tell_desk(session, referral, "即将超时", step.nearly_late, now=now)


async def accept_due(
    session: AsyncSession, *, tenant_id: UUID, referral_id: UUID, now: datetime
) -> None:
    """Let a lead that nobody accepted in time lapse, and return it."""
    referral = await _locked_in_order(session, tenant_id, referral_id)
    if referral is None or referral.state is not ReferralState.DISPATCHED:
        return
    if referral.accept_by <= now:
        await _lapse(session, referral, now=now)


async def contact_due(
    session: AsyncSession, *, tenant_id: UUID, referral_id: UUID, now: datetime
) -> None:
    """Let a referral lapse whose applicant was not contacted in time, and return it; report a bank that could have.

    Without a consent, or after it was taken back, there is nobody to contact: a lead that was dispatched to the bank
    waits for the deadline to decide, but one claimed out of the pool is held from other banks and goes back now.
    """
    referral = await _locked_in_order(session, tenant_id, referral_id)
    if referral is None or referral.state is not ReferralState.ACCEPTED:
        return
    if referral.contact_by > now or not await _must_be_contacted(session, referral, now=now):
        return
    if await _could_be_contacted(session, referral, now=now):
        await _escalate(
            session, referral, Step.CONTACT, "3 个工作日内未联系申请人，线索已退回。", now=now
        )
    await _lapse(session, referral, now=now)


async def decide_due(
    session: AsyncSession, *, tenant_id: UUID, referral_id: UUID, now: datetime
) -> None:
    """Escalate a missed decision and give as long again, once; the second time let it lapse."""
    referral = await _locked_in_order(session, tenant_id, referral_id)
    if referral is None or not Step.DECIDE.open_at(referral) or referral.decide_by > now:
        return
    if referral.consented_at is None or referral.escalations > 0:
        await _lapse(session, referral, now=now)
        return
    await _escalate(session, referral, Step.DECIDE, "5 个工作日内未作出决定，已延长一次。", now=now)
    await dispatch.restart_decision(session, referral, now=now)
    await keep_claim(session, referral)
    await tell_desk(
        session, referral, "办理超时", "5 个工作日内未作出决定，已上报并延长一次。", now=now
    )


async def expire_offer(
    session: AsyncSession, *, tenant_id: UUID, offer_id: UUID, now: datetime
) -> None:
    """End an offer that was not chosen in time; a request left without offers waits for banks again."""
    known = await session.scalar(
        select(Offer).where(Offer.tenant_id == tenant_id, Offer.id == offer_id)
    )
    if known is None or not known.open or known.valid_until > now:
        return
    request = await request_queries.lock_request(session, known.subject_id, known.request_id)
    referral = await _locked_in_order(session, tenant_id, known.referral_id)
    offers = await request_queries.lock_offers_of(session, known.subject_id, known.request_id)
    offer = next(found for found in offers if found.id == offer_id)
    if request is None or referral is None or not offer.open:
        return
    offer.expire(now=now)
    tell_of_offer(session, offer, "expired", now=now)
    referral.pass_over(now=now)
    tell_of_referral(session, referral, "passed", now=now)
    if request.state is RequestState.OFFERED and not any(found.open for found in offers):
        request.lose_offers()
    await return_lead(session, referral, now=now)


async def expire_request(
    session: AsyncSession, *, subject_id: UUID, request_id: UUID, now: datetime
) -> None:
    """End a request whose time is over, with everything that hangs on it."""
    request = await request_queries.lock_request(session, subject_id, request_id)
    if request is None or not request.alive or request.expires_at > now:
        return
    request.expire(now=now)
    await close_request(session, request, reason="申请已到期", now=now)
    await _tell_applicant(session, request, "申请已到期", "您的贷款申请已到期结束。", now=now)


async def tell_applicant_of_step(
    session: AsyncSession, *, tenant_id: UUID, referral_id: UUID, step: str, now: datetime
) -> None:
    """Tell the applicant what a bank did; after a decline, return the lead.

    The bank may still be blind, so that only the platform can find whom to tell.
    """
    referral = await _locked_in_order(session, tenant_id, referral_id)
    if referral is None:
        return
    request = await queries.request_behind(session, referral.lead_id)
    bank = await request_queries.bank_name(session, tenant_id)
    if request is None or not request.alive:
        return
    if step in ("accepted", "claimed") and referral.consented_at is None:
        title, body = "银行已受理", f"{bank}已受理您的申请，授权后方可查看资料并与您联系。"
    elif step == "declined" and referral.decline_reason is not None:
        title, body = "银行未予受理", f"{bank}未予受理：{referral.decline_reason.zh}。"
    else:
        return
    await _tell_applicant(session, request, title, body, now=now)
    if step == "declined":
        await return_lead(session, referral, now=now)


async def tell_bank_of_consent(
    session: AsyncSession, *, tenant_id: UUID, referral_id: UUID, now: datetime
) -> None:
    """Tell a bank that the applicant has consented, so that it makes contact."""
    referral = await queries.lock_referral(session, tenant_id, referral_id)
    if referral is not None and referral.answerable:
        await tell_desk(
            session, referral, "申请人已授权", "现在可以查看资料并联系申请人。", now=now
        )


async def return_lead(session: AsyncSession, referral: Referral, *, now: datetime) -> None:
    """Find the next bank for a lead that came back; end the request when none is left.

    A recommended request goes to the next best bank that has not had it, and into the open pool when no matched bank
    is left; one in the open pool is free again. The bank it came back from needs the applicant's data no longer, so
    his consent to it ends (PIPL art. 47(1)).
    """
    found = await _behind(session, referral.lead_id)
    if found is None or not found[1].alive:
        return
    lead, request = found
    await end_consents_about(
        session,
        subject_id=request.subject_id,
        context_id=request.id,
        reason="该银行的对接已结束",
        now=now,
        only_tenant=referral.tenant_id,
    )
    if request.mode is DispatchMode.RECOMMENDED and not lead.pool_open:
        following = await _next_bank(session, request, lead.id)
        if following is not None:
            await dispatch.dispatch(
                session, lead, to=[following], mode=DispatchMode.RECOMMENDED, now=now
            )
            return
    waiting = any(
        other.answerable for other in await request_queries.lock_referrals_of_lead(session, lead.id)
    )
    if request.mode is DispatchMode.OPEN_POOL or waiting:
        return
    if request.mode is DispatchMode.RECOMMENDED and await _bank_left(session, lead):
        await _open_to_pool(session, request, lead, now=now)
        return
    request.find_no_match(now=now)
    await close_request(session, request, reason="没有可对接的银行", now=now)
    await _tell_applicant(
        session,
        request,
        "暂无银行可承接",
        "参与对接的银行均未能承接本次申请，可调整后重新提交。",
        now=now,
    )


async def _lapse(session: AsyncSession, referral: Referral, *, now: datetime) -> None:
    referral.lapse(now=now)
    tell_of_referral(session, referral, "lapsed", now=now)
    append_act(
        session,
        action="lending.referral.lapsed",
        now=now,
        tenant_id=referral.tenant_id,
        object_type="referral",
        object_id=referral.id,
    )
    await tell_desk(session, referral, "线索已退回", "超过时限，线索已退回。", now=now)
    await session.flush()
    await return_lead(session, referral, now=now)
    await release_claim(session, referral)


async def _escalate(
    session: AsyncSession, referral: Referral, step: Step, what: str, *, now: datetime
) -> None:
    """Report a missed deadline to the operator: on the audit stream, and outside a sandbox to those who watch service levels."""
    referral.escalate(step, now=now)
    append_act(
        session,
        action="lending.referral.escalated",
        now=now,
        tenant_id=referral.tenant_id,
        object_type="referral",
        object_id=referral.id,
        detail={"step": step.value},
    )
    bank = await request_queries.bank_name(session, referral.tenant_id)
    lead = await session.get_one(Lead, referral.lead_id)
    if lead.sandbox_id is not None:
        return
    operators = await session.scalars(select(Tenant.id).where(Tenant.kind == TenantKind.OPERATOR))
    for operator_id in operators.all():
        await notices.notify_tenant(
            session,
            tenant_id=operator_id,
            permission=policies.STATISTICS_READ,
            template="referral_escalated",
            title="银行办理超时",
            body=f"{bank}对线索 {lead.number} {what}",
            link="/desk/service-levels/escalations",
            now=now,
        )


async def _open_to_pool(
    session: AsyncSession, request: LoanRequest, lead: Lead, *, now: datetime
) -> None:
    """Let any bank claim the lead of a recommended request, and tell the applicant, unless it is in the pool already."""
    if lead.pool_open:
        return
    lead.pool_open = True
    append_act(
        session,
        action="lending.lead.pooled",
        now=now,
        object_type="lead",
        object_id=lead.id,
    )
    body = "推荐的银行均未能承接，您的匿名线索已进入公开抢单池，其他银行可以受理。"
    await _tell_applicant(session, request, "已转入公开抢单", body, now=now)


async def _bank_left(session: AsyncSession, lead: Lead) -> bool:
    """Return whether a bank of the lead's world that may act has not had it yet."""
    world = lead.sandbox_id
    left = await session.scalar(
        select(Tenant.id)
        .where(
            Tenant.kind == TenantKind.BANK,
            Tenant.status == TenantStatus.ACTIVE,
            Tenant.sandbox.is_(False) if world is None else Tenant.id == world,
            Tenant.id.not_in(select(Referral.tenant_id).where(Referral.lead_id == lead.id)),
        )
        .limit(1)
    )
    return left is not None


async def _locked_in_order(
    session: AsyncSession, tenant_id: UUID, referral_id: UUID
) -> Referral | None:
    """Lock request, lead and referral in the path's one order; return the referral."""
    lead_id = await session.scalar(
        select(Referral.lead_id).where(Referral.tenant_id == tenant_id, Referral.id == referral_id)
    )
    if lead_id is None:
        return None
    party = await session.scalar(select(LeadParty).where(LeadParty.lead_id == lead_id))
    if party is not None:
        await request_queries.lock_request(session, party.subject_id, party.request_id)
    await queries.lock_lead(session, lead_id)
    return await queries.lock_referral(session, tenant_id, referral_id)


async def _must_be_contacted(session: AsyncSession, referral: Referral, *, now: datetime) -> bool:
    """Return whether the contact deadline binds: always for a claim, else once the bank may know the applicant."""
    return referral.mode is DispatchMode.OPEN_POOL or await _could_be_contacted(
        session, referral, now=now
    )


async def _could_be_contacted(session: AsyncSession, referral: Referral, *, now: datetime) -> bool:
    """Return whether the bank holds a live basis to know the applicant: not while he pauses it, nor once it is over."""
    basis = await session.scalar(
        select(AccessBasis.id)
        .join(
            LeadParty,
            (LeadParty.subject_id == AccessBasis.subject_id)
            & (LeadParty.request_id == AccessBasis.context_id),
        )
        .where(
            LeadParty.lead_id == referral.lead_id,
            AccessBasis.tenant_id == referral.tenant_id,
            live(now),
        )
        .limit(1)
    )
    return basis is not None


async def _behind(session: AsyncSession, lead_id: UUID) -> tuple[Lead, LoanRequest] | None:
    lead = await queries.lock_lead(session, lead_id)
    request = await queries.request_behind(session, lead_id)
    return (lead, request) if lead is not None and request is not None else None


async def _next_bank(
    session: AsyncSession, request: LoanRequest, lead_id: UUID
) -> tuple[UUID, UUID] | None:
    had = select(Referral.tenant_id).where(Referral.lead_id == lead_id)
    found = await session.execute(
        select(MatchResult.tenant_id, MatchResult.product_id)
        .join(Tenant, Tenant.id == MatchResult.tenant_id)
        .where(
            Tenant.status == TenantStatus.ACTIVE,
            MatchResult.subject_id == request.subject_id,
            MatchResult.request_id == request.id,
            MatchResult.eligible,
            MatchResult.tenant_id.not_in(had),
        )
        .order_by(MatchResult.rank)
        .limit(1)
    )
    row = found.first()
    return (row.tenant_id, row.product_id) if row else None


async def _tell_applicant(
    session: AsyncSession, request: LoanRequest, title: str, body: str, *, now: datetime
) -> None:
    await notices.notify_person(
        session,
        person_id=request.person_id,
        template="request_progress",
        title=title,
        body=body,
        link=f"/pages/request?id={request.id}",
        facts={"number": request.number, "progress": title},
        now=now,
    )
