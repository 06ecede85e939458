"""Proof of a person on the spot (人证核验): name, resident id, and his card read or his face compared; the phone only if he has one.

As in the mini program, the service is asked outside any transaction. How often it is asked at one visit is counted before, so
that a counter is no place to try out names; a try is given back where the service could not be reached.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.counter import queries
from suxin.counter.commands import record
from suxin.counter.models import CounterVisit, VisitNotReady, VisitState
from suxin.counter.policies import VisitOver
from suxin.counter.signatures import check_terminal_ref
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import Database
from suxin.kernel.identifiers import check_phone
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.sealing import Sealer
from suxin.subjects.identity import (
    IdentityServiceUnavailable,
    IdentityVerifier,
    OnSiteCheck,
    PersonProof,
)
from suxin.subjects.models import PHONE, PersonIdentity
from suxin.subjects.persons import PersonClaim, checked_claim, write_person
from suxin.subjects.phone_codes import send_phone_code, take_phone_code

MAX_PROOF_TRIES: Final = 5
"""How often the identity service is asked at one visit. Proposed (demo configuration)."""


class ProofTriesUsed(Refusal):
    """The identity service has said no as often as it may at one visit."""

    code = "PROOF_TRIES_USED"
    kind = RefusalKind.LIMITED
    zh = "本次接待核验失败已达 {limit} 次，请结束接待并核对证件"
    en = "The proof failed {limit} times at this visit; end it and look at the card again"


async def prove_visitor(
    database: Database,
    actor: Actor,
    *,
    visit_id: UUID,
    name: str,
    resident_id: str,
    check: OnSiteCheck,
    terminal_ref: str,
    verifier: IdentityVerifier,
    sealer: Sealer,
    now: datetime,
) -> UUID:
    """Prove who stands at the counter, and return that person's subject id.

    :raises Forbidden: if the actor does not help at a counter
    :raises NotFound: if it is another's visit
    :raises VisitOver: if it has ended or run out
    :raises VisitNotReady: if somebody was proved at it already
    :raises Invalid: if the name or the terminal's number is none (also what ``check_resident_id`` raises)
    :raises MinorNotSupported: if the person is under 18
    :raises ProofTriesUsed: if the service said no ``MAX_PROOF_TRIES`` times
    :raises IdentityNotProved: if it says no
    :raises IdentityServiceUnavailable: if it gave no answer; the try is given back
    Source: PIPL art. 31; 网络安全法 art. 24
    """

    async def begin(session: AsyncSession) -> CounterVisit:
        return await _take_try(session, actor, visit_id, now=now)

    async def give_back(session: AsyncSession) -> None:
        visit = await queries.lock_own_visit(session, actor, visit_id, now=now)
        visit.proof_tries -= 1

    claim = checked_claim(name=name, resident_id=resident_id, now=now)
    reading = check_terminal_ref(terminal_ref)
    visit = await database.run(actor, begin, now=now)
    try:
        proof = await verifier.verify_on_site(
            name=claim.name,
            resident_id=claim.resident_id.value,
            check=check,
            terminal_ref=reading,
            now=now,
        )
    except IdentityServiceUnavailable:
        await database.run(actor, give_back, now=now)
        raise

    async def work(session: AsyncSession) -> UUID:
        return await _write(session, visit, claim, proof, sealer=sealer, now=now)

    return await database.run(Actor.anonymous(actor.request_id), work, now=now)


async def send_code(
    session: AsyncSession,
    actor: Actor,
    *,
    visit_id: UUID,
    phone: str,
    sealer: Sealer,
    now: datetime,
) -> str:
    """Send a code to the phone of whoever stands at the counter; it is returned for the caller's tests alone.

    :raises Forbidden: if the actor does not help at a counter
    :raises NotFound: if it is another's visit
    :raises VisitOver: if it has ended or run out
    :raises VisitNotReady: if nobody was proved at it
    :raises PhoneInvalid, PhoneCodeTooSoon, PhoneCodeDailyLimit: see ``send_phone_code``
    """
    visit = await queries.lock_own_visit(session, actor, visit_id, now=now)
    if visit.person_id is None:
        raise VisitNotReady(state=visit.state)
    return await send_phone_code(
        session, openid=_account(visit_id), phone=phone, sealer=sealer, now=now
    )


async def confirm_phone(
    database: Database,
    actor: Actor,
    *,
    visit_id: UUID,
    phone: str,
    code: str,
    sealer: Sealer,
    now: datetime,
) -> None:
    """Write down the phone of whoever stands at the counter, who told the code that was sent to it.

    :raises Forbidden: if the actor does not help at a counter
    :raises NotFound: if it is another's visit
    :raises VisitOver: if it has ended or run out
    :raises VisitNotReady: if nobody was proved at it
    :raises PhoneInvalid: if it is no mobile number of mainland China
    :raises PhoneCodeWrong, PhoneCodeLocked: see ``take_phone_code``
    """
    number = check_phone(phone, field="phone")

    async def begin(session: AsyncSession) -> CounterVisit:
        return await queries.lock_own_visit(session, actor, visit_id, now=now)

    visit = await database.run(actor, begin, now=now)
    person_id: UUID | None = visit.person_id
    if person_id is None:
        raise VisitNotReady(state=visit.state)

    async def work(session: AsyncSession) -> None:
        await take_phone_code(
            session,
            openid=_account(visit_id),
            phone=number,
            code=code.strip(),
            sealer=sealer,
            now=now,
        )
        identity = await session.get_one(PersonIdentity, person_id, with_for_update=True)
        identity.phone_sealed = sealer.seal(number, purpose=PHONE, row=person_id)
        (await _lock(session, visit_id, now=now)).phone_confirmed_at = now
        append_act(
            session,
            action="counter.phone.confirmed",
            now=now,
            object_type="counter_visit",
            object_id=visit_id,
            detail=visit.assistance.words,
        )

    # The platform writes what the code proved; the person stands on record beside it.
    platform = Actor.system(actor.request_id)
    await database.run(replace(platform, person_id=person_id, subject_id=person_id), work, now=now)


def _account(visit_id: UUID) -> str:
    """Return the name that a visit's codes are kept under, where an openid's would stand."""
    return f"counter:{visit_id}"


async def _take_try(
    session: AsyncSession, actor: Actor, visit_id: UUID, *, now: datetime
) -> CounterVisit:
    visit = await queries.lock_own_visit(session, actor, visit_id, now=now)
    if visit.state is not VisitState.OPENED:
        raise VisitNotReady(state=visit.state)
    if visit.proof_tries >= MAX_PROOF_TRIES:
        raise ProofTriesUsed(limit=MAX_PROOF_TRIES)
    visit.proof_tries += 1
    return visit


async def _write(
    session: AsyncSession,
    visit: CounterVisit,
    claim: PersonClaim,
    proof: PersonProof,
    *,
    sealer: Sealer,
    now: datetime,
) -> UUID:
    """Write who was proved, and bind the visit to him, in one transaction of the platform."""
    detail = visit.assistance.words
    person_id = await write_person(session, claim, proof, detail=detail, sealer=sealer, now=now)
    held = await _lock(session, visit.id, now=now)
    held.enter(VisitState.PROVED)
    held.person_id, held.proved_at = person_id, proof.proved_at
    held.proof_method, held.proof_ref = proof.method, proof.proof_ref
    record(session, held, "visit.proved", now=now)
    return person_id


async def _lock(session: AsyncSession, visit_id: UUID, *, now: datetime) -> CounterVisit:
    """Return a visit while it runs, locked; as the platform."""
    visit = await session.scalar(
        select(CounterVisit)
        .where(CounterVisit.id == visit_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if visit is None or not visit.is_running(now):
        raise VisitOver
    return visit
