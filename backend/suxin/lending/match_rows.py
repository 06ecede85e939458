"""How a match is kept: one row for each product, eligible or not, with everything its applicant is shown."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from suxin.lending.matching import MatchedProduct, MatchOutcome, RankedProduct, RejectedProduct
from suxin.lending.models import LoanRequest


def match_rows(
    request: LoanRequest, outcome: MatchOutcome, versions: Mapping[UUID, int]
) -> list[dict[str, Any]]:
    """Return the rows of ``match_results`` for a request; ``versions`` are those of the products it was matched with."""
    return [
        *(_eligible(request, found, versions) for found in outcome.ranked),
        *(_rejected(request, found, versions) for found in outcome.rejected),
    ]


def _of(
    request: LoanRequest, found: MatchedProduct, versions: Mapping[UUID, int]
) -> dict[str, Any]:
    product = found.product
    return {
        "subject_id": request.subject_id,
        "request_id": request.id,
        "product_id": product.product_id,
        "tenant_id": product.tenant_id,
        "product_version": versions[product.product_id],
    }


def _eligible(
    request: LoanRequest, found: RankedProduct, versions: Mapping[UUID, int]
) -> dict[str, Any]:
    return _of(request, found, versions) | {
        "eligible": True,
        "rank": found.rank,
        "score": found.score,
        "total_cost_fen": found.cost.total_cost_fen,
        "annualised_rate_bps": found.cost.annualised_rate_bps,
        "contributions": {part.kind.value: part.points for part in found.contributions},
        "reasons": [],
    }


def _rejected(
    request: LoanRequest, found: RejectedProduct, versions: Mapping[UUID, int]
) -> dict[str, Any]:
    return _of(request, found, versions) | {
        "eligible": False,
        "contributions": {},
        "reasons": [
            {"code": item.code, "outcome": item.outcome.value, "zh": words.zh, "en": words.en}
            for item in found.reasons
            for words in (item.words,)
        ],
    }
