"""Tables of cases: the cases with the decisions on them, and the documents that prove what they say."""

from suxin.review.models.cases import CASE_KEPT_DAYS, ReviewCase, ReviewDecision
from suxin.review.models.documents import DOCUMENT, DOCUMENT_KEY, CaseDocument

__all__ = [
    "CASE_KEPT_DAYS",
    "DOCUMENT",
    "DOCUMENT_KEY",
    "CaseDocument",
    "ReviewCase",
    "ReviewDecision",
]
