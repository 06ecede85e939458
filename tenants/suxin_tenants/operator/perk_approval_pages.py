"""Programmes that would spend the city's money: what waits, one of them, and the operator's decision as the second person."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.perks import publishing, queries
from suxin.perks.models import Programme
from suxin.perks.policies import PROGRAMME_APPROVE
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import tenant_row, tenants_by_id
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.perks.programme_form import scenario_title
from suxin_tenants.perks.tier_words import tier_words
from suxin_tenants.visits import Answer, GivenVisit, Visit

PLACE: Final = "/desk/perk-approvals"


@get("/perk-approvals")
async def show_approvals(visit: GivenVisit) -> Answer:
    """Show the programmes that wait for approval."""
    _require(visit)
    async with visit.reading() as session:
        statement = queries.submitted_programmes(visit.actor)
        page = await read_page(session, visit.request, statement, Programme.id, kept={})
        wanted = {row[0].tenant_id for row in page.rows}
        found = {one.id: one for one in await session.scalars(tenants_by_id(wanted))}
        context = {"page": page, "tenants": found}
        return await visit.page(session, "operator/perk_approvals.html", context)


@get("/perk-approvals/{programme_id:uuid}")
async def show_approval(visit: GivenVisit, programme_id: FromPath[UUID]) -> Answer:
    """Show one programme with what it may cost the city."""
    _require(visit)
    async with visit.reading() as session:
        programme = await queries.programme_seen(session, programme_id)
        context = {
            "programme": programme,
            "tenant": await tenant_row(session, programme.tenant_id),
            "scenario": scenario_title(programme.scenario_code),
            "offers": programme.offers_read,
            "fallback": programme.fallback_read,
            "tiers": await tier_words(session, (offer.gate for offer in programme.offers_read)),
        }
        return await visit.page(session, "operator/perk_approval.html", context)


@post("/perk-approvals/{programme_id:uuid}/approve", status_code=200)
async def send_approve(visit: GivenVisit, programme_id: FromPath[UUID]) -> Answer:
    """Publish it: the city's money is promised up to its budget."""

    async def take(session: AsyncSession, _: Form) -> object:
        return await publishing.approve_programme(
            session, visit.actor, programme_id=programme_id, now=visit.now
        )

    return await _press(visit, programme_id, "approve", take, done="已批准并发布")


@post("/perk-approvals/{programme_id:uuid}/return", status_code=200)
async def send_return(visit: GivenVisit, programme_id: FromPath[UUID]) -> Answer:
    """Give it back with what to change."""

    async def take(session: AsyncSession, form: Form) -> object:
        return await publishing.return_programme(
            session,
            visit.actor,
            programme_id=programme_id,
            reason=form.text("reason"),
            now=visit.now,
        )

    return await _press(visit, programme_id, "return", take, done="已退回修改")


async def _press(
    visit: Visit,
    programme_id: UUID,
    step: str,
    take: Callable[[AsyncSession, Form], Awaitable[object]],
    *,
    done: str,
) -> Answer:
    _require(visit)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await take(session, form)
        return {}

    return await visit.press(
        f"perk_approval.{step}", work, back=PLACE, done=done, programme=programme_id
    )


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(PROGRAMME_APPROVE)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_approvals,
    show_approval,
    send_approve,
    send_return,
)
