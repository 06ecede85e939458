"""Playing: an invented applicant does something, by the commands that people use, as he would in the city."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.commands import revoke_consent
from suxin.consent.notice_texts import current_text
from suxin.consent.purposes import LOAN_MATCH
from suxin.consent.queries import lock_open_about
from suxin.consent.requests import refuse_consent
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.audit import append_act
from suxin.kernel.playing import act_in_part
from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import SHANGHAI
from suxin.lending.commands.offers import accept_offer
from suxin.lending.commands.requests import (
    RequestForm,
    consent_to_bank,
    submit_request,
    withdraw_request,
)
from suxin.lending.loans.models import OPEN, Loan
from suxin.lending.loans.queries import instalments_of, loans_of
from suxin.lending.loans.standing import JUDGED
from suxin.lending.models import LoanRequest, OfferState, Referral, Step
from suxin.lending.queries import requests as own
from suxin.sandboxes import queries
from suxin.sandboxes.cast import CAST, Part
from suxin.sandboxes.clocks import advance
from suxin.sandboxes.models import SandboxApplicant, SandboxEvent
from suxin.sandboxes.policies import require_sandbox

CONSENT_LIFE_DAYS: Final = 30
_JUST_PAST: Final = timedelta(seconds=1)


class NothingToPlay(Refusal):
    """The applicant has nothing that he could do this with: no request, no permission, no offer, no deadline."""

    code = "SANDBOX_NOTHING_TO_PLAY"
    zh = "该申请人没有可供办理的{thing_zh}"
    en = "The applicant has no {thing_en} to do this with"


@dataclass(frozen=True, slots=True)
class Scene:
    """Who acts on what: the part, the person acting for his firm, and the sandbox's bank."""

    session: AsyncSession
    part: Part
    actor: Actor
    tenant_id: UUID
    now: datetime


async def trigger_event(
    session: AsyncSession,
    actor: Actor,
    *,
    applicant_id: UUID,
    event: SandboxEvent | None,
    now: datetime,
) -> SandboxApplicant:
    """Have an invented applicant of the actor's sandbox do something; without an ``event``, the next thing of his story.

    A story that has come to its end begins anew. What he is refused, the caller is: nothing of it stands then.

    :raises Forbidden: if the actor may not
    :raises SandboxOnly: if he is of the city itself
    :raises NotFound: if there is no such applicant
    :raises NothingToPlay: if the applicant has nothing that he could do this with
    :raises ClockTooFarAhead: if a deadline lies beyond what the clock may be moved to
    :raises Refusal: whatever the applicant is refused, such as ``StepNotPossible`` and ``OfferLapsed``
    """
    require_sandbox(actor)
    applicant = await queries.lock_applicant(session, actor, applicant_id)
    part = CAST[applicant.outcome]
    wanted = event or part.story[applicant.steps_done % len(part.story)]
    await _carry_out(session, actor, applicant, wanted, now=now)
    if event is None:
        applicant.steps_done += 1
    applicant.last_event, applicant.last_event_at = wanted, now
    append_act(
        session,
        action="sandboxes.event.triggered",
        now=now,
        object_type="sandbox_applicant",
        object_id=applicant.id,
        detail={"event": wanted.value, "outcome": applicant.outcome.value},
    )
    await session.flush()
    return applicant


async def _carry_out(
    session: AsyncSession,
    actor: Actor,
    applicant: SandboxApplicant,
    event: SandboxEvent,
    *,
    now: datetime,
) -> None:
    """Let the applicant do it, and note what his request is to the bank; a deadline passes for everybody in the sandbox."""
    part = Actor(
        kind=ActorKind.SUBJECT,
        request_id=actor.request_id,
        person_id=applicant.person_id,
        subject_id=applicant.subject_id,
        mandate_id=applicant.mandate_id,
        sandbox_id=actor.sandbox_id,
        ahead=actor.ahead,
    )
    due = None
    async with act_in_part(session, part):
        scene = Scene(session, CAST[applicant.outcome], part, applicant.tenant_id, now)
        if event in _WAITS:
            due = await _WAITS[event](scene)
        else:
            await _ACTS[event](scene)
        lead_number, referral_id = await _known_to_bank(scene)
    applicant.lead_number, applicant.referral_id = lead_number, referral_id
    if due is not None:
        await advance(session, actor, by=due + _JUST_PAST - now, now=now)


async def _submit(scene: Scene) -> None:
    part = scene.part
    form = RequestForm(terms=part.terms, mode=part.mode, first_loan=part.first_loan)
    await submit_request(scene.session, scene.actor, form=form, now=scene.now)


async def _consent(scene: Scene) -> None:
    request = await _last_request(scene)
    await consent_to_bank(
        scene.session,
        scene.actor,
        request_id=request.id,
        tenant_id=scene.tenant_id,
        categories=sorted(LOAN_MATCH.categories),
        life_days=CONSENT_LIFE_DAYS,
        notice_version=current_text(LOAN_MATCH.code).version,
        now=scene.now,
    )


