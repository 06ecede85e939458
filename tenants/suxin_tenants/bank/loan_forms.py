"""What a bank reports of a loan on a form: each act with its fields, how they are read, and the command it becomes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.requests import CONSENT_ASK
from suxin.kernel.actor import Actor, Permission
from suxin.lending import policies
from suxin.lending.loans.collateral import CollateralDraft, may_be_secured, record_collateral
from suxin.lending.loans.contracts import ContractDraft, cancel_contract, sign_contract
from suxin.lending.loans.drawing import DrawdownDraft, draw_down
from suxin.lending.loans.ending import RenewalDraft, renew_loan, settle_loan, write_off_loan
from suxin.lending.loans.models import Loan
from suxin.lending.loans.reporting import RepaymentDraft, report_repayment
from suxin.lending.loans.states import LoanState
from suxin.lending.terms import RepaymentMethod
from suxin.lending.warnings.asking import ask_to_watch
from suxin_tenants.forms import Form, options


class Kind(Enum):
    """How a field is typed and read."""

    TEXT = "text"
    NOTE = "note"
    DAY = "date"
    YUAN = "yuan"
    PERCENT = "percent"
    MONTHS = "months"
    METHOD = "method"
    TICK = "tick"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: its name in the form, which is the command's, and what a person reads beside it."""

    name: str
    zh: str
    kind: Kind = Kind.TEXT
    required: bool = True
    hint: str | None = None

    def read(self, form: Form) -> Any:  # noqa: ANN401 - as the kind says
        """Read what was typed; what is missing and need not be there is nothing."""
        if self.kind is Kind.TICK:
            return form.checked(self.name)
        if not self.required and not form.text(self.name):
            return None
        if self.kind in _READERS:
            return _READERS[self.kind](form, self.name)
        form.require(self.name)
        return form.text(self.name)


def _day(form: Form, name: str) -> date | None:
    try:
        return date.fromisoformat(form.text(name))
    except ValueError:
        form.fail(name, "请填写日期，如 2026-11-20")
        return None


_READERS: Final[Mapping[Kind, Callable[[Form, str], Any]]] = MappingProxyType(
    {
        Kind.DAY: _day,
        Kind.YUAN: Form.yuan,
        Kind.PERCENT: Form.percent,
        Kind.MONTHS: Form.whole,
        Kind.METHOD: lambda form, name: form.choice(name, RepaymentMethod),
    }
)
METHODS: Final = options(RepaymentMethod)

Values = Mapping[str, Any]
Work = Callable[[AsyncSession, Actor, UUID, Values, datetime], Awaitable[UUID]]
"""Carries an act out on a loan, or signs on an offer; returns the loan that the page goes on to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something a bank reports of a loan."""

    code: str
    zh: str
    done: str
    note: str
    work: Work
    fields: tuple[Field, ...] = ()
    permission: Permission = policies.LOAN_MANAGE
    states: frozenset[LoanState] = frozenset()
    tone: str = ""


_CONTRACT: Final = (
    Field(name="contractNumber", zh="合同编号", hint="本行合同编号，最长 64 字"),
    Field(name="collateralNumber", zh="抵押登记编号", required=False, hint="有抵押的填写"),
    Field(name="collateralExpiresOn", zh="抵押登记到期日", kind=Kind.DAY, required=False),
)
_REFERENCE: Final = "本行流水号；同号同内容视为同一笔"


def _contract(values: Values) -> ContractDraft:
    return ContractDraft(
        number=values["contractNumber"],
        collateral_number=values["collateralNumber"],
        collateral_expires_on=values["collateralExpiresOn"],
    )


async def _sign(
    session: AsyncSession, actor: Actor, offer_id: UUID, values: Values, now: datetime
) -> UUID:
    draft = _contract(values)
    return (await sign_contract(session, actor, offer_id=offer_id, draft=draft, now=now)).id


