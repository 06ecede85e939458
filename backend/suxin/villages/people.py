"""Who is in a household: what a village enters of a person, checked, sealed and found again by its index."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from suxin.kernel.actor import Actor
from suxin.kernel.identifiers import check_phone, check_resident_id
from suxin.kernel.ids import new_id
from suxin.kernel.masks import mask_name, mask_phone, mask_resident_id
from suxin.kernel.pinyin import pinyin_of
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import local_day
from suxin.villages import queries
from suxin.villages.models import Household, HouseholdMember
from suxin.villages.models.households import MEMBER_NAME, MEMBER_PHONE, MEMBER_RESIDENT_ID
from suxin.villages.policies import PERSON_READ
from suxin.villages.refusals import PersonInAnotherHousehold
from suxin.villages.registers import record
from suxin.villages.states import Relation
from suxin.villages.texts import checked_birth_year, checked_name


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MemberDraft:
    """What a village says of a person; a resident id tells the birth year. Printed without what it says."""

    name: str
    relation: Relation
    resident_id: str | None = None
    phone: str | None = None
    birth_year: int | None = None

    @override
    def __repr__(self) -> str:
        return f"MemberDraft({mask_name(self.name)}, {self.relation})"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Opened:
    """A member as he is called in full, printed masked; nothing more than masked where what was sealed is gone."""

    name: str
    resident_id: str | None
    phone: str | None

    @override
    def __repr__(self) -> str:
        shown = None if self.resident_id is None else mask_resident_id(self.resident_id)
        phone = None if self.phone is None else mask_phone(self.phone)
        return f"Opened({mask_name(self.name)}, {shown}, {phone})"


def checked_member(draft: MemberDraft, *, now: datetime) -> MemberDraft:
    """Return what a village says of a person in its one spelling.

    :raises Invalid: if the name, the birth year or the phone cannot be one
    :raises ResidentIdInvalid: if the resident id cannot be one
    """
    today = local_day(now)
    year, number = draft.birth_year, None
    if draft.resident_id:
        resident = check_resident_id(draft.resident_id, field="residentId", today=today)
        number, year = resident.value, resident.birth_date.year
    return MemberDraft(
        name=checked_name(draft.name),
        relation=draft.relation,
        resident_id=number,
        phone=check_phone(draft.phone, field="phone") if draft.phone else None,
        birth_year=checked_birth_year(year, today=today),
    )


async def require_elsewhere_nobody(
    session: AsyncSession,
    sealer: Sealer,
    tenant_id: UUID,
    drafts: Sequence[MemberDraft],
    *,
    but: UUID | None = None,
) -> None:
    """Refuse if one of some people is in a household of the village; ``but`` is a member who may be it.

    :raises PersonInAnotherHousehold: if one is
    """
    doors = [
        index
        for draft in drafts
        if draft.resident_id
        for index in sealer.blind_indexes(draft.resident_id, purpose=MEMBER_RESIDENT_ID)
    ]
    if not doors:
        return
    found = await session.scalar(
        select(Household.number)
        .join(
            HouseholdMember,
            (HouseholdMember.tenant_id == Household.tenant_id)
            & (HouseholdMember.household_id == Household.id),
        )
        .where(
            HouseholdMember.tenant_id == tenant_id,
            HouseholdMember.resident_id_index.in_(doors),
            HouseholdMember.left_at.is_(None),
            HouseholdMember.id != (but or tenant_id),
        )
        .limit(1)
    )
    if found is not None:
        raise PersonInAnotherHousehold(field="residentId", number=found)


def new_member(
    sealer: Sealer, household: Household, draft: MemberDraft, *, now: datetime
) -> HouseholdMember:
    """Return a checked person as a new member of a household."""
    member = HouseholdMember(
        tenant_id=household.tenant_id,
        id=new_id(now),
        household_id=household.id,
        subject_id=None,
        household_subject_id=household.subject_id,
        joined_at=now,
        left_at=None,
        left_because=None,
    )
    write_member(sealer, member, draft, now=now)
    return member


def write_member(
    sealer: Sealer, member: HouseholdMember, draft: MemberDraft, *, now: datetime
) -> None:
    """Write what a village says of a person, sealed; what it does not say is not kept."""
    row = member.id
    member.name_sealed = sealer.seal(draft.name, purpose=MEMBER_NAME, row=row)
    member.name_masked = mask_name(draft.name)
    # Only what the mask shows, else the sort key would tell the name.
    member.name_pinyin = pinyin_of(draft.name[0])
    member.relation = draft.relation
    member.birth_year = draft.birth_year
    member.phone_sealed = (
        sealer.seal(draft.phone, purpose=MEMBER_PHONE, row=row) if draft.phone else None
    )
    member.resident_id_sealed = member.resident_id_index = member.key_version = None
    if draft.resident_id:
        index = sealer.blind_index(draft.resident_id, purpose=MEMBER_RESIDENT_ID)
        member.resident_id_sealed = sealer.seal(
            draft.resident_id, purpose=MEMBER_RESIDENT_ID, row=row
        )
        member.resident_id_index, member.key_version = index.digest, index.key_version
    member.updated_at = now


def opened(sealer: Sealer, member: HouseholdMember) -> Opened:
    """Return a member as he is called in full; for whoever may, see ``open_member``."""
    row = member.id
    return Opened(
        name=(
            member.name_masked
            if member.name_sealed is None
            else sealer.open(member.name_sealed, purpose=MEMBER_NAME, row=row)
        ),
        resident_id=(
            None
            if member.resident_id_sealed is None
            else sealer.open(member.resident_id_sealed, purpose=MEMBER_RESIDENT_ID, row=row)
        ),
        phone=(
            None
            if member.phone_sealed is None
            else sealer.open(member.phone_sealed, purpose=MEMBER_PHONE, row=row)
        ),
    )


async def open_member(
    session: AsyncSession, actor: Actor, sealer: Sealer, *, member_id: UUID, now: datetime
) -> Opened:
    """Return a member as he is called in full, and put on record who looked.

    :raises Forbidden: if the actor may not read people in full
    :raises NotFound: if the village has no such member
    Source: PIPL art. 6, 54
    """
    actor.require(PERSON_READ)
    member = await queries.member(session, actor.own_tenant, member_id)
    record(session, "villages.member.opened", of=("household_member", member_id), now=now)
    return opened(sealer, member)
