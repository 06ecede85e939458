"""Who is told what became of a request for a guarantee: the bank and the guarantor, the audit stream, and the applicant that one was asked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.catalogue import EventType
from suxin.events.feed import record_event
from suxin.kernel import notices
from suxin.kernel.audit import append_act
from suxin.kernel.database import actor_of
from suxin.lending.guarantees.models import GuaranteeRequest
from suxin.lending.guarantees.policies import GUARANTEE_ASK, GUARANTEE_READ


def record_step(
    session: AsyncSession,
    request: GuaranteeRequest,
    what: str,
    *,
    now: datetime,
    subject_id: UUID | None = None,
) -> None:
    """Put on record what was done about a request, with whoever did it; for the platform with the bank that it concerns."""
    append_act(
        session,
        action=f"lending.guarantee.{what}",
        now=now,
        tenant_id=actor_of(session).tenant_id or request.tenant_id,
        subject_id=subject_id,
        object_type="guarantee_request",
        object_id=request.id,
        detail={
            "bank": str(request.tenant_id),
            "guarantor": str(request.guarantor_id),
            "committed_fen": request.committed_fen,
        },
    )


async def tell_bank(
    session: AsyncSession, request: GuaranteeRequest, kind: EventType, *, now: datetime
) -> None:
    """Tell the bank's systems and people what its request has come to."""
    _record(session, request, kind, tenant_id=request.tenant_id, now=now)
    await notices.notify_tenant(
        session,
        tenant_id=request.tenant_id,
        permission=GUARANTEE_ASK,
        template="guarantee_moved",
        title=kind.zh,
        body=f"担保申请 {request.number}：{request.state.zh}。" + (request.note or ""),
        link=f"/desk/offers/{request.offer_id}/guarantee",
        now=now,
    )


async def tell_guarantor(
    session: AsyncSession, request: GuaranteeRequest, kind: EventType, *, now: datetime
) -> None:
    """Tell the guarantor's systems and people what a bank asks, or asks no more."""
    _record(session, request, kind, tenant_id=request.guarantor_id, now=now)
    await notices.notify_tenant(
        session,
        tenant_id=request.guarantor_id,
        permission=GUARANTEE_READ,
        template="guarantee_asked",
        title=kind.zh,
        body=f"担保申请 {request.number}：{request.state.zh}。",
        link=f"/desk/guarantees/{request.id}",
        now=now,
    )


async def tell_applicant(
    session: AsyncSession, *, person_id: UUID, bank: str, guarantor: str, now: datetime
) -> None:
    """Tell the applicant that a guarantor was asked, which learns who he is on his consent alone (PIPL art. 23)."""
    await notices.notify_person(
        session,
        person_id=person_id,
        template="guarantor_asked",
        title="银行已请担保机构担保",
        body=f"您接受了{bank}的报价，该行已请{guarantor}为贷款提供担保。目前该机构看不到您的身份和信用信息；"
        "它向您征求授权时，请查看用途、类别和期限后决定。",
        link="/pages/permissions",
        facts={"bank": bank, "guarantor": guarantor},
        now=now,
    )


def _record(
    session: AsyncSession,
    request: GuaranteeRequest,
    kind: EventType,
    *,
    tenant_id: UUID,
    now: datetime,
) -> None:
    record_event(
        session,
        kind,
        tenant_id=tenant_id,
        object_id=request.id,
        now=now,
        offer=request.offer_id,
        state=request.state.value,
    )
