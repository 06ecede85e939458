"""Authorisations of a service: applied for once, given by the user, good for orders without a confirmation, ended by either."""

import asyncio
from datetime import timedelta

import pytest
from authorisation_reference import ReferenceAuthorisations
from filled_orders import as_platform, authorised
from observing import nothing_written
from small_city import SmallCity
from small_merchant import build_merchant
from small_orders import SUB_MCHID, WECHAT_CODE, build_service, draft
from written_steps import steps

from suxin.kernel.actor import Actor
from suxin.lending.models import StepNotPossible
from suxin.perks.orders.authorisations.carrying import GIVEN_WITHIN, carry
from suxin.perks.orders.authorisations.commands import apply_authorisation, end_authorisation
from suxin.perks.orders.authorisations.models import OrderAuthorisation
from suxin.perks.orders.authorisations.refusals import AuthorisationCodeUsed
from suxin.perks.orders.authorisations.states import AuthorisationState, Standing
from suxin.perks.orders.commands import open_order
from suxin.perks.orders.provider import ProviderUnavailable
from suxin.perks.orders.refusals import OrderNumberInvalid, ServiceNotAuthorised

UNCONFIRMED = draft(
    service_code=WECHAT_CODE, number="N-1", need_confirm=False, authorisation_code="AUTH-1"
)
STANDS = (
    "state = cast({to} as text), opened_at = applied_at, reason = 'x',"
    " ended_at = case when cast({to} as text) in ('REFUSED', 'ENDED') then applied_at end"
)


@pytest.fixture
def provider() -> ReferenceAuthorisations:
    return ReferenceAuthorisations()


@pytest.fixture
async def merchant(small_city: SmallCity) -> Actor:
    house = await build_merchant(small_city)
    await build_service(small_city, house, code=WECHAT_CODE, sub_mchid=SUB_MCHID)
    return house


async def applied(city: SmallCity, merchant: Actor, code: str = "AUTH-1") -> OrderAuthorisation:
    made: OrderAuthorisation = await city.act(
        apply_authorisation, merchant, service_code=WECHAT_CODE, code=code
    )
    return made


async def carried(
    city: SmallCity, made: OrderAuthorisation, provider: ReferenceAuthorisations
) -> None:
    named = {"tenant_id": made.tenant_id, "authorisation_id": made.id}
    await as_platform(city, carry, **named, provider=provider)


async def states(admin) -> list[tuple[str, str | None, str | None]]:
    rows = await admin.fetch("select state, call_up, rejection from order_authorisations")
    return [tuple(row) for row in rows]


async def test_a_user_gives_it_and_orders_need_no_confirmation_until_it_ends(
    small_city, merchant, provider, admin
):
    made = await applied(small_city, merchant)
    with pytest.raises(ServiceNotAuthorised):
        await small_city.act(open_order, merchant, draft=UNCONFIRMED)
    await carried(small_city, made, provider)
    assert await states(admin) == [("WAITING", "open-AUTH-1", None)]
    provider.standings["AUTH-1"] = Standing.GIVEN
    await carried(small_city, made, provider)
    assert [state for state, *_ in await states(admin)] == ["AVAILABLE"]
    opened = await small_city.act(open_order, merchant, draft=UNCONFIRMED)
    assert opened.order.need_confirm is False
    await small_city.act(
        end_authorisation, merchant, authorisation_id=made.id, reason="用户不再使用"
    )
    # From that moment on, whenever the provider has noted it.
    another = draft(
        service_code=WECHAT_CODE, number="N-2", need_confirm=False, authorisation_code="AUTH-1"
    )
    async with nothing_written(admin):
        with pytest.raises(ServiceNotAuthorised):
            await small_city.act(open_order, merchant, draft=another)
    provider.losing = True
    with pytest.raises(ProviderUnavailable):
        await carried(small_city, made, provider)
    await carried(small_city, made, provider)
    assert provider.reasons == ["用户不再使用"]
    assert [state for state, *_ in await states(admin)] == ["ENDED"]


async def test_two_at_once_apply_for_one(small_city, merchant, admin):
    both = await asyncio.gather(*(applied(small_city, merchant) for _ in range(2)))
    assert both[0].id == both[1].id
    assert len(await states(admin)) == 1


async def test_a_number_is_of_one_service_and_one_time(small_city, merchant, admin, provider):
    await build_service(small_city, merchant, code="500002", sub_mchid=SUB_MCHID)
    made = await authorised(small_city, merchant, provider)
    refused = {"service_code": "500002", "code": "AUTH-1"}
    async with nothing_written(admin):
        with pytest.raises(AuthorisationCodeUsed):
            await small_city.act(apply_authorisation, merchant, **refused)
        with pytest.raises(OrderNumberInvalid):
            await small_city.act(apply_authorisation, merchant, service_code=WECHAT_CODE, code="授")
    provider.standings["AUTH-1"] = Standing.ENDED
    await carried(small_city, made, provider)
    with pytest.raises(AuthorisationCodeUsed):
        await applied(small_city, merchant)
    with pytest.raises(StepNotPossible):
        await small_city.act(end_authorisation, merchant, authorisation_id=made.id, reason="x")


async def test_what_is_refused_or_not_given_in_time_comes_to_nothing(
    small_city, merchant, provider, admin
):
    provider.refusing = True
    await carried(small_city, await applied(small_city, merchant), provider)
    assert await states(admin) == [("REFUSED", None, "NO_AUTH：服务未开通免确认")]
    provider.refusing = False
    late = await applied(small_city, merchant, "AUTH-2")
    await carried(small_city, late, provider)
    await carried(small_city, late, provider)
    assert [state for state, *_ in await states(admin)] == ["REFUSED", "WAITING"]
    await admin.execute(
        "update order_authorisations set applied_at = applied_at - $1::interval",
        GIVEN_WITHIN + timedelta(minutes=1),
    )
    await carried(small_city, late, provider)
    assert sorted(state for state, *_ in await states(admin)) == ["ENDED", "REFUSED"]


@pytest.mark.parametrize(
    ("who", "declared"),
    [
        ("owner", {("AVAILABLE", "ENDING")}),
        ("operator", set()),
        (
            "platform",
            {
                ("APPLIED", "WAITING"),
                ("APPLIED", "REFUSED"),
                ("WAITING", "AVAILABLE"),
                ("WAITING", "ENDED"),
                ("AVAILABLE", "ENDED"),
                ("ENDING", "ENDED"),
            },
        ),
    ],
)
async def test_a_caller_takes_the_declared_steps_and_no_other(
    small_city, merchant, admin, who, declared
):
    made = await applied(small_city, merchant)
    actor = {
        "owner": merchant,
        "operator": small_city.operator,
        "platform": Actor.system("test"),
    }[who]
    found = await steps(
        small_city, admin, "order_authorisations", AuthorisationState, made.id,
        actor=actor, assignment=STANDS,
    )  # fmt: skip
    assert found == declared
