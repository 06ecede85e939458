"""What the operator fills in about its pools: each form with its fields, how they are read, and the command it becomes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Permission
from suxin.lending.terms import LoanPurpose
from suxin.risk_pool.agreements import AgreementTerms, Caps, Shares, StopLossLevels, Unmet
from suxin.risk_pool.policies import AGREEMENT_SIGN, FUNDING_RECORD, POOL_MANAGE, STOP_LOSS_LIFT
from suxin.risk_pool.pools.commands import PartnerDraft, PoolDraft, add_partner, open_pool
from suxin.risk_pool.pools.funding import FundingDraft, record_funding
from suxin.risk_pool.pools.states import PartnerKind
from suxin.risk_pool.signing.drafting import AgreementDraft, draft_agreement
from suxin.risk_pool.signing.states import RateBasis
from suxin.risk_pool.stopping.lifting import ask_lift
from suxin_tenants.operator.pool_fields import Field, Kind
from suxin_tenants.visits import Visit

Values = Mapping[str, Any]
Work = Callable[[AsyncSession, Visit, UUID | None, Values], Awaitable[UUID]]
"""Carries a form out on a pool or stop-loss; returns the pool that the page goes on to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolForm:
    """Something that the operator fills in about a pool."""

    code: str
    zh: str
    done: str
    note: str
    permission: Permission
    work: Work
    fields: tuple[Field, ...]


async def _open(session: AsyncSession, visit: Visit, _: UUID | None, values: Values) -> UUID:
    draft = PoolDraft(
        name=values["name"],
        custodian=values["custodian"],
        account=values["account"],
        required_fen=values["requiredFen"],
        multiple=values["multiple"],
    )
    pool = await open_pool(
        session, visit.actor, draft=draft, sealer=visit.runtime.sealer, now=visit.now
    )
    return pool.id


async def _add(session: AsyncSession, visit: Visit, about: UUID | None, values: Values) -> UUID:
    draft = PartnerDraft(
        name=values["name"],
        kind=values["kind"],
        pledged_fen=values["pledgedFen"],
        share_bps=values["shareBps"],
        due_on=values["dueOn"],
    )
    pool_id = _given(about)
    await add_partner(session, visit.actor, pool_id=pool_id, draft=draft, now=visit.now)
    return pool_id


async def _fund(session: AsyncSession, visit: Visit, about: UUID | None, values: Values) -> UUID:
    draft = FundingDraft(
        partner_id=values["partnerId"],
        reference=values["reference"],
        amount_fen=values["amountFen"],
        paid_on=values["paidOn"],
    )
    pool_id = _given(about)
    await record_funding(session, visit.actor, pool_id=pool_id, draft=draft, now=visit.now)
    return pool_id


async def _draft(session: AsyncSession, visit: Visit, about: UUID | None, values: Values) -> UUID:
    draft = AgreementDraft(
        products=values["products"],
        quota_fen=values["quotaFen"],
        principal_cap_fen=values["principalCapFen"],
        starts_on=values["startsOn"],
        ends_on=values["endsOn"],
        terms=AgreementTerms(
            shares=Shares(values["poolBps"], values["bankBps"], values["guarantorBps"]),
            multiple=values["multiple"],
            trigger_days=values["triggerDays"],
            filing_days=values["filingDays"],
            caps=Caps(values["perClaimFen"], values["perBankAndYearFen"]),
            unmet=Unmet.WAITS,
            stop_loss=StopLossLevels(
                values["warnBps"], values["suspendBps"], values["terminateBps"], values["gapBps"]
            ),
        ),
        rate_basis=values["rateBasis"],
        rate_ceiling_bps=values["rateCeilingBps"],
        industries=values["industries"],
        areas=values["areas"],
        purposes=values["purposes"],
        guarantor_id=values["guarantorId"],
    )
    pool_id = _given(about)
    await draft_agreement(
        session,
        visit.actor,
        pool_id=pool_id,
        bank_id=values["bankId"],
        draft=draft,
        now=visit.now,
    )
    return pool_id


