"""Passwords given anew: by their owner and by an administrator; which sessions end, and what a temporary one allows."""

import asyncio

import pytest
from staff_log_ins import SEALER

from suxin.kernel.refusals import Forbidden, NotFound, Unauthenticated
from suxin.tenancy.log_in_failures import MAX_LOG_IN_FAILURES
from suxin.tenancy.log_ins import LogInLocked, LogInRefused, PasswordChangeRequired
from suxin.tenancy.password_changes import (
    PasswordUnchanged,
    PasswordWrong,
    change_password,
    reset_password,
)
from suxin.tenancy.passwords import PasswordUnfit
from suxin.tenancy.policies import OwnAccount
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_tenants import PROFILES

OLD, NEW = "correct-horse-9", "another-Horse-42"
TABLES = ("staff_log_ins", "audit_entries", "desk_sessions")


@pytest.fixture
def change(database, tokens, now):
    """Change the password of whoever has this session."""

    async def run(token, current=OLD, new=NEW):
        actor = await tokens.actor(token, with_temporary_password=True)
        async with database.transaction(actor, now=now) as session:
            await change_password(
                session, actor, token=token, current=current, new=new, sealer=SEALER, now=now
            )

    return run


@pytest.fixture
def reset(database, two_banks, now):
    """Reset a password as the first bank's administrator, unless said otherwise."""

    async def run(staff_id, actor=two_banks.first, password=NEW, **changes):
        async with database.transaction(actor, now=now) as session:
            await reset_password(
                session,
                actor,
                staff_id=staff_id,
                password=password,
                sealer=SEALER,
                now=now,
                **changes,
            )

    return run


@pytest.fixture
async def colleague(database, two_banks, now):
    """A colleague of the first bank's administrator, whose password was set for him."""
    async with database.transaction(two_banks.first, now=now) as session:
        return await add_staff(
            session,
            two_banks.first,
            name="张三",
            login="zhangsan",
            password=OLD,
            roles=[RoleGrant("loan_officer")],
            profiles=PROFILES,
            now=now,
        )


async def test_a_new_password_ends_all_other_sessions_of_ones_own(two_banks, tokens, change, admin):
    here, elsewhere, anothers = (
        await tokens.fresh(),
        await tokens.fresh(),
        await tokens.fresh("admin2"),
    )
    await change(here)
    assert (await tokens.actor(here)).staff_id == two_banks.first.staff_id
    assert (await tokens.actor(anothers)).staff_id == two_banks.second.staff_id
    with pytest.raises(Unauthenticated):
        await tokens.actor(elsewhere)
    with pytest.raises(LogInRefused):
        await tokens.fresh(password=OLD)
    assert await tokens.fresh(password=NEW)
    act = await admin.fetchrow(
        "select * from audit_entries where action = 'tenancy.password.changed'"
    )
    assert (act["tenant_id"], act["object_id"], act["staff_id"]) == (
        two_banks.first_id,
        two_banks.first.staff_id,
        two_banks.first.staff_id,
    )
    assert NEW not in str(dict(act))


@pytest.mark.parametrize(
    ("current", "new", "refusal", "field"),
    [
        ("not-this-one", NEW, PasswordWrong, "current"),
        (OLD, "short", PasswordUnfit, "new"),
        (OLD, "my-admin1-password", PasswordUnfit, "new"),
        (OLD, OLD, PasswordUnchanged, "new"),
    ],
)
async def test_a_refused_change_changes_nothing(
    two_banks, tokens, change, counted, admin, current, new, refusal, field
):
    here, elsewhere = await tokens.fresh(), await tokens.fresh()
    before = await counted(*TABLES), await hashes(admin)
    with pytest.raises(refusal) as refused:
        await change(here, current, new)
    assert refused.value.field == field
    assert (await counted(*TABLES), await hashes(admin)) == before
    assert await tokens.actor(elsewhere)


async def hashes(admin):
    rows = await admin.fetch("select login, password_hash from staff_log_ins order by login")
    return [tuple(row) for row in rows]


async def test_guessing_the_current_password_locks_like_guessing_at_the_door(
    two_banks, tokens, change
):
    token = await tokens.fresh()
    for _ in range(MAX_LOG_IN_FAILURES):
        with pytest.raises(PasswordWrong):
            await change(token, "not-this-one")
    with pytest.raises(LogInLocked):
        await change(token)
    with pytest.raises(LogInLocked):
        await tokens.fresh()


async def test_of_two_changes_at_once_one_is_made(two_banks, tokens, change):
    token = await tokens.fresh()
    outcomes = await asyncio.gather(
        change(token, OLD, NEW), change(token, OLD, "third-Horse-43"), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "PasswordWrong"]


async def test_a_temporary_password_allows_nothing_but_changing_it(
    two_banks, colleague, tokens, change
):
    token = await tokens.fresh("zhangsan")
    with pytest.raises(PasswordChangeRequired):
        await tokens.actor(token)
    with pytest.raises(PasswordUnchanged):
        await change(token, OLD, OLD)
    with pytest.raises(PasswordChangeRequired):
        await tokens.actor(token)
    await change(token)
    assert (await tokens.actor(token)).staff_id == colleague
    assert (await tokens.actor(await tokens.fresh("zhangsan", password=NEW))).staff_id == colleague


async def test_a_reset_ends_sessions_unlocks_and_must_be_changed(
    two_banks, colleague, tokens, change, reset, admin
):
    first = await tokens.fresh("zhangsan")
    await change(first, OLD, "his-own-Horse-1")
    for _ in range(MAX_LOG_IN_FAILURES):
        with pytest.raises(LogInRefused):
            await tokens.fresh("zhangsan", password="forgotten-it")
    await reset(colleague)
    with pytest.raises(Unauthenticated):
        await tokens.actor(first)
    token = await tokens.fresh("zhangsan", password=NEW)
    with pytest.raises(PasswordChangeRequired):
        await tokens.actor(token)
    await change(token, NEW, "his-own-Horse-2")
    assert await tokens.actor(token)
    act = await admin.fetchrow(
        "select * from audit_entries where action = 'tenancy.password.reset'"
    )
    assert (act["object_id"], act["staff_id"]) == (colleague, two_banks.first.staff_id)


async def test_a_refused_reset_changes_nothing(two_banks, colleague, reset, tokens, counted, admin):
    await tokens.keep()
    officer = await tokens.actor(await tokens.fresh("zhangsan"))
    before = await counted(*TABLES), await hashes(admin)
    mine = two_banks.first.staff_id
    for attempt, refusal in (
        (reset(mine), OwnAccount),
        (reset(mine, officer), Forbidden),
        (reset(colleague, two_banks.second), NotFound),
        (reset(colleague, two_banks.second, tenant_id=two_banks.first_id), Forbidden),
        (reset(colleague, password="zhangsan-2026"), PasswordUnfit),
    ):
        with pytest.raises(refusal):
            await attempt
    assert (await counted(*TABLES), await hashes(admin)) == before


async def test_the_operator_resets_the_password_of_a_tenants_administrator(
    two_banks, reset, tokens
):
    await reset(two_banks.first.staff_id, two_banks.operator, tenant_id=two_banks.first_id)
    with pytest.raises(PasswordChangeRequired):
        await tokens.actor(await tokens.fresh(password=NEW))
