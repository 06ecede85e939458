"""Asking for a payment again: at a provider alone, while it waits, and once a day."""

from datetime import timedelta

import pytest
from filled_orders import Remote, replaced
from observing import nothing_written
from order_reference import ReferenceProvider
from small_city import SmallCity
from small_merchant import build_merchant
from small_orders import SUB_MCHID, WECHAT_CODE, asking, build_service, opened

from suxin.lending.models import StepNotPossible
from suxin.perks.orders.commands import complete_order, confirm_order
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.orders.provider import ProviderUnavailable
from suxin.perks.orders.refusals import CollectedHere, OrderUrged
from suxin.perks.orders.states import ServiceOrderRequest, ServiceOrderStage
from suxin.perks.orders.urging import collect_order, remind_order


@pytest.fixture
async def remote(small_city: SmallCity) -> Remote:
    merchant = await build_merchant(small_city)
    await build_service(small_city, merchant, code=WECHAT_CODE, sub_mchid=SUB_MCHID)
    return Remote(small_city, merchant, ReferenceProvider())


async def waiting(remote: Remote) -> ServiceOrder:
    """An order at the provider that is completed and not paid."""
    order = await remote.open("N-1")
    assert remote.provider.user(remote.name("N-1"), "confirm")
    await remote.carry(replaced(order))
    asked = await remote.city.act(
        complete_order, remote.merchant, order_id=order.id, completion=asking(1_500)
    )
    await remote.carry(asked)
    return order


async def stage_of(admin, order: ServiceOrder) -> tuple[str, str | None, str | None]:
    row = await admin.fetchrow(
        "select stage, request, rejection from service_orders where id = $1", order.id
    )
    return tuple(row)


async def test_what_is_collected_is_paid_when_the_provider_says_so(remote: Remote, admin) -> None:
    order = await waiting(remote)
    asked = await remote.city.act(collect_order, remote.merchant, order_id=order.id)
    assert (asked.stage, asked.request) == (
        ServiceOrderStage.USER_PAYING,
        ServiceOrderRequest.COLLECT,
    )
    remote.provider.losing = True
    with pytest.raises(ProviderUnavailable):
        await remote.carry(asked)
    # The answer was lost: the no to the second attempt is checked against where the order stands.
    await remote.carry(asked)
    assert await stage_of(admin, order) == ("USER_PAID", None, None)


async def test_a_user_is_reminded_once_a_day(remote: Remote, admin) -> None:
    order = await waiting(remote)
    asked = await remote.city.act(remind_order, remote.merchant, order_id=order.id)
    await remote.carry(asked)
    assert remote.provider.asked[-1] == "remind"
    assert await stage_of(admin, order) == ("USER_PAYING", None, None)
    for urge in (remind_order, collect_order):
        async with nothing_written(admin):
            with pytest.raises(OrderUrged):
                await remote.city.act(urge, remote.merchant, order_id=order.id)
    await admin.execute(
        "update service_orders set urged_at = urged_at - $1::interval", timedelta(hours=24)
    )
    again = await remote.city.act(collect_order, remote.merchant, order_id=order.id)
    assert again.request is ServiceOrderRequest.COLLECT


async def test_who_need_not_pay_is_not_urged(remote: Remote, admin) -> None:
    order = await remote.open("N-1")
    await build_service(remote.city, remote.merchant)
    local = await opened(remote.city, remote.merchant)
    await remote.city.act(confirm_order, remote.merchant, order_id=local.id)
    await remote.city.act(
        complete_order, remote.merchant, order_id=local.id, completion=asking(1_500)
    )
    for urge in (remind_order, collect_order):
        async with nothing_written(admin):
            with pytest.raises(StepNotPossible):
                await remote.city.act(urge, remote.merchant, order_id=order.id)
            with pytest.raises(CollectedHere):
                await remote.city.act(urge, remote.merchant, order_id=local.id)
