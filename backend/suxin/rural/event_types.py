"""What is told of ratings to a village's own systems: where each cycle and each entry has come to stand; no name, and no score."""

from typing import Final

from suxin.events.catalogue import EventField, EventType
from suxin.rural.states import EntryState

_OF_CYCLE: Final = {
    "entity": EventField(zh="主体类型", en="the kind of entity"),
    "year": EventField(zh="年度", en="the year"),
}
_CYCLE_STEPS: Final[tuple[tuple[str, str, str], ...]] = (
    ("opened", "开始报名", "a cycle was opened"),
    ("panel_began", "开始评议", "the panel of a cycle began to vote"),
    ("panel_closed", "评议结束", "the panel of a cycle has voted"),
    ("noticed", "公示", "a cycle is on public notice"),
    ("called_off", "取消", "a cycle was called off"),
)
CYCLE_STEPS: Final = {
    step: EventType(
        name=f"rural.cycle.{step}",
        zh=f"信用评级{zh}",
        en=en,
        object="RatingCycle",
        fields=_OF_CYCLE,
    )
    for step, zh, en in _CYCLE_STEPS
}
"""The kind of event of a cycle's step, by the word under which it is on record."""

_GRADE_STEPS: Final[tuple[tuple[EntryState, str, str, str], ...]] = (
    (EntryState.RATED, "proposed", "拟定", "a grade is on public notice"),
    (EntryState.HEARING, "heard", "拟降级，听取陈述", "whoever's grade would fall is heard"),
    (EntryState.EFFECTIVE, "effective", "生效", "a grade is in effect"),
)
GRADE_STEPS: Final = {
    state: EventType(
        name=f"rural.grade.{step}",
        zh=f"信用等级{zh}",
        en=en,
        object="RatingEntry",
        fields={
            "cycle": EventField(zh="评级批次", en="the cycle", of="RatingCycle"),
            "tier": EventField(zh="等级", en="the grade"),
        },
    )
    for state, step, zh, en in _GRADE_STEPS
}
"""The kind of event of an entry, by the state that its subject is told of."""

EVENT_TYPES: Final = (*CYCLE_STEPS.values(), *GRADE_STEPS.values())
