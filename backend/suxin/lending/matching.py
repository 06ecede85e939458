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

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
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
from suxin.lending.repayment import NO_FEES, CostSummary, CostTable, Fees
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


def _nothing_or_all(kind: ContributionKind, points: int) -> tuple[Contribution, Contribution]:
    """Return the part of a score for a thing that is not, and for one that is."""
    return Contribution(kind, 0, points), Contribution(kind, points, points)


# Read hundreds of times in a match: an attribute of an enumeration class is slower than a name.
_PASSED: Final = Outcome.PASSED
_COST_KIND: Final = ContributionKind.COST
_HEADROOM_KIND: Final = ContributionKind.HEADROOM
_FIRST_LOAN: Final = _nothing_or_all(ContributionKind.FIRST_LOAN, FIRST_LOAN_POINTS)
_INDUSTRY: Final = _nothing_or_all(ContributionKind.INDUSTRY, INDUSTRY_POINTS)
_AREA: Final = _nothing_or_all(ContributionKind.AREA, AREA_POINTS)
_METHOD: Final = _nothing_or_all(ContributionKind.METHOD, METHOD_POINTS)


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
    scorer = _Scorer(request, facts, bank_speed)
    scored: list[_Scored] = []
    rejected: list[RejectedProduct] = []
    for product in products:
        outcomes = outcomes_of(product.conditions, request, facts)
        if outcomes.count(_PASSED) == len(outcomes):
            scored.append(scorer.scored(product, outcomes))
        else:
            rejected.append(RejectedProduct(product, outcomes, request, facts))
    scored.sort(key=_Scored.place)
    rejected.sort(key=RejectedProduct.nearness)
    ranked = tuple(
        [
            RankedProduct(
                found.product,
                found.outcomes,
                request,
                facts,
                rank,
                found.score,
                found.parts,
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
    """An eligible product before its place is known."""

    product: ProductTerms
    outcomes: list[Outcome]
    score: int
    parts: tuple[Contribution, ...]
    cost: CostSummary
    method: RepaymentMethod

    def place(self) -> tuple[int, int, int]:
        """Return the key that orders eligible products totally."""
        return -self.score, self.cost.total_cost_fen, self.product.product_id.int


class _Scorer:
    """Gives points for one request; what is the same for all products is worked out once."""

    def __init__(
        self, request: RequestTerms, facts: ApplicantFacts, speed: Mapping[UUID, SpeedRecord]
    ) -> None:
        self.request = request
        self.facts = facts
        self.speed = speed
        self.industry = parse_industry(facts.industry) if facts.industry else None
        self.area = facts.area_code or ""
        self.table = CostTable(request.amount_fen, request.term_months)
        self.speed_parts: dict[int, tuple[Contribution, Contribution]] = {}

    def scored(self, product: ProductTerms, outcomes: list[Outcome]) -> _Scored:
        """Return an eligible product with its score."""
        methods = product.repayment_methods
        asked = self.request.repayment_method
        method = asked if asked is not None and asked in methods else methods[0]
        cost = self.table.cost(product.max_rate_bps, method, product.fees)
        parts = (
            self._cost_part(cost),
            *self._speed_parts(product.tenant_id),
            _FIRST_LOAN[product.first_loan_friendly and self.facts.first_loan is True],
            _INDUSTRY[_named(self.industry, product.preferred_industries)],
            _AREA[self.area.startswith(product.preferred_areas)],
            _METHOD[asked is None or asked is method],
            self._headroom_part(product.max_amount_fen),
        )
        score = sum([part.points for part in parts])
        return _Scored(product, outcomes, score, parts, cost, method)

    def _cost_part(self, cost: CostSummary) -> Contribution:
        request = self.request
        # Points fall with the cost per year and yuan asked, in whole points, rounded down: a lower
        # cost never has fewer.
        highest = request.amount_fen * request.term_months * COST_WITHOUT_POINTS_BPS
        left = highest - cost.total_cost_fen * _MONTHS * _BPS
        points = max(left, 0) * COST_POINTS // highest
        return Contribution(_COST_KIND, points, COST_POINTS)

    def _speed_parts(self, tenant_id: UUID) -> tuple[Contribution, Contribution]:
        known = self.speed_parts.get(tenant_id.int)
        if known is None:
            known = self.speed_parts[tenant_id.int] = _speed_parts(self.speed.get(tenant_id))
        return known

    def _headroom_part(self, max_amount_fen: int) -> Contribution:
        room = max_amount_fen - self.request.amount_fen
        points = HEADROOM_POINTS * room // max_amount_fen
        return Contribution(_HEADROOM_KIND, points, HEADROOM_POINTS)


def _speed_parts(record: SpeedRecord | None) -> tuple[Contribution, Contribution]:
    if record is None or record.referrals < MINIMUM_SPEED_SAMPLE:
        response, on_time = RESPONSE_POINTS // 2, ON_TIME_POINTS // 2
    else:
        left_hours = max(RESPONSE_WITHOUT_POINTS_HOURS - record.response_hours, 0)
        response = RESPONSE_POINTS * left_hours // RESPONSE_WITHOUT_POINTS_HOURS
        on_time = ON_TIME_POINTS * record.on_time_bps // _BPS
    return (
        Contribution(ContributionKind.RESPONSE, response, RESPONSE_POINTS),
        Contribution(ContributionKind.ON_TIME, on_time, ON_TIME_POINTS),
    )


def _named(industry: IndustryCode | None, codes: tuple[str, ...]) -> bool:
    return industry is not None and (industry.section in codes or industry.division in codes)