async def _refuse(scene: Scene) -> None:
    request = await _last_request(scene)
    request.require_alive()
    await refuse_consent(
        scene.session,
        scene.actor,
        tenant_id=scene.tenant_id,
        purpose=LOAN_MATCH.code,
        categories=sorted(LOAN_MATCH.categories),
        life_days=CONSENT_LIFE_DAYS,
        context_id=request.id,
        now=scene.now,
    )


async def _revoke(scene: Scene) -> None:
    request = await _last_request(scene)
    given = await lock_open_about(scene.session, scene.actor.own_subject, request.id)
    if not given:
        raise NothingToPlay(thing_zh="授权", thing_en="permission")
    for consent in given:
        await revoke_consent(
            scene.session, scene.actor, consent_id=consent.id, reason="沙箱试验", now=scene.now
        )


async def _accept(scene: Scene) -> None:
    request = await _last_request(scene)
    offers = await scene.session.execute(own.offers_of(scene.actor.own_subject, request.id))
    cheapest = next((offer for offer, _ in offers if offer.state is OfferState.OPEN), None)
    if cheapest is None:
        raise NothingToPlay(thing_zh="待接受的报价", thing_en="open offer")
    await accept_offer(scene.session, scene.actor, offer_id=cheapest.id, now=scene.now)


async def _withdraw(scene: Scene) -> None:
    request = await _last_request(scene)
    await withdraw_request(scene.session, scene.actor, request_id=request.id, now=scene.now)


_ACTS: Final[Mapping[SandboxEvent, Callable[[Scene], Awaitable[None]]]] = {
    SandboxEvent.SUBMIT_REQUEST: _submit,
    SandboxEvent.GIVE_CONSENT: _consent,
    SandboxEvent.REFUSE_CONSENT: _refuse,
    SandboxEvent.REVOKE_CONSENT: _revoke,
    SandboxEvent.ACCEPT_OFFER: _accept,
    SandboxEvent.WITHDRAW_REQUEST: _withdraw,
}


async def _next_deadline(scene: Scene) -> datetime:
    """Return the first moment that somebody is waited for in the applicant's last request: a bank, or himself."""
    request = await _last_request(scene)
    referrals = [
        referral for referral, _ in await scene.session.execute(own.referrals_of(request.id))
    ]
    waited_for = [
        step.due_of(referral) for referral in referrals for step in Step if step.open_at(referral)
    ]
    offers = await scene.session.execute(own.offers_of(scene.actor.own_subject, request.id))
    waited_for += [offer.valid_until for offer, _ in offers if offer.state is OfferState.OPEN]
    ahead = [moment for moment in waited_for if moment > scene.now]
    if not ahead:
        raise NothingToPlay(thing_zh="时限", thing_en="deadline")
    return min(ahead)


async def _next_late(scene: Scene) -> datetime:
    """Return when the next unpaid instalment of the applicant's last loan is late."""
    request = await _last_request(scene)
    loan = await scene.session.scalar(
        loans_of(scene.actor.own_subject, request.id)
        .where(Loan.state.in_(JUDGED))
        .order_by(None)
        .order_by(Loan.id.desc())
        .limit(1)
    )
    if loan is None:
        raise NothingToPlay(thing_zh="贷款", thing_en="loan")
    plan = await scene.session.scalars(instalments_of(loan).where(text(OPEN)))
    moments = [datetime.combine(one.due_on + timedelta(days=1), time(), SHANGHAI) for one in plan]
    ahead = [moment for moment in moments if moment > scene.now]
    if not ahead:
        raise NothingToPlay(thing_zh="待还的本期款项", thing_en="instalment ahead")
    return min(ahead)


_WAITS: Final[Mapping[SandboxEvent, Callable[[Scene], Awaitable[datetime]]]] = {
    SandboxEvent.LET_DEADLINE_LAPSE: _next_deadline,
    SandboxEvent.MISS_INSTALMENT: _next_late,
}


async def _known_to_bank(scene: Scene) -> tuple[str | None, UUID | None]:
    """Return the number of the lead that the last request became, and the bank's referral of it."""
    request = await scene.session.scalar(own.requests_of(scene.actor.own_subject).limit(1))
    if request is None:
        return None, None
    lead = await own.lead_of(scene.session, request.id)
    referral: Referral | None = await scene.session.scalar(
        own.referrals_of(request.id).order_by(None).order_by(Referral.id.desc()).limit(1)
    )
    return None if lead is None else lead.number, None if referral is None else referral.id


async def _last_request(scene: Scene) -> LoanRequest:
    found = await scene.session.scalar(own.requests_of(scene.actor.own_subject).limit(1))
    if found is None:
        raise NothingToPlay(thing_zh="贷款申请", thing_en="loan request")
    return found
