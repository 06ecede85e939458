"""What a guarantor does about a request: asks the applicant, underwrites, approves by another person, or declines."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.purposes import GUARANTEE_ASSESS
from suxin.consent.requests import Asked, ConsentForm, request_consent
from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.kernel.money import share_floor
from suxin.kernel.refusals import Invalid
from suxin.kernel.sealing import Sealer
from suxin.lending.guarantees import queries
from suxin.lending.guarantees.asking import checked_note, post_clock
from suxin.lending.guarantees.ending import ask_to_forget
from suxin.lending.guarantees.event_types import APPROVED, DECLINED
from suxin.lending.guarantees.limits import commit_guarantee
from suxin.lending.guarantees.models import GuaranteeRequest
from suxin.lending.guarantees.policies import GUARANTEE_APPROVE, GUARANTEE_UNDERWRITE
from suxin.lending.guarantees.refusals import (
    GuaranteeConsentMissing,
    LetterNumberTaken,
    UnderwrittenByYourself,
)
from suxin.lending.guarantees.states import GuaranteeDecline
from suxin.lending.guarantees.telling import record_step, tell_bank
from suxin.lending.loans.contracts import MAX_NUMBER, check_text
from suxin.lending.models import LeadParty, Offer
from suxin.lending.queries.referrals import party_of
from suxin.tenancy.second_factors import show_second_factor

SIGN_WITHIN: Final = timedelta(days=60)
"""How long a commitment waits for its contract (proposed, demo configuration)."""
MAX_FEE_BPS: Final = 1_000
MAX_PERIOD: Final = timedelta(days=366 * 31)
"""Thirty years, the longest loan of the platform, and a year to claim after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterDraft:
    """What a letter or policy says: its number, the yearly fee in basis points, from when until before when it is good, and why."""

    number: str
    fee_bps: int
    starts_on: date
    ends_on: date
    opinion: str


async def ask_applicant(
    session: AsyncSession, actor: Actor, *, request_id: UUID, now: datetime
) -> Asked:
    """Ask the applicant to let the guarantor know who he is and what is on record; he may permit less, or say no.

    :raises Forbidden, NotFound: if the actor may not, or was not asked
    :raises StepNotPossible: if it was answered
    :raises ConsentExists, AskedAgainTooSoon: if it is permitted or asked already, or was refused a short while ago
    :raises AssessmentMissing: if no impact assessment of the purpose is on file
    Source: PIPL art. 14, 23
    """
    actor.require(GUARANTEE_UNDERWRITE)
    request = await queries.shown_request(session, actor, request_id)
    request.require_waiting()
    offer = await _offer(session, request, reason="a guarantor asks an applicant it does not know")
    form = ConsentForm(
        subject_id=offer.subject_id,
        purpose=GUARANTEE_ASSESS.code,
        categories=sorted(GUARANTEE_ASSESS.categories),
        life_days=GUARANTEE_ASSESS.max_life_days,
        context_id=offer.request_id,
    )
    return await request_consent(session, actor, form=form, now=now)


async def underwrite_guarantee(
    session: AsyncSession, actor: Actor, *, request_id: UUID, draft: LetterDraft, now: datetime
) -> GuaranteeRequest:
    """Say what the guarantor would commit itself to; somebody else approves it.

    :raises Forbidden, NotFound: if the actor may not, or was not asked
    :raises Invalid: naming the field at fault
    :raises GuaranteeConsentMissing: if the applicant does not let the guarantor know him
    :raises StepNotPossible: if it was underwritten, or has ended
    """
    actor.require(GUARANTEE_UNDERWRITE)
    opinion = _check_letter(draft)
    request = await queries.lock_shown_request(session, actor, request_id)
    party = await _known_party(session, request)
    offer = await _offer(session, request, reason="the principal that a guarantor answers for")
    request.underwrite(
        letter=(draft.number, share_floor(offer.amount_fen, request.share_bps), draft.fee_bps),
        period=(draft.starts_on, draft.ends_on),
        opinion=opinion,
        staff_id=actor.own_staff,
        now=now,
    )
    record_step(session, request, "underwritten", subject_id=party.subject_id, now=now)
    await session.flush()
    return request


async def send_guarantee_back(
    session: AsyncSession, actor: Actor, *, request_id: UUID, note: str, now: datetime
) -> GuaranteeRequest:
    """Send an underwritten request back to be worded anew.

    :raises Forbidden, NotFound: if the actor may not, or was not asked
    :raises Invalid: if the note is empty or too long
    :raises StepNotPossible: if it is not underwritten
    """
    actor.require(GUARANTEE_APPROVE)
    said = checked_note(note)
    request = await queries.lock_shown_request(session, actor, request_id)
    request.send_back(said)
    record_step(session, request, "sent_back", now=now)
    await session.flush()
    return request


