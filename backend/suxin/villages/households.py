"""Households: registered, changed, moved away and back, merged, split; and who joins and leaves them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.sealing import Sealer
from suxin.villages import queries
from suxin.villages.drafts import HouseholdDraft
from suxin.villages.models import Household, HouseholdMember, Village
from suxin.villages.people import (
    MemberDraft,
    checked_member,
    new_member,
    require_elsewhere_nobody,
    write_member,
)
from suxin.villages.placing import checked_place, new_household, require_room, write_place
from suxin.villages.policies import REGISTER_MANAGE
from suxin.villages.refusals import (
    HeadMissing,
    HeadStays,
    HouseholdFull,
    SameHousehold,
    member_missing,
)
from suxin.villages.registers import record, recount, take_register
from suxin.villages.speaking import end_links_of, post_heads
from suxin.villages.states import LeaveReason, Relation
from suxin.villages.texts import MAX_MEMBERS, MAX_REASON, checked_text


async def register_household(
    session: AsyncSession,
    actor: Actor,
    *,
    draft: HouseholdDraft,
    members: Sequence[MemberDraft],
    sealer: Sealer,
    now: datetime,
) -> Household:
    """Add a household with everybody who is in it, of whom one is its head.

    :raises Forbidden: if the actor may not manage the register
    :raises NotFound, RegisterMerged: see ``take_register``
    :raises Invalid: if a text or a person's data cannot be right (also what ``checked_member`` raises)
    :raises HouseholdNumberTaken: if another household has the number
    :raises HeadMissing: if not one of them is the head
    :raises HouseholdFull, RegisterFull: if there are more than there may be
    :raises PersonInAnotherHousehold: if somebody is in another household of the village
    :raises GridEnded: if the grid is used no more
    """
    village = await take_register(session, actor, REGISTER_MANAGE)
    household = await add_household(session, village, draft, members, sealer=sealer, now=now)
    record(session, "villages.household.registered", of=("household", household.id), now=now)
    await recount(session, village.tenant_id, now=now)
    return household


async def add_household(
    session: AsyncSession,
    village: Village,
    draft: HouseholdDraft,
    members: Sequence[MemberDraft],
    *,
    sealer: Sealer,
    now: datetime,
) -> Household:
    """Add a household to a register whose turn the transaction has; see ``register_household``."""
    people = [checked_member(one, now=now) for one in members]
    require_one_head(people)
    where = await checked_place(session, village.tenant_id, draft)
    await require_room(session, village.tenant_id)
    await require_elsewhere_nobody(session, sealer, village.tenant_id, people)
    household = new_household(village.tenant_id, where, now=now)
    session.add(household)
    await session.flush()
    added = [new_member(sealer, household, one, now=now) for one in people]
    session.add_all(added)
    household.head_id = next(one.id for one in added if one.relation is Relation.HEAD)
    await session.flush()
    return household


async def change_household(
    session: AsyncSession,
    actor: Actor,
    *,
    household_id: UUID,
    draft: HouseholdDraft,
    now: datetime,
) -> Household:
    """Say otherwise where a household is: its number, group, door or grid.

    :raises Forbidden, NotFound, RegisterMerged: see ``take_register``
    :raises HouseholdElsewhere: if it is in the register no more
    :raises Invalid, HouseholdNumberTaken, GridEnded: see ``register_household``
    """
    village = await take_register(session, actor, REGISTER_MANAGE)
    household = await queries.lock_household(session, village.tenant_id, household_id)
    household.require_active()
    where = await checked_place(session, village.tenant_id, draft, but=household_id)
    write_place(household, where, now=now)
    record(session, "villages.household.changed", of=("household", household_id), now=now)
    await recount(session, village.tenant_id, now=now)
    return household


async def move_household_away(
    session: AsyncSession, actor: Actor, *, household_id: UUID, reason: str, now: datetime
) -> Household:
    """Count a household no more, because it lives elsewhere; who is in it stays on record with it.

    :raises Forbidden, NotFound, RegisterMerged: see ``take_register``
    :raises Invalid: if no reason is given
    :raises HouseholdElsewhere: if it is in the register no more
    """
    village = await take_register(session, actor, REGISTER_MANAGE)
    why = checked_text(reason, field="reason", least=1, most=MAX_REASON)
    household = await queries.lock_household(session, village.tenant_id, household_id)
    household.move_away(why, now=now)
    record(session, "villages.household.moved_away", of=("household", household_id), now=now)
    await recount(session, village.tenant_id, now=now)
    return household


async def bring_household_back(
    session: AsyncSession, actor: Actor, *, household_id: UUID, now: datetime
) -> Household:
    """Count a household again that had moved away.

    :raises Forbidden, NotFound, RegisterMerged: see ``take_register``
    :raises HouseholdElsewhere: if it had not moved away
    """
    village = await take_register(session, actor, REGISTER_MANAGE)
    household = await queries.lock_household(session, village.tenant_id, household_id)
    household.come_back(now=now)
    record(session, "villages.household.came_back", of=("household", household_id), now=now)
    await recount(session, village.tenant_id, now=now)
    return household


async def merge_households(
    session: AsyncSession, actor: Actor, *, household_id: UUID, into_id: UUID, now: datetime
) -> Household:
    """Have a household take in everybody of another one, which is counted no more; return the one that stays.

    :raises Forbidden, NotFound, RegisterMerged: see ``take_register``
    :raises SameHousehold: if it is one and the same
    :raises HouseholdElsewhere: if either is in the register no more
    :raises HouseholdFull: if they are too many together
    """
    village = await take_register(session, actor, REGISTER_MANAGE)
    if household_id == into_id:
        raise SameHousehold(field="intoId")
    both = {
        one: await queries.lock_household(session, village.tenant_id, one)
        for one in sorted((household_id, into_id))
    }
    former, stays = both[household_id], both[into_id]
    stays.require_active()
    moving = await queries.members_of(session, village.tenant_id, household_id)
    staying = await queries.members_of(session, village.tenant_id, into_id)
    if len(moving) + len(staying) > MAX_MEMBERS:
        raise HouseholdFull(limit=MAX_MEMBERS)
    former.merge_into(into_id, now=now)
    for one in moving:
        relation = Relation.OTHER if one.relation is Relation.HEAD else one.relation
        one.move_to(stays, relation, now=now)
    stays.updated_at = now
    await post_heads(session, former, now=now)
    record(
        session,
        "villages.household.merged",
        of=("household", household_id),
        now=now,
        detail={"into": str(into_id), "members": len(moving)},
    )
    await recount(session, village.tenant_id, now=now)
    return stays


async def split_household(
    session: AsyncSession,
    actor: Actor,
    *,
    household_id: UUID,
    draft: HouseholdDraft,
    member_ids: Collection[UUID],
    head_id: UUID,
    now: datetime,
) -> Household:
    """Make a household of its own of some members of one, headed by one of them; return the new one.

    :raises Forbidden, NotFound, RegisterMerged: see ``take_register``
    :raises HouseholdElsewhere: if it is in the register no more
    :raises HeadMissing: if the new head is none of those who go
    :raises HeadStays: if the head of the old household would go, or nobody would be left
    :raises Invalid, HouseholdNumberTaken, RegisterFull, GridEnded: see ``register_household``
    """
    village = await take_register(session, actor, REGISTER_MANAGE)
    household = await queries.lock_household(session, village.tenant_id, household_id)
    household.require_active()
    present = await queries.members_of(session, village.tenant_id, household_id)
    going = [one for one in present if one.id in set(member_ids)]
    if head_id not in {one.id for one in going}:
        raise HeadMissing(field="headId", heads=0)
    if household.head_id in {one.id for one in going}:
        raise HeadStays(field="memberIds")
    where = await checked_place(session, village.tenant_id, draft)
    await require_room(session, village.tenant_id)
    made = new_household(village.tenant_id, where, split_from=household_id, now=now)
    session.add(made)
    await session.flush()
    for one in going:
        relation = Relation.HEAD if one.id == head_id else Relation.OTHER
        one.move_to(made, relation, now=now)
    made.head_id, household.updated_at = head_id, now
    record(
        session,
        "villages.household.split",
        of=("household", household_id),
        now=now,
        detail={"made": str(made.id), "members": len(going)},
    )
    await recount(session, village.tenant_id, now=now)
    return made


async def add_member(
    session: AsyncSession,
    actor: Actor,
    *,
    household_id: UUID,
    draft: MemberDraft,
    sealer: Sealer,
    now: datetime,
) -> HouseholdMember:
    """Add somebody to a household: born, married in, moved in.

    :raises Forbidden, NotFound, RegisterMerged: see ``take_register``
    :raises HouseholdElsewhere: if the household is in the register no more
    :raises HeadMissing: if he is called its head, which it has
    :raises HouseholdFull: if it has as many members as one may have
    :raises Invalid, PersonInAnotherHousehold: see ``register_household``
    """
    village = await take_register(session, actor, REGISTER_MANAGE)
    household = await queries.lock_household(session, village.tenant_id, household_id)
    household.require_active()
    checked = checked_member(draft, now=now)
    if checked.relation is Relation.HEAD:
        raise HeadMissing(field="relation", heads=2)
    if len(await queries.members_of(session, village.tenant_id, household_id)) >= MAX_MEMBERS:
        raise HouseholdFull(limit=MAX_MEMBERS)
    await require_elsewhere_nobody(session, sealer, village.tenant_id, [checked])
    member = new_member(sealer, household, checked, now=now)
    session.add(member)
    record(session, "villages.member.added", of=("household_member", member.id), now=now)
    await recount(session, village.tenant_id, now=now)
    return member


async def change_member(
    session: AsyncSession,
    actor: Actor,
    *,
    member_id: UUID,
    draft: MemberDraft,
    sealer: Sealer,
    now: datetime,
) -> HouseholdMember:
    """Put right what the village says of somebody; who heads the household is changed by ``name_head``.

    :raises Forbidden, NotFound, RegisterMerged: see ``take_register``
    :raises HouseholdElsewhere: if the household is in the register no more
    :raises HeadMissing: if he would be a second head, or the household have none
    :raises Invalid, PersonInAnotherHousehold: see ``register_household``
    """
    village = await take_register(session, actor, REGISTER_MANAGE)
    member = await lock_present(session, village.tenant_id, member_id)
    checked = checked_member(draft, now=now)
    heads = (member.relation is Relation.HEAD, checked.relation is Relation.HEAD)
    if heads[0] is not heads[1]:
        raise HeadMissing(field="relation", heads=0 if heads[0] else 2)
    await require_elsewhere_nobody(session, sealer, village.tenant_id, [checked], but=member_id)
    write_member(sealer, member, checked, now=now)
    record(session, "villages.member.changed", of=("household_member", member_id), now=now)
    await session.flush()
    return member


async def name_head(
    session: AsyncSession, actor: Actor, *, member_id: UUID, now: datetime
) -> Household:
    """Let another member head his household; whoever acted for it as its head acts for it no more.

    :raises Forbidden, NotFound, RegisterMerged: see ``take_register``
    :raises HouseholdElsewhere: if the household is in the register no more
    """
    village = await take_register(session, actor, REGISTER_MANAGE)
    member = await lock_present(session, village.tenant_id, member_id)
    household = await queries.lock_household(session, village.tenant_id, member.household_id)
    for one in await queries.members_of(session, village.tenant_id, household.id):
        if one.relation is Relation.HEAD:
            one.relation, one.updated_at = Relation.OTHER, now
    member.relation, member.updated_at = Relation.HEAD, now
    household.head_id, household.updated_at = member_id, now
    await post_heads(session, household, now=now)
    record(session, "villages.household.head_named", of=("household", household.id), now=now)
    await session.flush()
    return household


async def leave_household(
    session: AsyncSession, actor: Actor, *, member_id: UUID, reason: LeaveReason, now: datetime
) -> HouseholdMember:
    """Say that somebody is in his household no more: moved, married out, died, or entered by mistake.

    :raises Forbidden, NotFound, RegisterMerged: see ``take_register``
    :raises HouseholdElsewhere: if the household is in the register no more
    :raises HeadStays: if he heads it
    """
    village = await take_register(session, actor, REGISTER_MANAGE)
    member = await lock_present(session, village.tenant_id, member_id)
    if member.relation is Relation.HEAD:
        raise HeadStays(field="memberId")
    member.leave(reason, now=now)
    await end_links_of(session, member, now=now)
    record(
        session,
        "villages.member.left",
        of=("household_member", member_id),
        now=now,
        detail={"reason": reason.value},
    )
    await recount(session, village.tenant_id, now=now)
    return member


async def lock_present(session: AsyncSession, tenant_id: UUID, member_id: UUID) -> HouseholdMember:
    """Return a member who is in a household that the register counts; the transaction has the register's turn.

    :raises NotFound: if the village has no such member, or he has left
    :raises HouseholdElsewhere: if the household is in the register no more
    """
    member = await queries.member(session, tenant_id, member_id)
    await session.refresh(member)
    if member.left_at is not None:
        raise member_missing()
    household = await queries.household(session, tenant_id, member.household_id)
    household.require_active()
    return member


def require_one_head(members: Sequence[MemberDraft]) -> None:
    """Refuse unless one of some people heads them, and they are not too many.

    :raises HeadMissing: if none or several do
    :raises HouseholdFull: if they are too many
    """
    heads = sum(one.relation is Relation.HEAD for one in members)
    if heads != 1:
        raise HeadMissing(field="members", heads=heads)
    if len(members) > MAX_MEMBERS:
        raise HouseholdFull(limit=MAX_MEMBERS)
