"""Branches, staff and roles: as two tenants and as the operator; nothing is written by what is refused."""

import asyncio
from uuid import uuid4

import pytest

from suxin.kernel.refusals import Forbidden, Invalid, NotFound, Unauthenticated
from suxin.tenancy.houses import add_branch
from suxin.tenancy.log_ins import LogInRefused
from suxin.tenancy.passwords import PasswordUnfit
from suxin.tenancy.policies import OwnAccount
from suxin.tenancy.profiles import QuotaName
from suxin.tenancy.queries import branches, memberships_of, staff_of
from suxin.tenancy.quotas import QuotaExhausted, set_quota
from suxin.tenancy.roles import (
    LastManager,
    ReachMismatch,
    RoleGrant,
    RoleUnknown,
    grant_role,
    revoke_role,
)
from suxin.tenancy.staff import LogInTaken, add_staff, end_staff
from suxin_tenants import PROFILES

TABLES = ("staff", "memberships", "staff_log_ins", "branches", "audit_entries", "desk_sessions")
NEW = {
    "name": "张三",
    "login": "zhangsan",
    "password": "correct-horse-9",
    "roles": [RoleGrant("loan_officer", area_codes=("321302",))],
    "profiles": PROFILES,
}


@pytest.fixture
def staffing(database, two_banks, tokens, now):
    """Add staff and branches as an actor, each in a transaction of its own."""

    class Staffing:
        async def add(self, actor=two_banks.first, **changes):
            async with database.transaction(actor, now=now) as session:
                added = await add_staff(session, actor, **(NEW | changes), now=now)
            await tokens.keep()
            return added

        async def branch(self, actor=two_banks.first, **changes):
            values = {"name": "洋河支行", "area_codes": ["321302150"], "profiles": PROFILES}
            async with database.transaction(actor, now=now) as session:
                return await add_branch(session, actor, **(values | changes), now=now)

        async def grant(self, staff_id, grant, actor=two_banks.first, **changes):
            async with database.transaction(actor, now=now) as session:
                return await grant_role(
                    session,
                    actor,
                    staff_id=staff_id,
                    grant=grant,
                    profiles=PROFILES,
                    now=now,
                    **changes,
                )

        async def end(self, staff_id, actor=two_banks.first, **changes):
            async with database.transaction(actor, now=now) as session:
                await end_staff(
                    session, actor, staff_id=staff_id, profiles=PROFILES, now=now, **changes
                )

    return Staffing()


async def test_new_staff_log_in_with_the_reach_and_rights_of_their_role(
    staffing, two_banks, tokens
):
    branch_id = await staffing.branch()
    grant = RoleGrant("loan_officer", branch_id, ("321302", "321302150"))
    staff_id = await staffing.add(roles=[grant])
    actor = await tokens.actor(await tokens.fresh("zhangsan"))
    bank = PROFILES["bank"]
    assert actor.staff_id == staff_id
    assert (actor.kind, actor.tenant_kind, actor.tenant_id) == ("staff", "bank", two_banks.first_id)
    assert (actor.branch_id, actor.areas) == (branch_id, ("321302", "321302150"))
    assert actor.permissions == bank.roles["loan_officer"].permissions
    assert actor.purposes == ("loan.match", "loan.contract", "loan.watch", "bank.credit")


async def test_the_operator_adds_staff_elsewhere_on_record(two_banks, staffing, admin):
    staff_id = await staffing.add(two_banks.operator, tenant_id=two_banks.second_id)
    tenant_id = await admin.fetchval("select tenant_id from staff where id = $1", staff_id)
    assert tenant_id == two_banks.second_id
    reasons = await admin.fetch(
        "select detail ->> 'reason' as reason from audit_entries"
        " where action = 'kernel.act_for' and tenant_id = $1",
        two_banks.second_id,
    )
    assert [row["reason"] for row in reasons] == ["add staff", "add staff"]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"login": "ADMIN2"}, LogInTaken),
        ({"login": "zs"}, Invalid),
        ({"login": "张三三"}, Invalid),
        ({"login": "zhang san"}, Invalid),
        ({"password": "short"}, PasswordUnfit),
        ({"password": "zhangsan-2026"}, PasswordUnfit),
        ({"name": " "}, Invalid),
        ({"roles": []}, Invalid),
        ({"roles": [RoleGrant("operator_admin")]}, RoleUnknown),
        ({"roles": [RoleGrant("viewer", uuid4())]}, NotFound),
        ({"roles": [RoleGrant("viewer", None, ("32",))]}, Invalid),
        ({"roles": [RoleGrant("viewer", None, ("321302",) * 51)]}, Invalid),
        (
            {"roles": [RoleGrant("viewer"), RoleGrant("loan_officer", None, ("321302",))]},
            ReachMismatch,
        ),
    ],
)
async def test_a_wrong_input_adds_nobody(staffing, counted, change, refusal):
    before = await counted(*TABLES)
    with pytest.raises(refusal):
        await staffing.add(**change)
    assert await counted(*TABLES) == before


