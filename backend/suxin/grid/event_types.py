"""What a village's own systems are told: that rules were confirmed, a notice was published, a claim was posted, rejected or reversed."""

from typing import Final

from suxin.events.catalogue import EventField, EventType

RULES_CONFIRMED: Final = EventType(
    name="grid.rules.confirmed",
    zh="积分细则已确认，将自施行日起生效",
    en="rules were confirmed and come into force on their day",
    object="PointRuleSet",
    fields={"number": EventField(zh="版本号", en="the number of the version")},
)
NOTICE_PUBLISHED: Final = EventType(
    name="grid.notice.published",
    zh="积分公示已发布",
    en="a notice was published",
    object="PointNotice",
    fields={"claims": EventField(zh="申报件数", en="how many claims are on it")},
)
_POINTS: Final = {
    "points": EventField(zh="分值（扣分为负）", en="the points, minus where subtracted")
}
CLAIM_POSTED: Final = EventType(
    name="grid.claim.posted",
    zh="积分已入账",
    en="a claim was posted to its household's account",
    object="PointClaim",
    fields=_POINTS,
)
CLAIM_REJECTED: Final = EventType(
    name="grid.claim.rejected",
    zh="申报未通过",
    en="a claim ended with nothing posted",
    object="PointClaim",
    fields=_POINTS,
)
CLAIM_REVERSED: Final = EventType(
    name="grid.claim.reversed",
    zh="已入账积分被冲正",
    en="what was posted for a claim was reversed",
    object="PointClaim",
    fields=_POINTS,
)

EVENT_TYPES: Final = (
    RULES_CONFIRMED,
    NOTICE_PUBLISHED,
    CLAIM_POSTED,
    CLAIM_REJECTED,
    CLAIM_REVERSED,
)
