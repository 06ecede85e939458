"""What is held about a subject of what was exchanged with banks: files, what was asked for, and messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.holdings import Portion, Rows
from suxin.lending.exchange.keeping import erase_rows
from suxin.lending.exchange.models import Attachment, MaterialRequest, ReferralMessage
from suxin.lending.models import LoanRequest
from suxin.lending.portions import ANSWERS_KEPT, ENDED_WITHOUT_CONTRACT, REQUESTS_KEPT
from suxin.tenancy.models import Tenant


async def erase_ended_exchange(session: AsyncSession, actor: Actor, *, now: datetime) -> int:
    """Erase the files and messages of the acting subject's requests that ended without a contract; return how many.

    Source: PIPL art. 47(1)(1)
    """
    ended = await session.scalars(
        select(LoanRequest.id)
        .where(
            LoanRequest.subject_id == actor.own_subject,
            LoanRequest.state.in_(ENDED_WITHOUT_CONTRACT),
        )
        .order_by(LoanRequest.id)
    )
    files, messages = await erase_rows(session, actor.own_subject, list(ended), now=now)
    if files or messages:
        append_act(
            session,
            action="lending.exchange.erased",
            now=now,
            subject_id=actor.own_subject,
            object_type="subject",
            object_id=actor.own_subject,
            detail={"attachments": files, "messages": messages},
        )
    return files + messages


def _attachments(subject_id: UUID) -> Rows:
    return select(Attachment).where(Attachment.subject_id == subject_id)


def _material(subject_id: UUID) -> Rows:
    return (
        select(MaterialRequest, Tenant)
        .outerjoin(Tenant, Tenant.id == MaterialRequest.tenant_id)
        .where(MaterialRequest.subject_id == subject_id)
    )


def _messages(subject_id: UUID) -> Rows:
    return (
        select(ReferralMessage, Tenant)
        .outerjoin(Tenant, Tenant.id == ReferralMessage.tenant_id)
        .where(ReferralMessage.subject_id == subject_id)
    )


PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="attachments",
        zh="提交的申请材料",
        en="files handed in for requests",
        tables=("attachments",),
        fields={
            "id": "编号",
            "request_id": "申请编号",
            "kind": "类型",
            "name": "文件名",
            "media_type": "格式",
            "size_bytes": "大小（字节）",
            "sha256": "摘要值",
            "uploaded_at": "提交时间",
            "erased_at": "删除时间",
        },
        values={"kind": lambda row, _: row[0].kind.zh},
        rows=_attachments,
        by=(Attachment.id,),
        erase=erase_ended_exchange,
        kept=REQUESTS_KEPT,
    ),
    Portion(
        code="material_requests",
        zh="银行要求补充的材料",
        en="what banks asked for besides",
        tables=("material_requests",),
        fields={
            "id": "编号",
            "request_id": "申请编号",
            "bank": "银行",
            "note": "说明",
            "items": "材料清单",
            "state": "状态",
            "asked_at": "要求时间",
            "closes_at": "截止时间",
            "ended_at": "结束时间",
        },
        values={"bank": lambda row, _: None if row[1] is None else row[1].name},
        rows=_material,
        by=(MaterialRequest.id,),
        kept=ANSWERS_KEPT,
    ),
    Portion(
        code="referral_messages",
        zh="与银行的对话",
        en="messages with banks",
        tables=("referral_messages",),
        fields={
            "id": "编号",
            "request_id": "申请编号",
            "bank": "银行",
            "author": "发送方",
            "text": "内容",
            "sent_at": "发送时间",
            "read_at": "已读时间",
            "erased_at": "删除时间",
        },
        values={"bank": lambda row, _: None if row[1] is None else row[1].name},
        rows=_messages,
        by=(ReferralMessage.id,),
        kept=REQUESTS_KEPT,
    ),
)
