"""Audit words of guarantees and of what guarantors are held to."""

from collections.abc import Mapping
from typing import Final

GUARANTEE_ACTIONS: Final[Mapping[str, str]] = {
    "lending.guarantee.requested": "提出担保申请",
    "lending.guarantee.underwritten": "提交担保审查意见",
    "lending.guarantee.sent_back": "退回担保审查",
    "lending.guarantee.approved": "批准担保承诺",
    "lending.guarantee.declined": "不予担保",
    "lending.guarantee.withdrawn": "撤回担保申请",
    "lending.guarantee.lapsed": "担保申请失效",
    "lending.guarantee.released": "解除担保承诺",
    "lending.guarantor.limited": "设定担保限额",
}
GUARANTEE_OBJECTS: Final[Mapping[str, str]] = {"guarantee_request": "担保申请"}
GUARANTEE_REASONS: Final[Mapping[str, str]] = {
    "a guarantor is asked": "向担保机构提出申请",
    "a guarantor asks an applicant it does not know": "担保机构征求申请人授权",
    "the principal that a guarantor answers for": "核算担保金额",
    "a guarantor's commitment is held to its limits": "核对担保限额",
    "a guarantor's commitment is given back": "退还担保额度",
    "the version before an agreement ends": "终止原有版本的合作协议",
}
