"""What this context holds about a subject: which of its loans a bank was asked to renew after a disaster, and what the bank said."""

from collections.abc import Sequence
from typing import Final

from suxin.disasters.models import RenewalProposal
from suxin.disasters.queries import renewals_about
from suxin.disasters.states import RENEWALS_ZH
from suxin.kernel.holdings import Portion
from suxin.lending.portions import CONTRACT_KEPT

PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="renewal_proposals",
        zh="受灾无还本续贷建议",
        en="renewals proposed to a bank after a disaster",
        tables=("renewal_proposals",),
        fields={
            "loan_id": "贷款编号",
            "disaster": "灾情",
            "state": "状态",
            "proposed_at": "建议时间",
            "decided_at": "银行答复时间",
            "answer": "银行答复",
        },
        values={
            "disaster": lambda row, _: row[1].title,
            "state": lambda row, _: RENEWALS_ZH[row[0].state],
        },
        rows=renewals_about,
        by=(RenewalProposal.id,),
        kept=CONTRACT_KEPT,
    ),
)
