"""Audit words of villages' shops."""

from collections.abc import Mapping
from typing import Final

SHOP_ACTIONS: Final[Mapping[str, str]] = {
    "shop.budget.proposed": "提出积分超市预算",
    "shop.budget.confirmed": "确认积分超市预算",
    "shop.budget.dropped": "作废积分超市预算",
    "shop.good.added": "上架积分商品",
    "shop.good.changed": "修改积分商品",
    "shop.good.withdrawn": "下架积分商品",
    "shop.good.offered": "重新上架积分商品",
    "shop.good.delivered": "积分商品入库",
    "shop.good.written_off": "积分商品报损",
    "shop.good.photo_set": "更换积分商品照片",
    "shop.good.photo_removed": "移除积分商品照片",
    "shop.terms.set": "设定积分超市开放日",
    "shop.card.issued": "发放兑换卡",
    "shop.card.revoked": "注销兑换卡",
    "shop.redemption.held": "预留兑换商品",
    "shop.redemption.handed_over": "发放兑换商品",
    "shop.redemption.let_go": "取消兑换",
    "shop.redemption.expired": "兑换超时取消",
    "shop.redemption.return_asked": "提出退货",
    "shop.redemption.returned": "确认退货",
    "shop.month.closed": "积分超市月结",
}
SHOP_OBJECTS: Final[Mapping[str, str]] = {
    "shop_budget": "积分超市预算",
    "shop_good": "积分商品",
    "shop_terms": "积分超市开放日",
    "shop_card": "兑换卡",
    "shop_redemption": "积分兑换",
    "shop_month": "积分超市月结",
}
