"""Where a pool and a payment into it stand, and who may fund one."""

from typing_extensions import override

from suxin.lending.models.steps import LabelledState
from suxin.lending.terms import LabelledEnum


class PoolState(LabelledState):
    """Whether a pool takes new loans; what it owes it pays in any state."""

    OPEN = "OPEN", "运行中", "open"
    PAUSED = "PAUSED", "暂停备案", "paused"
    CLOSED = "CLOSED", "已关闭", "closed"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "资金池", "risk pool"


class PartnerKind(LabelledEnum):
    """Who funds a pool."""

    CITY = "city", "市级财政", "city finance"
    COUNTY = "county", "县区财政", "county finance"
    PROVINCE = "province", "省级财政", "provincial finance"
    GUARANTOR = "guarantor", "融资担保机构", "guarantor"
    OTHER = "other", "其他出资方", "another partner"


class FundingState(LabelledState):
    """Whether a payment into a pool counts."""

    RECORDED = "RECORDED", "待核对", "recorded"
    CONFIRMED = "CONFIRMED", "已到账", "confirmed"
    REJECTED = "REJECTED", "已退回", "rejected"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "出资", "payment"
