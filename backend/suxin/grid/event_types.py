"""What is told of claims to a village's own systems: where each has come to stand."""

from typing import Final

from suxin.events.catalogue import EventField, EventType

_FIELDS: Final = {
    "household": EventField(zh="农户", en="the household", of="Household"),
    "rule": EventField(zh="细则代码", en="the rule's code"),
    "points": EventField(zh="分值", en="its points; of what is posted or reversed, those posted"),
}
_STEPS: Final[tuple[tuple[str, str, str], ...]] = (
    ("recorded", "登记", "a claim was recorded"),
    ("refused", "未通过，可申诉", "a claim was refused, open to appeal"),
    ("noticed", "公示", "a claim is on notice"),
    ("posted", "入账", "a claim was posted"),
    ("rejected", "终止", "a claim was rejected for good"),
    ("withdrawn", "撤回", "a claim was taken back"),
    ("reversed", "冲正", "what was posted for a claim was reversed"),
)
CLAIM_STEPS: Final = {
    step: EventType(
        name=f"grid.claim.{step}",
        zh=f"积分申报{zh}",
        en=en,
        object="PointClaim",
        fields=_FIELDS,
    )
    for step, zh, en in _STEPS
}
"""The kind of event of a step, by the word under which the step is on record; the other steps are the village's own work."""

EVENT_TYPES: Final = tuple(CLAIM_STEPS.values())
