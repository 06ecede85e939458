"""Criteria that compare the terms of a request with the terms of a product."""

from typing import Annotated

from typing_extensions import override

from suxin.lending.criterion import (
    FAILED,
    PASSED,
    Criterion,
    Fen,
    Listed,
    Outcome,
    RateBps,
    TermMonths,
    Words,
    check_range,
    labels,
    percent,
    yuan_words,
)
from suxin.lending.facts import ApplicantFacts
from suxin.lending.repayment import Fees, highest_upfront_fen
from suxin.lending.terms import GuaranteeMode, LoanPurpose, RequestTerms


class AmountWithin(Criterion, frozen=True, tag="AMOUNT_WITHIN"):
    """The amount asked lies within the product's range."""

    minimum_fen: Fen
    maximum_fen: Fen

    def __post_init__(self) -> None:
        """Refuse an empty range."""
        check_range(self.minimum_fen, self.maximum_fen)

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        return PASSED if self.minimum_fen <= request.amount_fen <= self.maximum_fen else FAILED

    @override
    def requirement(self) -> Words:
        low, high = yuan_words(self.minimum_fen), yuan_words(self.maximum_fen)
        return Words(f"可贷金额 {low.zh}—{high.zh}", f"amount from {low.en} to {high.en}")

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        asked = yuan_words(request.amount_fen)
        return Words(f"您申请 {asked.zh}", f"you ask for {asked.en}")


class TermWithin(Criterion, frozen=True, tag="TERM_WITHIN"):
    """The term asked lies within the product's range."""

    minimum_months: TermMonths
    maximum_months: TermMonths

    def __post_init__(self) -> None:
        """Refuse an empty range."""
        check_range(self.minimum_months, self.maximum_months)

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        return (
            PASSED if self.minimum_months <= request.term_months <= self.maximum_months else FAILED
        )

    @override
    def requirement(self) -> Words:
        low, high = self.minimum_months, self.maximum_months
        return Words(f"贷款期限 {low}—{high} 个月", f"term from {low} to {high} months")

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        months = request.term_months
        return Words(f"您申请 {months} 个月", f"you ask for {months} months")


class GuaranteeModeIn(Criterion, frozen=True, tag="GUARANTEE_MODE_IN"):
    """The guarantee offered is one the product accepts."""

    modes: Annotated[tuple[GuaranteeMode, ...], Listed]

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        return PASSED if request.guarantee_mode in self.modes else FAILED

    @override
    def requirement(self) -> Words:
        modes = labels(self.modes)
        return Words(f"担保方式：{modes.zh}", f"guarantee: {modes.en}")

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        mode = request.guarantee_mode
        return Words(f"您选择{mode.zh}", f"you chose {mode.en}")


class PurposeIn(Criterion, frozen=True, tag="PURPOSE_IN"):
    """The purpose is one the product lends for."""

    purposes: Annotated[tuple[LoanPurpose, ...], Listed]

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        return PASSED if request.purpose in self.purposes else FAILED

    @override
    def requirement(self) -> Words:
        purposes = labels(self.purposes)
        return Words(f"贷款用途：{purposes.zh}", f"purpose: {purposes.en}")

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        purpose = request.purpose
        return Words(f"您的用途是{purpose.zh}", f"yours is {purpose.en}")


class RateCeiling(Criterion, frozen=True, tag="RATE_CEILING"):
    """The highest rate the applicant accepts reaches the product's lowest."""

    lowest_rate_bps: RateBps

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        ceiling = request.rate_ceiling_bps
        return PASSED if ceiling is None or ceiling >= self.lowest_rate_bps else FAILED

    @override
    def requirement(self) -> Words:
        rate = percent(self.lowest_rate_bps)
        return Words(f"年利率 {rate} 起", f"annual rate from {rate}")

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        if request.rate_ceiling_bps is None:
            return Words("您未设利率上限", "you set no ceiling")
        rate = percent(request.rate_ceiling_bps)
        return Words(f"您最高接受 {rate}", f"you accept at most {rate}")


class UpfrontFeesBearable(Criterion, frozen=True, tag="UPFRONT_FEES_BEARABLE"):
    """The fees at drawdown leave nine tenths of the amount asked (proposed default)."""

    fees: Fees

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        amount_fen = request.amount_fen
        bearable = self.fees.upfront_of(amount_fen) <= highest_upfront_fen(amount_fen)
        return PASSED if bearable else FAILED

    @override
    def requirement(self) -> Words:
        return Words(
            "一次性费用不超过申请金额的十分之一", "upfront fees of at most a tenth of the amount"
        )

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        fee = yuan_words(self.fees.upfront_of(request.amount_fen))
        return Words(f"按您的申请须先付 {fee.zh}", f"your request would cost {fee.en} upfront")
