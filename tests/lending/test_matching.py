"""Who is eligible, in which order and why; properties that hold for any products."""

from uuid import UUID

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from suxin.lending.criteria import MinimumAgeMonths, Outcome, SubjectKindIn, TaxGradeAtLeast
from suxin.lending.facts import ApplicantFacts, TaxGrade
from suxin.lending.matching import (
    FULL_SCORE,
    Contribution,
    ContributionKind,
    ProductTerms,
    SpeedRecord,
    match,
    recommended,
)
from suxin.lending.repayment import Fees, cost, schedule
from suxin.lending.terms import (
    ApplicantKind,
    GuaranteeMode,
    LoanPurpose,
    LoanTermOutOfRange,
    RepaymentMethod,
    RequestTerms,
)

REQUEST = RequestTerms(
    50_000_000,
    12,
    LoanPurpose.WORKING_CAPITAL,
    GuaranteeMode.CREDIT,
    repayment_method=RepaymentMethod.INTEREST_MONTHLY,
)
FACTS = ApplicantFacts(
    kind=ApplicantKind.FIRM,
    county_code="321302",
    industry="C1311",
    age_months=13,
    first_loan=True,
)
BANK_A, BANK_B = UUID(int=1), UUID(int=2)
SPEED = {BANK_A: SpeedRecord(response_hours=6, on_time_bps=9_000, referrals=40)}


def product(number, **changed):
    terms = {
        "product_id": UUID(int=number),
        "tenant_id": BANK_A,
        "min_amount_fen": 1_000_000,
        "max_amount_fen": 100_000_000,
        "min_term_months": 6,
        "max_term_months": 36,
        "min_rate_bps": 360,
        "max_rate_bps": 480,
        "repayment_methods": (RepaymentMethod.INTEREST_MONTHLY,),
        "guarantee_modes": (GuaranteeMode.CREDIT,),
        **changed,
    }
    return ProductTerms(**terms)


def order(outcome):
    return order_of(outcome.ranked)


def order_of(ranked):
    return [found.product.product_id.int for found in ranked]


def test_a_score_is_explained_by_contributions_that_sum_to_it():
    preferred = product(
        1,
        preferred_industries=("C",),
        preferred_areas=("3213",),
        first_loan_friendly=True,
    )
    (found,) = match(REQUEST, FACTS, [preferred], SPEED, k=1).ranked
    # Twelve months at 4.80%, the top of the range, cost 2,400,000 fen: two fifths of the 12% that
    # give no points.
    assert found.cost.total_cost_fen == 2_400_000
    assert found.cost == cost(schedule(50_000_000, 480, 12, RepaymentMethod.INTEREST_MONTHLY))
    assert found.contributions == (
        Contribution(ContributionKind.COST, 3_600, 6_000),
        Contribution(ContributionKind.RESPONSE, 1_125, 1_500),
        Contribution(ContributionKind.ON_TIME, 900, 1_000),
        Contribution(ContributionKind.FIRST_LOAN, 400, 400),
        Contribution(ContributionKind.INDUSTRY, 400, 400),
        Contribution(ContributionKind.AREA, 300, 300),
        Contribution(ContributionKind.METHOD, 200, 200),
        Contribution(ContributionKind.HEADROOM, 100, 200),
    )
    assert found.score == 7_025
    assert sum(part.maximum for part in found.contributions) == FULL_SCORE
    assert found.rank == 1


def test_a_bank_without_a_record_is_neither_praised_nor_shut_out():
    new = product(1, tenant_id=BANK_B)
    few = {BANK_B: SpeedRecord(response_hours=100, on_time_bps=0, referrals=4)}
    slow = {BANK_B: SpeedRecord(response_hours=100, on_time_bps=0, referrals=5)}
    points = [
        [part.points for part in match(REQUEST, FACTS, [new], speed, k=1).ranked[0].contributions]
        for speed in ({}, few, slow)
    ]
    assert [row[1:3] for row in points] == [[750, 500], [750, 500], [0, 0]]


def test_a_method_the_product_lacks_costs_points_and_its_own_first_is_priced():
    other = product(1, repayment_methods=(RepaymentMethod.BULLET, RepaymentMethod.EQUAL_PRINCIPAL))
    (found,) = match(REQUEST, FACTS, [other], SPEED, k=1).ranked
    assert found.method is RepaymentMethod.BULLET
    assert Contribution(ContributionKind.METHOD, 0, 200) in found.contributions