async def _draw(
    session: AsyncSession, actor: Actor, loan_id: UUID, values: Values, now: datetime
) -> UUID:
    draft = DrawdownDraft(
        reference=values["reference"],
        amount_fen=values["amountFen"],
        drawn_on=values["drawnOn"],
    )
    return (await draw_down(session, actor, loan_id=loan_id, draft=draft, now=now)).id


async def _repay(
    session: AsyncSession, actor: Actor, loan_id: UUID, values: Values, now: datetime
) -> UUID:
    draft = RepaymentDraft(
        contract_number=values["contractNumber"],
        reference=values["reference"],
        paid_on=values["paidOn"],
        amount_fen=values["amountFen"],
        principal_fen=values["principalFen"],
        interest_fen=values["interestFen"],
        fee_fen=values["feeFen"],
        prepays=values["prepays"],
    )
    await report_repayment(session, actor, draft=draft, now=now)
    return loan_id


async def _renew(
    session: AsyncSession, actor: Actor, loan_id: UUID, values: Values, now: datetime
) -> UUID:
    draft = RenewalDraft(
        contract=_contract(values),
        rate_bps=values["rateBps"],
        term_months=values["termMonths"],
        repayment_method=values["repaymentMethod"],
    )
    return (await renew_loan(session, actor, loan_id=loan_id, draft=draft, now=now)).id


async def _secure(
    session: AsyncSession, actor: Actor, loan_id: UUID, values: Values, now: datetime
) -> UUID:
    draft = CollateralDraft(
        registry=values["registry"],
        number=values["collateralNumber"],
        expires_on=values["collateralExpiresOn"],
    )
    return (await record_collateral(session, actor, loan_id=loan_id, draft=draft, now=now)).id


async def _watch(
    session: AsyncSession, actor: Actor, loan_id: UUID, _values: Values, now: datetime
) -> UUID:
    await ask_to_watch(session, actor, loan_id=loan_id, now=now)
    return loan_id


async def _settle(
    session: AsyncSession, actor: Actor, loan_id: UUID, _values: Values, now: datetime
) -> UUID:
    return (await settle_loan(session, actor, loan_id=loan_id, now=now)).id


async def _write_off(
    session: AsyncSession, actor: Actor, loan_id: UUID, values: Values, now: datetime
) -> UUID:
    note = values["note"]
    return (await write_off_loan(session, actor, loan_id=loan_id, note=note, now=now)).id


async def _cancel(
    session: AsyncSession, actor: Actor, loan_id: UUID, values: Values, now: datetime
) -> UUID:
    note = values["note"]
    return (await cancel_contract(session, actor, loan_id=loan_id, note=note, now=now)).id


_NOTE: Final = (Field(name="note", zh="说明", kind=Kind.NOTE, hint="最多 300 字"),)

