"""Every portion of what is held about a subject, of all contexts in one list."""

from collections.abc import Iterator, Sequence
from typing import Final

from suxin.consent import portions as consent
from suxin.counter import portions as counter
from suxin.disasters import portions as disasters
from suxin.grid import portions as grid
from suxin.kernel import portions as kernel
from suxin.kernel.actor import Actor
from suxin.kernel.holdings import Portion
from suxin.kernel.refusals import Invalid
from suxin.lending import portions as lending
from suxin.lending.exchange import portions as exchange
from suxin.lending.guarantees import portions as guarantees
from suxin.lending.loans import portions as loans
from suxin.lending.warnings import portions as warnings
from suxin.perks import portions as perks
from suxin.relief import portions as relief
from suxin.repair import portions as repair
from suxin.review import portions as review
from suxin.rights.models import SourceInquiry, SourceTransfer
from suxin.rights.queries.cases import inquiries_of, transfers_of
from suxin.risk_pool import portions as risk_pool
from suxin.risk_pool.claims import portions as claims
from suxin.rural import portions as rural
from suxin.scoring import portions as scoring
from suxin.shop import portions as shop
from suxin.subjects import portions as subjects
from suxin.village_credit import portions as village_credit
from suxin.villages import portions as villages

INQUIRIES: Final = Portion(
    code="source_inquiries",
    zh="异议转来源核实",
    en="what sources were asked about disputes",
    tables=("source_inquiries",),
    fields={
        "case_id": "事项编号",
        "source": "来源",
        "question": "核实内容",
        "asked_at": "转办时间",
        "answer": "来源回复",
        "answered_at": "回复时间",
        "late_at": "逾期记入时间",
    },
    rows=inquiries_of,
    by=(SourceInquiry.case_id,),
    kept=review.CASES_KEPT,
)

TRANSFERS: Final = Portion(
    code="source_transfers",
    zh="异议转办期限",
    en="by when disputes were to be passed to their sources",
    tables=("source_transfers",),
    fields={
        "case_id": "事项编号",
        "began_at": "受理时间",
        "due_at": "转办期限",
        "passed_at": "转办时间",
        "late_at": "逾期记入时间",
    },
    rows=transfers_of,
    by=(SourceTransfer.case_id,),
    kept=review.CASES_KEPT,
)

PORTIONS: Final[Sequence[Portion]] = (
    *subjects.PORTIONS,
    *villages.PORTIONS,
    *review.PORTIONS,
    *relief.PORTIONS,
    *village_credit.PORTIONS,
    *repair.PORTIONS,
    INQUIRIES,
    TRANSFERS,
    *scoring.PORTIONS,
    *lending.PORTIONS,
    *exchange.PORTIONS,
    *loans.PORTIONS,
    *guarantees.PORTIONS,
    *risk_pool.PORTIONS,
    *warnings.PORTIONS,
    *disasters.PORTIONS,
    *claims.PORTIONS,
    *perks.PORTIONS,
    *grid.PORTIONS,
    *shop.PORTIONS,
    *rural.PORTIONS,
    *consent.PORTIONS,
    *counter.PORTIONS,
    *kernel.PORTIONS,
)
"""Everything that is held about anybody, in the order in which it is told."""


def portions_of(actor: Actor) -> Iterator[Portion]:
    """Return the portions that the acting subject has: a firm has nothing of what is a natural person's alone."""
    himself = actor.own_subject == actor.own_person
    return (portion for portion in PORTIONS if himself or not portion.of_person)


def portion_named(actor: Actor, code: str, *, field: str = "part") -> Portion:
    """Return one of the acting subject's portions.

    :raises Invalid: if it has none of that name
    """
    for portion in portions_of(actor):
        if portion.code == code:
            return portion
    raise Invalid(
        field=field,
        reason_zh="当前主体没有这一部分",
        reason_en="the subject has no such part",
    )
