"""The working-day calendar: what is known about each year, and loading a year's published arrangement of holidays."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.arrangement_files import COLUMNS, read_arrangement
from suxin.kernel.calendars import (
    CALENDAR_MANAGE,
    Loading,
    Standing,
    load_arrangement,
    years_known,
)
from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.working_days import local_day
from suxin.tenancy.policies import TENANT_READ
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import Said

FILE_FIELD: Final = "file"
STANDINGS: Final[Mapping[Standing, Said]] = {
    Standing.LOADED: ("已载入", "good"),
    Standing.BUILT_IN: ("内置", "info"),
    Standing.PROVISIONAL: ("暂定", "warn"),
}
_DONE: Final[Mapping[Loading, str]] = {
    Loading.ADDED: "年放假安排已载入，在办时限将陆续重新计算",
    Loading.CORRECTED: "年放假安排已更正，在办时限将陆续重新计算",
    Loading.UNCHANGED: "年放假安排与已载入的相同，未作改动",
}
# Whatever is wrong with an arrangement is wrong with the file that holds it.
_FIELDS: Final = {"": FILE_FIELD, "source": FILE_FIELD}


@get("/calendar")
async def show_calendar(visit: GivenVisit) -> Answer:
    """Show the years, and the form to load one where the reader may."""
    return await _show(visit, {}, status=200)


@post("/calendar", status_code=200)
async def send_arrangement(visit: GivenVisit) -> Answer:
    """Load a year's arrangement out of a file."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(CALENDAR_MANAGE)
    form = await visit.form_with_file(FILE_FIELD)
    form.require(FILE_FIELD)
    if form.errors:
        return await _show(visit, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        arrangement = read_arrangement(form.text(FILE_FIELD))
        loading = await load_arrangement(
            session, visit.actor, arrangement=arrangement, now=visit.now
        )
        return {"year": arrangement.year, "loading": loading.value}

    try:
        done = await visit.once(form, "calendar.load", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, errors_of(refusal, _FIELDS, (FILE_FIELD,)), status=422)
    said = f"{done['year']} {_DONE[Loading(done['loading'])]}"
    return visit.go(f"/desk/calendar/{done['year']}", said)


@get("/calendar/{year:int}")
async def show_year(visit: GivenVisit, year: FromPath[int]) -> Answer:
    """Show the days of a year's loaded arrangement."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(TENANT_READ)
    async with visit.reading() as session:
        loaded = next(
            (known.loaded for known in await years_known(session, ()) if known.year == year), None
        )
        if loaded is None:
            raise NotFound(thing_zh="放假安排", thing_en="arrangement of holidays")
        arrangement = loaded.arrangement
        days = [(day, name, False) for day, name in arrangement.holidays.items()]
        days += [(day, "", True) for day in arrangement.make_up_workdays]
        context = {"loaded": loaded, "days": sorted(days)}
        return await visit.page(session, "operator/calendar_year.html", context)


async def _show(visit: Visit, errors: Mapping[str, str], *, status: int) -> Answer:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(TENANT_READ)
    this_year = local_day(visit.now).year
    async with visit.reading() as session:
        context = {
            "years": await years_known(session, range(this_year - 1, this_year + 3)),
            "standings": STANDINGS,
            "columns": ",".join(COLUMNS),
            "errors": errors,
            "may_manage": visit.actor.may(CALENDAR_MANAGE),
        }
        return await visit.page(session, "operator/calendar.html", context, status=status)
