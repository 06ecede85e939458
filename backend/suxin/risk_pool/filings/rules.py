"""What an agreement admits, as plain functions over what is known of a loan: nothing here reads or writes."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from suxin.kernel.money import format_yuan
from suxin.kernel.working_days import SHANGHAI, Calendar, Deadline, add_working_days
from suxin.lending.industries import parse_industry
from suxin.lending.loans.models import Loan
from suxin.lending.loans.states import LoanState
from suxin.lending.terms import LoanPurpose, RepaymentMethod
from suxin.places.codes import codes_around
from suxin.risk_pool.filings.refusals import (
    AreaNotCovered,
    FilingNotGuaranteed,
    FilingSuspended,
    FilingWindowClosed,
    IndustryNotCovered,
    LoanNotFilable,
    PrincipalAboveCap,
    ProductNotCovered,
    PurposeNotCovered,
    RateAboveCeiling,
)
from suxin.risk_pool.signing.models import PoolAgreement
from suxin.risk_pool.stop_loss import StopLossState

UNKNOWN_ZH: Final = "未知"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What is known of a loan that is to be filed; an area and an industry are as fine as they are known.

    ``guaranteed_bps`` is the share for which the agreement's guarantor is bound.
    """

    state: LoanState
    first_drawn_on: date | None
    principal_fen: int
    rate_bps: int
    product_code: str | None
    industry: str | None
    area_code: str | None
    purpose: LoanPurpose
    guaranteed_bps: int = 0


def admit(
    candidate: Candidate,
    agreement: PoolAgreement,
    stop_loss: StopLossState,
    *,
    calendar: Calendar,
    now: datetime,
) -> None:
    """Accept only what the agreement covers, and only in time.

    :raises FilingRefused: the first rule that stands in the way
    """
    if candidate.state not in (LoanState.DISBURSED, LoanState.PERFORMING):
        raise LoanNotFilable(state_zh=candidate.state.zh, state_en=candidate.state.en)
    if candidate.first_drawn_on is None:
        raise LoanNotFilable(state_zh=LoanState.SIGNED.zh, state_en=LoanState.SIGNED.en)
    deadline = window(candidate.first_drawn_on, agreement, calendar=calendar)
    if now > deadline.at:
        raise FilingWindowClosed(
            until=deadline.last_day.isoformat(), days=agreement.agreed.filing_days
        )
    _check_lists(candidate, agreement)
    if candidate.principal_fen > agreement.principal_cap_fen:
        raise PrincipalAboveCap(cap=format_yuan(agreement.principal_cap_fen))
    ceiling = agreement.rate_ceiling_bps
    if ceiling is not None and candidate.rate_bps > ceiling:
        raise RateAboveCeiling(ceiling=f"{ceiling / 100:.2f}")
    if candidate.guaranteed_bps < agreement.agreed.shares.guarantor_bps:
        raise FilingNotGuaranteed
    if not stop_loss.takes_loans:
        raise FilingSuspended(state_zh=stop_loss.zh, state_en=stop_loss.en)


def window(first_drawn_on: date, agreement: PoolAgreement, *, calendar: Calendar) -> Deadline:
    """Return until when a loan can be filed that was first drawn on a day; that day is not counted."""
    start = datetime.combine(first_drawn_on, time(), SHANGHAI)
    return add_working_days(start, agreement.agreed.filing_days, calendar=calendar)


def committed_fen(loan: Loan) -> int:
    """Return the principal that a loan may still come to: all of it that is not repaid for good.

    What is repaid of a revolving loan can be drawn again. It never grows, so that nothing once filed asks for capacity later.
    """
    revolving = loan.repayment_method is RepaymentMethod.REVOLVING
    return loan.principal_fen if revolving else loan.principal_fen - loan.principal_paid_fen


def covers_area(listed: list[str], area_code: str | None) -> bool:
    """Tell whether an area lies in one of those listed; every area does where none is listed."""
    return not listed or (
        area_code is not None and not set(listed).isdisjoint(codes_around(area_code))
    )


def covers_industry(listed: list[str], industry: str | None) -> bool:
    """Tell whether an industry lies in a section or division listed; every industry does where none is listed."""
    known = None if industry is None else parse_industry(industry)
    if not listed or known is None:
        return not listed
    return known.section in listed or known.division in listed


def section_of(industry: str | None) -> str:
    """Return the section of an industry, nothing where it is not known."""
    known = None if industry is None else parse_industry(industry)
    return "" if known is None else known.section


def _check_lists(candidate: Candidate, agreement: PoolAgreement) -> None:
    if candidate.product_code is None or candidate.product_code not in agreement.products:
        raise ProductNotCovered(product=candidate.product_code or UNKNOWN_ZH)
    if not covers_industry(agreement.industries, candidate.industry):
        raise IndustryNotCovered(industry=candidate.industry or UNKNOWN_ZH)
    if not covers_area(agreement.areas, candidate.area_code):
        raise AreaNotCovered(area=candidate.area_code or UNKNOWN_ZH)
    if agreement.purposes and candidate.purpose.value not in agreement.purposes:
        raise PurposeNotCovered(purpose=candidate.purpose.zh)
