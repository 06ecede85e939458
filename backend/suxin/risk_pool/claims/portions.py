"""What is held about a subject's compensated loans: claims, how the bank tried to get its money, and what came back."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from suxin.kernel.holdings import Portion, Rows
from suxin.lending.portions import CONTRACT_KEPT
from suxin.risk_pool.claims.models import CollectionAttempt, PoolClaim
from suxin.risk_pool.collection_files.models import CollectionFile
from suxin.risk_pool.recoveries.models import PoolRecovery
from suxin.tenancy.models import Tenant


def _claims(subject_id: UUID) -> Rows:
    return (
        select(PoolClaim, Tenant)
        .outerjoin(Tenant, Tenant.id == PoolClaim.tenant_id)
        .where(PoolClaim.subject_id == subject_id)
    )


PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="pool_claims",
        zh="贷款代偿",
        en="claims on a risk pool for your loans",
        tables=("pool_claims",),
        fields={
            "id": "编号",
            "bank": "银行",
            "contract_number": "合同编号",
            "state": "状态",
            "principal_fen": "未还本金",
            "deposit_fen": "助保金",
            "loss_fen": "损失",
            "pool_fen": "资金池承担",
            "overdue_days": "逾期天数",
            "paid_at": "代偿时间",
            "received_fen": "已追回",
            "ended_at": "结束时间",
        },
        values={"bank": lambda row, _: None if row[1] is None else row[1].name},
        rows=_claims,
        by=(PoolClaim.id,),
        kept=CONTRACT_KEPT,
    ),
    Portion(
        code="pool_collections",
        zh="催收记录",
        en="how the bank tried to get its money",
        tables=("pool_collections",),
        fields={
            "id": "编号",
            "loan_id": "贷款编号",
            "kind": "方式",
            "result": "结果",
            "attempted_on": "日期",
            "note": "说明",
        },
        rows=lambda subject_id: select(CollectionAttempt).where(
            CollectionAttempt.subject_id == subject_id
        ),
        by=(CollectionAttempt.id,),
        kept=CONTRACT_KEPT,
    ),
    Portion(
        code="pool_collection_files",
        zh="催收材料",
        en="files that prove how the bank tried to get its money",
        tables=("pool_collection_files",),
        fields={
            "id": "编号",
            "attempt_id": "催收编号",
            "name": "文件名",
            "media_type": "类型",
            "size_bytes": "大小（字节）",
            "sha256": "摘要（SHA-256）",
            "uploaded_at": "上传时间",
        },
        rows=lambda subject_id: select(CollectionFile).where(
            CollectionFile.subject_id == subject_id
        ),
        by=(CollectionFile.id,),
        kept=CONTRACT_KEPT,
    ),
    Portion(
        code="pool_recoveries",
        zh="追偿记录",
        en="what came back after a compensation",
        tables=("pool_recoveries",),
        fields={
            "id": "编号",
            "claim_id": "代偿编号",
            "received_fen": "追回金额",
            "cost_fen": "追偿费用",
            "recovered_on": "日期",
        },
        rows=lambda subject_id: select(PoolRecovery).where(PoolRecovery.subject_id == subject_id),
        by=(PoolRecovery.id,),
        kept=CONTRACT_KEPT,
    ),
)
