"""What a merchant's own systems are told of the limits that it proposed: where each stands, and nothing of whom it concerns."""

from typing import Final

from suxin.events.catalogue import EventField, EventType

_FIELDS: Final = {
    "number": EventField(zh="商户单号", en="the merchant's own number of the unpaid order"),
    "owedFen": EventField(zh="欠付金额（分）", en="what was owed when it was proposed, in fen"),
    "months": EventField(zh="限制月数", en="for how many months it is proposed"),
}
_STEPS: Final[tuple[tuple[str, str, str], ...]] = (
    ("proposed", "已提出", "a limit of one programme was proposed after an unpaid order"),
    ("noticed", "已告知，申诉期开始", "whom it concerns was told, and may object"),
    ("contested", "被申诉，暂不生效", "an objection was made: nothing is limited before its end"),
    ("stands", "申诉不成立，继续等待生效", "the objection did not hold: its time runs on"),
    ("effective", "已生效", "it is in force: the programme gives what everybody has"),
    ("lifted", "因申诉成立不再限制", "the objection was right: nothing is limited"),
    ("ended", "已结束", "it has ended: paid, taken back, or its time over"),
)
LIMIT_STEPS: Final = {
    act: EventType(
        name=f"perks.limit.{act}",
        zh=f"权益限制{zh}",
        en=en,
        object="ServiceOrder",
        fields=_FIELDS,
    )
    for act, zh, en in _STEPS
}
"""The kind of event of each step of a limit, as it stands on record."""

EVENT_TYPES: Final = tuple(LIMIT_STEPS.values())