def test_a_rejected_product_states_every_reason():
    strict = product(
        1,
        max_amount_fen=10_000_000,
        criteria=(
            SubjectKindIn((ApplicantKind.FIRM,)),
            MinimumAgeMonths(24),
            TaxGradeAtLeast(TaxGrade.B),
        ),
    )
    (rejected,) = match(REQUEST, FACTS, [strict], SPEED, k=1).rejected
    assert [(reason.code, reason.outcome, reason.zh) for reason in rejected.reasons] == [
        ("AMOUNT_WITHIN", Outcome.FAILED, "可贷金额 1万元—10万元，您申请 50万元"),
        ("MINIMUM_AGE_MONTHS", Outcome.FAILED, "成立满 24 个月，您成立 13 个月"),
        (
            "TAX_GRADE_AT_LEAST",
            Outcome.UNKNOWN,
            "纳税信用B级及以上，数据缺失，授权或自行申报后可重新匹配",
        ),
    ]
    assert len(rejected.findings) == 8
    assert sum(finding.passed for finding in rejected.findings) == 5


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"min_amount_fen": 50_000_001}, "AMOUNT_WITHIN"),
        ({"min_term_months": 13}, "TERM_WITHIN"),
        ({"guarantee_modes": (GuaranteeMode.MORTGAGE,)}, "GUARANTEE_MODE_IN"),
        ({"fees": Fees(upfront_fen=5_000_001)}, "UPFRONT_FEES_BEARABLE"),
    ],
)
def test_the_terms_of_a_product_are_conditions_too(changed, code):
    outcome = match(REQUEST, FACTS, [product(1, **changed)], SPEED, k=1)
    assert outcome.ranked == outcome.recommended == ()
    assert [reason.code for reason in outcome.rejected[0].reasons] == [code]


def test_the_ceiling_is_compared_with_the_lowest_rate():
    products = [product(1, min_rate_bps=360), product(2, min_rate_bps=401)]
    request = msgspec.structs.replace(REQUEST, rate_ceiling_bps=400)
    outcome = match(request, FACTS, products, SPEED, k=1)
    assert order(outcome) == [1]
    assert outcome.rejected[0].reasons[0].zh == "年利率 4.01% 起，您最高接受 4.00%"


def test_rejected_products_are_ordered_by_how_little_is_missing():
    products = [
        product(1, max_amount_fen=2_000_000, max_term_months=6),
        product(3, max_term_months=6),
        product(2, max_term_months=6),
    ]
    outcome = match(REQUEST, FACTS, products, SPEED, k=1)
    assert [found.product.product_id.int for found in outcome.rejected] == [2, 3, 1]


def test_the_best_few_are_at_most_one_per_bank():
    products = [
        product(1, max_rate_bps=400),
        product(2, max_rate_bps=410),
        product(3, max_rate_bps=420, tenant_id=BANK_B),
        product(4, max_rate_bps=430, tenant_id=BANK_B),
    ]
    even = {BANK_A: SpeedRecord(8, 9_000, 9), BANK_B: SpeedRecord(8, 9_000, 9)}
    outcome = match(REQUEST, FACTS, products, even, k=3)
    assert order(outcome) == [1, 2, 3, 4]
    assert [found.product.product_id.int for found in outcome.recommended] == [1, 3]
    assert recommended(outcome.ranked, k=1) == outcome.ranked[:1]
    assert recommended(outcome.ranked, k=0) == ()


def test_equal_scores_go_to_the_cheaper_then_to_the_smaller_id():
    # Above 12% a year nothing is left to tell them apart but the cost itself.
    products = [
        product(3, max_rate_bps=1_500),
        product(2, max_rate_bps=1_500),
        product(1, max_rate_bps=1_501),
    ]
    outcome = match(REQUEST, FACTS, products, SPEED, k=1)
    assert len({found.score for found in outcome.ranked}) == 1
    assert order(outcome) == [2, 3, 1]


def test_a_request_out_of_range_and_a_product_twice_are_refused():
    with pytest.raises(LoanTermOutOfRange):
        match(msgspec.structs.replace(REQUEST, term_months=0), FACTS, [product(1)], SPEED, k=1)
    with pytest.raises(ValueError, match="twice"):
        match(REQUEST, FACTS, [product(1), product(1)], SPEED, k=1)
    assert match(REQUEST, FACTS, [], SPEED, k=3).ranked == ()


@st.composite
def some_products(draw):
    count = draw(st.integers(1, 8))
    return [
        product(
            number,
            tenant_id=UUID(int=draw(st.integers(1, 3))),
            max_rate_bps=draw(st.integers(360, 700)),
            max_amount_fen=draw(st.sampled_from((20_000_000, 60_000_000, 100_000_000))),
            repayment_methods=(draw(st.sampled_from(RepaymentMethod)),),
            fees=Fees(upfront_bps=draw(st.sampled_from((0, 50)))),
            criteria=(MinimumAgeMonths(draw(st.sampled_from((12, 24)))),),
            preferred_industries=draw(st.sampled_from(((), ("C",), ("A",)))),
            first_loan_friendly=draw(st.booleans()),
        )
        for number in range(1, count + 1)
    ]