async def _ask_lift(
    session: AsyncSession, visit: Visit, about: UUID | None, values: Values
) -> UUID:
    stop_loss = await ask_lift(
        session, visit.actor, stop_loss_id=_given(about), reason=values["reason"], now=visit.now
    )
    return stop_loss.pool_id


def _given(about: UUID | None) -> UUID:
    if about is None:
        message = "this form is about something"
        raise LookupError(message)
    return about


_TERMS: Final = AgreementTerms()


def _percent(bps: int) -> str:
    return f"{bps / 100:g}"


OPEN: Final = PoolForm(
    code="new",
    zh="设立资金池",
    done="资金池已设立",
    note="资金存放在托管银行账户，平台不持有资金；账号加密保存，页面只显示末四位",
    permission=POOL_MANAGE,
    work=_open,
    fields=(
        Field(name="name", zh="名称"),
        Field(name="custodian", zh="托管银行"),
        Field(name="account", zh="托管账号", hint="8 至 32 位数字"),
        Field(name="requiredFen", zh="应有规模", kind=Kind.WAN, hint="余额低于其 20% 时提醒补足"),
        Field(name="multiple", zh="放大倍数", kind=Kind.WHOLE, first="10", suffix="倍"),
    ),
)
FORMS: Final[Mapping[str, PoolForm]] = {
    form.code: form
    for form in (
        PoolForm(
            code="partners",
            zh="添加出资方",
            done="出资方已添加",
            note="各出资方比例之和不超过 100%",
            permission=POOL_MANAGE,
            work=_add,
            fields=(
                Field(name="name", zh="名称"),
                Field(name="kind", zh="类型", kind=Kind.ONE, choices=PartnerKind),
                Field(name="pledgedFen", zh="承诺出资", kind=Kind.WAN),
                Field(name="shareBps", zh="出资比例", kind=Kind.PERCENT),
                Field(name="dueOn", zh="到账期限", kind=Kind.DAY),
            ),
        ),
        PoolForm(
            code="fundings",
            zh="登记出资",
            done="已登记，待另一名工作人员核对",
            note="由一人登记、另一人按托管银行流水核对后入账；同号同内容视为同一笔",
            permission=FUNDING_RECORD,
            work=_fund,
            fields=(
                Field(name="partnerId", zh="出资方", kind=Kind.ID),
                Field(name="reference", zh="流水号", hint="托管银行的流水号"),
                Field(name="amountFen", zh="金额", kind=Kind.YUAN),
                Field(name="paidOn", zh="到账日", kind=Kind.DAY),
            ),
        ),
        PoolForm(
            code="agreements",
            zh="起草合作协议",
            done="协议已起草，待两人签署",
            note="两名工作人员先后签署后送银行接受；新版本只适用于其后的备案",
            permission=AGREEMENT_SIGN,
            work=_draft,
            fields=(
                Field(name="bankId", zh="银行", kind=Kind.ID),
                Field(name="startsOn", zh="起始日", kind=Kind.DAY),
                Field(name="endsOn", zh="终止日", kind=Kind.DAY, hint="当日起不再备案"),
                Field(name="quotaFen", zh="银行额度", kind=Kind.WAN, hint="同时在保本金的上限"),
                Field(name="principalCapFen", zh="单笔上限", kind=Kind.WAN),
                Field(
                    name="products",
                    zh="产品清单",
                    kind=Kind.LIST,
                    hint="银行产品代码，以逗号分隔",
                ),
                Field(
                    name="industries",
                    zh="行业清单",
                    kind=Kind.LIST,
                    required=False,
                    hint="门类或两位大类代码，不填为不限",
                ),
                Field(
                    name="areas",
                    zh="区域清单",
                    kind=Kind.LIST,
                    required=False,
                    hint="行政区划代码，不填为不限",
                ),
                Field(
                    name="purposes",
                    zh="用途清单",
                    kind=Kind.SOME,
                    choices=LoanPurpose,
                    required=False,
                    hint="不选为不限",
                ),
                Field(name="rateCeilingBps", zh="利率上限", kind=Kind.PERCENT, required=False),
                Field(
                    name="filingDays",
                    zh="备案期限",
                    kind=Kind.WHOLE,
                    first=str(_TERMS.filing_days),
                    suffix="个工作日",
                    hint="自首次放款起",
                ),
                Field(
                    name="triggerDays",
                    zh="代偿触发",
                    kind=Kind.WHOLE,
                    first=str(_TERMS.trigger_days),
                    suffix="天",
                    hint="逾期天数",
                ),
                Field(
                    name="multiple",
                    zh="放大倍数",
                    kind=Kind.WHOLE,
                    first=str(_TERMS.multiple),
                    suffix="倍",
                    hint="该银行在保本金与资金池可用资金之比的上限",
                ),
                Field(
                    name="poolBps",
                    zh="资金池分担",
                    kind=Kind.PERCENT,
                    first=_percent(_TERMS.shares.pool_bps),
                ),
                Field(
                    name="bankBps",
                    zh="银行分担",
                    kind=Kind.PERCENT,
                    first=_percent(_TERMS.shares.bank_bps),
                    hint="不低于 20%",
                ),
                Field(
                    name="guarantorBps",
                    zh="担保机构分担",
                    kind=Kind.PERCENT,
                    first=_percent(_TERMS.shares.guarantor_bps),
                ),
                Field(
                    name="guarantorId",
                    zh="担保机构",
                    kind=Kind.ID,
                    required=False,
                    hint="有担保机构分担的选择；银行和该机构都接受后协议生效",
                ),
                Field(name="perClaimFen", zh="单笔代偿上限", kind=Kind.WAN, required=False),
                Field(name="perBankAndYearFen", zh="年度代偿上限", kind=Kind.WAN, required=False),
                Field(
                    name="rateBasis",
                    zh="代偿率口径",
                    kind=Kind.ONE,
                    choices=RateBasis,
                    first=RateBasis.AVERAGE.value,
                ),
                Field(
                    name="warnBps",
                    zh="预警线",
                    kind=Kind.PERCENT,
                    first=_percent(_TERMS.stop_loss.warn_bps),
                ),
                Field(
                    name="suspendBps",
                    zh="暂停线",
                    kind=Kind.PERCENT,
                    first=_percent(_TERMS.stop_loss.suspend_bps),
                ),
                Field(
                    name="terminateBps",
                    zh="终止线",
                    kind=Kind.PERCENT,
                    first=_percent(_TERMS.stop_loss.terminate_bps),
                ),
                Field(
                    name="gapBps",
                    zh="恢复差值",
                    kind=Kind.PERCENT,
                    first=_percent(_TERMS.stop_loss.gap_bps),
                    hint="代偿率低于该线此值后才恢复",
                ),
            ),
        ),
    )
}
"""What is filled in about one pool, by the word in its address."""

LIFT: Final = PoolForm(
    code="lift",
    zh="申请解除熔断",
    done="已申请，待另一名工作人员批准",
    note="由一人申请、另一人批准；解除后代偿率再升高时重新暂停",
    permission=STOP_LOSS_LIFT,
    work=_ask_lift,
    fields=(Field(name="reason", zh="理由", kind=Kind.NOTE, hint="最多 300 字"),),
)

FIELD_NAMES: Final[Mapping[str, str]] = {
    "shares": "poolBps",
    "shares.poolBps": "poolBps",
    "shares.bankBps": "bankBps",
    "shares.guarantorBps": "guarantorBps",
    "caps.perClaimFen": "perClaimFen",
    "caps.perBankAndYearFen": "perBankAndYearFen",
    "stopLoss": "warnBps",
    "stopLoss.gapBps": "gapBps",
    "stopLoss.terminateBps": "terminateBps",
}
"""Where the form has another name for a field that a refusal names."""
