"""Criteria that are none: refused, with which one is at fault and why."""

import re

import pytest

from suxin.lending.criteria import MAX_CRITERIA, CriteriaInvalid, TooManyCriteria, parse_criteria


@pytest.mark.parametrize(
    "data",
    [
        [{"criterion": "PERSONAL_SCORE_AT_LEAST", "score": 1000}],
        [{"criterion": "MINIMUM_AGE_MONTHS"}],
        [{"criterion": "MINIMUM_AGE_MONTHS", "months": -1}],
        [{"criterion": "MINIMUM_AGE_MONTHS", "months": 24.0}],
        [{"criterion": "MINIMUM_AGE_MONTHS", "months": True}],
        [{"criterion": "MINIMUM_AGE_MONTHS", "months": 24, "score": 1}],
        [{"criterion": "AMOUNT_WITHIN", "minimum_fen": 2, "maximum_fen": 1}],
        [{"criterion": "TERM_WITHIN", "minimum_months": 0, "maximum_months": 12}],
        [{"criterion": "AREA_IN", "codes": ["32130"]}],
        [{"criterion": "AREA_IN", "codes": []}],
        [{"criterion": "AREA_IN", "codes": ["321302"], "names": ["宿城区", "宿豫区"]}],
        [{"criterion": "INDUSTRY_IN", "codes": ["X"]}],
        [{"criterion": "INDUSTRY_NOT_IN", "codes": ["98"]}],
        [{"criterion": "TAX_GRADE_AT_LEAST", "grade": "E"}],
        [{"criterion": "ECO_GRADE_AT_LEAST", "grade": "A"}],
        [{"criterion": "VILLAGE_POINTS_AT_LEAST", "months": 0}],
        [{"criterion": "VILLAGE_POINTS_AT_LEAST", "months": 13}],
        {"criterion": "FIRST_LOAN_ONLY"},
        "[",
        "null",
        None,
    ],
)
def test_what_is_no_list_of_known_criteria_is_refused(data):
    with pytest.raises(CriteriaInvalid) as refused:
        parse_criteria(data, field="criteria")
    assert refused.value.field == "criteria"
    assert refused.value.zh_message.startswith("准入条件不正确：")
    # No word of the decoder's own reaches who reads Chinese.
    assert re.search(r"[a-z]{3}", refused.value.zh_message) is None


@pytest.mark.parametrize(
    ("data", "zh"),
    [
        ([{"criterion": "MINIMUM_AGE_MONTHS", "months": -1}], "第 1 项，应不小于 0"),
        (
            [
                {"criterion": "FIRST_LOAN_ONLY"},
                {"criterion": "AMOUNT_WITHIN", "minimum_fen": 2, "maximum_fen": 1},
            ],
            "第 2 项，下限 2 高于上限 1",
        ),
        (
            [{"criterion": "INDUSTRY_IN", "codes": ["X"]}],
            "第 1 项，X 不是国民经济行业分类的门类或大类",
        ),
        ("[", "格式不正确"),
    ],
)
def test_which_criterion_is_at_fault_is_said_in_chinese(data, zh):
    with pytest.raises(CriteriaInvalid) as refused:
        parse_criteria(data)
    assert refused.value.zh_message == f"准入条件不正确：{zh}"


def test_more_criteria_than_a_person_reads_are_refused():
    first = {"criterion": "FIRST_LOAN_ONLY"}
    assert len(parse_criteria([first] * MAX_CRITERIA)) == 40
    with pytest.raises(TooManyCriteria) as refused:
        parse_criteria([first] * 41)
    assert refused.value.zh_message == "准入条件最多 40 项，现有 41 项"
