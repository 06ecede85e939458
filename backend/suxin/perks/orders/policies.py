"""Who sees a merchant's orders, and who opens, completes and pays them back."""

from typing import Final

from suxin.kernel.actor import Permission

ORDER_READ: Final = Permission("perks.order.read", "查看服务订单")
ORDER_MANAGE: Final = Permission("perks.order.manage", "办理服务订单")
ORDER_REFUND: Final = Permission("perks.order.refund", "服务订单退款")
"""Giving money back is a right of its own: whoever serves at the desk need not have it."""