async def approve_guarantee(
    session: AsyncSession,
    actor: Actor,
    *,
    request_id: UUID,
    code: str,
    sealer: Sealer,
    now: datetime,
) -> GuaranteeRequest:
    """Bind the guarantor to what another person has underwritten, within its limits, with a fresh code of the second factor.

    :raises Forbidden, NotFound: if the actor may not, or was not asked
    :raises SecondFactorMissing, SecondFactorWrong, LogInLocked: if he does not show his second factor
    :raises UnderwrittenByYourself: if he has underwritten it
    :raises GuaranteeConsentMissing: if the applicant lets the guarantor know him no more
    :raises LetterNumberTaken: if another commitment has the number
    :raises GuarantorLimitMissing: if the operator has set no limits
    :raises GuaranteeLimitReached, GuaranteeClientLimitReached: if it would cross one
    :raises StepNotPossible: if it is not underwritten
    """
    actor.require(GUARANTEE_APPROVE)
    await queries.shown_request(session, actor, request_id)
    await show_second_factor(session, actor, code=code, sealer=sealer, now=now)
    request = await queries.lock_shown_request(session, actor, request_id)
    if request.underwritten_by == actor.own_staff:
        raise UnderwrittenByYourself
    party = await _known_party(session, request)
    request.require_underwritten()
    limit = await queries.own_limit(session, actor.own_tenant)
    await _require_free_letter(session, actor, request)
    async with act_for(
        session, tenant_id=limit.tenant_id, reason="a guarantor's commitment is held to its limits"
    ):
        client_id = await commit_guarantee(
            session, limit, request, subject_id=party.subject_id, now=now
        )
    request.approve(
        staff_id=actor.own_staff,
        account=(limit.tenant_id, client_id),
        sign_by=now + SIGN_WITHIN,
        now=now,
    )
    record_step(session, request, "approved", subject_id=party.subject_id, now=now)
    await tell_bank(session, request, APPROVED, now=now)
    await post_clock(session, request, due=now + SIGN_WITHIN, now=now)
    await session.flush()
    return request


async def decline_guarantee(
    session: AsyncSession,
    actor: Actor,
    *,
    request_id: UUID,
    reason: GuaranteeDecline,
    note: str,
    now: datetime,
) -> GuaranteeRequest:
    """Decline a request with a reason, which the bank is told; what the applicant let the guarantor know for it ends.

    :raises Forbidden, NotFound: if the actor may not, or was not asked
    :raises Invalid: if the note is empty or too long
    :raises StepNotPossible: if it was answered
    """
    actor.require(GUARANTEE_UNDERWRITE)
    said = checked_note(note)
    request = await queries.lock_shown_request(session, actor, request_id)
    request.decline(reason, note=said, now=now)
    record_step(session, request, "declined", now=now)
    await tell_bank(session, request, DECLINED, now=now)
    await ask_to_forget(session, request, now=now)
    await session.flush()
    return request


async def _known_party(session: AsyncSession, request: GuaranteeRequest) -> LeadParty:
    party = await party_of(session, request.lead_id)
    if party is None:
        raise GuaranteeConsentMissing
    return party


async def _offer(session: AsyncSession, request: GuaranteeRequest, *, reason: str) -> Offer:
    async with act_for(session, tenant_id=request.tenant_id, reason=reason):
        return await session.get_one(Offer, (request.tenant_id, request.offer_id))


async def _require_free_letter(
    session: AsyncSession, actor: Actor, request: GuaranteeRequest
) -> None:
    taken = await session.scalar(
        select(GuaranteeRequest.id).where(
            GuaranteeRequest.guarantor_id == actor.own_tenant,
            GuaranteeRequest.letter_number == request.letter_number,
            GuaranteeRequest.approved_at.is_not(None),
        )
    )
    if taken is not None:
        raise LetterNumberTaken(number=request.letter_number or "")


def _check_letter(draft: LetterDraft) -> str:
    """Return the opinion of a letter that can be.

    :raises Invalid: naming the field at fault
    """
    check_text("letterNumber", draft.number, MAX_NUMBER)
    if type(draft.fee_bps) is not int or not 0 <= draft.fee_bps <= MAX_FEE_BPS:
        raise Invalid(
            field="feeBps",
            reason_zh=f"年费率应在 0 至 {MAX_FEE_BPS / 100:g}% 之间",
            reason_en=f"must be from 0 to {MAX_FEE_BPS}",
        )
    if not timedelta() < draft.ends_on - draft.starts_on <= MAX_PERIOD:
        raise Invalid(
            field="endsOn",
            reason_zh="届满日应晚于起始日，期间最长 31 年",
            reason_en="must be after startsOn, and no more than 31 years",
        )
    return checked_note(draft.opinion, "opinion")
