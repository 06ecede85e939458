"""What is held about somebody by his village's shop: his household's redemptions and its card."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import and_, select

from suxin.kernel.holdings import Kept, Portion, Rows
from suxin.shop.models import ShopCard, ShopLine, ShopRedemption
from suxin.villages.models import HouseholdMember
from suxin.villages.portions import in_household

SHOP_KEPT: Final = Kept(
    why_zh="村积分账和集体资金使用的凭据，账目只能冲正，不能删除",
    why_en="the evidence of points and collective money on the village's book, which is reversed and never deleted",
    law_zh="《个人信息保护法》第十三条第三项；《会计法》关于会计资料保管的规定",
    until_zh="村积分账存续期间（平台暂定）",
)


def _redemptions(subject_id: UUID) -> Rows:
    return select(ShopRedemption).join(
        HouseholdMember,
        in_household(ShopRedemption.tenant_id, ShopRedemption.household_id, subject_id),
    )


def _lines(subject_id: UUID) -> Rows:
    return (
        select(ShopLine)
        .join(
            ShopRedemption,
            and_(
                ShopRedemption.tenant_id == ShopLine.tenant_id,
                ShopRedemption.id == ShopLine.redemption_id,
            ),
        )
        .join(
            HouseholdMember,
            in_household(ShopRedemption.tenant_id, ShopRedemption.household_id, subject_id),
        )
    )


def _cards(subject_id: UUID) -> Rows:
    return select(ShopCard).join(
        HouseholdMember, in_household(ShopCard.tenant_id, ShopCard.household_id, subject_id)
    )


PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="shop_redemptions",
        zh="本户积分兑换",
        en="redemptions of the household's points",
        tables=("shop_redemptions",),
        fields={
            "id": "编号",
            "means": "兑换方式",
            "collector": "柜台领取人",
            "points": "使用积分",
            "state": "状态",
            "held_at": "兑换时间",
            "ended_at": "结束时间",
            "returned_at": "退货时间",
            "reason": "取消或退货原因",
        },
        rows=_redemptions,
        by=(ShopRedemption.id,),
        of_person=True,
        kept=SHOP_KEPT,
    ),
    Portion(
        code="shop_lines",
        zh="本户兑换的商品",
        en="the goods of the household's redemptions",
        tables=("shop_lines",),
        fields={
            "redemption_id": "兑换编号",
            "name": "商品",
            "unit": "单位",
            "price_points": "单价（分）",
            "asked": "预留数量",
            "given": "发放数量",
        },
        rows=_lines,
        by=(ShopLine.redemption_id, ShopLine.good_id),
        of_person=True,
        kept=SHOP_KEPT,
    ),
    Portion(
        code="shop_cards",
        zh="本户兑换卡",
        en="the household's cards",
        tables=("shop_cards",),
        fields={
            "id": "编号",
            "state": "状态",
            "issued_at": "发卡时间",
            "revoked_at": "注销时间",
            "reason": "注销原因",
        },
        rows=_cards,
        by=(ShopCard.id,),
        of_person=True,
        kept=SHOP_KEPT,
    ),
)
