"""A code at a counter (窗口纸质码): who has no phone, or a dead one, is helped to a benefit all the same.

He is proved at a visit (``suxin.counter``). That his tier may be weighed for one merchant is put to him as a request, read aloud and signed
like every other; then the helper prints a code that is good once and for a short time. The merchant's clerk takes it as any code. The
helper is on record with each step, works for the operator, and redeems nothing: a code is taken by the merchant it was opened for.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.giving import checked_ask, end_bases, new_consent
from suxin.consent.giving import record as record_consent
from suxin.consent.lapses import LAPSE_TOPIC
from suxin.consent.models import Consent, ConsentState, ConsentStateConflict
from suxin.consent.narrowing import Wanted
from suxin.consent.purposes import PERK_REDEEM
from suxin.consent.queries import hold_consent_basis, lock_consent, lock_open
from suxin.counter import queries as counter
from suxin.counter.deciding import decider
from suxin.counter.models import CounterVisit, Decision, VisitNotReady
from suxin.counter.policies import RecipientHelps, require_running
from suxin.counter.queries import EvidenceMissing, Signed
from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import act_for
from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.sealing import Sealer
from suxin.perks.first_use import CATEGORIES, CONSENT_DAYS
from suxin.perks.models import Programme
from suxin.perks.showing.queries import open_programme
from suxin.subjects.models import PassKind
from suxin.subjects.presentation_codes import PAPER_WINDOW, typed_code
from suxin.subjects.presenting import OpenedPass, left_pass, open_pass, paper_open
from suxin.tenancy.models import Tenant

CODE_LIFE: Final = timedelta(hours=2)
"""How long a code that a counter printed is good: time to walk there and to queue (proposed)."""


class CodeOpenAlready(Refusal):
    """The person said yes to this benefit before, and has not used it: another code would be a second use."""

    code = "PERK_CODE_OPEN"
    zh = "本人已同意使用该权益且尚未使用：请出示原来的权益码；原码不在身边的，先在“可以办理的事项”中撤回，再重新打印"
    en = "He agreed to this benefit before and has not used it: show that code, or take the permission back first"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PaperCode:
    """What is printed: the code, where it is good, and until when. It says nothing of the person."""

    code: str
    programme: Programme
    merchant: Tenant
    opened_at: datetime
    expires_at: datetime


async def ask_at_counter(
    session: AsyncSession, actor: Actor, *, visit_id: UUID, programme_id: UUID, now: datetime
) -> Consent:
    """Put to the person at the counter whether his tier may be weighed for one programme: a request that lapses with the visit.

    One that waits already is put to him again.

    :raises Forbidden: if the actor does not help at a counter
    :raises NotFound: if it is another's visit, or there is no such programme
    :raises VisitOver: if it has ended or run out
    :raises VisitNotReady: if nobody was proved
    :raises RecipientHelps: if the programme is of the helper's own organisation
    :raises CodeOpenAlready: if he said yes to it already, and has not used it
    :raises AssessmentMissing, RecipientUnknown: see ``checked_ask``
    Source: PIPL art. 13(1), 14, 17, 23; docs/api/perks.md
    """
    visit = await counter.lock_own_visit(session, actor, visit_id, now=now)
    if visit.person_id is None:
        raise VisitNotReady(state=visit.state)
    programme = await open_programme(session, programme_id)
    if programme.tenant_id == actor.own_tenant:
        raise RecipientHelps
    ask = await checked_ask(
        session,
        tenant_id=programme.tenant_id,
        purpose=PERK_REDEEM.code,
        wanted=Wanted(categories=CATEGORIES, life_days=CONSENT_DAYS),
    )
    async with act_for(
        session, subject_id=visit.person_id, reason="perk code asked for at a counter"
    ):
        found = await lock_open(
            session, visit.person_id, programme.tenant_id, PERK_REDEEM.code, programme.id
        )
    if found is not None:
        return _put_again(found, now=now)
    asked = new_consent(
        ask,
        subject_id=visit.person_id,
        context_id=programme.id,
        categories=list(ask.narrowed.categories),
        answer_by=visit.expires_at,
        now=now,
    )
    session.add(asked)
    named = {"subject_id": asked.subject_id, "consent_id": asked.id}
    await outbox.post(session, LAPSE_TOPIC, named, now=now, not_before=visit.expires_at)
    record_consent(session, asked, "requested", cuts=ask.narrowed.cuts, now=now)
    return asked


async def hand_out_code(
    session: AsyncSession,
    actor: Actor,
    *,
    visit_id: UUID,
    evidence_id: UUID,
    sealer: Sealer,
    now: datetime,
) -> PaperCode:
    """Open the code that the person signed for, to be printed; asked for again while it is unused, it is the same.

    :raises Forbidden: if the actor does not help at a counter
    :raises NotFound: if it is another's visit, or there is no such programme any more
    :raises VisitOver: if it has ended or run out
    :raises EvidenceMissing: if he did not sign a yes to a benefit there, or it is not carried out
    :raises ConsentStateConflict: if he took it back, or used it
    :raises NoNumberFree: see ``open_pass``
    Source: PIPL art. 6, 14; docs/api/perks.md
    """
    await counter.lock_own_visit(session, actor, visit_id, now=now)
    signed = await _signed_yes(session, actor, visit_id, evidence_id, now=now)
    consent, merchant, programme = await _given(session, signed, now=now)
    person = decider(actor, signed)
    opened = await paper_open(session, person, consent_id=consent.id, sealer=sealer, now=now)
    if opened is not None:
        return _printed(opened, programme, merchant)
    async with act_for(
        session, subject_id=person.own_subject, reason="perk code printed at a counter"
    ):
        if await hold_consent_basis(session, consent, now=now) is None:
            # It was used, and the platform has not ended it yet.
            raise ConsentStateConflict(state=ConsentState.EXPIRED)
        await _leave_last(session, person, programme, now=now)
    opened = await open_pass(
        session,
        person,
        tenant_id=programme.tenant_id,
        context_id=programme.id,
        consent_id=consent.id,
        kind=PassKind.PAPER,
        life=CODE_LIFE,
        sealer=sealer,
        now=now,
    )
    _record(session, signed.visit, programme, now=now)
    return _printed(opened, programme, merchant)


async def code_handed_out(
    session: AsyncSession,
    actor: Actor,
    *,
    visit_id: UUID,
    evidence_id: UUID,
    sealer: Sealer,
    now: datetime,
) -> PaperCode:
    """Return a code that was opened at the helper's running visit, to be printed again, while nobody took it.

    :raises Forbidden: if the actor does not help at a counter
    :raises NotFound: if it is another's visit, or there is no code that is good still
    :raises VisitOver: if it has ended or run out
    :raises EvidenceMissing, ConsentStateConflict: see ``hand_out_code``
    """
    signed = await _signed_yes(session, actor, visit_id, evidence_id, now=now)
    require_running(signed.visit, now=now)
    consent, merchant, programme = await _given(session, signed, now=now)
    person = decider(actor, signed)
    opened = await paper_open(session, person, consent_id=consent.id, sealer=sealer, now=now)
    if opened is None:
        raise NotFound(thing_zh="权益码", thing_en="code")
    return _printed(opened, programme, merchant)


def _put_again(found: Consent, *, now: datetime) -> Consent:
    """Return a request that waits.

    :raises CodeOpenAlready: if it is none, or lapses at this moment
    """
    waits = found.state is ConsentState.REQUESTED
    if not waits or (found.answer_by is not None and found.answer_by <= now):
        raise CodeOpenAlready
    return found


async def _signed_yes(
    session: AsyncSession, actor: Actor, visit_id: UUID, evidence_id: UUID, *, now: datetime
) -> Signed:
    """Return a yes that the person signed for himself and that is carried out.

    :raises EvidenceMissing: if it is none
    """
    signed = await counter.signed_decision(session, actor, visit_id, evidence_id, now=now)
    evidence = signed.evidence
    his_own = evidence.subject_id == evidence.person_id
    if not signed.done or evidence.decision is not Decision.ALLOW or not his_own:
        raise EvidenceMissing
    return signed


async def _given(
    session: AsyncSession, signed: Signed, *, now: datetime
) -> tuple[Consent, Tenant, Programme]:
    """Return the consent that was signed, where it is good still, with its merchant and programme.

    :raises EvidenceMissing: if it is for something else than a benefit
    :raises ConsentStateConflict: if it is not good any more
    :raises NotFound: if the merchant is suspended, or the programme is gone
    """
    consent, merchant = await counter.consent_decided(session, signed.evidence)
    if consent.purpose != PERK_REDEEM.code or consent.context_id is None:
        raise EvidenceMissing
    if consent.state is not ConsentState.ACTIVE or consent.expires_at <= now:
        raise ConsentStateConflict(state=consent.state)
    if merchant is None:
        raise NotFound(thing_zh="商户", thing_en="merchant")
    return consent, merchant, await open_programme(session, consent.context_id)


async def _leave_last(
    session: AsyncSession, person: Actor, programme: Programme, *, now: datetime
) -> None:
    """End what the paper stands on that the new one takes the place of, unless it is for the same programme."""
    last = await left_pass(session, person, kind=PassKind.PAPER, now=now)
    if last is None or last.consent_id is None or last.context_id == programme.id:
        return
    left = await lock_consent(session, person.own_subject, last.consent_id)
    if left is not None and left.state is ConsentState.ACTIVE:
        await end_bases(session, left, now=now)


def _record(
    session: AsyncSession, visit: CounterVisit, programme: Programme, *, now: datetime
) -> None:
    append_act(
        session,
        action="perks.code.handed_out",
        now=now,
        tenant_id=programme.tenant_id,
        subject_id=visit.person_id,
        object_type="counter_visit",
        object_id=visit.id,
        detail={"programme": str(programme.id), "counter_office": visit.office},
    )


def _printed(opened: OpenedPass, programme: Programme, merchant: Tenant) -> PaperCode:
    return PaperCode(
        code=typed_code(opened.key, opened.number, kind=PassKind.PAPER, window=PAPER_WINDOW),
        programme=programme,
        merchant=merchant,
        opened_at=opened.opened_at,
        expires_at=opened.expires_at,
    )
