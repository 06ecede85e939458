"""What this context holds about a subject: its requests and how they were matched, who was asked, offers and snapshots."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.holdings import Kept, Portion, Rows
from suxin.lending.models import (
    DecisionSnapshot,
    Lead,
    LeadParty,
    LoanProduct,
    LoanRequest,
    MatchResult,
    Offer,
    Referral,
    RequestState,
)
from suxin.tenancy.models import Tenant

ENDED_WITHOUT_CONTRACT: Final = (
    RequestState.WITHDRAWN,
    RequestState.EXPIRED,
    RequestState.UNMATCHED,
)
REQUESTS_KEPT: Final = Kept(
    why_zh="办理中和已签约的申请须保留；已结束而未签约的，附言、匹配所用资料和匹配理由可删除，编号、金额与时间作为办理记录保留",
    why_en="running and contracted requests are kept; of those that ended without a contract the bare record is",
    law_zh="《个人信息保护法》第十三条第二项；《民法典》第一百八十八条（诉讼时效三年）",
    until_zh="申请结束后 3 年（平台暂定）；已签约的，至合同保存期满",
)
CONTRACT_KEPT: Final = Kept(
    why_zh="订立和履行借款合同的凭据，结清并过诉讼时效之前双方都可能需要",
    why_en="the evidence of a loan contract, which both parties may need until claims are time-barred",
    law_zh="《个人信息保护法》第十三条第二项；《民法典》第一百八十八条（诉讼时效三年）；《民事诉讼法》第二百五十条（申请执行二年）",
    until_zh="约定还清日后 5 年（平台暂定）",
)
ANSWERS_KEPT: Final = Kept(
    why_zh="银行对申请的办理与报价属于银行的业务记录，其中不含您的姓名与联系方式",
    why_en="how banks dealt with a request is their own business record; it names nobody",
    law_zh="《个人信息保护法》第十九条（必要的最短时间）；《民法典》第一百八十八条（诉讼时效三年）",
    until_zh="申请结束后 3 年（平台暂定）",
)


async def erase_ended_requests(session: AsyncSession, actor: Actor, *, now: datetime) -> int:
    """Erase what the acting subject's requests that ended without a contract need no longer; return how many requests.

    The note, the facts they were matched by and every reason of matching go (PIPL art. 47(1)(1)).
    """
    ended = (
        await session.scalars(
            select(LoanRequest)
            .where(
                LoanRequest.subject_id == actor.own_subject,
                LoanRequest.state.in_(ENDED_WITHOUT_CONTRACT),
                LoanRequest.facts != {},
            )
            .order_by(LoanRequest.id)
            .with_for_update()
        )
    ).all()
    ids = [request.id for request in ended]
    if not ids:
        return 0
    theirs = (LoanRequest.subject_id == actor.own_subject) & LoanRequest.id.in_(ids)
    await session.execute(
        update(LoanRequest)
        .where(theirs)
        .values(note="", facts={})
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        delete(MatchResult)
        .where(MatchResult.subject_id == actor.own_subject, MatchResult.request_id.in_(ids))
        .execution_options(synchronize_session=False)
    )
    for request_id in ids:
        append_act(
            session,
            action="lending.request.erased",
            now=now,
            subject_id=actor.own_subject,
            object_type="loan_request",
            object_id=request_id,
        )
    return len(ids)


def _matches(subject_id: UUID) -> Rows:
    return (
        select(MatchResult, LoanProduct)
        .outerjoin(
            LoanProduct,
            (LoanProduct.tenant_id == MatchResult.tenant_id)
            & (LoanProduct.id == MatchResult.product_id),
        )
        .where(MatchResult.subject_id == subject_id)
    )


def _leads(subject_id: UUID) -> Rows:
    return (
        select(Lead, LeadParty)
        .join(LeadParty, LeadParty.lead_id == Lead.id)
        .where(LeadParty.subject_id == subject_id)
    )


def _referrals(subject_id: UUID) -> Rows:
    return (
        select(Referral, Tenant, LeadParty)
        .join(LeadParty, LeadParty.lead_id == Referral.lead_id)
        .outerjoin(Tenant, Tenant.id == Referral.tenant_id)
        .where(LeadParty.subject_id == subject_id)
    )


def _offers(subject_id: UUID) -> Rows:
    return (
        select(Offer, Tenant)
        .outerjoin(Tenant, Tenant.id == Offer.tenant_id)
        .where(Offer.subject_id == subject_id)
    )


def _bank(row: tuple[object, Tenant | None], _sealer: object) -> str | None:
    return None if row[1] is None else row[1].name


PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="loan_requests",
        zh="贷款申请",
        en="loan requests",
        tables=("loan_requests",),
        fields={
            "id": "编号",
            "number": "申请号",
            "person_id": "申请人编号",
            "amount_fen": "金额",
            "term_months": "期限（月）",
            "purpose": "用途",
            "guarantee": "担保方式",
            "repayment_method": "还款方式",
            "rate_ceiling_bps": "可接受利率上限",
            "first_loan": "首贷",
            "mode": "对接方式",
            "note": "附言",
            "facts": "匹配所用资料",
            "state": "状态",
            "submitted_at": "提交时间",
            "expires_at": "到期",
            "ended_at": "结束时间",
        },
        rows=lambda subject_id: select(LoanRequest).where(LoanRequest.subject_id == subject_id),
        by=(LoanRequest.id,),
        erase=erase_ended_requests,
        kept=REQUESTS_KEPT,
    ),
    Portion(
        code="match_results",
        zh="匹配结果与理由",
        en="how each product fared, with every reason",
        tables=("match_results",),
        fields={
            "request_id": "申请编号",
            "product": "产品",
            "tenant_id": "银行编号",
            "eligible": "是否符合",
            "rank": "排名",
            "score": "评分",
            "contributions": "评分构成",
            "reasons": "不符合的理由",
            "total_cost_fen": "总成本",
            "annualised_rate_bps": "年化利率",
        },
        values={"product": lambda row, _: row[1].name if row[1] else str(row[0].product_id)},
        rows=_matches,
        by=(MatchResult.request_id, MatchResult.product_id),
        kept=REQUESTS_KEPT,
    ),
    Portion(
        code="leads",
        zh="匿名线索",
        en="the anonymous face of each request",
        tables=("leads", "lead_parties"),
        fields={
            "id": "编号",
            "number": "线索号",
            "request_id": "申请编号",
            "subject_kind": "主体类型",
            "county_code": "县区代码",
            "industry_section": "行业门类",
            "amount_band": "金额区间",
            "term_band": "期限区间",
            "grade": "等级",
            "created_at": "时间",
            "closes_at": "关闭时间",
            "pool_open": "在抢单池",
        },
        values={"request_id": lambda row, _: row[1].request_id},
        rows=_leads,
        by=(Lead.id,),
        kept=ANSWERS_KEPT,
    ),
    Portion(
        code="referrals",
        zh="银行对接",
        en="referrals to banks",
        tables=("referrals",),
        fields={
            "id": "编号",
            "request_id": "申请编号",
            "bank": "银行",
            "state": "状态",
            "dispatched_at": "派发时间",
            "accepted_at": "受理时间",
            "contacted_at": "联系时间",
            "consented_at": "授权时间",
            "decided_at": "答复时间",
            "decline_reason": "婉拒理由",
            "decline_note": "婉拒说明",
        },
        values={"bank": _bank, "request_id": lambda row, _: row[2].request_id},
        rows=_referrals,
        by=(Referral.id,),
        kept=ANSWERS_KEPT,
    ),
    Portion(
        code="offers",
        zh="报价",
        en="offers",
        tables=("offers",),
        fields={
            "id": "编号",
            "request_id": "申请编号",
            "bank": "银行",
            "state": "状态",
            "amount_fen": "金额",
            "term_months": "期限（月）",
            "rate_bps": "利率",
            "annualised_rate_bps": "年化利率",
            "total_cost_fen": "总成本",
            "repayment_method": "还款方式",
            "guarantee": "担保方式",
            "conditions": "条件",
            "made_at": "报价时间",
            "valid_until": "有效至",
            "decided_at": "决定时间",
        },
        values={"bank": _bank},
        rows=_offers,
        by=(Offer.id,),
        kept=CONTRACT_KEPT,
    ),
    Portion(
        code="decision_snapshots",
        zh="签约时银行所见资料",
        en="what the bank had seen when its offer was accepted",
        tables=("decision_snapshots",),
        fields={
            "id": "编号",
            "request_id": "申请编号",
            "offer_id": "报价编号",
            "taken_at": "时间",
            "content": "内容",
            "sha256": "摘要值",
        },
        rows=lambda subject_id: select(DecisionSnapshot).where(
            DecisionSnapshot.subject_id == subject_id
        ),
        by=(DecisionSnapshot.id,),
        kept=CONTRACT_KEPT,
    ),
)
