"""A village of a test's small city whose households are rated: its people, its register, and the steps of a cycle taken by who may."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from city_rows import add_mandate, add_person
from small_city import SmallCity
from small_merchant import build_merchant
from small_scores import active_model

from suxin.consent.notice_texts import current_text
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.ids import new_id
from suxin.rural.cycles import (
    Seat,
    begin_panel,
    check_results,
    close_panel,
    name_panel,
    open_cycle,
)
from suxin.rural.entering import enter_cycle
from suxin.rural.models import RatingCycle, RatingEntry
from suxin.rural.panel import Marks
from suxin.rural.states import RuralKind
from suxin.rural.voting import cast_vote
from suxin.scoring.packaged import packaged_model
from suxin.subjects.catalogue import load_catalogue
from suxin.subjects.models import CatalogueItem, CreditRecord, RecordStatus, Subject, SubjectKind
from suxin.subjects.shapes import SHAPES
from suxin.tenancy.models import StaffMember
from suxin.tenancy.profiles import TenantKind
from suxin.villages.models import Household, Village, VillageCount
from suxin.villages.states import HouseholdState, VillageState
from suxin_server.rating import count_all, rate_all
from suxin_tenants import PROFILES

VILLAGE_CODE = "321302150201"
NOTICE = current_text("rural.rating").version
GOOD, FAIR = Marks(character=5, family=5, ability=4), Marks(character=3, family=3, ability=3)
AFTER_NOTICE = timedelta(days=12)
"""Past the seven working days of a public notice that begins at the small city's now."""

HOUSEHOLDS = 4
PANEL = 7


@dataclass(frozen=True, kw_only=True)
class SmallVillage:
    """The village's people, and the households with whoever acts for each."""

    city: SmallCity
    tenant_id: UUID
    staff: tuple[UUID, ...]
    households: tuple[UUID, ...]
    subjects: tuple[UUID, ...]
    people: tuple[UUID, ...]
    facts: dict[str, object] = field(default_factory=dict)

    def person(self, number: int, *roles: str) -> Actor:
        """Return one of the village's people with some roles: 0 manages, 1 to 7 are the panel, 8 checks."""
        profile = PROFILES[TenantKind.VILLAGE_GRID]
        return Actor(
            kind=ActorKind.STAFF,
            request_id="test-village",
            tenant_id=self.tenant_id,
            tenant_kind="village_grid",
            staff_id=self.staff[number],
            permissions=profile.permissions_of(frozenset(roles)),
            purposes=profile.purposes,
        )

    @property
    def manager(self) -> Actor:
        return self.person(0, "village_admin")

    @property
    def checker(self) -> Actor:
        return self.person(8, "supervisor")

    def member(self, number: int) -> Actor:
        """Return a member of the panel, from 0 on."""
        return self.person(number + 1, "committee")

    def head(self, number: int) -> Actor:
        """Return whoever acts for a household, from 0 on."""
        return Actor.subject(
            "test-head", person_id=self.people[number], subject_id=self.subjects[number]
        )

    async def enter(
        self,
        cycle: RatingCycle,
        number: int,
        *,
        publish_name: bool = False,
        now: datetime | None = None,
    ) -> RatingEntry:
        entry: RatingEntry = await self.city.act(
            enter_cycle,
            self.head(number),
            cycle_id=cycle.id,
            notice_version=NOTICE,
            publish_name=publish_name,
            now=now or self.city.now,
        )
        return entry

    async def name(self, cycle: RatingCycle, *, now: datetime | None = None) -> None:
        """Name the whole panel; its first member lives in the first household."""
        seats = [
            Seat(
                staff_id=self.staff[number],
                household_id=self.households[0] if number == 1 else None,
            )
            for number in range(1, PANEL + 1)
        ]
        await self.city.act(
            name_panel, self.manager, cycle_id=cycle.id, seats=seats, now=now or self.city.now
        )

    async def vote_as(
        self, number: int, entry: RatingEntry, marks: Marks = GOOD, *, now: datetime | None = None
    ) -> None:
        """Let one member of the panel vote on an entry."""
        await self.city.act(
            cast_vote,
            self.member(number),
            entry_id=entry.id,
            marks=marks,
            sealer=self.city.sealer,
            now=now or self.city.now,
        )

    async def vote(
        self, entries: Sequence[RatingEntry], marks: Marks = GOOD, *, now: datetime | None = None
    ) -> None:
        """Let every member of the panel vote on entries, but for the first on his own household."""
        for entry in entries:
            for number in range(PANEL):
                if number or entry.household_id != self.households[0]:
                    await self.vote_as(number, entry, marks, now=now)

    async def rated(
        self,
        *,
        marks: Marks = GOOD,
        numbers: Sequence[int] = (0, 1),
        now: datetime | None = None,
        **entering: Any,
    ) -> tuple[RatingCycle, list[RatingEntry]]:
        """Take a cycle from its opening to where it waits to be checked."""
        moment = now or self.city.now
        cycle: RatingCycle = await self.city.act(
            open_cycle, self.manager, kind=RuralKind.HOUSEHOLD, now=moment
        )
        entries = [await self.enter(cycle, one, now=moment, **entering) for one in numbers]
        await self.name(cycle, now=moment)
        await self.city.act(begin_panel, self.manager, cycle_id=cycle.id, now=moment)
        await self.vote(entries, marks, now=moment)
        await self.city.act(close_panel, self.manager, cycle_id=cycle.id, now=moment)
        await self.work(moment)
        return cycle, entries

    async def noticed(
        self, *, now: datetime | None = None, **more: Any
    ) -> tuple[RatingCycle, list[RatingEntry]]:
        """Take a cycle from its opening onto public notice."""
        moment = now or self.city.now
        cycle, entries = await self.rated(now=moment, **more)
        await self.city.act(check_results, self.checker, cycle_id=cycle.id, now=moment)
        await self.work(moment)
        return cycle, entries

    async def work(self, now: datetime | None = None) -> int:
        """Let the worker do what is due about ratings."""
        return await rate_all(self.city.batch, self.city.database, now=now or self.city.now)

    async def count(self) -> None:
        await count_all(self.city.batch, now=self.city.now)


