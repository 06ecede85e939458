"""Matching a request with products (智能匹配): who is eligible, in which order, and why.

Every product answers every criterion. Those that pass all are ranked by a score of at most 10,000
points, the sum of the contributions shown beside it:

- cost, 6,000: the total cost of the asked amount over the asked term, per year and yuan; all at 0%,
  none from 12% on. The estimate is made at the top of the product's published rate range, so a
  teaser rate wins nothing.
- speed, 2,500: the bank's working hours to a first answer (1,500, none from 24 hours on) and its
  share of answers in time (1,000). A bank with fewer than five referrals gets half: neither praised
  nor shut out.
- fit, 1,500: first-loan friendly for a first loan (400), preferred industry (400), preferred area
  (300), the asked repayment method (200), room below the product's highest amount (200).

The weights are a proposed default (demo configuration). A product's points depend on no other
product, so adding one never reorders the rest, and a cheaper product never ranks lower. Ties go to
the lower total cost, then to the id.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Self
from uuid import UUID

import msgspec

from suxin.lending.criteria import (
    AmountWithin,
    AnyCriterion,
    Finding,
    GuaranteeModeIn,
    Outcome,
    RateCeiling,
    TermWithin,
    UpfrontFeesBearable,
    findings_of,
    outcomes_of,
)
from suxin.lending.facts import ApplicantFacts
from suxin.lending.industries import IndustryCode, parse_industry
from suxin.lending.repayment import NO_FEES, CostSummary, Fees, Price, costs
from suxin.lending.terms import (
    GuaranteeMode,
    LabelledEnum,
    RepaymentMethod,
    RequestTerms,
    check_request_terms,
)

COST_POINTS: Final = 6_000
COST_WITHOUT_POINTS_BPS: Final = 1_200
RESPONSE_POINTS: Final = 1_500
RESPONSE_WITHOUT_POINTS_HOURS: Final = 24
ON_TIME_POINTS: Final = 1_000
MINIMUM_SPEED_SAMPLE: Final = 5
FIRST_LOAN_POINTS: Final = 400
INDUSTRY_POINTS: Final = 400
AREA_POINTS: Final = 300
METHOD_POINTS: Final = 200
HEADROOM_POINTS: Final = 200
FULL_SCORE: Final = 10_000
_BPS: Final = 10_000
_MONTHS: Final = 12


class ContributionKind(LabelledEnum):
    """What a part of a score is given for."""

    COST = "cost", "融资成本", "total cost"
    RESPONSE = "response", "首次响应速度", "time to a first answer"
    ON_TIME = "on_time", "按时办理比例", "answers in time"
    FIRST_LOAN = "first_loan", "支持首贷", "welcomes a first loan"
    INDUSTRY = "industry", "优先支持行业", "preferred industry"
    AREA = "area", "优先支持区域", "preferred area"
    METHOD = "method", "还款方式相符", "asked repayment method"
    HEADROOM = "headroom", "额度空间", "room below the highest amount"


class Contribution(msgspec.Struct, frozen=True, gc=False):
    """The points given for one thing, and the most it could have given."""

    kind: ContributionKind
    points: int
    maximum: int


class _Parts(NamedTuple):
    """Contributions that go together, and their sum."""

    contributions: tuple[Contribution, ...]
    points: int

    @classmethod
    def of(cls, *contributions: Contribution) -> Self:
        return cls(contributions, sum(part.points for part in contributions))


def _fit_parts(fits: tuple[bool, ...]) -> _Parts:
    """Return the parts of a score that are given wholly or not at all."""
    asked = zip(fits, _FIT_POINTS.items(), strict=True)
    return _Parts.of(*(Contribution(kind, points * fit, points) for fit, (kind, points) in asked))


_FIT_POINTS: Final = {
    ContributionKind.FIRST_LOAN: FIRST_LOAN_POINTS,
    ContributionKind.INDUSTRY: INDUSTRY_POINTS,
    ContributionKind.AREA: AREA_POINTS,
    ContributionKind.METHOD: METHOD_POINTS,
}
_FITS: Final = {
    fits: _fit_parts(fits) for fits in itertools.product((False, True), repeat=len(_FIT_POINTS))
}
# Read hundreds of times in a match: an attribute of an enumeration class is slower than a name.
_PASSED: Final = Outcome.PASSED
_COST_KIND: Final = ContributionKind.COST
_HEADROOM_KIND: Final = ContributionKind.HEADROOM


class SpeedRecord(msgspec.Struct, frozen=True):
    """How a bank answered: working hours to the first answer, share in time, how many referrals."""

    response_hours: int
    on_time_bps: int
    referrals: int


class ProductTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a match reads of a product.

    Preferred areas are code prefixes, preferred industries are sections or divisions.
    """

    product_id: UUID
    tenant_id: UUID
    min_amount_fen: int
    max_amount_fen: int
    min_term_months: int
    max_term_months: int
    min_rate_bps: int
    max_rate_bps: int
    repayment_methods: tuple[RepaymentMethod, ...]
    guarantee_modes: tuple[GuaranteeMode, ...]
    fees: Fees = NO_FEES
    criteria: tuple[AnyCriterion, ...] = ()
    preferred_industries: tuple[str, ...] = ()
    preferred_areas: tuple[str, ...] = ()
    first_loan_friendly: bool = False

    # What the terms themselves ask, then the bank's own criteria; put together once, when the
    # product is loaded.
    conditions: tuple[AnyCriterion, ...] = ()

    def __post_init__(self) -> None:
        """Put the conditions together."""
        conditions = (
            AmountWithin(self.min_amount_fen, self.max_amount_fen),
            TermWithin(self.min_term_months, self.max_term_months),
            GuaranteeModeIn(self.guarantee_modes),
            RateCeiling(self.min_rate_bps),
            UpfrontFeesBearable(self.fees),
            *self.criteria,
        )
        msgspec.structs.force_setattr(self, "conditions", conditions)


