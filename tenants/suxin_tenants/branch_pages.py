"""The branches of one's own house: the same page at every desk."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.tenancy.houses import add_branch
from suxin.tenancy.models import Branch
from suxin.tenancy.policies import BRANCH_MANAGE, STAFF_READ
from suxin.tenancy.queries import branches
from suxin_tenants.area_names import area_names, county_options
from suxin_tenants.forms import Form
from suxin_tenants.paging import asked_text, read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

FIELDS: Final = ("name", "areaCodes")
PLACE: Final = "/desk/branches"


@get("/branches")
async def show_branches(visit: GivenVisit) -> Answer:
    """Show the branches and the areas they serve."""
    return await _show(visit, None, {}, status=200)


@post("/branches", status_code=200)
async def send_new_branch(visit: GivenVisit) -> Answer:
    """Add a branch."""
    form = await visit.form()
    form.require("name")
    if form.errors:
        return await _show(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        added = await add_branch(
            session,
            visit.actor,
            name=form.text("name"),
            area_codes=form.texts("areaCodes"),
            profiles=visit.runtime.profiles,
            now=visit.now,
        )
        return {"id": str(added)}

    try:
        await visit.once(form, "branch.add", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, form, errors_of(refusal, {}, FIELDS), status=422)
    return visit.go(PLACE, f"已添加网点 {form.text('name')}")


async def _show(
    visit: Visit, form: Form | None, errors: Mapping[str, str], *, status: int
) -> Answer:
    actor = visit.actor
    actor.require(STAFF_READ)
    typed = form or Form({})
    search = asked_text(visit.request, "q")
    async with visit.reading() as session:
        page = await read_page(
            session,
            visit.request,
            branches(actor.own_tenant, search=search),
            Branch.id,
            kept={"q": search} if search else {},
        )
        codes = {code for row in page.rows for code in row[0].area_codes}
        return await visit.page(
            session,
            "house/branches.html",
            {
                "page": page,
                "search": search,
                "areas": await area_names(session, codes),
                "counties": await county_options(session),
                "name": typed.text("name"),
                "chosen": typed.texts("areaCodes"),
                "errors": errors,
                "may_build": actor.may(BRANCH_MANAGE),
            },
            status=status,
        )