async def test_a_branch_of_another_bank_is_none_of_ours(staffing, two_banks, counted):
    theirs = await staffing.branch(two_banks.second)
    before = await counted(*TABLES)
    with pytest.raises(NotFound):
        await staffing.add(roles=[RoleGrant("viewer", theirs)])
    assert await counted(*TABLES) == before


async def test_only_whoever_manages_staff_changes_them(staffing, two_banks, tokens, counted):
    staff_id = await staffing.add()
    officer = await tokens.actor(await tokens.fresh("zhangsan"))
    before = await counted(*TABLES)
    for attempt in (
        staffing.add(officer, login="lisi"),
        staffing.branch(officer),
        staffing.end(staff_id, officer),
        staffing.grant(staff_id, RoleGrant("bank_admin", None, ("321302",)), officer),
    ):
        with pytest.raises(Forbidden):
            await attempt
    assert await counted(*TABLES) == before


async def test_one_bank_never_changes_the_staff_of_another(staffing, two_banks, counted):
    staff_id = await staffing.add()
    before = await counted(*TABLES)
    for attempt, refusal in (
        (staffing.end(staff_id, two_banks.second), NotFound),
        (staffing.grant(staff_id, RoleGrant("viewer"), two_banks.second), NotFound),
        (staffing.add(two_banks.second, login="lisi", tenant_id=two_banks.first_id), Forbidden),
        (staffing.end(staff_id, two_banks.second, tenant_id=two_banks.first_id), Forbidden),
    ):
        with pytest.raises(refusal):
            await attempt
    assert await counted(*TABLES) == before


async def test_each_bank_sees_its_own_house_only(staffing, two_banks, database, now):
    await staffing.branch()
    await staffing.branch(two_banks.second, name="泗洪支行", area_codes=["321324", "321302"])
    staff_id = await staffing.add()
    async with database.snapshot(two_banks.first, now=now) as session:
        staff = (await session.scalars(staff_of(two_banks.first_id))).all()
        assert [member.name for member in staff] == ["管理员1", "张三"]
        own = (await session.scalars(branches(two_banks.first_id))).all()
        assert [branch.name for branch in own] == ["洋河支行"]
        assert (await session.scalars(staff_of(two_banks.second_id))).all() == []
        assert (await session.scalars(branches(two_banks.second_id))).all() == []
    async with database.snapshot(two_banks.second, now=now) as session:
        assert (await session.scalars(memberships_of(two_banks.first_id, staff_id))).all() == []
        theirs = (await session.scalars(branches(two_banks.second_id))).one()
        assert theirs.area_codes == ["321302", "321324"]


async def test_a_granted_role_adds_rights_and_a_revoked_one_takes_them(
    staffing, two_banks, tokens, database, now
):
    staff_id = await staffing.add()
    token = await tokens.fresh("zhangsan")
    bank = PROFILES["bank"]
    grant = RoleGrant("product_manager", None, ("321302",))
    membership_id = await staffing.grant(staff_id, grant)
    assert await staffing.grant(staff_id, grant) == membership_id
    assert (await tokens.actor(token)).permissions == (
        bank.roles["loan_officer"].permissions | bank.roles["product_manager"].permissions
    )
    with pytest.raises(ReachMismatch):
        await staffing.grant(staff_id, RoleGrant("viewer"))
    for actor, refusal in ((two_banks.second, NotFound), (two_banks.first, None)):
        async with database.transaction(actor, now=now) as session:
            if refusal is None:
                await revoke_role(
                    session, actor, membership_id=membership_id, profiles=PROFILES, now=now
                )
            else:
                with pytest.raises(refusal):
                    await revoke_role(
                        session, actor, membership_id=membership_id, profiles=PROFILES, now=now
                    )
    assert (await tokens.actor(token)).permissions == bank.roles["loan_officer"].permissions


