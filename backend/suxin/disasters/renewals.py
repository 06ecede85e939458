"""A bank's decision on a loan that it is asked to renew: by a person, with words that the borrower is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.disasters import queries
from suxin.disasters.models import RenewalProposal
from suxin.disasters.refusals import RenewalNotHere
from suxin.disasters.states import DisasterState, RenewalState
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.lending import policies
from suxin.lending.loans.contracts import check_note


async def decide_renewal(
    session: AsyncSession,
    actor: Actor,
    *,
    proposal_id: UUID,
    granted: bool,
    note: str,
    now: datetime,
) -> RenewalProposal:
    """Agree to renew one of the bank's loans after a disaster, or decline to; the borrower is told, with the note.

    Agreeing changes no loan: the new contract is the borrower's to sign, and the bank reports it as any renewal
    (``lending.loans.ending.renew_loan``).

    :raises Forbidden: if the actor may not manage loans
    :raises NotFound: if it is not of a loan within the actor's reach
    :raises RenewalNotHere: if it was decided on, its disaster was revoked, or the loan has ended
    :raises Invalid: if the note is missing or too long
    Source: 金规〔2024〕13号 (无还本续贷); plan §28
    """
    actor.require(policies.LOAN_MANAGE)
    said = check_note(note)
    proposal, loan, disaster = await queries.lock_own_renewal(session, actor, proposal_id)
    stands = disaster.state is DisasterState.CONFIRMED and loan.ended_at is None
    if proposal.state is not RenewalState.PROPOSED or not stands:
        raise RenewalNotHere
    proposal.state = RenewalState.AGREED if granted else RenewalState.DECLINED
    proposal.decided_by, proposal.decided_at, proposal.answer = actor.own_staff, now, said
    append_act(
        session,
        action=f"disasters.renewal.{proposal.state.value.lower()}",
        now=now,
        tenant_id=proposal.tenant_id,
        subject_id=proposal.subject_id,
        object_type="renewal_proposal",
        object_id=proposal.id,
    )
    return proposal
