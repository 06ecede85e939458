"""A village in a test's small city: households, people linked to them, its staff, and rules in force."""

import io
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from PIL import Image
from sample_rows import insert, sample
from small_city import SmallCity

from suxin.grid.chain import Said, check_claims, declare_home, vote_on_claims
from suxin.grid.claiming import record_claim
from suxin.grid.contents import ClaimContent, digest
from suxin.grid.minutes import Minutes
from suxin.grid.models import PointClaim, PointNotice
from suxin.grid.noticing import notice_over, publish_notice
from suxin.grid.rule_sets import adopt_rule_set, confirm_rule_set, draft_rule_set
from suxin.grid.rules import RuleBook
from suxin.grid.states import Meeting, Verdict
from suxin.grid.templates import template_named
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.tenancy.commands import create_tenant
from suxin.tenancy.models import StaffMember
from suxin.tenancy.profiles import TenantKind
from suxin.villages.models import Household, HouseholdMember, Village
from suxin_tenants import PROFILES

PLATFORM = Actor.system("test")
ROLES = ("village_admin", "grid_worker", "committee", "supervisor", "shop_keeper", "viewer")
COMMITTEE = 3


@dataclass(frozen=True, kw_only=True)
class SmallPoints:
    """A village and what is done there; two households, the first the applicant's, the second the stranger's."""

    city: SmallCity
    admin: asyncpg.Connection
    tenant_id: UUID
    people: dict[str, Actor]
    households: tuple[UUID, UUID]
    members: tuple[UUID, UUID]

    @property
    def resident(self) -> Actor:
        """The person of the first household, for himself."""
        person_id = self.city.person_id
        return Actor.subject("test-resident", person_id=person_id, subject_id=person_id)

    @property
    def neighbour(self) -> Actor:
        """The person of the second household, for himself."""
        person_id = self.city.stranger_id
        return Actor.subject("test-neighbour", person_id=person_id, subject_id=person_id)

    def person(self, name: str) -> Actor:
        """Return one of the village's staff: ``village_admin``, ``grid_worker``, ``committee1`` to ``3``, ``supervisor``, and others with 2."""
        return self.people[name]

    @property
    def town(self) -> Actor:
        """Somebody of the operator who decides for the town."""
        return replace(self.city.operator, staff_id=UUID(int=77))

    def content(self, **changes: Any) -> ClaimContent:
        """Return what a claim says: two hours of volunteering of the first household's head, unless said otherwise."""
        values: dict[str, Any] = {
            "household_id": self.households[0],
            "member_id": self.members[0],
            "rule_code": "hour",
            "times": 2,
            "happened_on": local_day(self.city.now),
            "note": "打扫活动广场",
            **changes,
        }
        return ClaimContent(**values)

    async def record(self, *, by: str = "grid_worker", **changes: Any) -> PointClaim:
        """Record a claim by one of the village's staff."""
        content = self.content(**changes)
        recorded = await self.city.act(
            record_claim,
            self.person(by),
            claim_id=new_id(self.city.now),
            content_hash=digest(content),
            content=content,
            sealer=self.city.sealer,
        )
        claim: PointClaim = recorded.claim
        return claim

    async def check(self, claim: PointClaim, *, by: str = "grid_worker2") -> None:
        """Let a claim pass its first check."""
        said = [Said(claim_id=claim.id, verdict=Verdict.FOR)]
        await self.city.act(check_claims, self.person(by), said=said)

    async def approve(self, claim: PointClaim) -> None:
        """Let a claim pass its first check and the committee."""
        await self.check(claim)
        for number in range(1, COMMITTEE + 1):
            said = [Said(claim_id=claim.id, verdict=Verdict.FOR)]
            await self.city.act(vote_on_claims, self.person(f"committee{number}"), said=said)

    async def notice(self, *claims: PointClaim) -> PointNotice:
        """Approve claims and put them on a notice."""
        for claim in claims:
            await self.approve(claim)
        notice, _ = await self.city.act(publish_notice, self.person("village_admin"))
        found: PointNotice = notice
        return found

    async def end_notice(self, notice: PointNotice) -> None:
        """Let the platform do what follows when a notice is over."""
        moment = notice.ends_at + timedelta(seconds=1)
        async with self.city.database.transaction(PLATFORM, now=moment) as session:
            await notice_over(session, tenant_id=self.tenant_id, notice_id=notice.id, now=moment)

    async def claim(self, claim: PointClaim) -> PointClaim:
        """Return a claim as it stands."""
        async with self.city.database.transaction(PLATFORM, now=self.city.now) as session:
            return await session.get_one(PointClaim, (self.tenant_id, claim.id))