class MatchedProduct(msgspec.Struct, frozen=True):
    """A product and how it answered each condition for one request."""

    product: ProductTerms
    outcomes: list[Outcome]
    request: RequestTerms
    facts: ApplicantFacts

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return every condition with its answer and its words."""
        return findings_of(self.product.conditions, self.outcomes, self.request, self.facts)


class RankedProduct(MatchedProduct, frozen=True):
    """An eligible product, its place, and the contributions that sum to its score."""

    rank: int
    score: int
    contributions: tuple[Contribution, ...]
    cost: CostSummary
    method: RepaymentMethod


class RejectedProduct(MatchedProduct, frozen=True):
    """A product that does not fit."""

    @property
    def reasons(self) -> tuple[Finding, ...]:
        """Return every condition that was not passed."""
        return tuple([finding for finding in self.findings if not finding.passed])

    def nearness(self) -> tuple[int, int]:
        """Return the key that orders rejected products by how little is missing."""
        missing = len(self.outcomes) - self.outcomes.count(_PASSED)
        return missing, self.product.product_id.int


class MatchOutcome(msgspec.Struct, frozen=True):
    """The eligible in order, the best of them (at most one per bank), and the rejected."""

    ranked: tuple[RankedProduct, ...]
    recommended: tuple[RankedProduct, ...]
    rejected: tuple[RejectedProduct, ...]


def match(
    request: RequestTerms,
    facts: ApplicantFacts,
    products: Sequence[ProductTerms],
    bank_speed: Mapping[UUID, SpeedRecord],
    *,
    k: int,
) -> MatchOutcome:
    """Answer for every product, rank those that fit, and recommend the best ``k``.

    :raises LoanTermOutOfRange: if the request or the price of an eligible product is outside the
        platform's bounds
    :raises ValueError: if a product occurs twice
    """
    check_request_terms(request)
    if len({product.product_id.int for product in products}) != len(products):
        raise ValueError("a product occurs twice")
    eligible: list[tuple[ProductTerms, list[Outcome]]] = []
    rejected: list[RejectedProduct] = []
    for product in products:
        outcomes = outcomes_of(product.conditions, request, facts)
        if outcomes.count(_PASSED) == len(outcomes):
            eligible.append((product, outcomes))
        else:
            rejected.append(RejectedProduct(product, outcomes, request, facts))
    scorer = _Scorer(request, facts, bank_speed)
    prices = [scorer.price(product) for product, _ in eligible]
    priced = zip(
        eligible, prices, costs(request.amount_fen, request.term_months, prices), strict=True
    )
    scored = [
        scorer.scored(product, outcomes, price.method, cost)
        for (product, outcomes), price, cost in priced
    ]
    scored.sort()
    rejected.sort(key=RejectedProduct.nearness)
    ranked = tuple(
        [
            RankedProduct(
                found.product,
                found.outcomes,
                request,
                facts,
                rank,
                -found.place[0],
                found.contributions,
                found.cost,
                found.method,
            )
            for rank, found in enumerate(scored, start=1)
        ]
    )
    return MatchOutcome(ranked, recommended(ranked, k=k), tuple(rejected))


def recommended(ranked: Sequence[RankedProduct], *, k: int) -> tuple[RankedProduct, ...]:
    """Return the best ``k`` products, at most one per bank."""
    best: dict[UUID, RankedProduct] = {}
    for found in ranked:
        if len(best) >= k:
            break
        best.setdefault(found.product.tenant_id, found)
    return tuple(best.values())


class _Scored(NamedTuple):
    """An eligible product before its rank is known.

    Its place orders it totally: score (negative, as the highest comes first), total cost, id. No two share one, so
    sorting compares nothing else.
    """

    place: tuple[int, int, int]
    product: ProductTerms
    outcomes: list[Outcome]
    contributions: tuple[Contribution, ...]
    cost: CostSummary
    method: RepaymentMethod


class _Scorer:
    """Gives points for one request; what is the same for all products is worked out once."""

    def __init__(
        self, request: RequestTerms, facts: ApplicantFacts, speed: Mapping[UUID, SpeedRecord]
    ) -> None:
        self.request = request
        self.speed = speed
        self.first_loan = facts.first_loan is True
        self.industry = parse_industry(facts.industry) if facts.industry else None
        self.area = facts.area_code or ""
        self.speed_parts: dict[int, _Parts] = {}

    def price(self, product: ProductTerms) -> Price:
        """Return the price at the top of a product's range, by the asked method where the product has it."""
        methods = product.repayment_methods
        asked = self.request.repayment_method
        method = asked if asked is not None and asked in methods else methods[0]
        return Price(product.max_rate_bps, method, product.fees)

    def scored(
        self,
        product: ProductTerms,
        outcomes: list[Outcome],
        method: RepaymentMethod,
        cost: CostSummary,
    ) -> _Scored:
        """Return an eligible product with its score."""
        asked = self.request.repayment_method
        cost_points = self._cost_points(cost)
        speed = self._speed(product.tenant_id)
        fit = _FITS[
            product.first_loan_friendly and self.first_loan,
            _named(self.industry, product.preferred_industries),
            self.area.startswith(product.preferred_areas),
            asked is None or asked is method,
        ]
        room = product.max_amount_fen - self.request.amount_fen
        room_points = HEADROOM_POINTS * room // product.max_amount_fen
        parts = (
            Contribution(_COST_KIND, cost_points, COST_POINTS),
            *speed.contributions,
            *fit.contributions,
            Contribution(_HEADROOM_KIND, room_points, HEADROOM_POINTS),
        )
        score = cost_points + speed.points + fit.points + room_points
        place = (-score, cost.total_cost_fen, product.product_id.int)
        return _Scored(place, product, outcomes, parts, cost, method)

    def _cost_points(self, cost: CostSummary) -> int:
        request = self.request
        # Points fall with the cost per year and yuan asked, in whole points, rounded down: a lower
        # cost never has fewer.
        highest = request.amount_fen * request.term_months * COST_WITHOUT_POINTS_BPS
        left = highest - cost.total_cost_fen * _MONTHS * _BPS
        return max(left, 0) * COST_POINTS // highest

    def _speed(self, tenant_id: UUID) -> _Parts:
        known = self.speed_parts.get(tenant_id.int)
        if known is None:
            known = self.speed_parts[tenant_id.int] = _speed_parts(self.speed.get(tenant_id))
        return known


def _speed_parts(record: SpeedRecord | None) -> _Parts:
    if record is None or record.referrals < MINIMUM_SPEED_SAMPLE:
        response, on_time = RESPONSE_POINTS // 2, ON_TIME_POINTS // 2
    else:
        left_hours = max(RESPONSE_WITHOUT_POINTS_HOURS - record.response_hours, 0)
        response = RESPONSE_POINTS * left_hours // RESPONSE_WITHOUT_POINTS_HOURS
        on_time = ON_TIME_POINTS * record.on_time_bps // _BPS
    return _Parts.of(
        Contribution(ContributionKind.RESPONSE, response, RESPONSE_POINTS),
        Contribution(ContributionKind.ON_TIME, on_time, ON_TIME_POINTS),
    )


def _named(industry: IndustryCode | None, codes: tuple[str, ...]) -> bool:
    return industry is not None and (industry.section in codes or industry.division in codes)
