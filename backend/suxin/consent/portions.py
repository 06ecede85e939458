"""What this context holds about a subject: permissions with their artefacts, the grounds of reading, what was delivered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.models import GIVEN, NEVER_GIVEN, Consent, ConsentArtefact, ConsentFetch
from suxin.consent.queries import consents_of
from suxin.consent.retention import erase_received
from suxin.kernel.actor import Actor
from suxin.kernel.bases import AccessBasis
from suxin.kernel.holdings import Kept, Portion, Rows
from suxin.tenancy.models import Tenant

CONSENTS_KEPT: Final = Kept(
    why_zh="授权及其凭证证明信息提供是经您同意的；您随时可以撤回，撤回后机构立即不能再查阅",
    why_en="a consent and its artefact are the evidence that data was given with the subject's will",
    law_zh="《个人信息保护法》第二十三条；《网络数据安全管理条例》第十二条（对外提供的处理情况记录至少保存三年）",
    until_zh="授权结束后 5 年，未获同意的请求 3 年（平台暂定，法定不少于 3 年）",
)
BASES_KEPT: Final = Kept(
    why_zh="查阅依据说明机构凭什么查阅；因合同产生的，到合同保存期满为止",
    why_en="a ground says why a tenant may read; a contract's lasts until the contract need not be kept",
    law_zh="《个人信息保护法》第十三条第二项；《民法典》第一百八十八条（诉讼时效三年）",
    until_zh="与授权一同删除；合同依据到期后 3 年（平台暂定）",
)
RECEIVED_KEPT: Final = Kept(
    why_zh="仍有效的授权项下的交付内容保留；先撤回授权，即可删除。交付的时间和摘要值作为提供记录保留",
    why_en="what was delivered on a consent that stands is kept; that something was delivered stays on record",
    law_zh="《个人信息保护法》第四十七条第一款第三项；《网络数据安全管理条例》第十二条",
    until_zh="至撤回授权或约定的保存期满；提供记录与授权一同删除",
)


async def erase_deliveries(session: AsyncSession, actor: Actor, *, now: datetime) -> int:
    """Erase what was delivered on the acting subject's consents that have ended; return how many deliveries."""
    return sum(
        [
            await erase_received(
                session, subject_id=actor.own_subject, consent_id=consent_id, now=now
            )
            for consent_id in await _ended_with_content(session, actor.own_subject)
        ]
    )


async def _ended_with_content(session: AsyncSession, subject_id: UUID) -> Sequence[UUID]:
    return (
        await session.scalars(
            select(Consent.id)
            .where(
                Consent.subject_id == subject_id,
                Consent.state.not_in(GIVEN | NEVER_GIVEN),
                select(ConsentFetch.number)
                .where(
                    ConsentFetch.subject_id == subject_id,
                    ConsentFetch.consent_id == Consent.id,
                    ConsentFetch.content.is_not(None),
                )
                .exists(),
            )
            .order_by(Consent.id)
        )
    ).all()


def _bases(subject_id: UUID) -> Rows:
    return (
        select(AccessBasis, Tenant)
        .outerjoin(Tenant, Tenant.id == AccessBasis.tenant_id)
        .where(AccessBasis.subject_id == subject_id)
    )


def _recipient(row: tuple[object, Tenant | None], _sealer: object) -> str | None:
    """Return the organisation's name, where it is public: of a suspended one the id alone is told."""
    return None if row[1] is None else row[1].name


PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="consents",
        zh="授权与授权请求",
        en="consents, and requests for them",
        tables=("consents",),
        fields={
            "id": "编号",
            "recipient": "接收方",
            "tenant_id": "接收方编号",
            "purpose": "用途",
            "categories": "信息类别",
            "context_id": "相关申请编号",
            "notice_version": "告知书版本",
            "notice_sha256": "告知书摘要值",
            "life_days": "期限（天）",
            "records_from": "记录起始日",
            "frequency_times": "查询次数",
            "frequency_unit": "查询频率",
            "retention_days": "接收方保存（天）",
            "state": "状态",
            "requested_at": "提出时间",
            "answer_by": "答复期限",
            "starts_at": "生效",
            "expires_at": "到期",
            "decided_at": "决定时间",
            "decided_by": "决定人编号",
            "ended_at": "结束时间",
            "end_reason": "结束原因",
        },
        values={"recipient": _recipient},
        rows=consents_of,
        by=(Consent.id,),
        kept=CONSENTS_KEPT,
    ),
    Portion(
        code="artefacts",
        zh="授权凭证",
        en="signed consent artefacts (JWS)",
        tables=("consent_artefacts",),
        fields={"consent_id": "授权编号", "signed_at": "签署时间", "jws": "凭证（JWS）"},
        rows=lambda subject_id: select(ConsentArtefact).where(
            ConsentArtefact.subject_id == subject_id
        ),
        by=(ConsentArtefact.consent_id,),
        kept=CONSENTS_KEPT,
    ),
    Portion(
        code="access_bases",
        zh="查阅依据",
        en="grounds on which tenants may read",
        tables=("access_bases",),
        fields={
            "id": "编号",
            "recipient": "机构",
            "kind": "依据",
            "purpose": "用途",
            "categories": "信息类别",
            "records_from": "记录起始日",
            "context_id": "相关申请编号",
            "source_id": "授权或合同编号",
            "starts_at": "开始",
            "ends_at": "到期",
            "ended_at": "提前结束",
        },
        values={"recipient": _recipient},
        rows=_bases,
        by=(AccessBasis.id,),
        kept=BASES_KEPT,
    ),
    Portion(
        code="deliveries",
        zh="已交付给机构的数据",
        en="what was delivered to tenants on consents",
        tables=("consent_fetches",),
        fields={
            "consent_id": "授权编号",
            "number": "第几次",
            "tenant_id": "接收方编号",
            "at": "时间",
            "at_desk": "工作台查阅",
            "categories": "信息类别",
            "content": "交付内容",
            "sha256": "摘要值",
            "erased_at": "删除时间",
        },
        rows=lambda subject_id: select(ConsentFetch).where(ConsentFetch.subject_id == subject_id),
        by=(ConsentFetch.consent_id, ConsentFetch.number),
        erase=erase_deliveries,
        kept=RECEIVED_KEPT,
    ),
)
