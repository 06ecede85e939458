"""What a merchant's own systems are told of its claims on a cover; which of the operator's people looks at one is not told."""

from typing import Final

from suxin.events.catalogue import EventField, EventType

_FIELDS: Final = {
    "number": EventField(zh="商户单号", en="the merchant's own number of the order"),
    "askedFen": EventField(zh="申请金额（分）", en="what was asked for, in fen"),
    "grantedFen": EventField(zh="核定金额（分）", en="what was granted, in fen; 0 before that"),
}
_STEPS: Final[tuple[tuple[str, str, str], ...]] = (
    ("filed", "已提交", "a claim on the cover was filed for the order"),
    ("withdrawn", "已撤回", "the merchant took the claim back"),
    ("approved", "已核准，待付款", "the claim was approved by two people, and is to be paid"),
    ("rejected", "不予赔付", "nothing is paid on the claim"),
    ("late", "超过期限未办结", "the operator has not paid, or said no, in its five working days"),
    ("paid", "已赔付", "the claim was paid"),
    ("recovery_confirmed", "追回款已到账", "the cover's part of a recovery has arrived"),
)
CLAIM_STEPS: Final = {
    act: EventType(
        name=f"perks.cover.{act}",
        zh=f"先行赔付申请{zh}",
        en=en,
        object="ServiceOrder",
        fields=_FIELDS,
    )
    for act, zh, en in _STEPS
}
"""The kind of event of each step of a claim that a merchant is told; what the operator's people do among themselves is not."""

EVENT_TYPES: Final = tuple(CLAIM_STEPS.values())
