"""The house's inbox of notices: the same page at every desk."""

from typing import Any, Final

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.notices import Notice, mark_read
from suxin.kernel.queries import inbox_of_staff, unread, unread_count
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit
from suxin_web.desk_paths import safe_next

PLACE: Final = "/desk/notices"
MAX_MARKED: Final = 200


@get("/notices")
async def show_notices(visit: GivenVisit) -> Answer:
    """Show the notices that are for this staff member, newest first."""
    unread_only = visit.request.query_params.get("show") == "unread"
    async with visit.reading() as session:
        mine = inbox_of_staff(visit.actor)
        statement = unread(mine) if unread_only else mine
        kept = {"show": "unread"} if unread_only else {}
        page = await read_page(session, visit.request, statement, Notice.id, kept=kept)
        return await visit.page(
            session,
            "house/notices.html",
            {
                "page": page,
                "unread_only": unread_only,
                "unread": await unread_count(session, mine),
                "own_link": own_link,
            },
        )


@post("/notices/read", status_code=200)
async def send_read(visit: GivenVisit) -> Answer:
    """Mark the unread notices that are for this staff member as read; or one of them, and go where it leads."""
    form = await visit.form()
    wanted = form.id("notice")

    async def work(session: AsyncSession) -> dict[str, Any]:
        mine = inbox_of_staff(visit.actor)
        meant = (
            unread(mine).limit(MAX_MARKED) if wanted is None else mine.where(Notice.id == wanted)
        )
        found = (await session.scalars(meant)).all()
        await mark_read(session, notice_ids=[notice.id for notice in found], now=visit.now)
        return {"link": found[0].link if found and wanted is not None else PLACE}

    outcome = await visit.once(form, "notices.read", work)
    if wanted is not None:
        return visit.go(own_link(str(outcome["link"])) or PLACE)
    return visit.go(PLACE, "已全部标为已读")


def own_link(link: str) -> str | None:
    """Return a notice's link if it leads to a page of the desks."""
    return link if link and safe_next(link) == link else None
