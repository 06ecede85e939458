"""What is held about a subject's loans: contracts, draw-downs, plans and repayments, all of them the contract's evidence."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from suxin.kernel.holdings import Portion, Rows
from suxin.lending.loans.models import Loan, LoanDrawdown, LoanInstalment, LoanRepayment
from suxin.lending.portions import CONTRACT_KEPT
from suxin.tenancy.models import Tenant


def _loans(subject_id: UUID) -> Rows:
    return (
        select(Loan, Tenant)
        .outerjoin(Tenant, Tenant.id == Loan.tenant_id)
        .where(Loan.subject_id == subject_id)
    )


PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="loans",
        zh="贷款合同",
        en="loan contracts",
        tables=("loans",),
        fields={
            "id": "编号",
            "request_id": "申请编号",
            "offer_id": "报价编号",
            "renews_id": "所续贷款编号",
            "bank": "银行",
            "contract_number": "合同编号",
            "state": "状态",
            "principal_fen": "合同金额",
            "term_months": "期限（月）",
            "rate_bps": "利率",
            "repayment_method": "还款方式",
            "guarantee": "担保方式",
            "collateral_number": "抵押登记编号",
            "collateral_expires_on": "抵押登记到期日",
            "collateral_registry": "抵押登记机构",
            "signed_at": "签约时间",
            "cooling_off_ends_at": "犹豫期截止",
            "ends_on": "到期日",
            "drawn_fen": "已放款",
            "principal_paid_fen": "已还本金",
            "interest_paid_fen": "已还利息",
            "fee_paid_fen": "已还费用",
            "overdue_days": "逾期天数",
            "risk_class": "风险分类",
            "ended_at": "结束时间",
            "end_note": "结束说明",
        },
        values={"bank": lambda row, _: None if row[1] is None else row[1].name},
        rows=_loans,
        by=(Loan.id,),
        kept=CONTRACT_KEPT,
    ),
    Portion(
        code="loan_drawdowns",
        zh="放款记录",
        en="what was paid out",
        tables=("loan_drawdowns",),
        fields={
            "id": "编号",
            "loan_id": "贷款编号",
            "reference": "银行流水号",
            "amount_fen": "金额",
            "drawn_on": "放款日",
            "reported_at": "登记时间",
        },
        rows=lambda subject_id: select(LoanDrawdown).where(LoanDrawdown.subject_id == subject_id),
        by=(LoanDrawdown.id,),
        kept=CONTRACT_KEPT,
    ),
    Portion(
        code="loan_instalments",
        zh="还款计划",
        en="what is due, and what of it is paid",
        tables=("loan_instalments",),
        fields={
            "loan_id": "贷款编号",
            "number": "期次",
            "due_on": "还款日",
            "principal_fen": "应还本金",
            "interest_fen": "应还利息",
            "fee_fen": "应还费用",
            "principal_paid_fen": "已还本金",
            "interest_paid_fen": "已还利息",
            "fee_paid_fen": "已还费用",
        },
        rows=lambda subject_id: select(LoanInstalment).where(
            LoanInstalment.subject_id == subject_id
        ),
        by=(LoanInstalment.loan_id, LoanInstalment.number),
        kept=CONTRACT_KEPT,
    ),
    Portion(
        code="loan_repayments",
        zh="还款记录",
        en="what was repaid",
        tables=("loan_repayments",),
        fields={
            "id": "编号",
            "loan_id": "贷款编号",
            "reference": "银行流水号",
            "kind": "类型",
            "paid_on": "还款日",
            "amount_fen": "金额",
            "principal_fen": "其中本金",
            "interest_fen": "其中利息",
            "fee_fen": "其中费用",
            "reported_at": "登记时间",
        },
        rows=lambda subject_id: select(LoanRepayment).where(LoanRepayment.subject_id == subject_id),
        by=(LoanRepayment.id,),
        kept=CONTRACT_KEPT,
    ),
)
