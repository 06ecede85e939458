"""Tables of lending with their named steps, by topic."""

from suxin.lending.models.leads import Lead, LeadParty, PopulationCell
from suxin.lending.models.offers import DecisionSnapshot, Offer, OfferState
from suxin.lending.models.products import BankSpeed, LoanProduct, ProductStatus
from suxin.lending.models.referrals import (
    ENDED,
    IN_PROGRESS,
    WAITING,
    Referral,
    ReferralState,
    Step,
)
from suxin.lending.models.requests import DispatchMode, LoanRequest, MatchResult, RequestState
from suxin.lending.models.steps import StepNotPossible

__all__ = [
    "ENDED",
    "IN_PROGRESS",
    "WAITING",
    "BankSpeed",
    "DecisionSnapshot",
    "DispatchMode",
    "Lead",
    "LeadParty",
    "LoanProduct",
    "LoanRequest",
    "MatchResult",
    "Offer",
    "OfferState",
    "PopulationCell",
    "ProductStatus",
    "Referral",
    "ReferralState",
    "RequestState",
    "Step",
    "StepNotPossible",
]
