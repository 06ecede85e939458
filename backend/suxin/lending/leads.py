"""Leads (匿名线索): what a bank may see of a request before the applicant consents to it.

A lead shows the kind of applicant, the section of his industry, his county, his public grade and
whether it is a first loan, with the amount and the term as bands. At least
``MINIMUM_ANONYMITY_SET`` subjects of the city must share what is shown of the applicant; until they
do, the lead is generalised one step after another. Whoever is alone even in the whole city is shown
by no property at all.
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from suxin.lending.facts import ApplicantFacts
from suxin.lending.industries import parse_industry
from suxin.lending.terms import ApplicantKind, LabelledEnum, RequestTerms

MINIMUM_ANONYMITY_SET: Final = 5
ANY_KIND: Final = "any"
ALL_INDUSTRIES: Final = "ALL"
UNRATED: Final = "unrated"
UNDISCLOSED: Final = "undisclosed"
_FEN_PER_WAN: Final = 1_000_000
# 西楚分 and every other grade of a natural person stay with the person: only organisations show one.
_KINDS_WITHOUT_GRADE: Final = (ApplicantKind.PERSON, ApplicantKind.HOUSEHOLD)


class AmountBand(LabelledEnum):
    """How much is asked, in bands; the lower bound belongs to the band."""

    UNDER_10_WAN = "under_10_wan", "10万元以下", "under 100 thousand yuan"
    FROM_10_WAN = "from_10_wan", "10万—50万元", "100 to 500 thousand yuan"
    FROM_50_WAN = "from_50_wan", "50万—100万元", "500 thousand to 1 million yuan"
    FROM_100_WAN = "from_100_wan", "100万—300万元", "1 to 3 million yuan"
    FROM_300_WAN = "from_300_wan", "300万—500万元", "3 to 5 million yuan"
    FROM_500_WAN = "from_500_wan", "500万—1,000万元", "5 to 10 million yuan"
    FROM_1000_WAN = "from_1000_wan", "1,000万元及以上", "10 million yuan or more"
    UNDER_100_WAN = "under_100_wan", "100万元以下", "under 1 million yuan"
    WIDE_100_WAN = "wide_100_wan", "100万元及以上", "1 million yuan or more"


class TermBand(LabelledEnum):
    """How long the loan shall run, in bands of months; the upper bound belongs to the band."""

    UP_TO_6 = "up_to_6", "6个月以内", "up to 6 months"
    UP_TO_12 = "up_to_12", "7—12个月", "7 to 12 months"
    UP_TO_24 = "up_to_24", "13—24个月", "13 to 24 months"
    UP_TO_36 = "up_to_36", "25—36个月", "25 to 36 months"
    OVER_36 = "over_36", "36个月以上", "over 36 months"
    SHORT = "short", "一年以内", "up to one year"
    LONG = "long", "一年以上", "over one year"


class LeadKey(msgspec.Struct, frozen=True):
    """What a lead shows of the applicant: the combination that several subjects must share.

    ``first_loan`` is nothing where it is not shown.
    """

    kind: str
    industry_section: str
    county_code: str
    grade: str
    first_loan: bool | None


class LeadFacts(msgspec.Struct, frozen=True):
    """The anonymous lead, exactly as a bank sees it."""

    kind: str
    industry_section: str
    county_code: str
    grade: str
    first_loan: bool | None
    amount_band: AmountBand
    term_band: TermBand

    @property
    def key(self) -> LeadKey:
        """Return what is shown of the applicant."""
        return LeadKey(
            self.kind, self.industry_section, self.county_code, self.grade, self.first_loan
        )


Population = Callable[[LeadKey], int] | Mapping[LeadKey, int]

# Upper bound (exclusive) in 万元, narrow band.
_AMOUNT_BANDS: Final = (
    (10, AmountBand.UNDER_10_WAN),
    (50, AmountBand.FROM_10_WAN),
    (100, AmountBand.FROM_50_WAN),
    (300, AmountBand.FROM_100_WAN),
    (500, AmountBand.FROM_300_WAN),
    (1_000, AmountBand.FROM_500_WAN),
)
_TERM_BANDS: Final = (
    (6, TermBand.UP_TO_6),
    (12, TermBand.UP_TO_12),
    (24, TermBand.UP_TO_24),
    (36, TermBand.UP_TO_36),
)
_WIDE_AMOUNT_WAN: Final = 100
_WIDE_TERM_MONTHS: Final = 12


def amount_band(amount_fen: int, *, wide: bool = False) -> AmountBand:
    """Return the band of an amount, one of seven, or one of two when wide."""
    if wide:
        small = amount_fen < _WIDE_AMOUNT_WAN * _FEN_PER_WAN
        return AmountBand.UNDER_100_WAN if small else AmountBand.WIDE_100_WAN
    for bound_wan, band in _AMOUNT_BANDS:
        if amount_fen < bound_wan * _FEN_PER_WAN:
            return band
    return AmountBand.FROM_1000_WAN


def term_band(term_months: int, *, wide: bool = False) -> TermBand:
    """Return the band of a term, one of five, or one of two when wide."""
    if wide:
        return TermBand.SHORT if term_months <= _WIDE_TERM_MONTHS else TermBand.LONG
    for bound, band in _TERM_BANDS:
        if term_months <= bound:
            return band
    return TermBand.OVER_36


def keys_of(
    facts: ApplicantFacts, *, city_code: str, withheld: frozenset[str] = frozenset()
) -> tuple[LeadKey, ...]:
    """Return what a lead could show of an applicant, from the finest to the most general.

    Industry goes first, then the county, the grade, the first-loan flag and at last the kind.
    Counting every subject of the city under each of its keys yields the population a lead is
    coarsened against. ``withheld`` names properties (``grade``, ``first_loan``) that are never
    shown because the city's statistics do not count them.
    """
    industry = parse_industry(facts.industry) if facts.industry else None
    fine = LeadKey(
        kind=facts.kind.value,
        industry_section=industry.section if industry else ALL_INDUSTRIES,
        county_code=facts.county_code or city_code,
        grade=UNDISCLOSED if "grade" in withheld else _grade(facts),
        first_loan=None if "first_loan" in withheld else facts.first_loan,
    )
    replace = msgspec.structs.replace
    without_industry = replace(fine, industry_section=ALL_INDUSTRIES)
    city_wide = replace(without_industry, county_code=city_code)
    without_grade = replace(city_wide, grade=UNDISCLOSED)
    without_first_loan = replace(without_grade, first_loan=None)
    nothing = replace(without_first_loan, kind=ANY_KIND)
    keys = (fine, without_industry, city_wide, without_grade, without_first_loan, nothing)
    return tuple(dict.fromkeys(keys))


def coarsen(
    facts: ApplicantFacts,
    request: RequestTerms,
    population: Population,
    *,
    city_code: str,
    withheld: frozenset[str] = frozenset(),
) -> LeadFacts:
    """Return the finest lead that enough subjects share, else the most general one.

    ``population`` counts the city's subjects under a key; a generalised property counts whatever
    its value. The bands belong to the request and narrow no population, but an unusual amount gives
    a hint: they are widened as soon as anything else has to be.
    """
    count = population.get if isinstance(population, Mapping) else population
    keys = keys_of(facts, city_code=city_code, withheld=withheld)
    shown = next((key for key in keys if (count(key) or 0) >= MINIMUM_ANONYMITY_SET), keys[-1])
    wide = shown != keys[0]
    return LeadFacts(
        shown.kind,
        shown.industry_section,
        shown.county_code,
        shown.grade,
        shown.first_loan,
        amount_band(request.amount_fen, wide=wide),
        term_band(request.term_months, wide=wide),
    )


def _grade(facts: ApplicantFacts) -> str:
    if facts.kind in _KINDS_WITHOUT_GRADE:
        return UNDISCLOSED
    return facts.credit_grade or UNRATED
