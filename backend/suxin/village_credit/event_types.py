"""What is told of whole-village credit to systems: where a round and a household have come to stand. No name, grade or figure is in it."""

from typing import Final

from suxin.events.catalogue import EventField, EventType

_ROUNDS: Final[tuple[tuple[str, str, str], ...]] = (
    ("signed", "银行已签署", "a bank has signed a round"),
    ("accepted", "村居已接受", "a village has accepted a round"),
    ("opened", "开始", "households may join a round"),
    ("ended", "已结束", "nobody joins a round any more"),
)
_MEMBERS: Final[tuple[tuple[str, str, str], ...]] = (
    ("joined", "参加", "a household has joined"),
    ("left", "退出", "a household has taken its consent back and is out"),
    ("decided", "已测算", "a household was decided on"),
    ("objected", "提出异议", "a household has said something against its line"),
    ("answered", "异议已复核", "what a household said was decided on"),
    ("line_in_force", "额度生效", "a line is in force"),
    ("line_over", "额度到期", "a line's year is over"),
    ("line_ended", "额度终止", "a line was ended by its bank"),
    ("line_asked", "使用额度申请", "a household has asked for money on its line"),
)
ROUND_STEPS: Final = {
    step: EventType(
        name=f"village_credit.round.{step}",
        zh=f"整村授信：{zh}",
        en=en,
        object="VillageCreditRound",
        fields={"state": EventField(zh="状态", en="where the round stands")},
    )
    for step, zh, en in _ROUNDS
}
"""The kind of event of a round's step, by the word under which it is on record; a proposal is the bank's own work."""

MEMBER_STEPS: Final = {
    step: EventType(
        name=f"village_credit.member.{step}",
        zh=f"整村授信农户：{zh}",
        en=en,
        object="VillageCreditMember",
        fields={
            "state": EventField(zh="状态", en="where the household stands"),
            "round": EventField(zh="整村授信", en="the round", of="VillageCreditRound"),
        },
    )
    for step, zh, en in _MEMBERS
}

EVENT_TYPES: Final = (*ROUND_STEPS.values(), *MEMBER_STEPS.values())
