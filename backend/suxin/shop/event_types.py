"""What is told of redemptions to a village's own systems: where each has come to stand."""

from typing import Final

from suxin.events.catalogue import EventField, EventType

_FIELDS: Final = {
    "household": EventField(zh="农户", en="the household", of="Household"),
    "means": EventField(zh="兑换方式", en="by what it redeemed"),
    "points": EventField(zh="分值", en="its points; from the hand-over on, those taken"),
}
_STEPS: Final[tuple[tuple[str, str, str], ...]] = (
    ("held", "预留", "goods are held for a household"),
    ("handed_over", "发放", "goods were handed over, and points taken"),
    ("let_go", "取消", "a redemption was cancelled"),
    ("expired", "超时取消", "a redemption ended because nobody handed it over"),
    ("returned", "退货", "a redemption was taken back whole"),
)
REDEMPTION_STEPS: Final = {
    step: EventType(
        name=f"shop.redemption.{step}",
        zh=f"积分兑换{zh}",
        en=en,
        object="ShopRedemption",
        fields=_FIELDS,
    )
    for step, zh, en in _STEPS
}
"""The kind of event of a step, by the word under which the step is on record; that a return was asked for is the village's own work."""

EVENT_TYPES: Final = tuple(REDEMPTION_STEPS.values())
