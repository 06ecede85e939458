"""Which record may be repaired, and from when: by its kind, and by how grave the breach was.

=====  ===============================  =====================
grade  published at least               at most
=====  ===============================  =====================
轻微   not at all: once duties are done  3 months
一般   3 months                          1 year
严重   1 year                            3 years
=====  ===============================  =====================

What is on the window's list is art. 4's: penalties, lists of grave breaches, lists of abnormal operation, and other records
that speak against the subject. Of the lists the department that keeps them says when (no period is known here), and whether
the duties are done is the department's to find. What a court has on record (whom it executes against, who is a dishonest debtor,
what it found) ends with the court's own decision and not at the window (*proposed*).

Source: 信用修复管理办法 (NDRC order 36 of 2025) art. 2-4 and its periods of publication
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from suxin.kernel.refusals import Refusal
from suxin.subjects.contents import months_later
from suxin.subjects.models import CatalogueItem, CreditRecord, Polarity, RecordStatus
from suxin.subjects.shapes import PENALTY_PUBLISHED_MONTHS

MINIMUM_MONTHS: Final[Mapping[str, int]] = {"轻微": 0, "一般": 3, "严重": 12}
"""How many months a penalty is published before it may be repaired."""

MAXIMUM_MONTHS: Final[Mapping[str, int]] = PENALTY_PUBLISHED_MONTHS
"""After how many months its publication ends by itself."""

BY_COURT: Final = frozenset({"JUD-EXECUTED", "DISHONEST-DEBTOR", "CONTRACT-JUDGMENT", "CONVICTION"})
"""What of the catalogue's class 司法裁判执行 speaks against its subject."""


class NothingToRepair(Refusal):
    """The record does not speak against its subject."""

    code = "NOTHING_TO_REPAIR"
    zh = "该记录不是失信信息，无需修复"
    en = "The record does not speak against its subject; there is nothing to repair"


class RepairNotCounting(Refusal):
    """The record counts against nobody at present."""

    code = "REPAIR_NOT_COUNTING"
    zh = "该记录已不计入评价（已修复、已撤销、核查中或已过期），无需修复"
    en = "The record is repaired, withdrawn, disputed or over, and counts against nobody"


class RepairElsewhere(Refusal):
    """The record is none that the window repairs."""

    code = "REPAIR_ELSEWHERE"
    zh = "该记录不通过国家窗口修复：{reason_zh}"
    en = "This record is not repaired through the national window: {reason_en}"


class RepairTooEarly(Refusal):
    """The shortest time of publication is not over."""

    code = "REPAIR_TOO_EARLY"
    zh = "该记录最短公示期未满，{day} 起方可申请修复"
    en = "The record must be published until {day}; repair can be asked for from that day on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What of a record decides whether and when it may be repaired.

    ``ends_on`` is the first day on which it counts no more by itself, where there is one.
    """

    item_code: str
    polarity: Polarity
    status: RecordStatus
    self_declared: bool
    natural_person: bool
    occurred_on: date
    ends_on: date | None
    penalty_class: str | None


def facts_of(record: CreditRecord) -> Facts:
    """Return what of a record decides whether and when it may be repaired."""
    ends = [day for day in (record.published_until, record.valid_until) if day is not None]
    penalty_class = record.content.get("class") if record.item_code == "PENALTY" else None
    return Facts(
        item_code=record.item_code,
        polarity=record.polarity,
        status=record.status,
        self_declared=record.self_declared,
        natural_person=record.natural_person,
        occurred_on=record.occurred_on,
        ends_on=min(ends, default=None),
        penalty_class=None if penalty_class is None else str(penalty_class),
    )


def finder_of(record: CreditRecord, item: CatalogueItem) -> str:
    """Return the department that decides (认定单位): the one that the record names, or whose item it is."""
    return str(record.content.get("authority") or item.department)


def repairable_from(item_code: str, penalty_class: str | None, occurred_on: date) -> date:
    """Return the first day on which repair may be asked for: that on which the shortest publication is over."""
    if item_code != "PENALTY" or penalty_class is None:
        return occurred_on
    return months_later(occurred_on, MINIMUM_MONTHS[penalty_class])


def require_repairable(facts: Facts, *, today: date) -> None:
    """Refuse a record that cannot be repaired, or not yet.

    :raises NothingToRepair: if it does not speak against its subject
    :raises RepairNotCounting: if it counts against nobody at present
    :raises RepairElsewhere: if it is declared by the subject itself, a court's, or a natural person's
    :raises RepairTooEarly: if it must still be published
    """
    if facts.polarity is not Polarity.NEGATIVE:
        raise NothingToRepair(field="recordId")
    if facts.self_declared:
        raise _elsewhere(
            "本人申报的内容可自行更正", "what one declared oneself is corrected at once"
        )
    if facts.item_code in BY_COURT:
        raise _elsewhere("请向执行法院申请", "it ends with the court's own decision")
    if facts.natural_person:
        # The window knows a subject by its credit code, which a natural person does not have.
        raise _elsewhere(
            "自然人请直接向认定单位申请", "a natural person asks the department itself"
        )
    over = facts.ends_on is not None and facts.ends_on <= today
    if facts.status is not RecordStatus.ACTIVE or over:
        raise RepairNotCounting(field="recordId")
    first = repairable_from(facts.item_code, facts.penalty_class, facts.occurred_on)
    if today < first:
        raise RepairTooEarly(field="recordId", day=first.isoformat())


def _elsewhere(zh: str, en: str) -> RepairElsewhere:
    return RepairElsewhere(field="recordId", reason_zh=zh, reason_en=en)
