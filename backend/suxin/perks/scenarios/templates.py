"""What a template says."""

from dataclasses import dataclass

from suxin.perks.benefits import Benefit, Gate, Offer
from suxin.perks.states import BenefitKind, Eligible, RecordRule, RiskFundName, Sector

PERSON_MODEL = "xichu"
FIRM_MODEL = "firm_grade"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits that a template begins with, as ``ProgrammeDraft`` has them."""

    person_daily: int | None = 1
    scenario_monthly: int | None = None
    uses_each: int = 1
    party_limit: int = 1
    use_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A template: who gets what by default, the fallback for everybody, and what may be kept of it.

    All figures are demo configuration; ``source`` names what was seen elsewhere, where something was.
    """

    code: str
    zh: str
    en: str
    sector: Sector
    kind: BenefitKind
    offers: tuple[Offer, ...]
    fallback: Benefit
    limits: Limits = Limits()
    record_rule: RecordRule = RecordRule.NEVER
    risk_fund: RiskFundName | None = None
    source: str = ""


def tier(place: int, benefit: Benefit, *, model: str = PERSON_MODEL) -> Offer:
    """Return an offer for whoever has this place or a better one, 0 being the best."""
    return Offer(gate=Gate(model_code=model, place=place), benefit=benefit)


def organisations(benefit: Benefit) -> Offer:
    """Return an offer for organisations, whatever their grade."""
    return Offer(gate=Gate(eligible=Eligible.ORGANISATION), benefit=benefit)


def benefit(kind: BenefitKind, label: str, figure: int = 0, *, value_fen: int = 0) -> Benefit:
    """Return a benefit."""
    return Benefit(kind=kind, label=label, figure=figure, value_fen=value_fen)


def ordinary(label: str) -> Benefit:
    """Return the ordinary service as a fallback, named as people know it."""
    return Benefit(kind=BenefitKind.ORDINARY, label=label)