SIGN: Final = Act(
    code="sign",
    zh="登记签约",
    done="已登记签约",
    note="按申请人接受的报价登记借款合同；贷款条件以报价为准",
    work=_sign,
    fields=_CONTRACT,
)
ACTS: Final[Mapping[str, Act]] = {
    act.code: act
    for act in (
        Act(
            code="draw",
            zh="登记放款",
            done="已登记放款",
            note="可分次放款，合计不超过合同金额；首次放款日确定每期还款日",
            work=_draw,
            fields=(
                Field(name="reference", zh="流水号", hint=_REFERENCE),
                Field(name="amountFen", zh="放款金额", kind=Kind.YUAN),
                Field(name="drawnOn", zh="放款日", kind=Kind.DAY),
            ),
            states=frozenset({LoanState.SIGNED, LoanState.DISBURSED, LoanState.PERFORMING}),
        ),
        Act(
            code="repay",
            zh="登记还款",
            done="已登记还款",
            note="本金、利息、费用均不填的，按费用、利息、本金的顺序从最早一期起分配",
            work=_repay,
            fields=(
                Field(name="reference", zh="流水号", hint=_REFERENCE),
                Field(name="paidOn", zh="还款日", kind=Kind.DAY),
                Field(name="amountFen", zh="还款金额", kind=Kind.YUAN),
                Field(name="principalFen", zh="其中本金", kind=Kind.YUAN, required=False),
                Field(name="interestFen", zh="其中利息", kind=Kind.YUAN, required=False),
                Field(name="feeFen", zh="其中费用", kind=Kind.YUAN, required=False),
                Field(
                    name="prepays",
                    zh="提前还款（须注明本金；其后各期按剩余本金重算）",
                    kind=Kind.TICK,
                    required=False,
                ),
            ),
            permission=policies.REPAYMENT_REPORT,
            states=frozenset(
                {
                    LoanState.DISBURSED,
                    LoanState.PERFORMING,
                    LoanState.OVERDUE,
                    LoanState.WRITTEN_OFF,
                }
            ),
        ),
        Act(
            code="renew",
            zh="无还本续贷",
            done="已续贷，原贷款结清",
            note="新合同归还原贷款的未还本金；到期利息须先还清",
            work=_renew,
            fields=(
                *_CONTRACT,
                Field(name="rateBps", zh="年利率", kind=Kind.PERCENT),
                Field(name="termMonths", zh="期限", kind=Kind.MONTHS),
                Field(name="repaymentMethod", zh="还款方式", kind=Kind.METHOD),
            ),
            states=frozenset({LoanState.DISBURSED, LoanState.PERFORMING}),
        ),
        Act(
            code="collateral",
            zh="登记抵押",
            done="已登记抵押",
            note="首次登记和到期前续登都登记于此；到期前 30 天平台提醒",
            work=_secure,
            fields=(
                Field(name="registry", zh="登记机构", hint="如不动产登记中心，最长 120 字"),
                Field(name="collateralNumber", zh="抵押登记编号"),
                Field(name="collateralExpiresOn", zh="抵押登记到期日", kind=Kind.DAY),
            ),
            states=frozenset(
                {
                    LoanState.SIGNED,
                    LoanState.DISBURSED,
                    LoanState.PERFORMING,
                    LoanState.OVERDUE,
                }
            ),
        ),
        Act(
            code="watch",
            zh="征求预警授权",
            done="已向借款人征求授权，等待其答复",
            note="借款人同意后，平台在其授权的类别内比对放款后新增的信息并提示本行；不同意不影响借款合同",
            work=_watch,
            permission=CONSENT_ASK,
            states=frozenset({LoanState.DISBURSED, LoanState.PERFORMING, LoanState.OVERDUE}),
        ),
        Act(
            code="settle",
            zh="登记结清",
            done="已结清",
            note="全部应还款项还清后登记",
            work=_settle,
            states=frozenset({LoanState.DISBURSED, LoanState.PERFORMING}),
        ),
        Act(
            code="write-off",
            zh="登记核销",
            done="已核销",
            note="核销不免除债务，此后仍可登记还款",
            work=_write_off,
            fields=_NOTE,
            states=frozenset({LoanState.OVERDUE}),
            tone="danger",
        ),
        Act(
            code="cancel",
            zh="撤销合同",
            done="合同已撤销",
            note="借款人在犹豫期内、放款前要求撤销的登记于此；申请随之结束",
            work=_cancel,
            fields=_NOTE,
            states=frozenset({LoanState.SIGNED}),
            tone="danger",
        ),
    )
}
"""What may be reported of a loan, by the word in its address."""


def open_acts(loan: Loan, actor: Actor, *, now: datetime) -> list[Act]:
    """Return what a loan in its present state lets this officer report."""
    return [
        act
        for act in ACTS.values()
        if loan.state in act.states
        and actor.may(act.permission)
        and (act.code != "cancel" or now < loan.cooling_off_ends_at)
        and (act.code != "draw" or loan.drawable_fen > 0)
        and (act.code != "collateral" or may_be_secured(loan))
    ]


def typed(act: Act, form: Form) -> dict[str, Any]:
    """Return what was typed, by the names of the fields; what is wrong is noted in the form."""
    return {one.name: one.read(form) for one in act.fields}
