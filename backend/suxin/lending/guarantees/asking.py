"""What a bank does about guarantees: it asks one guarantor about an accepted offer, and takes that back before the contract."""

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid
from suxin.kernel.working_days import local_day
from suxin.lending import policies
from suxin.lending.guarantees import queries
from suxin.lending.guarantees.ending import ask_to_forget
from suxin.lending.guarantees.event_types import REQUESTED, WITHDRAWN
from suxin.lending.guarantees.limits import give_back
from suxin.lending.guarantees.models import GuaranteeRequest
from suxin.lending.guarantees.policies import GUARANTEE_ASK
from suxin.lending.guarantees.refusals import GuaranteeAsked, GuaranteeInUse
from suxin.lending.guarantees.states import GuaranteeState
from suxin.lending.guarantees.telling import record_step, tell_applicant, tell_guarantor
from suxin.lending.loans.refusals import OfferNotAccepted
from suxin.lending.models import Lead, LoanRequest, Offer, OfferState
from suxin.lending.queries import referrals as bank_queries
from suxin.lending.queries import requests as request_queries
from suxin.tenancy.models import Tenant

LAPSE_TOPIC: Final = "lending.guarantee.lapse"
ANSWER_WITHIN: Final = timedelta(days=7)
"""How long a guarantor has to answer (proposed, demo configuration)."""
MAX_SHARE_BPS: Final = 8_000
"""A bank bears a fifth of a loss at the least (国家融资担保基金's rule of co-operation)."""
MAX_NOTE: Final = 300
_NUMBER_DIGITS: Final = 8


async def ask_guarantor(
    session: AsyncSession,
    actor: Actor,
    *,
    offer_id: UUID,
    guarantor_id: UUID,
    share_bps: int,
    now: datetime,
) -> GuaranteeRequest:
    """Ask a guarantor to answer for a part of an accepted offer; until the applicant consents it is asked blind.

    :raises Forbidden, NotFound, OutsideOwnArea: if the offer is not the actor's, or there is no such guarantor
    :raises Invalid: if the share is not from 0.01 % to 80 %
    :raises OfferNotAccepted: if the applicant has not chosen the offer
    :raises GuaranteeAsked: if a guarantor was asked about the offer and has not declined
    :raises GuaranteeInUse: if the contract on it is signed
    """
    actor.require(GUARANTEE_ASK)
    known = await bank_queries.own_offer(session, actor, offer_id)
    referral, lead = await bank_queries.own_referral(session, actor, known.referral_id)
    policies.require_in_reach(actor, referral)
    guarantor = await queries.guarantor_row(session, guarantor_id)
    _check_share(share_bps)
    if known.state is not OfferState.CHOSEN:
        raise OfferNotAccepted(field="offerId")
    async with act_for(session, subject_id=known.subject_id, reason="a guarantor is asked"):
        request = await request_queries.lock_request(session, known.subject_id, known.request_id)
        offer = await bank_queries.lock_own_offer(session, actor, offer_id)
    if request is None:
        raise OfferNotAccepted(field="offerId")
    return await _asked(
        session,
        actor,
        behind=(offer, lead, request),
        guarantor=guarantor,
        share_bps=share_bps,
        now=now,
    )


async def _asked(
    session: AsyncSession,
    actor: Actor,
    *,
    behind: tuple[Offer, Lead, LoanRequest],
    guarantor: Tenant,
    share_bps: int,
    now: datetime,
) -> GuaranteeRequest:
    offer, lead, applied = behind
    if await queries.live_on_offer(session, offer.tenant_id, offer.id) is not None:
        raise GuaranteeAsked(field="guarantorId")
    asked = _drawn_up(actor, offer, lead, guarantor=guarantor, share_bps=share_bps, now=now)
    if await queries.loan_on(session, asked) is not None:
        raise GuaranteeInUse
    session.add(asked)
    record_step(session, asked, "requested", subject_id=offer.subject_id, now=now)
    await tell_guarantor(session, asked, REQUESTED, now=now)
    bank = await session.get_one(Tenant, offer.tenant_id)
    await tell_applicant(
        session, person_id=applied.person_id, bank=bank.name, guarantor=guarantor.name, now=now
    )
    await post_clock(session, asked, due=asked.answer_by, now=now)
    await session.flush()
    return asked


