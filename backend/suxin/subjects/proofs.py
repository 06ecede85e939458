"""Real-name proof of a natural person (实名认证).

The order is: the form of what was typed, possession of the phone, then the trusted identity service, asked outside any
transaction, and at last one transaction that writes subject, sealed identity, door and the bound account. A code is
used up before the service is asked, so that one code never pays for many guesses at a name; it is given back when the
service could not be reached.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import Database
from suxin.kernel.doorways import doorway
from suxin.kernel.refusals import Refusal, Unauthenticated
from suxin.kernel.sealing import Sealer
from suxin.subjects.identity import IdentityServiceUnavailable, IdentityVerifier, PersonProof
from suxin.subjects.models import WeChatAccount
from suxin.subjects.persons import PersonClaim, checked_claim, write_person
from suxin.subjects.phone_codes import give_phone_code_back, take_phone_code
from suxin.subjects.visitors import Visitor

UNBOUND_TOPIC = "subjects.account.unbound"
"""Another account was proved for the person: with which one he was told before, and when that ended."""


class AccountBoundElsewhere(Refusal):
    """The WeChat account stands for another proved person already."""

    code = "ACCOUNT_BOUND_ELSEWHERE"
    zh = "该微信账号已由他人完成实名认证，请使用本人微信"
    en = "This WeChat account belongs to another proved person; please use your own"


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
    claim = checked_claim(name=name, resident_id=resident_id, now=now, phone=phone)
    number = claim.own_phone
    stranger = Actor.anonymous(request_id)
    async with database.transaction(stranger, now=now) as session:
        expires_at = await take_phone_code(
            session, openid=visitor.openid, phone=number, code=code, sealer=sealer, now=now
        )
    try:
        proof = await verifier.verify_person(
            name=claim.name, resident_id=claim.resident_id.value, phone=number, now=now
        )
    except IdentityServiceUnavailable:
        async with database.transaction(stranger, now=now) as session:
            await give_phone_code_back(
                session,
                openid=visitor.openid,
                phone=number,
                expires_at=expires_at,
                sealer=sealer,
            )
        raise

    async def work(session: AsyncSession) -> UUID:
        return await _write(session, visitor, claim, proof, sealer=sealer, now=now)

    return await database.run(stranger, work, now=now)


async def _write(
    session: AsyncSession,
    visitor: Visitor,
    claim: PersonClaim,
    proof: PersonProof,
    *,
    sealer: Sealer,
    now: datetime,
) -> UUID:
    person_id = await write_person(session, claim, proof, detail={}, sealer=sealer, now=now)
    await _bind(session, visitor, person_id, now)
    return person_id


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
