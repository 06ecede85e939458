"""Whether bank and applicant may speak: on a referral that has not ended, on a basis of this very request."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.purposes import LOAN_MATCH
from suxin.consent.queries import contract_basis, hold_basis
from suxin.kernel.actor import Actor
from suxin.kernel.bases import AccessBasis
from suxin.kernel.refusals import Refusal
from suxin.lending.commands.referrals import ConsentRequired
from suxin.lending.models import LeadParty, Referral
from suxin.lending.queries.referrals import party_of


class ReferralEnded(Refusal):
    """The referral has ended, and with it whatever bank and applicant give each other on it."""

    code = "REFERRAL_ENDED"
    zh = "对接已结束，不能再往来"
    en = "The referral has ended; nothing more is exchanged on it"


async def hold_applicant(
    session: AsyncSession, actor: Actor, referral: Referral, *, now: datetime
) -> tuple[LeadParty, AccessBasis]:
    """Return who is behind a referral of the actor's bank and on which basis it knows him, held until the step is written.

    The consent, or after the acceptance of an offer the contract. Call it after every other lock of the step.

    :raises ReferralEnded: if the referral has ended
    :raises ConsentRequired: without a live basis for this request
    """
    if not referral.answerable:
        raise ReferralEnded
    party = await party_of(session, referral.lead_id)
    if party is None:
        raise ConsentRequired
    about = {"subject_id": party.subject_id, "context_id": party.request_id}
    basis = await hold_basis(session, actor, **about, purpose=LOAN_MATCH.code, now=now)
    if basis is None:
        basis = await contract_basis(session, actor, **about, now=now)
    if basis is None:
        raise ConsentRequired
    return party, basis