async def build_points(
    city: SmallCity, admin: asyncpg.Connection, *, book: RuleBook | None = None
) -> SmallPoints:
    """Take a village in, with rules in force since a week."""
    tenant_id = await city.act(
        create_tenant,
        city.operator,
        kind=TenantKind.VILLAGE_GRID,
        name="宿城区某村（测试）",
        short_name="某村",
        uscc="N1321302MF0T00T016",
        contact="0527-1",
        area_code="321302",
        profiles=PROFILES,
        override_reason="made up for a test",
    )
    people = await _people(city, admin, tenant_id)
    village = sample(Village, city.now, tenant_id=tenant_id, code="321302102201", town_code="321302102", former_codes=[])  # fmt: skip
    await insert(admin, Village, village)
    households, members = [], []
    for number, person_id in enumerate((city.person_id, city.stranger_id), start=1):
        household_id, member_id = await add_household(city, admin, tenant_id, f"{number:03}", person_id)  # fmt: skip
        households.append(household_id)
        members.append(member_id)
    points = SmallPoints(
        city=city,
        admin=admin,
        tenant_id=tenant_id,
        people=people,
        households=(households[0], households[1]),
        members=(members[0], members[1]),
    )
    await _declare_homes(points)
    await put_in_force(points, book or template_named("hours").book)
    return points


async def _people(city: SmallCity, admin: asyncpg.Connection, tenant_id: UUID) -> dict[str, Actor]:
    profile, people = PROFILES[TenantKind.VILLAGE_GRID], {}
    names = [f"{role}{number}" for role in ROLES for number in ("", "1", "2", "3")]
    for name in names:
        row = sample(StaffMember, city.now, tenant_id=tenant_id, name=name, login=f"{name}@v")
        await insert(admin, StaffMember, row)
        role = name.rstrip("123")
        people[name] = Actor(
            kind=ActorKind.STAFF,
            request_id=f"test-{name}",
            tenant_id=tenant_id,
            tenant_kind=TenantKind.VILLAGE_GRID.value,
            staff_id=row["id"],
            permissions=profile.permissions_of(frozenset({role})),
            purposes=profile.purposes,
        )
    return people


async def add_household(
    city: SmallCity, admin: asyncpg.Connection, tenant_id: UUID, number: str, person_id: UUID | None
) -> tuple[UUID, UUID]:
    """Add a household with its head to a village's register; return both ids."""
    member_id = uuid4()
    household = sample(Household, city.now, tenant_id=tenant_id, number=number, group_name="一组", address="1 号", head_id=member_id)  # fmt: skip
    await insert(admin, Household, household)
    member = sample(HouseholdMember, city.now, tenant_id=tenant_id, id=member_id, household_id=household["id"], name_masked="王*明", relation="head", subject_id=person_id)  # fmt: skip
    await insert(admin, HouseholdMember, member)
    return household["id"], member_id


async def _declare_homes(points: SmallPoints) -> None:
    boss, other = points.person("village_admin"), points.person("village_admin2")
    for actor in points.people.values():
        by = other if actor is boss else boss
        await points.city.act(declare_home, by, staff_id=actor.staff_id, household_id=None)


async def put_in_force(points: SmallPoints, book: RuleBook, *, starts_in_days: int = 1) -> UUID:
    """Draft, adopt and confirm rules a month ago, in force since the day after."""
    city, then = points.city, points.city.now - timedelta(days=40 - starts_in_days)
    boss = points.person("village_admin")
    drafted = await city.act(draft_rule_set, boss, book=book, now=then)
    await city.act(adopt_rule_set, boss, rule_set_id=drafted.id, minutes=minutes_of(local_day(then)), now=then)  # fmt: skip
    confirmed = await city.act(
        confirm_rule_set,
        points.person("supervisor"),
        rule_set_id=drafted.id,
        starts_on=local_day(then) + timedelta(days=1),
        now=then,
    )
    rule_set_id: UUID = confirmed.id
    return rule_set_id


def minutes_of(day: date, **changes: Any) -> Minutes:
    """Return the minutes of an assembly that adopted something, with these changes."""
    values: dict[str, Any] = {
        "meeting": Meeting.HOUSEHOLDS,
        "met_on": day,
        "entitled": 90,
        "present": 60,
        "in_favour": 31,
        "kept_at": "村委会档案柜 2026-10",
        **changes,
    }
    return Minutes(**values)


def photo(seed: int = 1, *, kind: str = "JPEG", size: tuple[int, int] = (400, 300)) -> bytes:
    """Return a made-up photo with a place and a time written beside it."""
    small = Image.frombytes("L", (9, 8), Random(seed).randbytes(72))  # noqa: S311 - a picture
    picture = small.resize(size).convert("RGB")
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[2] = (33.0, 57.0, 1.0)
    written = io.BytesIO()
    picture.save(written, kind, exif=exif)
    return written.getvalue()
