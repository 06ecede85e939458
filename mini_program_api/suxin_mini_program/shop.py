"""积分超市 for residents: what is offered, what one's household has, its redemptions, and a code to be shown at the shop."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.refusals import NotOfVillage
from suxin.shop.models import ShopRedemption
from suxin.shop.presenting import present_household
from suxin.shop.showing.queries import (
    goods_on_offer,
    lines_by_redemption,
    own_household_redemptions,
    own_shop,
)
from suxin.subjects.presenting import NoNumberFree, key_of
from suxin_mini_program.answering import answer, write_once
from suxin_mini_program.contract import Contract
from suxin_mini_program.paging import Page, PageQuery, newest_first
from suxin_mini_program.reading import AnyRequest, path_id, read_query
from suxin_mini_program.shop_views import (
    ShopCodeView,
    ShopRedemptionView,
    ShopView,
    StoredShopCode,
    code_view,
    good_view,
    line_view,
    redemption_view,
    shop_view,
    stored_code,
)
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "积分超市"

SHOP: Final = Contract(
    tag=TAG,
    zh="本村积分超市：商品、开放日，本户可用和已用的积分",
    en="The shop of one's village: its goods and days, and what one's household has and spent",
    answer=ShopView,
    refusals=(NotOfVillage,),
)
REDEMPTIONS: Final = Contract(
    tag=TAG,
    zh="本户的兑换，新的在前",
    en="The redemptions of one's household, newest first",
    query=PageQuery,
    answer=Page[ShopRedemptionView],
    refusals=(NotOfVillage,),
)
CODE: Final = Contract(
    tag=TAG,
    zh="打开本户的兑换码，10 分钟有效，用一次",
    en="Open one's household's code: good for ten minutes, and once",
    answer=ShopCodeView,
    status=201,
    keyed=True,
    refusals=(NotOfVillage, NoNumberFree),
)


@get("/points/{village_id:str}/shop", opt=SHOP.opt)
async def show_shop(
    runtime: GivenRuntime, actor: GivenActor, village_id: FromPath[str]
) -> Response[bytes]:
    """Show the shop of a village in which one is of a household."""
    wanted = path_id(village_id)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        own = await own_shop(session, actor, tenant_id=wanted)
        goods = await goods_on_offer(session, tenant_id=wanted)
        return answer(shop_view(own, [good_view(one) for one in goods]))


@get("/points/{village_id:str}/shop/redemptions", opt=REDEMPTIONS.opt)
async def list_shop_redemptions(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, village_id: FromPath[str]
) -> Response[bytes]:
    """List the redemptions of one's household, each with what it is of."""
    wanted, query = path_id(village_id), read_query(request, PageQuery)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        page = await newest_first(
            session,
            await own_household_redemptions(session, actor, tenant_id=wanted),
            query,
            name="shop-redemptions",
            by=ShopRedemption.id,
            view=lambda row: redemption_view(row[0]),
        )
        ids = [one.id for one in page.items]
        lines = await lines_by_redemption(session, tenant_id=wanted, redemption_ids=ids)
        for one in page.items:
            one.lines = [line_view(line) for line in lines.get(one.id, [])]
        return answer(page)


@post("/points/{village_id:str}/shop/code", status_code=201, opt=CODE.opt)
async def open_shop_code(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, village_id: FromPath[str]
) -> Response[bytes]:
    """Open one's household's code."""
    wanted, now = path_id(village_id), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        opened = await present_household(
            session, actor, tenant_id=wanted, sealer=runtime.sealer, now=now
        )
        return stored_code(opened)

    def completed(stored: dict[str, Any]) -> ShopCodeView:
        kept = msgspec.convert(stored, StoredShopCode)
        key = key_of(kept.id, sealer=runtime.sealer)
        return code_view(kept, key=key, now=runtime.clock.now())

    return await write_once(request, runtime, actor, work, status=201, completed=completed)


HANDLERS: Final = (show_shop, list_shop_redemptions, open_shop_code)