def _drawn_up(
    actor: Actor, offer: Offer, lead: Lead, *, guarantor: Tenant, share_bps: int, now: datetime
) -> GuaranteeRequest:
    drawn = secrets.randbelow(10**_NUMBER_DIGITS)
    return GuaranteeRequest(
        tenant_id=offer.tenant_id,
        id=new_id(now),
        guarantor_id=guarantor.id,
        offer_id=offer.id,
        referral_id=offer.referral_id,
        lead_id=lead.id,
        number=f"DB{local_day(now):%Y%m%d}{drawn:0{_NUMBER_DIGITS}}",
        state=GuaranteeState.REQUESTED,
        share_bps=share_bps,
        subject_kind=lead.subject_kind,
        county_code=lead.county_code,
        industry_section=lead.industry_section,
        amount_band=lead.amount_band,
        term_band=lead.term_band,
        grade=lead.grade,
        purpose=lead.purpose,
        asked_at=now,
        asked_by=actor.staff_id,
        answer_by=now + ANSWER_WITHIN,
        committed_fen=0,
    )


async def withdraw_guarantee(
    session: AsyncSession, actor: Actor, *, request_id: UUID, note: str, now: datetime
) -> GuaranteeRequest:
    """Take a request back, or give a commitment back that no contract stands on; the bank may ask another guarantor.

    :raises Forbidden, NotFound: if it is not the actor's
    :raises Invalid: if the note is empty or too long
    :raises GuaranteeInUse: if the contract is signed
    :raises StepNotPossible: if it has ended
    """
    actor.require(GUARANTEE_ASK)
    said = checked_note(note)
    request = await queries.lock_shown_request(session, actor, request_id)
    if await queries.loan_on(session, request) is not None:
        raise GuaranteeInUse
    given_fen = request.committed_fen
    request.withdraw(note=said, now=now)
    offer = await bank_queries.own_offer(session, actor, request.offer_id)
    record_step(session, request, "withdrawn", subject_id=offer.subject_id, now=now)
    await tell_guarantor(session, request, WITHDRAWN, now=now)
    if request.operator_id is not None:
        async with act_for(
            session, tenant_id=request.operator_id, reason="a guarantor's commitment is given back"
        ):
            await give_back(session, request, given_fen, now=now)
    await ask_to_forget(session, request, now=now)
    await session.flush()
    return request


async def post_clock(
    session: AsyncSession, request: GuaranteeRequest, *, due: datetime, now: datetime
) -> None:
    """Have it looked, when a time is over, whether the request was answered or its contract signed."""
    await outbox.post(
        session,
        LAPSE_TOPIC,
        {"tenant_id": request.tenant_id, "request_id": request.id},
        now=now,
        tenant_id=request.tenant_id,
        not_before=due,
    )


def checked_note(note: str, field: str = "note") -> str:
    """Return what is said to the other side, without the blanks around it.

    :raises Invalid: if it is empty or too long
    """
    said = note.strip()
    if not 1 <= len(said) <= MAX_NOTE:
        raise Invalid(
            field=field,
            reason_zh=f"应为 1 至 {MAX_NOTE} 个字",
            reason_en=f"must be 1 to {MAX_NOTE} characters",
        )
    return said


def _check_share(share_bps: int) -> None:
    if type(share_bps) is not int or not 1 <= share_bps <= MAX_SHARE_BPS:
        raise Invalid(
            field="shareBps",
            reason_zh=f"担保比例应在 0.01% 至 {MAX_SHARE_BPS / 100:g}% 之间",
            reason_en=f"must be from 1 to {MAX_SHARE_BPS}",
        )
