"""Who sees how the bills of all merchants agree with their orders."""

from typing import Final

from suxin.kernel.actor import Permission

BILL_OVERSEE: Final = Permission("perks.order_bill.read", "查看各商户对账结果")
