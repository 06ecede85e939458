"""Mandates: a natural person proves that he is a firm's legal representative and may then act for it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import Database
from suxin.kernel.identifiers import check_uscc
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.sealing import Sealer
from suxin.subjects.doors import subject_behind, uscc_door
from suxin.subjects.identities import Identity, identity_of
from suxin.subjects.identity import IdentityVerifier, RepresentativeProof
from suxin.subjects.models import MANDATE_KEPT_DAYS, Mandate, MandateRole
from suxin.subjects.queries import live_mandate

MANDATE_LIFE: Final = timedelta(days=365)
"""A legal representative proves it again after a year, proposed default (demo configuration)."""

KEPT_FOR: Final = timedelta(days=MANDATE_KEPT_DAYS)


class SubjectUnknown(Refusal):
    """The city's registry data has no organisation with this credit code."""

    code = "SUBJECT_UNKNOWN"
    zh = "本市登记数据中没有该统一社会信用代码的主体"
    en = "The city's registry data has no organisation with this unified social credit code"


@dataclass(frozen=True, slots=True)
class _Before:
    """What is known before the registry is asked."""

    subject_id: UUID
    identity: Identity
    live: bool


async def prove_mandate(
    database: Database,
    actor: Actor,
    *,
    uscc: str,
    verifier: IdentityVerifier,
    sealer: Sealer,
    now: datetime,
) -> UUID:
    """Prove that the actor is a firm's legal representative; return the firm's subject id.

    A live mandate is left as it is. The registry is asked outside any transaction.

    :raises Forbidden: if no proved person acts
    :raises UsccMalformed: if ``uscc`` is not a credit code
    :raises UsccChecksum: if its check character is wrong
    :raises SubjectUnknown: if the city's registry data has no such organisation
    :raises NotLegalRepresentative: if the registry names someone else
    :raises FirmNotRegistered: if the registry knows no such firm
    :raises IdentityServiceUnavailable: if the registry gave no answer
    """
    person_id, code = actor.own_person, check_uscc(uscc, field="uscc")
    async with database.transaction(actor, now=now) as session:
        before = await _look_up(session, person_id, code, sealer, now)
    if before.live:
        return before.subject_id
    proof = await verifier.verify_legal_representative(
        uscc=code, name=before.identity.name, resident_id=before.identity.resident_id, now=now
    )

    async def work(session: AsyncSession) -> UUID:
        return await _write(session, person_id, before.subject_id, proof, now)

    # The platform writes what the registry proved; the person stands on record beside it.
    platform = replace(Actor.system(actor.request_id), person_id=person_id)
    return await database.run(platform, work, now=now)


async def end_mandate(
    session: AsyncSession, actor: Actor, *, mandate_id: UUID, now: datetime
) -> None:
    """End one's own mandate; it admits nothing from the next request on.

    :raises Forbidden: if no proved person acts
    :raises NotFound: if he holds no such mandate that has not ended
    """
    mandate = await session.scalar(
        select(Mandate)
        .where(Mandate.id == mandate_id, Mandate.person_id == actor.own_person)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if mandate is None or mandate.ended_at is not None:
        raise NotFound(thing_zh="代理授权", thing_en="mandate")
    mandate.ended_at = now
    append_act(
        session,
        action="subjects.mandate.ended",
        now=now,
        subject_id=mandate.subject_id,
        object_type="mandate",
        object_id=mandate.id,
    )


async def _look_up(
    session: AsyncSession, person_id: UUID, uscc: str, sealer: Sealer, now: datetime
) -> _Before:
    identity = await identity_of(session, sealer, person_id)
    subject_id = await subject_behind(session, uscc_door(uscc))
    if subject_id is None:
        raise SubjectUnknown(field="uscc")
    mandate = await live_mandate(session, person_id=person_id, subject_id=subject_id, now=now)
    return _Before(subject_id, identity, live=mandate is not None)


async def _write(
    session: AsyncSession,
    person_id: UUID,
    subject_id: UUID,
    proof: RepresentativeProof,
    now: datetime,
) -> UUID:
    held = await session.scalar(
        select(Mandate)
        .where(
            Mandate.person_id == person_id,
            Mandate.subject_id == subject_id,
            Mandate.ended_at.is_(None),
        )
        .with_for_update()
    )
    if held is not None and held.starts_at <= now < held.ends_at:
        return subject_id
    if held is not None:
        held.ended_at = held.ends_at
        await session.flush()
    mandate_id = new_id(now)
    session.add(
        Mandate(
            id=mandate_id,
            person_id=person_id,
            subject_id=subject_id,
            role=MandateRole.LEGAL_REPRESENTATIVE,
            proof_method=proof.method,
            proof_ref=proof.proof_ref,
            starts_at=now,
            ends_at=now + MANDATE_LIFE,
            ended_at=None,
        )
    )
    append_act(
        session,
        action="subjects.mandate.proved",
        now=now,
        subject_id=subject_id,
        object_type="mandate",
        object_id=mandate_id,
        detail={"method": proof.method, "proof_ref": proof.proof_ref},
    )
    return subject_id


async def forget_mandates(session: AsyncSession, *, now: datetime, limit: int) -> int:
    """Erase at most ``limit`` mandates that ended three years ago or longer; return how many.

    A duty of the platform. That a mandate was proved, and how, stays in the audit stream; the row policy lets none go earlier.

    Source: PIPL art. 19; 民法典 art. 188
    """
    over = (
        select(Mandate.id)
        .where(func.least(Mandate.ended_at, Mandate.ends_at) <= now - KEPT_FOR)
        .order_by(Mandate.id)
        .limit(limit)
    )
    gone = (
        await session.execute(
            delete(Mandate)
            .where(Mandate.id.in_(over))
            .returning(Mandate.id, Mandate.subject_id)
            .execution_options(synchronize_session=False)
        )
    ).all()
    for row in gone:
        append_act(
            session,
            action="subjects.mandate.forgotten",
            now=now,
            subject_id=row.subject_id,
            object_type="mandate",
            object_id=row.id,
        )
    return len(gone)
