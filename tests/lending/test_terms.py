"""The words of a loan and the bounds of its figures."""

import msgspec
import pytest

from suxin.lending.terms import (
    MAX_AMOUNT_FEN,
    MAX_RATE_BPS,
    MAX_TERM_MONTHS,
    MIN_AMOUNT_FEN,
    ApplicantKind,
    DeclineReason,
    GuaranteeMode,
    LoanPurpose,
    LoanTermOutOfRange,
    RepaymentMethod,
    RequestTerms,
    check_amount_fen,
    check_rate_bps,
    check_request_terms,
    check_term_months,
)

NOT_WHOLE_NUMBERS = (True, 12.0, "12", None, 10**30, -1)


def test_labels_are_the_terms_of_the_field():
    assert [m.zh for m in GuaranteeMode] == ["信用", "抵押", "质押", "保证", "担保公司"]
    assert [m.zh for m in RepaymentMethod] == [
        "等额本息",
        "等额本金",
        "到期还本付息",
        "按月付息到期还本",
        "随借随还",
    ]
    assert RepaymentMethod.BULLET.en == "principal and interest at maturity"
    assert LoanPurpose("agriculture_inputs").zh == "购买农资"


@pytest.mark.parametrize(
    "words", [ApplicantKind, LoanPurpose, GuaranteeMode, RepaymentMethod, DeclineReason]
)
def test_every_member_has_two_labels_and_survives_json(words):
    for member in words:
        assert member.zh
        assert member.en
        assert msgspec.json.decode(msgspec.json.encode(member), type=words) is member
    assert len({member.zh for member in words}) == len(words)


def test_decline_reasons_are_stable_codes_and_only_other_needs_a_note():
    assert {reason.value for reason in DeclineReason} >= {
        "INDUSTRY_POLICY",
        "INSUFFICIENT_CASH_FLOW",
        "INCOMPLETE_MATERIAL",
        "OVER_INDEBTED",
        "REGION_OUT_OF_SCOPE",
        "CANNOT_REACH_APPLICANT",
        "APPLICANT_GAVE_UP",
        "GUARANTEE_INSUFFICIENT",
        "BUSINESS_TOO_YOUNG",
        "OTHER_WITH_NOTE",
    }
    assert [reason for reason in DeclineReason if reason.needs_note] == [
        DeclineReason.OTHER_WITH_NOTE
    ]


@pytest.mark.parametrize("value", [*NOT_WHOLE_NUMBERS, 0, MIN_AMOUNT_FEN - 1, MAX_AMOUNT_FEN + 1])
def test_an_amount_out_of_range_is_refused_with_the_bounds(value):
    with pytest.raises(LoanTermOutOfRange) as refused:
        check_amount_fen(value)
    assert refused.value.field == "amountFen"
    assert refused.value.zh_message == "贷款金额应为 1,000元 至 10,000万元"
    assert refused.value.en_message == "The amount must be 1,000.00 to 100,000,000.00 yuan"


@pytest.mark.parametrize("value", [*NOT_WHOLE_NUMBERS, 0, MAX_TERM_MONTHS + 1])
def test_a_term_out_of_range_is_refused(value):
    with pytest.raises(LoanTermOutOfRange) as refused:
        check_term_months(value)
    assert refused.value.zh_message == "贷款期限应为 1 至 360 个月"


@pytest.mark.parametrize("value", [*NOT_WHOLE_NUMBERS, MAX_RATE_BPS + 1])
def test_a_rate_out_of_range_is_refused(value):
    with pytest.raises(LoanTermOutOfRange) as refused:
        check_rate_bps(value)
    assert refused.value.facts["maximum"] == 2_400
    assert refused.value.zh_message == "年利率应为 0.00% 至 24.00%"


def test_the_bounds_themselves_are_accepted():
    assert [check_amount_fen(value) for value in (MIN_AMOUNT_FEN, MAX_AMOUNT_FEN)] == [
        100_000,
        10_000_000_000,
    ]
    assert [check_term_months(value) for value in (1, 360)] == [1, 360]
    assert [check_rate_bps(value) for value in (0, 2_400)] == [0, 2_400]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount_fen": 0}, "amountFen"),
        ({"term_months": 361}, "termMonths"),
        ({"rate_ceiling_bps": -1}, "rateCeilingBps"),
    ],
)
def test_a_request_names_the_field_at_fault(changed, field):
    terms = RequestTerms(50_000_000, 12, LoanPurpose.EQUIPMENT, GuaranteeMode.CREDIT)
    assert check_request_terms(terms) is terms
    with pytest.raises(LoanTermOutOfRange) as refused:
        check_request_terms(msgspec.structs.replace(terms, **changed))
    assert refused.value.field == field