async def test_who_has_left_is_out_at_once_and_his_log_in_is_free(
    staffing, two_banks, tokens, admin
):
    staff_id = await staffing.add()
    token = await tokens.fresh("zhangsan")
    await staffing.end(staff_id)
    with pytest.raises(Unauthenticated):
        await tokens.actor(token)
    with pytest.raises(LogInRefused):
        await tokens.fresh("zhangsan")
    with pytest.raises(NotFound):
        await staffing.end(staff_id)
    name = await admin.fetchval("select name from staff where id = $1", staff_id)
    assert name == "张三"
    assert await staffing.add() != staff_id
    used = await admin.fetchval(
        "select used from quotas where tenant_id = $1 and name = 'staff'", two_banks.first_id
    )
    assert used == 2


async def test_staff_and_branches_stay_within_their_quota(
    staffing, two_banks, database, counted, now
):
    for name, ceiling in ((QuotaName.STAFF, 2), (QuotaName.BRANCHES, 0)):
        async with database.transaction(two_banks.operator, now=now) as session:
            await set_quota(
                session,
                two_banks.operator,
                tenant_id=two_banks.first_id,
                name=name,
                ceiling=ceiling,
                profiles=PROFILES,
                now=now,
            )
    await staffing.add()
    before = await counted(*TABLES)
    with pytest.raises(QuotaExhausted) as exhausted:
        await staffing.add(login="lisi")
    assert exhausted.value.zh_message == "“工作人员”已达上限 2"
    with pytest.raises(QuotaExhausted):
        await staffing.branch()
    assert await counted(*TABLES) == before


async def memberships(admin, staff_id):
    rows = await admin.fetch("select id from memberships where staff_id = $1", staff_id)
    return [row["id"] for row in rows]


async def test_a_tenant_keeps_somebody_who_manages_its_staff(
    staffing, two_banks, database, admin, counted, now
):
    """Neither the last administrator's role nor his account is taken away, by whomever."""
    first, operator = two_banks.first, two_banks.operator
    elsewhere = {"tenant_id": two_banks.first_id}
    [role] = await memberships(admin, first.staff_id)
    before = await counted(*TABLES)
    for actor, changes in ((first, {}), (operator, elsewhere)):
        with pytest.raises(LastManager):
            async with database.transaction(actor, now=now) as session:
                await revoke_role(
                    session, actor, membership_id=role, profiles=PROFILES, now=now, **changes
                )
    with pytest.raises(LastManager):
        await staffing.end(first.staff_id, operator, **elsewhere)
    with pytest.raises(OwnAccount):
        await staffing.end(first.staff_id)
    assert await counted(*TABLES) == before


async def test_nobody_takes_his_own_right_to_manage_staff_away(
    staffing, two_banks, database, admin, tokens, now
):
    first = two_banks.first
    other = await staffing.add(roles=[RoleGrant("bank_admin")])
    [role] = await memberships(admin, first.staff_id)

    async def revoke(actor):
        async with database.transaction(actor, now=now) as session:
            await revoke_role(session, actor, membership_id=role, profiles=PROFILES, now=now)

    with pytest.raises(OwnAccount):
        await revoke(first)
    # Another administrator may; and a role of one's own that does not manage staff may go.
    viewer = await staffing.grant(first.staff_id, RoleGrant("viewer"))
    async with database.transaction(first, now=now) as session:
        await revoke_role(session, first, membership_id=viewer, profiles=PROFILES, now=now)
    await revoke(await tokens.actor(await tokens.fresh("zhangsan")))
    assert await memberships(admin, first.staff_id) == []
    assert len(await memberships(admin, other)) == 1


async def test_two_administrators_who_remove_each_other_at_once_leave_one(
    staffing, two_banks, database, admin, tokens, now
):
    first = two_banks.first
    other = await staffing.add(roles=[RoleGrant("bank_admin")])
    second = await tokens.actor(await tokens.fresh("zhangsan"))

    async def end(actor, staff_id):
        await database.run(
            actor,
            lambda session: end_staff(
                session, actor, staff_id=staff_id, profiles=PROFILES, now=now
            ),
            now=now,
        )

    outcomes = await asyncio.gather(
        end(first, other), end(second, first.staff_id), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LastManager", "NoneType"]
    assert (
        await admin.fetchval(
            "select count(*) from memberships where tenant_id = $1", two_banks.first_id
        )
        == 1
    )
