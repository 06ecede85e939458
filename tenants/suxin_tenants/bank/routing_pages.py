"""A product's branch and its replay, as buttons and a select on its page."""

from typing import Any, Final
from uuid import UUID

from litestar import post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.lending.replays.commands import ask_replay
from suxin.lending.routing.commands import set_product_branch
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.visits import Answer, GivenVisit


@post("/products/{product_id:uuid}/replay", status_code=200)
async def send_replay(visit: GivenVisit, product_id: FromPath[UUID]) -> Answer:
    """Replay a draft over the last quarter's requests."""
    visit.require_kind(TenantKind.BANK)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await ask_replay(session, visit.actor, product_id=product_id, now=visit.world_now)
        return {}

    return await visit.press(
        "product.replay",
        work,
        back=f"/desk/products/{product_id}",
        done="已开始回放，稍后刷新本页查看结果",
        product=product_id,
    )


@post("/products/{product_id:uuid}/branch", status_code=200)
async def send_branch(visit: GivenVisit, product_id: FromPath[UUID]) -> Answer:
    """Set or take away the branch that a product's referrals go to."""
    visit.require_kind(TenantKind.BANK)
    form = await visit.form()
    branch_id = form.id("branchId")

    async def work(session: AsyncSession) -> dict[str, Any]:
        await set_product_branch(
            session,
            visit.actor,
            product_id=product_id,
            branch_id=branch_id,
            now=visit.world_now,
        )
        return {}

    return await visit.press(
        "product.branch",
        work,
        back=f"/desk/products/{product_id}",
        done="已设置办理网点，新的线索按此分派",
        product=product_id,
    )


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (send_replay, send_branch)