def expected_points(terms, cost_fen):
    """Give a product its points one by one, as the rules of matching put them."""
    speed = SPEED.get(terms.tenant_id)
    left_fen = REQUEST.amount_fen * 12 // 100 - cost_fen
    return {
        ContributionKind.COST: max(left_fen, 0) * 6_000 // (REQUEST.amount_fen * 12 // 100),
        ContributionKind.RESPONSE: 750
        if speed is None
        else 1_500 * (24 - speed.response_hours) // 24,
        ContributionKind.ON_TIME: 500 if speed is None else speed.on_time_bps // 10,
        ContributionKind.FIRST_LOAN: 400 * terms.first_loan_friendly,
        ContributionKind.INDUSTRY: 400 * ("C" in terms.preferred_industries),
        ContributionKind.AREA: 0,
        ContributionKind.METHOD: 200 * (REQUEST.repayment_method in terms.repayment_methods),
        ContributionKind.HEADROOM: 200
        * (terms.max_amount_fen - REQUEST.amount_fen)
        // terms.max_amount_fen,
    }


@given(some_products())
def test_every_rank_follows_from_points_given_one_by_one(products):
    ranked = match(REQUEST, FACTS, products, SPEED, k=3).ranked
    expected = []
    for found in ranked:
        terms = found.product
        plan = schedule(
            REQUEST.amount_fen, terms.max_rate_bps, 12, terms.repayment_methods[0], terms.fees
        )
        assert found.cost == cost(plan)
        points = expected_points(terms, found.cost.total_cost_fen)
        assert {part.kind: part.points for part in found.contributions} == points
        assert found.score == sum(points.values())
        place = (-sum(points.values()), found.cost.total_cost_fen, terms.product_id.int)
        expected.append((place, terms.product_id.int))
    assert order_of(ranked) == [number for _, number in sorted(expected)]


@given(some_products(), st.randoms())
def test_the_order_of_the_products_makes_no_difference(products, chance):
    shuffled = list(products)
    chance.shuffle(shuffled)
    assert match(REQUEST, FACTS, shuffled, SPEED, k=3) == match(
        REQUEST, FACTS, products, SPEED, k=3
    )


@given(some_products())
def test_every_product_is_ranked_or_rejected_and_says_why(products):
    outcome = match(REQUEST, FACTS, products, SPEED, k=3)
    assert sorted(order(outcome) + [r.product.product_id.int for r in outcome.rejected]) == [
        found.product_id.int for found in products
    ]
    assert [found.rank for found in outcome.ranked] == list(range(1, len(outcome.ranked) + 1))
    assert all(rejected.reasons for rejected in outcome.rejected)
    assert all(finding.passed for found in outcome.ranked for finding in found.findings)
    for found in outcome.ranked:
        assert found.score == sum(part.points for part in found.contributions) <= FULL_SCORE
        assert all(0 <= part.points <= part.maximum for part in found.contributions)


@given(some_products(), st.integers(0, 7), st.integers(1, 300))
def test_a_cheaper_product_never_ranks_lower(products, which, cut_bps):
    before = match(REQUEST, FACTS, products, SPEED, k=3)
    assume(before.ranked)
    chosen = before.ranked[which % len(before.ranked)]
    cheaper = product_with_rate(chosen.product, max(chosen.product.max_rate_bps - cut_bps, 0))
    changed = [cheaper if p.product_id == cheaper.product_id else p for p in products]
    after = match(REQUEST, FACTS, changed, SPEED, k=3)
    found = next(f for f in after.ranked if f.product.product_id == cheaper.product_id)
    assert found.cost.total_cost_fen <= chosen.cost.total_cost_fen
    assert found.rank <= chosen.rank
    # Nobody else moved relative to the others.
    number = cheaper.product_id.int
    assert [n for n in order(after) if n != number] == [n for n in order(before) if n != number]


def product_with_rate(terms, max_rate_bps):
    return msgspec.structs.replace(
        terms, max_rate_bps=max_rate_bps, min_rate_bps=min(terms.min_rate_bps, max_rate_bps)
    )


@given(some_products())
def test_an_ineligible_product_changes_nothing_for_the_others(products):
    stranger = product(99, min_term_months=24)
    without = match(REQUEST, FACTS, products, SPEED, k=3)
    with_it = match(REQUEST, FACTS, [stranger, *products], SPEED, k=3)
    assert with_it.ranked == without.ranked
    assert with_it.recommended == without.recommended
    assert len(with_it.rejected) == len(without.rejected) + 1
