"""Loans of the demo city that nobody repays: paid out long ago, so that a bank has something to claim on its risk pool."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from suxin.lending.models import DispatchMode, OfferState
from suxin.lending.terms import GuaranteeMode, LoanPurpose, RepaymentMethod, RequestTerms
from suxin_server.demo import ending, lending_out, stories
from suxin_server.demo.answering import Course
from suxin_server.demo.asking import Case
from suxin_server.demo.book import Party, Stage
from suxin_server.demo.dice import Dice
from suxin_server.demo.office_hours import OfficeHours

UNPAID: Final = 4
"""How many such loans there are, all of the city's first bank: one whose claim was paid, and others that nobody has claimed on yet."""
ASKED_BEFORE: Final = timedelta(days=165)
"""The first instalment was due a month after the money: far more than a quarter of a year ago, and well within what may be claimed."""

_TERMS: Final = RequestTerms(
    amount_fen=20_000_000,
    term_months=12,
    purpose=LoanPurpose.WORKING_CAPITAL,
    guarantee_mode=GuaranteeMode.CREDIT,
    repayment_method=RepaymentMethod.EQUAL_INSTALMENT,
)
_FATE: Final = stories.Fate(
    count=UNPAID,
    days_ago=(0, 3),
    courses=((Course.OFFERED, 1),),
    first=frozenset({Course.OFFERED}),
    modes=((DispatchMode.NAMED, 1),),
    long_offers=True,
)


def tell_unpaid(stage: Stage, parties: Sequence[Party]) -> None:
    """Tell of loans that were asked for ``ASKED_BEFORE`` and paid out, and of which nothing was heard since."""
    stage = replace(stage, hours=OfficeHours(stage.now - ASKED_BEFORE), dice=Dice("unpaid"))
    lender = next(iter(stage.banks))

    def paid_out(stage: Stage, case: Case) -> bool:
        if not ending.choose(stage, case):
            return False
        offers = (offer for answer in case.answers for offer in answer.offers)
        if not any(
            offer.state is OfferState.CHOSEN and offer.tenant_id == lender for offer in offers
        ):
            return False
        lending_out.pay_out(stage, case)
        return True

    # From the end of those who may ask: the other stories begin with the first.
    queue = deque(reversed(parties))
    for _ in range(UNPAID):
        stories.tell(stage, replace(_FATE, end=paid_out), queue, _TERMS)
