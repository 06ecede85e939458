"""Who reads, answers and pays guarantors' parts of claims, and confirms what was received."""

from typing import Final

from suxin.kernel.actor import Permission

PART_READ: Final = Permission("risk_pool.part.read", "查看代偿分担和划款")
PART_ANSWER: Final = Permission("risk_pool.part.answer", "答复代偿分担")
PART_PAY: Final = Permission("risk_pool.part.pay", "登记担保机构代偿款")
PART_CONFIRM: Final = Permission("risk_pool.part.confirm", "确认担保机构与银行之间的划款")
