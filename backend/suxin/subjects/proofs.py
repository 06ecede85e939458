"""Real-name proof of a natural person (实名认证).

The order is: the form of what was typed, possession of the phone, then the trusted identity service, asked outside any
transaction, and at last one transaction that writes subject, sealed identity, door and the bound account. A code is
used up before the service is asked, so that one code never pays for many guesses at a name; it is given back when the
service could not be reached.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import Database, continue_as
from suxin.kernel.doorways import doorway
from suxin.kernel.identifiers import ResidentId, check_phone, check_resident_id, is_adult
from suxin.kernel.ids import new_id
from suxin.kernel.masks import mask_name
from suxin.kernel.pinyin import pinyin_of
from suxin.kernel.refusals import Invalid, Refusal, RefusalKind, Unauthenticated
from suxin.kernel.sealing import Sealer
from suxin.subjects.closures import reopen
from suxin.subjects.doors import person_behind, resident_door
from suxin.subjects.identity import IdentityServiceUnavailable, IdentityVerifier, PersonProof
from suxin.subjects.models import (
    NAME,
    PHONE,
    RESIDENT_ID,
    PersonIdentity,
    Subject,
    SubjectDoor,
    SubjectKind,
    WeChatAccount,
)
from suxin.subjects.phone_codes import give_phone_code_back, take_phone_code
from suxin.subjects.visitors import Visitor

UNBOUND_TOPIC = "subjects.account.unbound"
"""Another account was proved for the person: with which one he was told before, and when that ended."""

MIN_NAME_CHARACTERS = 2
MAX_NAME_CHARACTERS = 50
_SHANGHAI = ZoneInfo("Asia/Shanghai")


class MinorNotSupported(Refusal):
    """The person is under 18 and cannot borrow or consent by himself (Civil Code art. 17-19)."""

    code = "MINOR_NOT_SUPPORTED"
    kind = RefusalKind.FORBIDDEN
    zh = "未满 18 周岁，暂不能使用本服务"
    en = "This service is not available to persons under 18"


class AccountBoundElsewhere(Refusal):
    """The WeChat account stands for another proved person already."""

    code = "ACCOUNT_BOUND_ELSEWHERE"
    zh = "该微信账号已由他人完成实名认证，请使用本人微信"
    en = "This WeChat account belongs to another proved person; please use your own"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """What someone says of himself, checked in form."""

    name: str
    resident_id: ResidentId
    phone: str


async def prove_person(
    database: Database,
    *,
    visitor: Visitor,
    name: str,
    resident_id: str,
    phone: str,
    code: str,
    verifier: IdentityVerifier,
    sealer: Sealer,
    request_id: str,
    now: datetime,
) -> UUID:
    """Prove that a visitor of the mini program is a certain person, and return that person's subject id.

    The same resident id is the same person, from whichever account: proved from a new one, the old one is unbound, so
    that it acts for him no more, and the event says so to whoever keeps its log-ins. An account that he had closed is
    open again, with what the law kept and without what was erased.

    :raises Invalid: if the name is not one (also what ``check_resident_id`` and ``check_phone`` raise)
    :raises MinorNotSupported: if the person is under 18
    :raises Unauthenticated: if WeChat never vouched for the account
    :raises PhoneCodeWrong: if the code is not the one sent to this phone; the failure is counted
    :raises PhoneCodeLocked: if five wrong ones were tried
    :raises IdentityNotProved: if name, resident id and phone are not one person's
    :raises IdentityServiceUnavailable: if the service gave no answer; the code stays good
    :raises AccountBoundElsewhere: if the account stands for another person
    """
    claim = _checked(name, resident_id, phone, now.astimezone(_SHANGHAI).date())
    stranger = Actor.anonymous(request_id)
    async with database.transaction(stranger, now=now) as session:
        expires_at = await take_phone_code(
            session, openid=visitor.openid, phone=claim.phone, code=code, sealer=sealer, now=now
        )
    try:
        proof = await verifier.verify_person(
            name=claim.name, resident_id=claim.resident_id.value, phone=claim.phone, now=now
        )
    except IdentityServiceUnavailable:
        async with database.transaction(stranger, now=now) as session:
            await give_phone_code_back(
                session,
                openid=visitor.openid,
                phone=claim.phone,
                expires_at=expires_at,
                sealer=sealer,
            )
        raise

    async def work(session: AsyncSession) -> UUID:
        return await _write(session, visitor, claim, proof, sealer=sealer, now=now)

    return await database.run(stranger, work, now=now)


def _checked(name: str, resident_id: str, phone: str, today: date) -> _Claim:
    full_name = "".join(name.split())
    if not MIN_NAME_CHARACTERS <= len(full_name) <= MAX_NAME_CHARACTERS:
        raise Invalid(
            field="name",
            reason_zh=f"应为 {MIN_NAME_CHARACTERS} 至 {MAX_NAME_CHARACTERS} 个字",
            reason_en=f"it has {MIN_NAME_CHARACTERS} to {MAX_NAME_CHARACTERS} characters",
        )
    checked_id = check_resident_id(resident_id, field="residentId", today=today)
    number = check_phone(phone, field="phone")
    if not is_adult(checked_id.birth_date, today):
        raise MinorNotSupported(field="residentId")
    return _Claim(name=full_name, resident_id=checked_id, phone=number)


async def _write(
    session: AsyncSession,
    visitor: Visitor,
    claim: _Claim,
    proof: PersonProof,
    *,
    sealer: Sealer,
    now: datetime,
) -> UUID:
    known = await person_behind(session, sealer, claim.resident_id.value)
    person_id = known or new_id(now)
    actor: Actor = session.info["actor"]
    # The platform writes what the service proved; the person stands on record beside it.
    await continue_as(
        session,
        replace(Actor.system(actor.request_id), person_id=person_id, subject_id=person_id),
    )
    if known is None:
        session.add(_subject(person_id, claim, now))
        door = resident_door(sealer, claim.resident_id.value)
        async with doorway(session):
            session.add(
                SubjectDoor(
                    blind_index=door.digest, subject_id=person_id, key_version=door.key_version
                )
            )
    else:
        await reopen(session, person_id, now=now)
        await _name_again(session, person_id, claim)
    await _seal_identity(session, person_id, claim, proof, sealer)
    await _bind(session, visitor, person_id, now)
    append_act(
        session,
        action="subjects.person.proved",
        now=now,
        object_type="subject",
        object_id=person_id,
        detail={"method": proof.method, "proof_ref": proof.proof_ref, "first": known is None},
    )
    return person_id


async def _name_again(session: AsyncSession, person_id: UUID, claim: _Claim) -> None:
    """Let a person be called what he has just been proved to be called: he may have another name, or had closed his account."""
    await session.execute(
        update(Subject)
        .where(Subject.id == person_id)
        .values(name=mask_name(claim.name), name_pinyin=pinyin_of(claim.name[0]))
    )


def _subject(person_id: UUID, claim: _Claim, now: datetime) -> Subject:
    # The region of a resident id is where it was first given: the best guess at a county until the person says more.
    return Subject(
        id=person_id,
        kind=SubjectKind.PERSON,
        name=mask_name(claim.name),
        # Only what the mask shows, else the sort key would tell the name.
        name_pinyin=pinyin_of(claim.name[0]),
        uscc=None,
        county_code=claim.resident_id.region,
        town_code=None,
        industry=None,
        registered_on=None,
        created_at=now,
    )


async def _seal_identity(
    session: AsyncSession, person_id: UUID, claim: _Claim, proof: PersonProof, sealer: Sealer
) -> None:
    identity = await session.get(PersonIdentity, person_id, with_for_update=True)
    if identity is None:
        identity = PersonIdentity(subject_id=person_id)
        session.add(identity)
    identity.name_sealed = sealer.seal(claim.name, purpose=NAME, row=person_id)
    identity.resident_id_sealed = sealer.seal(
        claim.resident_id.value, purpose=RESIDENT_ID, row=person_id
    )
    identity.phone_sealed = sealer.seal(claim.phone, purpose=PHONE, row=person_id)
    identity.proof_method = proof.method
    identity.proof_ref = proof.proof_ref
    identity.proved_at = proof.proved_at
    await session.flush()


async def _bind(session: AsyncSession, visitor: Visitor, person_id: UUID, now: datetime) -> None:
    """Bind the account to the person, and unbind the one he used before."""
    async with doorway(session):
        accounts = (
            await session.execute(
                select(WeChatAccount.openid, WeChatAccount.person_id)
                .where(
                    (WeChatAccount.openid == visitor.openid)
                    | (WeChatAccount.person_id == person_id)
                )
                .order_by(WeChatAccount.openid)
                .with_for_update()
            )
        ).all()
        bound = {account.openid: account.person_id for account in accounts}
        taken = bound.get(visitor.openid) not in (None, person_id)
        former = [openid for openid in bound if openid != visitor.openid]
        if not taken:
            await session.execute(
                update(WeChatAccount)
                .where(WeChatAccount.openid.in_(former))
                .values(person_id=None)
                .execution_options(synchronize_session=False)
            )
            await session.execute(
                update(WeChatAccount)
                .where(WeChatAccount.openid == visitor.openid)
                .values(person_id=person_id)
                .execution_options(synchronize_session=False)
            )
    if visitor.openid not in bound:
        raise Unauthenticated
    if taken:
        raise AccountBoundElsewhere
    for openid in former:
        # Consent, which keeps the log-ins, is above this context; meanwhile the account stands for nobody.
        await outbox.post(
            session, UNBOUND_TOPIC, {"openid": openid, "at": now.isoformat()}, now=now
        )
    if former:
        append_act(
            session,
            action="subjects.account.rebound",
            now=now,
            object_type="subject",
            object_id=person_id,
            detail={"accounts_unbound": len(former)},
        )
