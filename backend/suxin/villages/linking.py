"""Who is who: a person proves in the mini program that he is in a household, by his resident id, or asks the village to say so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.masks import mask_name
from suxin.kernel.sealing import Sealer
from suxin.subjects.identities import Identity, identity_of
from suxin.villages import queries
from suxin.villages.models import Household, HouseholdLink, HouseholdMember
from suxin.villages.models.households import MEMBER_RESIDENT_ID
from suxin.villages.policies import LINK_DECIDE
from suxin.villages.refusals import (
    HouseholdUnknown,
    LinkAsked,
    MemberLinked,
    MemberProvable,
    NotInRegister,
    TooManyLinksAsked,
    VillageUnknown,
    link_missing,
    member_missing,
)
from suxin.villages.registers import record, recount, take_register
from suxin.villages.speaking import post_heads
from suxin.villages.states import HouseholdState, LinkState
from suxin.villages.texts import MAX_NUMBER, MAX_REASON, checked_text

MAX_ASKED: Final = 3
"""How many villages somebody waits for at once (proposed)."""
PAGE: Final = "/pages/household/index"
"""The mini program's page about one's household."""
_OPEN: Final = (LinkState.ASKED, LinkState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Linked:
    """A household that a person is linked to."""

    tenant_id: UUID
    household_id: UUID


async def link_by_resident_id(
    database: Database, actor: Actor, *, sealer: Sealer, now: datetime
) -> Sequence[Linked]:
    """Link the actor to whichever members of households have his resident id; return all households that he is linked to so.

    Doing it again changes nothing.

    :raises Forbidden: if no proved person acts
    :raises NotFound: if he proved no identity
    :raises NotInRegister: if no register has a member with his resident id
    Source: PIPL art. 6 (a village's list is not joined with the city's subjects but by the person himself)
    """
    person_id = actor.own_person
    identity = await _identity(database, actor, sealer, now=now)
    doors = sealer.blind_indexes(identity.resident_id, purpose=MEMBER_RESIDENT_ID)

    async def work(session: AsyncSession) -> Sequence[Linked]:
        found = (await session.scalars(_behind(doors))).all()
        linked = []
        for tenant_id in sorted({one.tenant_id for one in found}):
            await queries.lock_village(session, tenant_id)
            # Read anew under the register's turn: he may have left meanwhile.
            member = await session.scalar(
                _behind(doors)
                .where(HouseholdMember.tenant_id == tenant_id)
                .execution_options(populate_existing=True)
            )
            if member is None:
                continue
            await _join(session, member, person_id, identity, now=now)
            linked.append(Linked(tenant_id, member.household_id))
        if not linked:
            raise NotInRegister
        return linked

    return await database.run(as_platform(actor), work, now=now)


async def ask_to_be_linked(
    database: Database,
    actor: Actor,
    *,
    village_code: str,
    household_number: str,
    sealer: Sealer,
    now: datetime,
) -> UUID:
    """Say that the actor is in a household of a village, for the village to confirm; return the request's id.

    :raises Forbidden: if no proved person acts
    :raises NotFound: if he proved no identity
    :raises VillageUnknown, HouseholdUnknown: if there is no such village or household
    :raises LinkAsked: if he asked in that village before, or is linked there
    :raises TooManyLinksAsked: if he waits for as many answers as one may
    """
    person_id = actor.own_person
    identity = await _identity(database, actor, sealer, now=now)

    async def work(session: AsyncSession) -> UUID:
        turn = func.hashtextextended(f"villages.links:{person_id}", 0)
        await session.execute(select(func.pg_advisory_xact_lock(turn)))
        household = await _named(session, village_code, household_number)
        await _require_may_ask(session, person_id, household.tenant_id)
        link = _link(household, person_id, identity, LinkState.ASKED, None, now=now)
        session.add(link)
        record(
            session,
            "villages.link.asked",
            of=("household_link", link.id),
            now=now,
            tenant_id=household.tenant_id,
        )
        await notices.notify_tenant(
            session,
            tenant_id=household.tenant_id,
            permission=LINK_DECIDE,
            template="household_link_asked",
            title="村民申请关联农户",
            body=f"{link.name_masked} 申请关联户号 {household.number}，请核实后答复。",
            link="/desk/village/links",
            now=now,
        )
        return link.id

    return await database.run(as_platform(actor), work, now=now)


async def end_own_link(database: Database, actor: Actor, *, link_id: UUID, now: datetime) -> None:
    """Be linked to a household no more, or ask for it no more; what the village itself keeps stays.

    :raises Forbidden: if no proved person acts
    :raises NotFound: if it is none of his
    :raises LinkElsewhere: if it was answered with no, or has ended
    """
    person_id = actor.own_person

    async def work(session: AsyncSession) -> None:
        found = await session.scalar(
            select(HouseholdLink).where(
                HouseholdLink.id == link_id, HouseholdLink.person_id == person_id
            )
        )
        if found is None:
            raise link_missing()
        await queries.lock_village(session, found.tenant_id)
        await session.refresh(found)
        found.end(now=now)
        member = await queries.household_of_person(session, found.tenant_id, person_id)
        if member is not None:
            member.subject_id, member.updated_at = None, now
            household = await queries.household(session, found.tenant_id, member.household_id)
            await post_heads(session, household, now=now)
        record(
            session,
            "villages.link.ended",
            of=("household_link", link_id),
            now=now,
            tenant_id=found.tenant_id,
        )
        await recount(session, found.tenant_id, now=now)

    await database.run(as_platform(actor), work, now=now)


async def confirm_link(
    session: AsyncSession, actor: Actor, *, link_id: UUID, member_id: UUID, now: datetime
) -> HouseholdLink:
    """Say which member of the household somebody is who asked.

    :raises Forbidden, NotFound, RegisterMerged: see ``take_register``
    :raises NotFound: if the village has no such request, or the household no such member
    :raises LinkElsewhere: if it was answered before
    :raises MemberLinked: if the member is linked to a person
    :raises MemberProvable: if the register has the member's resident id, by which he proves himself
    """
    village = await take_register(session, actor, LINK_DECIDE)
    link = await queries.own_link(session, village.tenant_id, link_id)
    member = await queries.member(session, village.tenant_id, member_id)
    await session.refresh(member)
    if member.left_at is not None or member.household_id != link.household_id:
        raise member_missing()
    if member.resident_id_index is not None:
        raise MemberProvable(field="memberId")
    if member.subject_id is not None:
        raise MemberLinked(field="memberId")
    link.confirm(member_id, by=actor.own_staff, now=now)
    member.subject_id, member.updated_at = link.person_id, now
    record(session, "villages.link.confirmed", of=("household_link", link_id), now=now)
    await _tell(session, link, "村居已确认您的农户关联", now=now)
    await recount(session, village.tenant_id, now=now)
    return link


async def decline_link(
    session: AsyncSession, actor: Actor, *, link_id: UUID, reason: str, now: datetime
) -> HouseholdLink:
    """Say that somebody who asked is not in the household, and why.

    :raises Forbidden, NotFound, RegisterMerged: see ``take_register``
    :raises Invalid: if no reason is given
    :raises LinkElsewhere: if it was answered before
    """
    village = await take_register(session, actor, LINK_DECIDE)
    why = checked_text(reason, field="reason", least=1, most=MAX_REASON)
    link = await queries.own_link(session, village.tenant_id, link_id)
    link.decline(why, by=actor.own_staff, now=now)
    record(session, "villages.link.declined", of=("household_link", link_id), now=now)
    await _tell(session, link, f"村居未通过您的农户关联申请：{why}", now=now)
    await session.flush()
    return link


def as_platform(actor: Actor) -> Actor:
    """Return the platform, which alone reads several registers, with the person who had it do so beside it on record."""
    return replace(Actor.system(actor.request_id), person_id=actor.own_person)


async def _identity(database: Database, actor: Actor, sealer: Sealer, *, now: datetime) -> Identity:
    async with database.transaction(actor, now=now) as session:
        return await identity_of(session, sealer, actor.own_person)


def _behind(doors: Sequence[bytes]) -> Select[HouseholdMember]:
    return (
        select(HouseholdMember)
        .join(
            Household,
            (Household.tenant_id == HouseholdMember.tenant_id)
            & (Household.id == HouseholdMember.household_id),
        )
        .where(
            HouseholdMember.resident_id_index.in_(doors),
            HouseholdMember.left_at.is_(None),
            Household.state == HouseholdState.ACTIVE,
        )
    )


async def _join(
    session: AsyncSession,
    member: HouseholdMember,
    person_id: UUID,
    identity: Identity,
    *,
    now: datetime,
) -> None:
    """Link a member to the person whose resident id he has, unless he is linked so already."""
    if member.subject_id == person_id:
        return
    link = await session.scalar(
        select(HouseholdLink)
        .where(
            HouseholdLink.tenant_id == member.tenant_id,
            HouseholdLink.person_id == person_id,
            HouseholdLink.state.in_(_OPEN),
        )
        .with_for_update()
    )
    if link is not None:
        # He asked before the register had his resident id: the number says which member he is.
        link.end(now=now)
        await session.flush()
    before = await queries.household_of_person(session, member.tenant_id, person_id)
    if before is not None:
        before.subject_id, before.updated_at = None, now
        await session.flush()
    household = await queries.household(session, member.tenant_id, member.household_id)
    made = _link(household, person_id, identity, LinkState.CONFIRMED, member.id, now=now)
    session.add(made)
    member.subject_id, member.updated_at = person_id, now
    record(
        session,
        "villages.link.proved",
        of=("household_link", made.id),
        now=now,
        tenant_id=member.tenant_id,
    )
    await recount(session, member.tenant_id, now=now)


async def _named(session: AsyncSession, village_code: str, number: str) -> Household:
    village = await queries.village_at(session, village_code.strip())
    if village is None:
        raise VillageUnknown(field="villageCode", area_code=village_code.strip()[:12])
    household = await queries.household_numbered(session, village.tenant_id, number.strip())
    if household is None or household.state is not HouseholdState.ACTIVE:
        raise HouseholdUnknown(field="householdNumber", number=number.strip()[:MAX_NUMBER])
    return household


async def _require_may_ask(session: AsyncSession, person_id: UUID, tenant_id: UUID) -> None:
    links = (
        await session.scalars(
            select(HouseholdLink).where(
                HouseholdLink.person_id == person_id, HouseholdLink.state.in_(_OPEN)
            )
        )
    ).all()
    if any(one.tenant_id == tenant_id for one in links):
        raise LinkAsked
    if sum(one.state is LinkState.ASKED for one in links) >= MAX_ASKED:
        raise TooManyLinksAsked(limit=MAX_ASKED)


def _link(
    household: Household,
    person_id: UUID,
    identity: Identity,
    state: LinkState,
    member_id: UUID | None,
    *,
    now: datetime,
) -> HouseholdLink:
    return HouseholdLink(
        tenant_id=household.tenant_id,
        id=new_id(now),
        household_id=household.id,
        member_id=member_id,
        person_id=person_id,
        name_masked=mask_name(identity.name),
        state=state,
        asked_at=now,
        decided_by=None,
        decided_at=now if state is LinkState.CONFIRMED else None,
        reason=None,
        ended_at=None,
    )


async def _tell(session: AsyncSession, link: HouseholdLink, body: str, *, now: datetime) -> None:
    await notices.notify_person(
        session,
        person_id=link.person_id,
        template="household_link_answered",
        title="农户关联申请已答复",
        body=body,
        link=PAGE,
        facts={"result": body[:20]},
        now=now,
    )
