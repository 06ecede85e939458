"""What is held about a subject's guarantees: which guarantor was asked about him, and what it answered."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from suxin.kernel.holdings import Portion, Rows
from suxin.lending.guarantees.models import GuaranteeRequest
from suxin.lending.models import LeadParty
from suxin.lending.portions import CONTRACT_KEPT
from suxin.tenancy.models import Tenant


def _requests(subject_id: UUID) -> Rows:
    return (
        select(GuaranteeRequest, Tenant, LeadParty)
        .join(LeadParty, LeadParty.lead_id == GuaranteeRequest.lead_id)
        .outerjoin(Tenant, Tenant.id == GuaranteeRequest.guarantor_id)
        .where(LeadParty.subject_id == subject_id)
    )


PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="guarantee_requests",
        zh="担保申请和承诺",
        en="what guarantors were asked, and answered",
        tables=("guarantee_requests",),
        fields={
            "id": "编号",
            "number": "申请号",
            "request_id": "贷款申请编号",
            "guarantor": "担保机构",
            "share_bps": "担保比例（万分之一）",
            "state": "状态",
            "asked_at": "申请时间",
            "letter_number": "担保函（保单）编号",
            "letter_fen": "担保金额",
            "fee_bps": "年担保费率（万分之一）",
            "starts_on": "担保起始日",
            "ends_on": "担保届满日",
            "decline_reason": "不予担保原因",
            "ended_at": "结束时间",
        },
        values={
            "guarantor": lambda row, _: None if row[1] is None else row[1].name,
            "request_id": lambda row, _: row[2].request_id,
        },
        rows=_requests,
        by=(GuaranteeRequest.id,),
        kept=CONTRACT_KEPT,
    ),
)
