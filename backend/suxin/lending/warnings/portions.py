"""What is held about a subject's warnings: what its bank was told, by which rule, and what the bank did."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from suxin.kernel.holdings import Portion, Rows
from suxin.lending.portions import CONTRACT_KEPT
from suxin.lending.warnings.models import LoanWarning
from suxin.lending.warnings.queries import warnings_of
from suxin.tenancy.models import Tenant


def _warnings(subject_id: UUID) -> Rows:
    return (
        warnings_of(subject_id)
        .add_columns(Tenant)
        .outerjoin(Tenant, Tenant.id == LoanWarning.tenant_id)
        .order_by(None)
    )


PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="loan_warnings",
        zh="贷后风险预警",
        en="what banks were warned of after a draw-down",
        tables=("loan_warnings",),
        fields={
            "id": "编号",
            "loan_id": "贷款编号",
            "bank": "银行",
            "rule_name": "规则",
            "severity": "严重程度",
            "item_code": "所依据的目录事项",
            "source": "来源",
            "occurred_on": "发生日",
            "tier_before": "原等级",
            "tier_after": "现等级",
            "state": "状态",
            "raised_at": "提示时间",
            "action": "银行处置",
            "false_alarm": "误报原因",
            "answered_at": "处置时间",
            "withdrawn_because": "撤销原因",
        },
        values={"bank": lambda row, _: None if row[1] is None else row[1].name},
        rows=_warnings,
        by=(LoanWarning.id,),
        kept=CONTRACT_KEPT,
    ),
)
