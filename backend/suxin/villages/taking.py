"""A household of a list beside what the register knows: what is new, what is otherwise, and what cannot be."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid, Refusal
from suxin.kernel.sealing import Sealer
from suxin.villages import queries
from suxin.villages.drafts import HouseholdDraft
from suxin.villages.models import Household, HouseholdMember
from suxin.villages.models.households import MEMBER_RESIDENT_ID
from suxin.villages.people import MemberDraft, new_member, opened, write_member
from suxin.villages.placing import new_household, write_place
from suxin.villages.refusals import (
    HeadDiffers,
    HouseholdFull,
    PersonInAnotherHousehold,
    RegisterFull,
)
from suxin.villages.roster import RosterHousehold, RosterLine
from suxin.villages.states import Relation
from suxin.villages.texts import MAX_HOUSEHOLDS, MAX_MEMBERS


class Outcome(StrEnum):
    """What came of a line that was taken."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class LineRefused(Exception):
    """A line of a household is not taken, and with it the household."""

    def __init__(self, line: int, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.line, self.refusal = line, refusal


@dataclass(slots=True, kw_only=True)
class _Known:
    """A member whom the register has, as he is called in full."""

    row: HouseholdMember
    draft: MemberDraft


@dataclass(slots=True, kw_only=True)
class KnownRegister:
    """A register as far as a list is about it, whose turn the transaction has; changed in memory, then written at once.

    ``doors`` says of each person with a resident id in which household he is; ``count`` is how many households there are.
    """

    tenant_id: UUID
    sealer: Sealer
    now: datetime
    count: int
    grids: dict[str, UUID]
    numbers: dict[UUID, str]
    households: dict[str, Household]
    members: dict[UUID, list[_Known]]
    doors: dict[bytes, tuple[UUID, UUID]]
    made: list[tuple[Household, list[HouseholdMember]]] = field(default_factory=list)
    joined: list[HouseholdMember] = field(default_factory=list)

    def take(self, listed: RosterHousehold) -> list[Outcome]:
        """Take one household, or leave it as it is; return what came of each line.

        :raises LineRefused: if a line cannot be taken
        """
        known = self.households.get(listed.number)
        place = self._place(listed, known)
        matched = [(one, self._match(one, known)) for one in listed.people]
        if known is None:
            return self._add(listed, place)
        self._require_same_head(listed, known, matched)
        room = MAX_MEMBERS - len(self.members[known.id])
        if sum(found is None for _, found in matched) > room:
            raise LineRefused(listed.first_line, HouseholdFull(field="户号", limit=MAX_MEMBERS))
        moved = write_place(known, place, now=self.now)
        return [self._write(known, one.member, found, moved=moved) for one, found in matched]

    async def write(self, session: AsyncSession) -> None:
        """Write what was taken."""
        session.add_all([household for household, _ in self.made])
        await session.flush()
        for household, people in self.made:
            session.add_all(people)
            household.head_id = next(one.id for one in people if one.relation is Relation.HEAD)
        session.add_all(self.joined)
        await session.flush()

    def _place(self, listed: RosterHousehold, known: Household | None) -> HouseholdDraft:
        code, grid_id = listed.cells["网格编码"], None
        if code:
            grid_id = self.grids.get(code)
            if grid_id is None:
                raise LineRefused(
                    listed.first_line,
                    Invalid(
                        field="网格编码",
                        reason_zh=f"本村没有网格 {code[:20]}",
                        reason_en="the village has no such grid",
                    ),
                )
        if known is not None:
            try:
                known.require_active()
            except Refusal as refusal:
                raise LineRefused(listed.first_line, refusal) from None
        return HouseholdDraft(
            number=listed.number,
            group_name=listed.cells["村民小组"] or (known.group_name if known else ""),
            address=listed.cells["门牌"] or (known.address if known else ""),
            grid_id=grid_id or (known.grid_id if known else None),
        )

    def _match(self, one: RosterLine, known: Household | None) -> _Known | None:
        """Return which member of the household a line is about; by resident id, else by name."""
        people = [] if known is None else self.members[known.id]
        number = one.member.resident_id
        if number is not None:
            for index in self.sealer.blind_indexes(number, purpose=MEMBER_RESIDENT_ID):
                door = self.doors.get(index)
                if door is None:
                    continue
                if known is None or door[1] != known.id:
                    raise LineRefused(
                        one.line,
                        PersonInAnotherHousehold(
                            field="证件号码", number=self.numbers.get(door[1], "")
                        ),
                    )
                return next((person for person in people if person.row.id == door[0]), None)
        same = (person for person in people if person.draft.name == one.member.name)
        return next(
            (person for person in same if number is None or person.draft.resident_id is None), None
        )

    def _add(self, listed: RosterHousehold, place: HouseholdDraft) -> list[Outcome]:
        if self.count >= MAX_HOUSEHOLDS:
            raise LineRefused(listed.first_line, RegisterFull(limit=MAX_HOUSEHOLDS))
        self.count += 1
        household = new_household(self.tenant_id, place, now=self.now)
        people = [
            new_member(self.sealer, household, one.member, now=self.now) for one in listed.people
        ]
        self.numbers[household.id] = household.number
        self.made.append((household, people))
        for one in people:
            self._open_door(one)
        return [Outcome.ADDED] * len(people)

    @staticmethod
    def _require_same_head(
        listed: RosterHousehold,
        known: Household,
        matched: Sequence[tuple[RosterLine, _Known | None]],
    ) -> None:
        for one, found in matched:
            is_head = found is not None and found.row.id == known.head_id
            if (one.member.relation is Relation.HEAD) is not is_head:
                raise LineRefused(one.line, HeadDiffers(field="户主"))
        if len({found.row.id for _, found in matched if found}) != sum(
            found is not None for _, found in matched
        ):
            raise LineRefused(
                listed.first_line,
                Invalid(
                    field="姓名",
                    reason_zh="同户有同名成员，请填写证件号码以区分",
                    reason_en="two lines name one member; tell them apart by their resident ids",
                ),
            )

    def _write(
        self, household: Household, said: MemberDraft, found: _Known | None, *, moved: bool
    ) -> Outcome:
        if found is None:
            member = new_member(self.sealer, household, said, now=self.now)
            self.joined.append(member)
            self._open_door(member)
            return Outcome.ADDED
        kept = found.draft
        wanted = MemberDraft(
            name=said.name,
            relation=said.relation,
            resident_id=said.resident_id or kept.resident_id,
            phone=said.phone or kept.phone,
            birth_year=said.birth_year or kept.birth_year,
        )
        if wanted == kept:
            return Outcome.CHANGED if moved else Outcome.UNCHANGED
        write_member(self.sealer, found.row, wanted, now=self.now)
        self._open_door(found.row)
        return Outcome.CHANGED

    def _open_door(self, member: HouseholdMember) -> None:
        if member.resident_id_index is not None:
            self.doors[member.resident_id_index] = (member.id, member.household_id)


async def known_register(
    session: AsyncSession,
    tenant_id: UUID,
    numbers: Sequence[str],
    *,
    sealer: Sealer,
    now: datetime,
) -> KnownRegister:
    """Read as much of a register as a list with these household numbers is about."""
    everybody = await session.execute(
        select(Household.id, Household.number).where(Household.tenant_id == tenant_id)
    )
    all_numbers = {row.id: row.number for row in everybody}
    wanted = set(numbers)
    ids = [known for known, number in all_numbers.items() if number in wanted]
    households = await session.scalars(queries.households(tenant_id).where(Household.id.in_(ids)))
    members: dict[UUID, list[_Known]] = defaultdict(list)
    for row in await session.scalars(queries.members(tenant_id, ids)):
        members[row.household_id].append(_Known(row=row, draft=_as_known(sealer, row)))
    grids = await session.scalars(queries.grids(tenant_id))
    return KnownRegister(
        tenant_id=tenant_id,
        sealer=sealer,
        now=now,
        count=len(all_numbers),
        grids={one.code: one.id for one in grids},
        numbers=all_numbers,
        households={one.number: one for one in households},
        members=members,
        doors={index: (member, household) for index, member, household in await _doors(session, tenant_id)},
    )  # fmt: skip


async def _doors(session: AsyncSession, tenant_id: UUID) -> Iterator[tuple[bytes, UUID, UUID]]:
    rows = await session.execute(
        select(
            HouseholdMember.resident_id_index, HouseholdMember.id, HouseholdMember.household_id
        ).where(
            HouseholdMember.tenant_id == tenant_id,
            HouseholdMember.left_at.is_(None),
            HouseholdMember.resident_id_index.is_not(None),
        )
    )
    return ((index, member, house) for index, member, house in rows if index is not None)


def _as_known(sealer: Sealer, row: HouseholdMember) -> MemberDraft:
    full = opened(sealer, row)
    return MemberDraft(
        name=full.name,
        relation=row.relation,
        resident_id=full.resident_id,
        phone=full.phone,
        birth_year=row.birth_year,
    )
