"""Notices at the village's desk: the board, the poster that is printed, and the public page behind its code."""

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import segno
from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries
from suxin.grid.models import PointNotice
from suxin.grid.notice_lines import read_lines
from suxin.grid.noticing import publish_notice
from suxin.grid.policies import NOTICE_PUBLISH
from suxin.grid.states import ClaimState
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin_tenants.paging import read_page
from suxin_tenants.village_grid.point_pages import require, rights
from suxin_tenants.village_grid.point_words import PLACE
from suxin_tenants.visits import PAGES, Answer, GivenVisit
from suxin_web.callers import AnyRequest, client_address
from suxin_web.rate_limits import Limit
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime

PUBLIC_PATH: Final = "/points/notices"
QR_SCALE: Final = 5
# Proposed: a village scans one poster within minutes, over one address of its network.
LOOK: Final = Limit(name="points.notice", burst=120, per_minute=120)


@get("/points/notices")
async def show_notices(visit: GivenVisit) -> Answer:
    """Show the village's notices, newest first, and what waits for the next."""
    require(visit)
    async with visit.reading() as session:
        counts = await queries.counts_by_state(session, visit.actor)
        page = await read_page(
            session, visit.request, queries.own_notices(visit.actor), PointNotice.id
        )
        context = {
            "page": page,
            "waiting": counts.get(ClaimState.APPROVED, 0),
            "may": rights(visit),
        }
        return await visit.page(session, "village_grid/notices.html", context)


@post("/points/notices", status_code=200)
async def send_notice(visit: GivenVisit) -> Answer:
    """Publish what was approved."""
    require(visit, NOTICE_PUBLISH)

    async def work(session: AsyncSession) -> dict[str, Any]:
        notice, _ = await publish_notice(session, visit.actor, now=visit.now)
        return {"id": str(notice.id)}

    return await visit.press(
        "point.notice", work, back=f"{PLACE}/notices", done="公示已发布，请打印海报张贴"
    )


@get("/points/notices/{notice_id:uuid}")
async def show_poster(visit: GivenVisit, notice_id: FromPath[UUID]) -> Answer:
    """Show a notice as the poster that is printed on A4; from its end on only that it was there."""
    require(visit)
    async with visit.reading() as session:
        notice, page = await queries.own_notice(session, visit.actor, notice_id)
        address = f"{visit.runtime.public_url}{PUBLIC_PATH}/{page.token}"
        context = {
            "notice": notice,
            "lines": read_lines(notice.lines),
            "stands": notice.ends_at > visit.world_now,
            "address": address,
            "picture": segno.make(address, error="m").svg_data_uri(scale=QR_SCALE),
        }
        return await visit.page(session, "village_grid/poster.html", context)


@get(f"{PUBLIC_PATH}/{{token:str}}", include_in_schema=False)
async def show_public_notice(
    request: AnyRequest, runtime: GivenRuntime, token: FromPath[str]
) -> Answer:
    """Show a notice to whoever scanned its poster; 410 from its end on, 404 where there was none."""
    await runtime.limits.take(LOOK, client_address(request))
    now, anyone = runtime.clock.now(), Actor.anonymous(request_id_of(request))
    notice, status = None, HTTPStatus.OK
    async with runtime.database.snapshot(anyone, now=now) as session:
        try:
            page = await queries.page_at(session, token)
            notice = await queries.standing_notice(session, page, now=now)
            status = HTTPStatus.OK if notice is not None else HTTPStatus.GONE
        except NotFound:
            status = HTTPStatus.NOT_FOUND
        lines = [] if notice is None else read_lines(notice.lines)
        return PAGES.render(
            request,
            "village_grid/public_notice.html",
            {"notice": notice, "lines": lines, "gone": status is HTTPStatus.GONE, "now": now},
            status=status,
            headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex"},
        )


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_notices, send_notice, show_poster)
