"""A household becomes a credit subject: its head, who linked himself, agrees, and may then act for it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import Database
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import new_id
from suxin.kernel.pinyin import pinyin_of
from suxin.subjects.doors import uscc_door
from suxin.subjects.mandates import MANDATE_LIFE
from suxin.subjects.models import Mandate, MandateRole, Subject, SubjectDoor, SubjectKind
from suxin.subjects.queries import live_mandate
from suxin.villages import queries
from suxin.villages.linking import as_platform
from suxin.villages.models import Household, HouseholdMember, Village
from suxin.villages.notice import HouseholdNotice, require_current
from suxin.villages.numbers import register_number
from suxin.villages.refusals import HouseholdLinked, NotTheHead

_SUFFIX: Final = "家农户"
_PROOF: Final = "village_register_head"


async def agree_household_subject(
    database: Database,
    actor: Actor,
    *,
    tenant_id: UUID,
    household_id: UUID,
    notice_version: str,
    now: datetime,
) -> UUID:
    """Have the actor's household made a credit subject, for which he acts as its head; return the subject's id.

    Where it is one already, and he came to head it since or his mandate has run out, he agrees anew and acts for it from now on.

    :raises Forbidden: if no proved person acts
    :raises NoticeNotShown: if he was shown another wording
    :raises NotFound: if there is no such household
    :raises HouseholdElsewhere: if it is in the register no more
    :raises NotTheHead: if he is not its head, or not linked
    :raises HouseholdLinked: if he acts for it already
    Source: PIPL art. 13, 14, 17
    """
    person_id, notice = actor.own_person, require_current(notice_version)

    async def work(session: AsyncSession) -> UUID:
        village = await queries.lock_village(session, tenant_id)
        household = await queries.lock_household(session, tenant_id, household_id)
        household.require_active()
        member = await queries.household_of_person(session, tenant_id, person_id)
        if member is None or member.id != household.head_id:
            raise NotTheHead
        if household.subject_id is None:
            await _make(session, village, household, member, notice, now=now)
        subject_id = household.subject_id or household.id
        await _speak(session, household, person_id, subject_id, now=now)
        append_act(
            session,
            action="villages.household.agreed",
            now=now,
            tenant_id=tenant_id,
            subject_id=subject_id,
            object_type="household",
            object_id=household_id,
            detail={"notice": notice.version, "notice_sha256": notice.sha256},
        )
        return subject_id

    return await database.run(as_platform(actor), work, now=now)


async def end_former_heads(
    session: AsyncSession, *, tenant_id: UUID, household_id: UUID, now: datetime
) -> int:
    """End every mandate of somebody who heads a household no more; return how many. The platform's own work."""
    household = await queries.household(session, tenant_id, household_id)
    if household.subject_id is None:
        return 0
    head: UUID | None = None
    if household.head_id is not None:
        head = (await queries.member(session, tenant_id, household.head_id)).subject_id
    mandates = await session.scalars(
        select(Mandate)
        .where(
            Mandate.subject_id == household.subject_id,
            Mandate.role == MandateRole.HOUSEHOLD_HEAD,
            Mandate.ended_at.is_(None),
        )
        .with_for_update()
    )
    ended = [one for one in mandates if one.person_id != head]
    for one in ended:
        one.ended_at = now
        append_act(
            session,
            action="subjects.mandate.ended",
            now=now,
            subject_id=one.subject_id,
            object_type="mandate",
            object_id=one.id,
        )
    await session.flush()
    return len(ended)


async def _make(
    session: AsyncSession,
    village: Village,
    household: Household,
    head: HouseholdMember,
    notice: HouseholdNotice,
    *,
    now: datetime,
) -> None:
    number = register_number(village.code, village.next_serial)
    village.next_serial += 1
    subject_id = new_id(now)
    session.add(
        Subject(
            id=subject_id,
            kind=SubjectKind.HOUSEHOLD,
            # A household is known by its family name alone.
            name=head.name_masked[0] + _SUFFIX,
            name_pinyin=pinyin_of(head.name_masked[0] + _SUFFIX),
            uscc=number,
            county_code=village.code[:6],
            town_code=village.town_code,
            industry=None,
            registered_on=None,
            created_at=now,
        )
    )
    async with doorway(session):
        session.add(
            SubjectDoor(blind_index=uscc_door(number), subject_id=subject_id, key_version=None)
        )
    by = head.subject_id or subject_id
    household.link(
        subject_id=subject_id, number=number, by=by, notice_version=notice.version, now=now
    )
    await session.execute(
        update(HouseholdMember)
        .where(
            HouseholdMember.tenant_id == household.tenant_id,
            HouseholdMember.household_id == household.id,
            HouseholdMember.left_at.is_(None),
        )
        .values(household_subject_id=subject_id)
        .execution_options(synchronize_session=False)
    )
    await session.flush()


async def _speak(
    session: AsyncSession, household: Household, person_id: UUID, subject_id: UUID, *, now: datetime
) -> None:
    held = await live_mandate(session, person_id=person_id, subject_id=subject_id, now=now)
    if held is not None:
        raise HouseholdLinked
    await session.execute(
        update(Mandate)
        .where(
            Mandate.person_id == person_id,
            Mandate.subject_id == subject_id,
            Mandate.ended_at.is_(None),
        )
        .values(ended_at=Mandate.ends_at)
        .execution_options(synchronize_session=False)
    )
    session.add(
        Mandate(
            id=new_id(now),
            person_id=person_id,
            subject_id=subject_id,
            role=MandateRole.HOUSEHOLD_HEAD,
            proof_method=_PROOF,
            proof_ref=str(household.id),
            starts_at=now,
            ends_at=now + MANDATE_LIFE,
            ended_at=None,
        )
    )
    await session.flush()
