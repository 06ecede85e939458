"""Quotas: taken, released, set; never exceeded, whatever the order and however many at once."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.tenancy.models import Quota
from suxin.tenancy.profiles import QuotaName, TenantKind
from suxin.tenancy.queries import QuotaLevel, quota_levels
from suxin.tenancy.quotas import (
    MAX_CEILING,
    QuotaBelowUse,
    QuotaExhausted,
    release_quota,
    set_quota,
    take_quota,
)
from suxin_tenants import PROFILES


@pytest.fixture
def quota(database, two_banks, now):
    """Take, release, set and read the first bank's products quota."""

    class Products:
        async def take(self, amount=1, actor=two_banks.first, name=QuotaName.PRODUCTS):
            async with database.transaction(actor, now=now) as session:
                await take_quota(
                    session,
                    tenant_id=two_banks.first_id,
                    name=name,
                    profiles=PROFILES,
                    amount=amount,
                )

        async def release(self, amount=1, actor=two_banks.first):
            async with database.transaction(actor, now=now) as session:
                await release_quota(
                    session, tenant_id=two_banks.first_id, name=QuotaName.PRODUCTS, amount=amount
                )

        async def set(self, ceiling, actor=two_banks.operator):
            async with database.transaction(actor, now=now) as session:
                await set_quota(
                    session,
                    actor,
                    tenant_id=two_banks.first_id,
                    name=QuotaName.PRODUCTS,
                    ceiling=ceiling,
                    profiles=PROFILES,
                    now=now,
                )

        async def state(self, actor=two_banks.first):
            async with database.snapshot(actor, now=now) as session:
                of_first = select(Quota).where(Quota.tenant_id == two_banks.first_id)
                rows = (await session.scalars(of_first)).all()
            return {row.name: (row.used, row.ceiling) for row in rows}

    return Products()


async def test_the_profile_gives_the_ceiling_and_use_counts(quota):
    await quota.take()
    await quota.take(3)
    assert await quota.state() == {"staff": (1, 500), "products": (4, 50)}
    await quota.release(2)
    assert (await quota.state())["products"] == (2, 50)
    with pytest.raises(QuotaExhausted) as exhausted:
        await quota.take(49)
    assert exhausted.value.facts == {"name": "products", "name_zh": "产品", "ceiling": 50}
    assert (await quota.state())["products"] == (2, 50)


async def test_takers_at_once_never_exceed_the_ceiling(quota):
    await quota.set(3)
    outcomes = await asyncio.gather(*(quota.take() for _ in range(5)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == (
        ["NoneType"] * 3 + ["QuotaExhausted"] * 2
    )
    assert (await quota.state())["products"] == (3, 3)


async def test_a_ceiling_is_set_by_the_operator_and_not_below_use(quota, two_banks, counted):
    await quota.take(2)
    before = await counted("audit_entries")
    for ceiling, actor, refusal in (
        (5, two_banks.first, Forbidden),
        (-1, two_banks.operator, Invalid),
        (MAX_CEILING + 1, two_banks.operator, Invalid),
        (1, two_banks.operator, QuotaBelowUse),
    ):
        with pytest.raises(refusal):
            await quota.set(ceiling, actor)
    assert (await quota.state())["products"] == (2, 50)
    assert await counted("audit_entries") == before
    await quota.set(2)
    assert (await quota.state())["products"] == (2, 2)


async def test_a_ceiling_that_is_set_already_is_not_put_on_record_again(quota, counted):
    await quota.set(50)
    before = await counted("audit_entries")
    await quota.set(50)
    assert await counted("audit_entries") == before


async def test_levels_show_use_ceiling_and_what_the_kind_is_given(quota, two_banks, database, now):
    await quota.take(2)
    await quota.set(7)
    async with database.snapshot(two_banks.operator, now=now) as session:
        levels = await quota_levels(
            session, tenant_id=two_banks.first_id, kind=TenantKind.BANK, profiles=PROFILES
        )
    assert levels == {
        QuotaName.STAFF: QuotaLevel(used=1, ceiling=500, default=500),
        QuotaName.BRANCHES: QuotaLevel(used=0, ceiling=200, default=200),
        QuotaName.PRODUCTS: QuotaLevel(used=2, ceiling=7, default=50),
        QuotaName.OPEN_CLAIMS: QuotaLevel(used=0, ceiling=200, default=200),
    }


async def test_what_a_profile_does_not_name_is_not_to_be_had(two_banks, database, now):
    async with database.transaction(two_banks.operator, now=now) as session:
        with pytest.raises(QuotaExhausted) as exhausted:
            await take_quota(
                session,
                tenant_id=two_banks.operator.own_tenant,
                name=QuotaName.PRODUCTS,
                profiles=PROFILES,
            )
    assert exhausted.value.facts["ceiling"] == 0


async def test_another_bank_neither_takes_nor_sees(quota, two_banks):
    await quota.take(2)
    assert await quota.state(two_banks.second) == {}
    await quota.release(2, two_banks.second)
    with pytest.raises(Exception, match="row-level security"):
        await quota.take(1, two_banks.second, QuotaName.BRANCHES)
    assert (await quota.state())["products"] == (2, 50)


async def test_a_quota_of_no_tenant_is_not_found(two_banks, database, now):
    from uuid import uuid4

    with pytest.raises(NotFound):
        async with database.transaction(two_banks.first, now=now) as session:
            await take_quota(session, tenant_id=uuid4(), name=QuotaName.STAFF, profiles=PROFILES)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(1, 4)), max_size=6))
async def test_use_is_what_was_taken_less_what_was_released(quota, steps):
    await quota.set(50)
    used = (await quota.state())["products"][0]
    await quota.release(used or 1)
    await quota.set(6)
    expected = 0
    for takes, amount in steps:
        if takes and expected + amount > 6:
            with pytest.raises(QuotaExhausted):
                await quota.take(amount)
        elif takes:
            await quota.take(amount)
            expected += amount
        else:
            await quota.release(amount)
            expected -= amount if amount <= expected else 0
    assert (await quota.state())["products"] == (expected, 6)
