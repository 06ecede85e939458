"""Audit words of guarantors' parts of claims, and of what is paid between guarantor and bank."""

from collections.abc import Mapping
from typing import Final

PART_ACTIONS: Final[Mapping[str, str]] = {
    "risk_pool.part.asked": "征询担保机构分担",
    "risk_pool.part.agreed": "担保机构同意分担",
    "risk_pool.part.refused": "担保机构不同意分担",
    "risk_pool.part.late": "担保机构逾期未答复",
    "risk_pool.part.withdrawn": "撤销分担征询",
    "risk_pool.transfer.noted": "登记担保划款",
    "risk_pool.transfer.confirmed": "确认担保划款到账",
    "risk_pool.transfer.denied": "答复担保划款未到账",
    "risk_pool.transfer.returned": "退回担保代偿款",
}
PART_OBJECTS: Final[Mapping[str, str]] = {
    "guarantor_part": "代偿分担",
    "guarantor_transfer": "担保划款",
}
PART_REASONS: Final[Mapping[str, str]] = {
    "a guarantor has its part of a recovery": "担保机构确认追偿分配",
}
