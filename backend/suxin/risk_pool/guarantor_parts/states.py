"""How a guarantor answers a claim, why it refuses, and where a transfer between it and the bank stands."""

from typing_extensions import override

from suxin.lending.models.steps import LabelledState
from suxin.lending.terms import LabelledEnum


class PartState(LabelledState):
    """What a guarantor says of its part of a claim."""

    ASKED = "ASKED", "待答复", "waiting for the guarantor"
    AGREED = "AGREED", "同意分担", "agreed"
    REFUSED = "REFUSED", "不同意分担", "refused"
    WITHDRAWN = "WITHDRAWN", "无须答复", "not asked any more"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "担保机构分担", "guarantor's part"


class PartRefusal(LabelledEnum):
    """Why a guarantor refuses its part (不同意分担原因)."""

    NOT_COVERED = "not_covered", "不在担保范围内", "not covered by the commitment"
    PERIOD_OVER = "period_over", "担保期间已届满", "the commitment's period is over"
    TERMS_NOT_KEPT = "terms_not_kept", "银行未按约定办理", "the bank did not keep the terms"
    AMOUNT_WRONG = "amount_wrong", "金额有误", "the amount is wrong"
    OTHER = "other", "其他", "another reason"


class TransferKind(LabelledEnum):
    """What is paid between a guarantor and a bank."""

    COMPENSATION = "compensation", "担保机构代偿款", "the guarantor's part of the loss"
    RECOVERY = "recovery", "追偿分配", "the guarantor's part of a recovery"


class TransferState(LabelledState):
    """Where a transfer stands: noted by whoever pays, and confirmed by whoever receives."""

    NOTED = "NOTED", "待收款方确认", "noted"
    CONFIRMED = "CONFIRMED", "已到账", "confirmed"
    DENIED = "DENIED", "未到账", "denied"
    RETURNED = "RETURNED", "已退回", "returned"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "划款", "transfer"
