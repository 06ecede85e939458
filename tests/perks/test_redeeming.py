"""Redeeming: which benefit applies, that a lock, a use and a roll-back leave stock and budget right, and who sees what."""

import asyncpg
import pytest
from small_city import SmallCity
from small_perks import SmallPerks, build_perks, give_basis, give_tier

from suxin.perks import accounts
from suxin.perks.accounts import Left
from suxin.perks.models import Programme
from suxin.perks.redeeming import complete_redemption, grant_redemption, roll_back_redemption
from suxin.perks.refusals import BudgetExhausted, StockExhausted
from suxin.perks.states import RedemptionState


async def left(small: SmallPerks, programme: Programme) -> Left:
    async with small.city.database.snapshot(small.merchant, now=small.city.now) as session:
        return await accounts.left_of(session, programme)


async def test_a_tier_betters_the_benefit_on_a_live_basis_alone(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    small = await build_perks(small_city)
    programme = await small.published()
    someone = small_city.person_id
    await give_tier(admin, small_city, someone, place=1)
    assert (await small.hold(programme, someone)).benefit_read.label == "门票 9 折"
    basis = await give_basis(admin, small_city, someone, programme.tenant_id)
    known = await small.hold(programme, someone)
    assert known.benefit_read.label == "门票半价"
    # A stranger without a score, and a visitor without a code, go the same way.
    assert (await small.hold(programme, small_city.stranger_id)).benefit_read.label == "门票 9 折"
    visitor = await small.hold(programme)
    assert (visitor.benefit_read.label, visitor.handle) == ("门票 9 折", None)
    await admin.execute("update access_bases set ended_at = starts_at where id = $1", basis)
    after = await small.hold(programme, someone)
    assert after.benefit_read.label == "门票 9 折"
    assert after.handle == known.handle


async def test_uses_are_posted_and_the_rest_goes_back(small_city: SmallCity) -> None:
    small = await build_perks(small_city)
    city, merchant = small_city, small.merchant
    programme = await small.published(stock=12, budget_fen=7_200, uses_each=2)
    held = await small.hold(programme, persons=10)
    assert await left(small, programme) == Left(
        stock=2, stock_held=10, budget_fen=1_200, budget_held_fen=6_000
    )
    with pytest.raises(StockExhausted):
        await small.hold(programme, persons=3)
    await city.act(grant_redemption, merchant, redemption_id=held.id)
    used = await city.act(complete_redemption, merchant, redemption_id=held.id, uses=3, close=False)
    assert (used.state, used.uses) == (RedemptionState.GRANTED, 3)
    done = await city.act(complete_redemption, merchant, redemption_id=held.id, uses=1)
    assert (done.state, done.uses, done.used_value_fen) == (RedemptionState.COMPLETED, 4, 1_200)
    # Four of twenty uses are two of ten pieces.
    assert await left(small, programme) == Left(
        stock=10, stock_held=0, budget_fen=6_000, budget_held_fen=0
    )


async def test_a_roll_back_leaves_all_as_it_was(small_city: SmallCity) -> None:
    small = await build_perks(small_city)
    programme = await small.published(stock=5, budget_fen=1_000)
    before = await left(small, programme)
    for granted in (False, True):
        held = await small.hold(programme)
        if granted:
            await small_city.act(grant_redemption, small.merchant, redemption_id=held.id)
        rolled = await small_city.act(
            roll_back_redemption, small.merchant, redemption_id=held.id, reason="顾客改日再来"
        )
        assert rolled.state is RedemptionState.ROLLED_BACK
        assert await left(small, programme) == before
    await small.hold(programme)
    with pytest.raises(BudgetExhausted):
        await small.hold(programme)
