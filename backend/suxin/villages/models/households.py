"""Households, and who is in them."""

from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    PERSON,
    SUBJECT,
    Reader,
    batch,
    exists,
    owner_tenant,
    system,
    when,
)
from suxin.kernel.sealed_columns import indexed, sealed
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import READ_WRITE, Table, append_and_change
from suxin.villages.states import HouseholdElsewhere, HouseholdState, LeaveReason, Relation

MEMBER_NAME: Final = "villages.member.name"
MEMBER_PHONE: Final = "villages.member.phone"
MEMBER_RESIDENT_ID: Final = "villages.member.resident_id"
"""The purposes for which a member's fields are sealed, and his resident id indexed: no index of the city's subjects is like it."""

_VILLAGE: Final = frozenset({Party.TENANT})
_H: Final = HouseholdState


class Household(Table):
    """A household of a village. ``head_id`` is the member who heads it; ``subject_id`` the credit subject that he had made of it.

    ``came_from`` is the tenant in whose register it was before a merger; ``merged_into`` the household that took it in, ``split_from`` the one
    that it was part of. ``register_number`` is its number of the rural register, given with its subject.
    """

    __tablename__ = "households"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "number", "group_name", "address", "grid_id", "head_id", "state", "merged_into", "subject_id",
        "register_number", "linked_by", "linked_at", "notice_version", "updated_at", "ended_at", "reason",
    )  # fmt: skip
    __batch_privileges__: ClassVar[tuple[str, ...]] = READ_WRITE
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("household_itself", f"subject_id = {SUBJECT}"),
        when(
            "member",
            exists(
                "household_members m",
                "m.tenant_id = {row}.tenant_id and m.household_id = {row}.id"
                f" and m.subject_id = {PERSON} and m.left_at is null",
            ),
        ),
        system(),
        batch(),
    )
    __machine__: ClassVar[StateMachine[HouseholdState]] = StateMachine(
        begins={_H.ACTIVE: _VILLAGE},
        steps=(
            Step(leaves=frozenset({_H.ACTIVE}), to=_H.MOVED_AWAY, by=_VILLAGE),
            Step(leaves=frozenset({_H.MOVED_AWAY}), to=_H.ACTIVE, by=_VILLAGE),
            Step(leaves=frozenset({_H.ACTIVE}), to=_H.MERGED, by=_VILLAGE),
            Step(
                leaves=frozenset({_H.ACTIVE, _H.MOVED_AWAY, _H.MERGED}),
                to=_H.TRANSFERRED,
                by=frozenset({Party.PLATFORM}),
            ),
        ),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "grid_id"], ["village_grids.tenant_id", "village_grids.id"]
        ),
        CheckConstraint("length(number) between 1 and 40", name="number"),
        CheckConstraint("length(group_name) <= 20 and length(address) <= 80", name="texts"),
        CheckConstraint("(state = 'ACTIVE') = (ended_at is null)", name="ended"),
        CheckConstraint("state <> 'MERGED' or merged_into is not null", name="merged"),
        CheckConstraint(
            "(subject_id is null) = (register_number is null)"
            " and (subject_id is null) = (linked_by is null)"
            " and (subject_id is null) = (linked_at is null)"
            " and (subject_id is null) = (notice_version is null)",
            name="linked",
        ),
        Index("uq_households_number", "tenant_id", "number", unique=True),
        Index("ix_households_grid_id", "tenant_id", "grid_id", "id"),
        Index("ix_households_group_name", "tenant_id", "group_name", "id"),
        Index("ix_households_state", "tenant_id", "state", "id"),
        Index(
            "ix_households_subject_id",
            "subject_id",
            postgresql_where=text("subject_id is not null"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    group_name: Mapped[str]
    address: Mapped[str]
    grid_id: Mapped[UUID | None]
    head_id: Mapped[UUID | None]
    state: Mapped[HouseholdState]
    merged_into: Mapped[UUID | None]
    split_from: Mapped[UUID | None]
    came_from: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    register_number: Mapped[str | None]
    linked_by: Mapped[UUID | None]
    linked_at: Mapped[datetime | None]
    notice_version: Mapped[str | None]
    registered_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    def require_active(self) -> None:
        """Refuse unless the household is in the register as it stands.

        :raises HouseholdElsewhere: if it moved away, was merged or was transferred
        """
        self._leave(_H.ACTIVE)

    def move_away(self, reason: str, *, now: datetime) -> None:
        """Count it no more: it lives elsewhere."""
        self._leave(_H.ACTIVE)
        self.state, self.reason = _H.MOVED_AWAY, reason
        self.ended_at = self.updated_at = now

    def come_back(self, *, now: datetime) -> None:
        """Count it again."""
        self._leave(_H.MOVED_AWAY)
        self.state, self.reason, self.ended_at, self.updated_at = _H.ACTIVE, None, None, now

    def merge_into(self, other: UUID, *, now: datetime) -> None:
        """Count it no more: another household took its members in."""
        self._leave(_H.ACTIVE)
        self.state, self.merged_into = _H.MERGED, other
        self.head_id = None
        self.ended_at = self.updated_at = now

    def link(
        self, *, subject_id: UUID, number: str, by: UUID, notice_version: str, now: datetime
    ) -> None:
        """Join it to the credit subject that its head agreed to have made of it."""
        self.subject_id, self.register_number = subject_id, number
        self.linked_by, self.linked_at, self.notice_version = by, now, notice_version
        self.updated_at = now

    def _leave(self, state: HouseholdState) -> None:
        if self.state is not state:
            raise HouseholdElsewhere(state=self.state)


class HouseholdMember(Table):
    """A person in a household, as the village knows him: the name masked here, and what is whole sealed.

    What is sealed is gone where the household is in a successor's register. ``subject_id`` is the person who linked himself, and ``household_subject_id`` the household's subject, as its row has it, so that whoever acts
    for it reads who is in it. A resident id is kept only where the village entered one; nobody is found by it but within the village
    and by himself.
    """

    __tablename__ = "household_members"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "household_id", "name_sealed", "name_masked", "name_pinyin", "relation", "birth_year", "phone_sealed",
        "resident_id_sealed", "resident_id_index", "key_version", "subject_id", "household_subject_id",
        "updated_at", "left_at", "left_because",
    )  # fmt: skip
    __batch_privileges__: ClassVar[tuple[str, ...]] = READ_WRITE
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("himself", f"subject_id = {PERSON}"),
        when("of_household", f"household_subject_id = {SUBJECT} and left_at is null"),
        system(),
        batch(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "household_id"], ["households.tenant_id", "households.id"]
        ),
        CheckConstraint("birth_year between 1880 and 2200", name="birth_year"),
        CheckConstraint("(resident_id_sealed is null) = (resident_id_index is null)", name="index"),
        CheckConstraint("(resident_id_index is null) = (key_version is null)", name="key_version"),
        CheckConstraint("(left_at is null) = (left_because is null)", name="left"),
        # Nobody is in two households of a village at once.
        Index(
            "uq_household_members_resident_id",
            "tenant_id",
            "resident_id_index",
            unique=True,
            postgresql_where=text("left_at is null and resident_id_index is not null"),
        ),
        Index(
            "uq_household_members_subject_id",
            "tenant_id",
            "subject_id",
            unique=True,
            postgresql_where=text("left_at is null and subject_id is not null"),
        ),
        Index("ix_household_members_household_id", "tenant_id", "household_id"),
        Index(
            "ix_household_members_resident_id_index",
            "resident_id_index",
            postgresql_where=text("left_at is null and resident_id_index is not null"),
        ),
        Index(
            "ix_household_members_subject_id",
            "subject_id",
            postgresql_where=text("subject_id is not null"),
        ),
        # Who is forgotten three years after he left.
        Index(
            "ix_household_members_left",
            "left_at",
            postgresql_where=text("left_at is not null and name_masked <> ''"),
        ),
        Index(
            "ix_household_members_key_version",
            "key_version",
            postgresql_where=text("key_version is not null"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID]
    name_sealed: Mapped[bytes | None] = sealed(MEMBER_NAME, row="id")
    name_masked: Mapped[str]
    name_pinyin: Mapped[str]
    relation: Mapped[Relation]
    birth_year: Mapped[int | None] = mapped_column(SmallInteger)
    phone_sealed: Mapped[bytes | None] = sealed(MEMBER_PHONE, row="id")
    resident_id_sealed: Mapped[bytes | None] = sealed(MEMBER_RESIDENT_ID, row="id")
    resident_id_index: Mapped[bytes | None] = indexed(
        MEMBER_RESIDENT_ID, of="household_members.resident_id_sealed", link="id"
    )
    key_version: Mapped[int | None]
    subject_id: Mapped[UUID | None]
    household_subject_id: Mapped[UUID | None]
    joined_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    left_because: Mapped[LeaveReason | None]

    def leave(self, reason: LeaveReason, *, now: datetime) -> None:
        """Be in the household no more; the link to a person ends with it."""
        self.left_at = self.updated_at = now
        self.left_because = reason
        self.household_subject_id = None

    def move_to(self, household: Household, relation: Relation, *, now: datetime) -> None:
        """Be in another household of the village."""
        self.household_id, self.relation = household.id, relation
        self.household_subject_id, self.updated_at = household.subject_id, now
