"""What the kernel's own tables hold about a subject: the audit stream, and the inbox of a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import READ_ACTION, AuditEntry
from suxin.kernel.holdings import Kept, Portion, Rows
from suxin.kernel.notices import Notice
from suxin.kernel.queries import inbox_of_person

RECEIPTS_KEPT: Final = Kept(
    why_zh="谁在何时为何用途查阅过您的资料，是追责的依据，任何人都不能删除",
    why_en="who read the data, when and why, is the evidence of it, and nobody may delete it",
    law_zh="《网络数据安全管理条例》第十二条（对外提供的处理记录至少保存三年）；参照《征信业管理条例》第二十二条（登记查询）",
    until_zh="不少于 3 年；防篡改的记录链整体保存，平台暂不删除",
)


async def erase_notices(session: AsyncSession, actor: Actor, *, now: datetime) -> int:
    """Delete the acting person's notices; return how many."""
    del now  # A notice is needed no longer than its reader wants it.
    gone = await session.scalars(
        delete(Notice)
        .where(Notice.person_id == actor.own_person)
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _entries(subject_id: UUID, *, reads: bool) -> Rows:
    is_read = AuditEntry.action == READ_ACTION
    return select(AuditEntry).where(
        AuditEntry.subject_id == subject_id, is_read if reads else ~is_read
    )


PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="receipts",
        zh="查阅记录（谁看过）",
        en="receipts: who read the data",
        tables=("audit_entries",),
        fields={
            "id": "编号",
            "at": "时间",
            "tenant_id": "查阅机构编号",
            "client_id": "经由的系统",
            "purpose": "用途",
            "categories": "信息类别",
            "fields": "字段",
            "row_count": "条数",
            "consent_id": "所依授权编号",
            "contract_id": "所依合同编号",
        },
        rows=lambda subject_id: _entries(subject_id, reads=True),
        by=(AuditEntry.id,),
        kept=RECEIPTS_KEPT,
    ),
    Portion(
        code="acts",
        zh="办理记录",
        en="acts on record about the subject",
        tables=("audit_entries",),
        fields={
            "id": "编号",
            "at": "时间",
            "actor_kind": "办理方",
            "tenant_id": "涉及机构编号",
            "action": "事项",
            "object_type": "对象类型",
            "object_id": "对象编号",
            "detail": "内容",
        },
        rows=lambda subject_id: _entries(subject_id, reads=False),
        by=(AuditEntry.id,),
        kept=RECEIPTS_KEPT,
    ),
    Portion(
        code="notices",
        zh="消息",
        en="notices",
        tables=("notices",),
        fields={
            "id": "编号",
            "title": "标题",
            "body": "内容",
            "created_at": "时间",
            "read_at": "阅读时间",
            "delivered_at": "送达时间",
            "delivered_by": "送达渠道",
        },
        rows=inbox_of_person,
        by=(Notice.id,),
        of_person=True,
        erase=erase_notices,
    ),
)
