"""Who keeps the shop's goods, puts up its budget, gives out cards, helps at the counter and hands over."""

from typing import Final

from suxin.kernel.actor import Permission

SHOP_READ: Final = Permission("shop.shop.read", "查看积分超市")
GOODS_MANAGE: Final = Permission("shop.goods.manage", "管理积分商品和库存")
TERMS_SET: Final = Permission("shop.terms.set", "设定积分超市开放日和限额")
BUDGET_PROPOSE: Final = Permission("shop.budget.propose", "提出积分超市预算")
BUDGET_CONFIRM: Final = Permission("shop.budget.confirm", "确认积分超市预算")
CARD_ISSUE: Final = Permission("shop.card.issue", "发放和注销兑换卡")
REDEMPTION_HELP: Final = Permission("shop.redemption.help", "在柜台协助村民兑换")
REDEMPTION_SELL: Final = Permission("shop.redemption.sell", "核对并发放商品")
REDEMPTION_RETURN: Final = Permission("shop.redemption.return", "确认退货")
MONTH_CLOSE: Final = Permission("shop.month.close", "办理积分超市月结")
