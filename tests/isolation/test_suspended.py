"""A suspended bank: its staff are turned away, it gets no consent and no lead, and its products are not matched."""

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity, another_bank, offered
from small_world import World

from suxin.consent.commands import grant_consent
from suxin.consent.giving import RecipientUnknown
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Unauthenticated
from suxin.lending.commands.offers import accept_offer
from suxin.lending.commands.requests import ProductNotOffered
from suxin.lending.models import DispatchMode, RequestState
from suxin.lending.queries.requests import published_products
from suxin.subjects.models import DataCategory
from suxin.tenancy.actors import staff_actor
from suxin.tenancy.commands import resume_tenant, suspend_tenant
from suxin.tenancy.log_ins import TenantSuspended
from suxin_tenants import PROFILES


async def suspend(city: SmallCity, number: int = 0) -> None:
    await city.act(
        suspend_tenant, city.operator, tenant_id=city.banks[number].tenant_id, reason="检查"
    )


async def who(world: World) -> Actor:
    return await staff_actor(
        world.city.database.steps,
        token=world.desk_token,
        profiles=PROFILES,
        request_id="test",
        now=world.city.now,
    )


async def test_its_staff_are_refused_at_their_next_request(
    world: World, admin: asyncpg.Connection
) -> None:
    assert (await who(world)).tenant_id == world.bank.tenant_id
    await suspend(world.city)
    async with nothing_written(admin):
        with pytest.raises(TenantSuspended):
            await who(world)
    await world.city.act(
        resume_tenant, world.city.operator, tenant_id=world.bank.tenant_id, reason="已整改"
    )
    # The sessions of before are gone; whoever works there logs in anew.
    async with nothing_written(admin):
        with pytest.raises(Unauthenticated):
            await who(world)


async def test_it_gets_no_consent(small_city: SmallCity, admin: asyncpg.Connection) -> None:
    bank = small_city.banks[0]
    submitted = await small_city.submit()
    await suspend(small_city)
    async with nothing_written(admin):
        with pytest.raises(RecipientUnknown):
            await small_city.consent(submitted.request.id, bank)
        with pytest.raises(RecipientUnknown):
            await small_city.act(
                grant_consent,
                small_city.applicant,
                tenant_id=bank.tenant_id,
                purpose="loan.match",
                categories=[DataCategory.TAX],
                life_days=30,
                notice_version="loan.match/2026-11",
                context_id=submitted.request.id,
            )


async def test_its_products_are_neither_shown_nor_matched(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank, other = small_city.banks
    await suspend(small_city)
    anyone = Actor.anonymous("test")
    async with small_city.database.snapshot(anyone, now=small_city.now) as session:
        shown = (await session.execute(published_products())).all()
    assert [row[0].id for row in shown] == [other.product_id]
    submitted = await small_city.submit()
    assert [referral.tenant_id for referral in submitted.referrals] == [other.tenant_id]
    matched = await admin.fetch("select product_id from match_results")
    assert [row["product_id"] for row in matched] == [other.product_id]
    async with nothing_written(admin):
        with pytest.raises(ProductNotOffered):
            await small_city.submit(
                mode=DispatchMode.NAMED, product=(bank.tenant_id, bank.product_id)
            )


async def test_with_every_bank_suspended_a_request_ends_unmatched(
    small_city: SmallCity,
) -> None:
    await suspend(small_city, 0)
    await suspend(small_city, 1)
    submitted = await small_city.submit()
    assert submitted.request.state is RequestState.UNMATCHED
    await another_bank(small_city, 2)
    assert (await small_city.submit()).request.state is RequestState.OPEN


async def test_its_offer_cannot_be_accepted_until_it_may_act_again(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    bank = small_city.banks[0]
    _, offer_id = await offered(small_city, bank)
    await suspend(small_city)
    async with nothing_written(admin):
        with pytest.raises(RecipientUnknown):
            await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
    await small_city.act(
        resume_tenant, small_city.operator, tenant_id=bank.tenant_id, reason="已整改"
    )
    assert await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)
