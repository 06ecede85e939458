"""Telling the borrower that a renewal of his loan is proposed, what his bank has decided, and that the proposal is withdrawn."""

from datetime import datetime
from typing import Final

from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.disasters.models import DeclaredDisaster, RenewalProposal
from suxin.disasters.states import RenewalState
from suxin.kernel import notices
from suxin.lending.loans.models import Loan

TOLD_AT_ONCE: Final = 200
_TITLES: Final = {
    RenewalState.PROPOSED: "可与银行商量无还本续贷",
    RenewalState.AGREED: "银行同意无还本续贷",
    RenewalState.DECLINED: "银行未同意无还本续贷",
    RenewalState.WITHDRAWN: "续贷建议已撤销",
    RenewalState.LAPSED: "续贷建议已终止",
}


async def tell_of_renewals(
    session: AsyncSession, *, now: datetime, limit: int = TOLD_AT_ONCE
) -> int:
    """Tell some borrowers where the renewals that were proposed for them stand; return how many. A duty of the platform."""
    rows = (
        await session.execute(
            select(RenewalProposal, Loan, DeclaredDisaster)
            .join(
                Loan,
                (Loan.tenant_id == RenewalProposal.tenant_id)
                & (Loan.id == RenewalProposal.loan_id),
            )
            .join(DeclaredDisaster, DeclaredDisaster.id == RenewalProposal.disaster_id)
            .where(RenewalProposal.told_state.is_distinct_from(cast(RenewalProposal.state, Text)))
            .order_by(RenewalProposal.id)
            .limit(limit)
            .with_for_update(of=RenewalProposal, skip_locked=True)
        )
    ).all()
    for proposal, loan, disaster in rows:
        title = _TITLES[proposal.state]
        await notices.notify_person(
            session,
            person_id=loan.person_id,
            template="disaster_renewal",
            title=title,
            body=_body(proposal, loan, disaster),
            link=f"/pages/request?id={loan.request_id}",
            facts={"thing": title},
            now=now,
        )
        proposal.told_state = proposal.state.value
    await session.flush()
    return len(rows)


def _body(proposal: RenewalProposal, loan: Loan, disaster: DeclaredDisaster) -> str:
    number = f"合同 {loan.contract_number} "
    match proposal.state:
        case RenewalState.PROPOSED:
            return (
                f"因{disaster.authority}认定的“{disaster.title}”，平台建议贷款银行研究您的{number}到期后无还本续贷。"
                "是否续贷由银行决定；续贷须由您另签合同，您也可以不续。"
            )
        case RenewalState.AGREED:
            return f"银行同意{number}无还本续贷：{proposal.answer}。请与银行联系，由您决定是否另签合同；利息仍须按期归还。"
        case RenewalState.DECLINED:
            return (
                f"银行未同意{number}无还本续贷：{proposal.answer}。请按合同还款，或与银行另行协商。"
            )
        case RenewalState.WITHDRAWN:
            return f"“{disaster.title}”的认定已撤销，对{number}的续贷建议随之撤销；合同不受影响。"
        case RenewalState.LAPSED:
            return f"{number}已结束，续贷建议随之终止。"
