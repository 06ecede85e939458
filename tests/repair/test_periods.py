"""Which record may be repaired and from when: one test a figure of 信用修复管理办法 (NDRC order 36 of 2025)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from suxin.repair.periods import (
    BY_COURT,
    MAXIMUM_MONTHS,
    Facts,
    NothingToRepair,
    RepairElsewhere,
    RepairNotCounting,
    RepairTooEarly,
    repairable_from,
    require_repairable,
)
from suxin.subjects.catalogue import packaged
from suxin.subjects.contents import publication_end
from suxin.subjects.models import Polarity, RecordStatus
from suxin.subjects.shapes import SHAPES

FINED = date(2026, 8, 31)
PENALTY = Facts(
    item_code="PENALTY",
    polarity=Polarity.NEGATIVE,
    status=RecordStatus.ACTIVE,
    self_declared=False,
    natural_person=False,
    occurred_on=FINED,
    ends_on=date(2027, 8, 31),
    penalty_class="一般",
)


@pytest.mark.parametrize(
    ("penalty_class", "first"),
    [
        # 轻微: once the duties are done.
        ("轻微", date(2026, 8, 31)),
        # 一般: three months, the last day of a month that is too short.
        ("一般", date(2026, 11, 30)),
        # 严重: a year.
        ("严重", date(2027, 8, 31)),
    ],
)
def test_a_penalty_may_be_repaired_once_its_shortest_publication_is_over(penalty_class, first):
    assert repairable_from("PENALTY", penalty_class, FINED) == first
    facts = replace(PENALTY, penalty_class=penalty_class, ends_on=None)
    require_repairable(facts, today=first)
    if first > FINED:
        with pytest.raises(RepairTooEarly) as refused:
            require_repairable(facts, today=first - timedelta(days=1))
        assert refused.value.facts["day"] == first.isoformat()
        assert refused.value.field == "recordId"


@pytest.mark.parametrize(
    ("penalty_class", "months", "end"),
    [
        ("轻微", 3, date(2026, 11, 30)),
        ("一般", 12, date(2027, 8, 31)),
        ("严重", 36, date(2029, 8, 31)),
    ],
)
def test_after_the_longest_publication_there_is_nothing_left_to_repair(penalty_class, months, end):
    assert MAXIMUM_MONTHS[penalty_class] == months
    assert publication_end("PENALTY", {"class": penalty_class}, FINED) == end
    facts = replace(PENALTY, penalty_class=penalty_class, ends_on=end)
    require_repairable(facts, today=end - timedelta(days=1))
    with pytest.raises(RepairNotCounting):
        require_repairable(facts, today=end)


@pytest.mark.parametrize("item_code", ["SERIOUS-LIST", "ABNORMAL-LIST", "COMMITMENT-BROKEN"])
def test_lists_and_other_breaches_have_no_shortest_time_of_the_platforms_own(item_code):
    """Art. 4: lists of grave breaches, of abnormal operation and other records are repaired as well."""
    assert SHAPES[item_code].polarity is Polarity.NEGATIVE
    facts = replace(PENALTY, item_code=item_code, penalty_class=None)
    require_repairable(facts, today=FINED)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"polarity": Polarity.POSITIVE}, NothingToRepair),
        ({"polarity": Polarity.NEUTRAL}, NothingToRepair),
        ({"self_declared": True}, RepairElsewhere),
        *(({"item_code": code}, RepairElsewhere) for code in sorted(BY_COURT)),
        ({"natural_person": True}, RepairElsewhere),
        ({"status": RecordStatus.DISPUTED}, RepairNotCounting),
        ({"status": RecordStatus.REPAIRED}, RepairNotCounting),
        ({"status": RecordStatus.WITHDRAWN}, RepairNotCounting),
        ({"status": RecordStatus.EXEMPTED}, RepairNotCounting),
    ],
)
def test_what_is_no_matter_of_the_window_is_refused_by_name(changes, refusal):
    """Art. 2-4: only what speaks against its subject and counts, and what the window repairs."""
    with pytest.raises(refusal):
        require_repairable(replace(PENALTY, **changes), today=date(2027, 1, 4))


def test_a_courts_are_all_items_of_its_class_that_speak_against_somebody():
    """Proposed: who is off a court's list, the court says; a new item of that class is no matter of the window either."""
    of_courts = {one.code for one in packaged().items if one.record_class == "司法裁判执行"}
    assert {one for one in of_courts if SHAPES[one].polarity is Polarity.NEGATIVE} == BY_COURT
