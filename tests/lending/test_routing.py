"""Which branch and officer a referral goes to, who is told while somebody is away, and how a head gives it to another."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from observing import as_platform, nothing_written, posted
from small_city import PASSWORD, SmallCity

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.kernel.working_days import local_day
from suxin.lending.commands import returns
from suxin.lending.commands.referrals import accept_referral
from suxin.lending.models import Step
from suxin.lending.policies import REFERRAL_ASSIGN, REFERRAL_WORK, OutsideOwnArea
from suxin.lending.queries.referrals import referrals_in_reach
from suxin.lending.routing.choosing import Office, Officer, branch_for, officer_for
from suxin.lending.routing.commands import (
    OfficerAway,
    OfficerUnfit,
    assign_referral,
    route_referral,
    set_product_branch,
)
from suxin.lending.routing.queries import OFFICER_ROLES
from suxin.tenancy.houses import add_branch
from suxin.tenancy.leaves import (
    CoverOutOfReach,
    LeaveOverlaps,
    cancel_leave,
    record_leave,
)
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_tenants import PROFILES

A, B, C, D = (UUID(int=number) for number in range(1, 5))
X, Y, Z = (UUID(int=number) for number in range(11, 14))


def test_the_roles_that_have_referrals_are_those_that_work_on_them() -> None:
    roles = PROFILES[TenantKind.BANK].roles
    assert set(OFFICER_ROLES) == {
        code for code, role in roles.items() if REFERRAL_WORK in role.permissions
    }
    assert [code for code, role in roles.items() if REFERRAL_ASSIGN in role.permissions] == [
        "branch_head"
    ]


@pytest.mark.parametrize(
    ("area", "offices", "loads", "found"),
    [
        ("321302", {A: ("321302",), B: ("321300",)}, {}, A),
        ("321302", {A: ("321302",), B: ()}, {A: 9}, A),
        ("321302", {A: ("321302",), B: ("321302",)}, {A: 2, B: 1}, B),
        ("321302", {A: ("321302",), B: ("321302",)}, {}, A),
        ("321322", {A: ("321302",), B: ()}, {}, B),
        ("321322", {A: ("321302",), B: ("321324",)}, {}, None),
        # A town's branch is nearer than none, and a branch for the whole city serves the whole county.
        ("321302", {A: ("321302100",)}, {}, A),
        ("321302", {A: ("321302100",), B: ("321300",)}, {}, B),
        # A lead coarsened to the whole city could be from any county.
        ("321300", {A: ("321302",), B: ("321300",)}, {}, B),
        ("321300", {A: ("321302",)}, {}, None),
        ("321302", {}, {}, None),
    ],
)
def test_the_nearest_branch_has_it(
    area: str, offices: dict[UUID, tuple[str, ...]], loads: dict[UUID, int], found: UUID | None
) -> None:
    listed = [Office(branch_id, areas) for branch_id, areas in offices.items()]
    assert branch_for(area, listed, loads=loads) == found


OFFICERS = [
    Officer(X, A, (), 3),
    Officer(Y, A, (), 1),
    Officer(Z, A, ("321322",), 0),
    Officer(D, None, (), 0),
]


@pytest.mark.parametrize(
    ("branch", "covers", "found"),
    [
        (A, {}, Y),
        (A, {Y: D}, X),
        (A, {Y: X, X: D}, D),
        (A, {Y: X, X: Y}, None),
        (B, {}, None),
        (None, {}, D),
    ],
)
def test_the_least_busy_who_is_at_work_has_it(
    branch: UUID | None, covers: dict[UUID, UUID], found: UUID | None
) -> None:
    assert officer_for("321302", branch, OFFICERS, covers=covers) == found


# With a bank's house.


class House:
    """The first bank with two branches and their officers."""

    def __init__(self, city: SmallCity) -> None:
        self.city, self.bank = city, city.banks[0]
        self.branch: dict[str, UUID] = {}
        self.staff: dict[str, UUID] = {}

    async def build(self) -> "House":
        for name, area in (("宿城支行", "321302"), ("沭阳支行", "321322")):
            self.branch[name] = await self.city.act(
                add_branch, self.bank.officer, name=name, area_codes=[area], profiles=PROFILES
            )
        for name, role, branch in (
            ("head", "branch_head", "宿城支行"),
            ("one", "loan_officer", "宿城支行"),
            ("two", "loan_officer", "宿城支行"),
            ("far", "loan_officer", "沭阳支行"),
            ("centre", "branch_head", None),
        ):
            self.staff[name] = await self.city.act(
                add_staff,
                self.bank.officer,
                name=name,
                login=f"{name}.of.bank",
                password=PASSWORD,
                roles=[RoleGrant(role, branch_id=self.branch.get(branch or ""))],
                profiles=PROFILES,
            )
        return self

    def actor(self, name: str, *, role: str = "branch_head") -> Actor:
        profile = PROFILES[TenantKind.BANK]
        branch = {"far": "沭阳支行", "centre": ""}.get(name, "宿城支行")
        return replace(
            self.bank.officer,
            staff_id=self.staff[name],
            branch_id=self.branch.get(branch),
            permissions=profile.permissions_of(frozenset({role})),
        )

    async def referred(self) -> UUID:
        submitted = await self.city.submit()
        referral_id = await self.city.referral_to(submitted, self.bank)
        await self.route(referral_id)
        return referral_id

    async def route(self, referral_id: UUID) -> None:
        await as_platform(
            self.city,
            route_referral,
            now=self.city.now,
            tenant_id=self.bank.tenant_id,
            referral_id=referral_id,
        )

    async def leave(self, name: str, cover: str, *, by: str | None = None, **days: date) -> Any:
        today = local_day(self.city.now)
        given = {"starts_on": today, "ends_on": today + timedelta(days=3), **days}
        return await self.city.act(
            record_leave,
            self.actor(by or name, role="loan_officer" if by is None else "branch_head"),
            staff_id=self.staff[name],
            cover_id=self.staff[cover],
            **given,
        )


@pytest.fixture
async def house(small_city: SmallCity) -> House:
    return await House(small_city).build()


async def stands(admin: asyncpg.Connection, referral_id: UUID) -> tuple[Any, Any]:
    row = await admin.fetchrow(
        "select branch_id, officer_id from referrals where id = $1", referral_id
    )
    return row["branch_id"], row["officer_id"]


async def told(admin: asyncpg.Connection, staff_id: UUID) -> list[str]:
    rows = await admin.fetch("select title from notices where staff_id = $1 order by id", staff_id)
    return [row["title"] for row in rows]


async def test_a_bank_without_branches_works_as_before(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    submitted = await small_city.submit()
    bank = small_city.banks[0]
    referral_id = await small_city.referral_to(submitted, bank)
    assert len(await posted(admin, "lending.referral.route")) == 2
    await as_platform(
        small_city,
        route_referral,
        now=small_city.now,
        tenant_id=bank.tenant_id,
        referral_id=referral_id,
    )
    assert await stands(admin, referral_id) == (None, None)


async def test_referrals_go_round_the_officers_of_the_nearest_branch(
    house: House, admin: asyncpg.Connection
) -> None:
    firsts = [await house.referred() for _ in range(3)]
    found = [await stands(admin, one) for one in firsts]
    assert {branch for branch, _ in found} == {house.branch["宿城支行"]}
    # Each of the three who work there has one, the head among them.
    assert {officer for _, officer in found} == {
        house.staff[name] for name in ("head", "one", "two")
    }
    await house.route(firsts[0])
    assert await stands(admin, firsts[0]) == found[0]
    for _, officer in found:
        assert await told(admin, officer) == ["线索已分派给您"]
    acts = await admin.fetchval(
        "select count(*) from audit_entries where action = 'lending.referral.routed'"
    )
    assert acts == 3


async def test_a_products_branch_goes_before_the_area(
    house: House, admin: asyncpg.Connection
) -> None:
    rule = {"product_id": house.bank.product_id, "branch_id": house.branch["沭阳支行"]}
    await house.city.act(set_product_branch, house.bank.officer, **rule)
    far = house.branch["沭阳支行"], house.staff["far"]
    assert await stands(admin, await house.referred()) == far
    await house.city.act(set_product_branch, house.bank.officer, **rule | {"branch_id": None})
    assert (await stands(admin, await house.referred()))[0] == house.branch["宿城支行"]
    async with nothing_written(admin):
        with pytest.raises(NotFound):
            await house.city.act(
                set_product_branch, house.bank.officer, **rule | {"branch_id": uuid4()}
            )


async def test_an_officer_sees_his_branchs_and_the_head_office_all(
    house: House, admin: asyncpg.Connection
) -> None:
    referral_id = await house.referred()

    async def seen(name: str) -> bool:
        actor = house.actor(name)
        async with house.city.database.snapshot(actor, now=house.city.now) as session:
            return bool((await session.scalars(referrals_in_reach(actor))).all())

    assert [await seen(name) for name in ("one", "far", "centre")] == [True, False, True]
    await admin.execute(
        "update referrals set branch_id = null, officer_id = $1", house.staff["centre"]
    )
    assert [await seen(name) for name in ("one", "far", "centre")] == [False, False, True]
    with pytest.raises(OutsideOwnArea):
        await house.city.act(accept_referral, house.actor("far"), referral_id=referral_id)


async def test_whoever_is_away_is_covered_for_and_hears_no_deadline(
    house: House, admin: asyncpg.Connection
) -> None:
    await house.leave("head", "one", by="head")
    await house.leave("one", "two")
    referral_id = await house.referred()
    assert (await stands(admin, referral_id))[1] == house.staff["two"]
    await house.leave("two", "centre")
    row = await admin.fetchrow("select accept_by from referrals where id = $1", referral_id)
    soon = row["accept_by"] - timedelta(hours=1)
    await as_platform(
        house.city,
        returns.remind,
        now=soon,
        tenant_id=house.bank.tenant_id,
        referral_id=referral_id,
        step=Step.ACCEPT,
    )
    assert await told(admin, house.staff["centre"]) == ["即将超时"]
    assert await told(admin, house.staff["two"]) == ["线索已分派给您"]
    # All three are away: the cover of the first of them is asked.
    assert (await stands(admin, await house.referred()))[1] == house.staff["centre"]


async def test_a_leave_that_is_taken_back_covers_nobody(
    house: House, admin: asyncpg.Connection
) -> None:
    leaves = [await house.leave(name, "centre") for name in ("head", "two")]
    assert (await stands(admin, await house.referred()))[1] == house.staff["one"]
    await house.city.act(cancel_leave, house.actor("head"), leave_id=leaves[1].id)
    assert (await stands(admin, await house.referred()))[1] == house.staff["two"]
    with pytest.raises(NotFound):
        await house.city.act(cancel_leave, house.actor("head"), leave_id=leaves[1].id)


async def test_leaves_that_cannot_be_are_refused(house: House, admin: asyncpg.Connection) -> None:
    today = local_day(house.city.now)
    await house.leave("one", "two")
    async with nothing_written(admin):
        with pytest.raises(LeaveOverlaps):
            await house.leave("one", "two", starts_on=today + timedelta(days=3))
        for cover in ("far", "two"):
            with pytest.raises(CoverOutOfReach):
                await house.leave("two", cover)
        with pytest.raises(Forbidden):
            await house.leave("far", "centre", by="head")
        for days in (
            {"ends_on": today - timedelta(days=1)},
            {"starts_on": today + timedelta(days=5)},
            {"ends_on": today + timedelta(days=400)},
        ):
            with pytest.raises(Invalid):
                await house.leave("two", "one", **days)
        with pytest.raises(Forbidden):
            await house.city.act(
                record_leave,
                house.actor("two", role="loan_officer"),
                staff_id=house.staff["head"],
                cover_id=house.staff["two"],
                starts_on=today,
                ends_on=today,
            )


async def test_a_head_gives_it_to_another_with_a_reason(
    house: House, admin: asyncpg.Connection
) -> None:
    referral_id = await house.referred()
    _, before = await stands(admin, referral_id)
    other = next(house.staff[name] for name in ("one", "two") if house.staff[name] != before)
    given = {"referral_id": referral_id, "staff_id": other, "reason": "熟悉该行业"}
    await house.city.act(assign_referral, house.actor("head"), **given)
    assert await stands(admin, referral_id) == (house.branch["宿城支行"], other)
    assert (await told(admin, other))[-1] == "线索已改派给您"
    assert (await told(admin, before))[-1] == "线索已改派他人"
    detail = await admin.fetchval(
        "select detail from audit_entries where action = 'lending.referral.assigned'"
    )
    assert '"reason": "熟悉该行业"' in detail
    # One of the head office gives it to another branch, where it then is.
    far = given | {"staff_id": house.staff["far"]}
    await house.city.act(assign_referral, house.actor("centre"), **far)
    assert await stands(admin, referral_id) == (house.branch["沭阳支行"], house.staff["far"])
    with pytest.raises(OutsideOwnArea):
        await house.city.act(assign_referral, house.actor("head"), **given)


async def test_a_head_gives_nothing_away_that_he_may_not(
    house: House, admin: asyncpg.Connection
) -> None:
    referral_id = await house.referred()
    given = {"referral_id": referral_id, "staff_id": house.staff["one"], "reason": "x"}
    await house.leave("one", "two")
    async with nothing_written(admin):
        with pytest.raises(OfficerAway):
            await house.city.act(assign_referral, house.actor("head"), **given)
        with pytest.raises(OfficerUnfit):
            far = given | {"staff_id": house.staff["far"]}
            await house.city.act(assign_referral, house.actor("head"), **far)
        with pytest.raises(Invalid):
            await house.city.act(assign_referral, house.actor("head"), **given | {"reason": " "})
        with pytest.raises(Forbidden):
            await house.city.act(assign_referral, house.actor("two", role="loan_officer"), **given)