async def add_fact(
    city: SmallCity, subject_id: UUID, item_code: str, content: dict[str, object]
) -> None:
    """Put something on record of a subject that its item's shape says what it speaks for."""
    async with city.batch.transaction(Actor.system("test"), now=city.now) as session:
        item = await session.get_one(CatalogueItem, item_code)
        record_id = new_id()
        session.add(
            CreditRecord(
                subject_id=subject_id,
                id=record_id,
                item_code=item_code,
                category=item.category,
                channel=item.channel,
                natural_person=True,
                source="test",
                source_ref=str(record_id),
                occurred_on=city.now.date() - timedelta(days=30),
                polarity=SHAPES[item_code].polarity,
                status=RecordStatus.ACTIVE,
                content=content,
                self_declared=False,
                loaded_at=city.now,
            )
        )


async def build_village(
    city: SmallCity, *, kinds: Sequence[RuralKind] = (RuralKind.HOUSEHOLD,)
) -> SmallVillage:
    """Build the village with four households that are linked to subjects, and put the models of some kinds in force."""
    for kind in kinds:
        await active_model(city, packaged_model(kind.model_code))
    manager = await build_merchant(city, TenantKind.VILLAGE_GRID)
    tenant_id = manager.own_tenant
    staff = [manager.own_staff, *(UUID(int=700 + number) for number in range(PANEL + 1))]
    subjects, people, households = ([new_id() for _ in range(HOUSEHOLDS)] for _ in range(3))
    now = city.now
    async with city.batch.transaction(Actor.system("test"), now=now) as session:
        await load_catalogue(session)
        for number, subject_id in enumerate(subjects):
            add_person(
                session, city.sealer, people[number], "赵六", f"32130219700101{number:03}0", now=now
            )
            session.add(_subject(subject_id, number, now=now))
        session.add(
            Village(
                tenant_id=tenant_id,
                code=VILLAGE_CODE,
                town_code=VILLAGE_CODE[:9],
                former_codes=[],
                state=VillageState.ACTIVE,
                valid_from=date(2020, 1, 1),
                next_serial=HOUSEHOLDS,
                opened_at=now,
            )
        )
        session.add(
            VillageCount(
                tenant_id=tenant_id,
                grids=0,
                households=HOUSEHOLDS,
                ungridded=HOUSEHOLDS,
                persons=0,
                linked=0,
                counted_at=now,
            )
        )
        await session.flush()
        for number, subject_id in enumerate(subjects):
            add_mandate(session, people[number], subject_id, now=now)
            session.add(
                _household(
                    tenant_id, households[number], number, subject_id, people[number], now=now
                )
            )
    async with city.database.transaction(
        replace(manager, permissions=frozenset()), now=now
    ) as session:
        session.add_all(
            StaffMember(
                tenant_id=tenant_id,
                id=one,
                name=f"村民{number}",
                login=f"village.{number}",
                created_at=now,
            )
            for number, one in enumerate(staff)
        )
    return SmallVillage(
        city=city,
        tenant_id=tenant_id,
        staff=tuple(staff),
        households=tuple(households),
        subjects=tuple(subjects),
        people=tuple(people),
    )


def _subject(subject_id: UUID, number: int, *, now: datetime) -> Subject:
    return Subject(
        id=subject_id,
        kind=SubjectKind.HOUSEHOLD,
        name=f"赵**户{number}",
        name_pinyin="x",
        uscc=f"NH321302{number:010}",
        county_code="321302",
        town_code=VILLAGE_CODE[:9],
        created_at=now,
    )


def _household(
    tenant_id: UUID,
    household_id: UUID,
    number: int,
    subject_id: UUID,
    person_id: UUID,
    *,
    now: datetime,
) -> Household:
    return Household(
        tenant_id=tenant_id,
        id=household_id,
        number=f"{number + 1:03}",
        group_name="一组",
        address="",
        state=HouseholdState.ACTIVE,
        subject_id=subject_id,
        register_number=f"NH321302{number:010}",
        linked_by=person_id,
        linked_at=now,
        notice_version="x",
        registered_at=now,
        updated_at=now,
    )
