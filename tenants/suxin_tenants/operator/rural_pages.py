"""Rural credit at the credit office: how far villages, towns and counties are, their titles, and hearings before a fall.

Figures are of areas; who is in them is nowhere here. A hearing shows the subject's label, because somebody decides about it.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Permission
from suxin.kernel.refusals import Invalid, NotFound
from suxin.kernel.working_days import local_day
from suxin.rural import hearings, titles
from suxin.rural.models import RuralAreaCount, RuralHearing, RuralTitle
from suxin.rural.policies import HEARING_DECIDE, RURAL_OVERSEE, TITLE_DECIDE, TITLE_FILE
from suxin.rural.queries import areas
from suxin.rural.rollup import due_on, missing
from suxin.rural.states import KINDS_ZH, TITLE_STATES_ZH, TITLES_ZH, TitleLevel, TitleState
from suxin.rural.titles import LoanFigures, standing
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.area_names import area_names
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Step, Told, Visit

PLACE: Final = "/desk/rural"
FIGURES: Final = (
    ("debtors", "有贷款农户数"),
    ("without_arrears", "其中无逾期户数"),
    ("loans", "农户贷款余额（万元）"),
    ("bad_loans", "其中不良余额（万元）"),
    ("new_loans", "本年新增贷款（万元）"),
    ("new_bad_loans", "其中新增不良（万元）"),
)
TITLES_SHOWN: Final = 20
MAX_DIGITS: Final = 9
TONES: Final[Mapping[TitleState, str]] = {
    TitleState.PROPOSED: "warn",
    TitleState.APPROVED: "good",
    TitleState.REJECTED: "plain",
    TitleState.REVOKED: "bad",
}
_TOLD: Final = Told(
    fields=(*(name for name, _ in FIGURES), "paper", "areaCode", "answer", "reason"),
    codes=frozenset(
        {
            "RATING_SECOND_PERSON",
            "RURAL_TITLE_NOT_MET",
            "RURAL_TITLE_EXISTS",
            "RURAL_TITLE_NOT_AT",
            "RATING_HEARING_RUNNING",
            "RATING_HEARING_OVER",
        }
    ),
)


@get("/rural")
async def show_areas(visit: GivenVisit) -> Answer:
    """Show the areas of a level with their figures."""
    _require(visit)
    asked = visit.request.query_params.get("level", "")
    level = next((one for one in TitleLevel if one.value == asked), TitleLevel.VILLAGE)
    async with visit.reading() as session:
        found = areas.area_counts(visit.actor, level)
        page = await read_page(session, visit.request, found, RuralAreaCount.area_code)
        names = await area_names(session, {one.area_code for (one,) in page.rows})
        context = {
            "page": page,
            "names": names,
            "level": level,
            "levels": [("", TITLES_ZH[TitleLevel.VILLAGE])]
            + [(one.value, TITLES_ZH[one]) for one in TitleLevel if one is not TitleLevel.VILLAGE],
            "missing": lambda one: missing(standing(one.level, one)),
            "due": due_on(level, local_day(visit.now).year),
        }
        return await visit.page(session, "operator/rural.html", context)


@get("/rural/areas/{area_code:str}")
async def show_area(visit: GivenVisit, area_code: FromPath[str]) -> Answer:
    """Show one area with what is missing for its title, and its titles so far."""
    return await _show_area(visit, area_code, Form({}), {}, status=200)


@post("/rural/areas/{area_code:str}", status_code=200)
async def send_title(visit: GivenVisit, area_code: FromPath[str]) -> Answer:
    """File an area's title of the year."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await titles.file_title(
            session,
            visit.actor,
            area_code=area_code,
            year=local_day(visit.now).year,
            loans=_figures(form),
            now=visit.now,
        )

    return await _take(
        visit, area_code, step, TITLE_FILE, name="file_title", done="已申报，待另一人审定"
    )


@post("/rural/areas/{area_code:str}/titles/{title_id:uuid}/decide", status_code=200)
async def send_title_decision(
    visit: GivenVisit, area_code: FromPath[str], title_id: FromPath[UUID]
) -> Answer:
    """Give a title, or not."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await titles.decide_title(
            session,
            visit.actor,
            title_id=title_id,
            granted=form.text("granted") == "yes",
            answer=form.text("answer"),
            now=visit.now,
        )

    return await _take(visit, area_code, step, TITLE_DECIDE, name="decide_title", done="已审定")


@post("/rural/areas/{area_code:str}/titles/{title_id:uuid}/revoke", status_code=200)
async def send_revocation(
    visit: GivenVisit, area_code: FromPath[str], title_id: FromPath[UUID]
) -> Answer:
    """Take a title back."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await titles.revoke_title(
            session, visit.actor, title_id=title_id, reason=form.text("reason"), now=visit.now
        )

    return await _take(visit, area_code, step, TITLE_DECIDE, name="revoke_title", done="已撤销")


@get("/rural/hearings")
async def show_hearings(visit: GivenVisit) -> Answer:
    """Show the hearings that wait for a decision."""
    return await _show_hearings(visit, Form({}), {}, status=200)


@post("/rural/hearings/{subject_id:uuid}/{entry_id:uuid}", status_code=200)
async def send_hearing_decision(
    visit: GivenVisit, subject_id: FromPath[UUID], entry_id: FromPath[UUID]
) -> Answer:
    """Let a grade fall, or stay."""
    _require(visit)
    visit.actor.require(HEARING_DECIDE)

    async def step(session: AsyncSession, form: Form) -> object:
        return await hearings.decide_hearing(
            session,
            visit.actor,
            subject_id=subject_id,
            entry_id=entry_id,
            lowered=form.text("lowered") == "yes",
            answer=form.text("answer"),
            now=visit.now,
        )

    async def again(form: Form, errors: Mapping[str, str]) -> Answer:
        return await _show_hearings(visit, form, errors, status=422)

    return await visit.take(
        step,
        "rural.hearing",
        again=again,
        told=_TOLD,
        to=f"{PLACE}/hearings",
        done="已决定，并告知当事人",
        entry=entry_id,
    )


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(RURAL_OVERSEE)


def _figures(form: Form) -> LoanFigures:
    """Return what was typed of loans.

    :raises Invalid: if something is no whole number
    """
    typed: dict[str, int] = {}
    for name, _ in FIGURES:
        text = form.text(name)
        if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
            raise Invalid(field=name, reason_zh="请填写整数", reason_en="it is a whole number")
        typed[name] = int(text)
    return LoanFigures(**typed, paper=form.text("paper"))


async def _take(
    visit: Visit, area_code: str, step: Step, right: Permission, *, name: str, done: str
) -> Answer:
    _require(visit)
    visit.actor.require(right)

    async def again(form: Form, errors: Mapping[str, str]) -> Answer:
        return await _show_area(visit, area_code, form, errors, status=422)

    return await visit.take(
        step,
        f"rural.{name}",
        again=again,
        told=_TOLD,
        to=f"{PLACE}/areas/{area_code}",
        done=done,
        area=area_code,
    )


async def _show_area(
    visit: Visit, area_code: str, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        count = await areas.area_count(session, area_code)
        if count is None:
            raise NotFound(thing_zh="地区统计", thing_en="figures of the area")
        held = areas.titles().where(RuralTitle.area_code == area_code).limit(TITLES_SHOWN)
        names = await area_names(session, {area_code})
        may = visit.actor.may
        context = {
            "count": count,
            "name": names[area_code],
            "title_name": TITLES_ZH[count.level],
            "to_do": standing(count.level, count),
            "titles": (await session.scalars(held)).all(),
            "states": {one: (TITLE_STATES_ZH[one], TONES[one]) for one in TitleState},
            "figures": FIGURES,
            "limits": titles,
            "own": visit.actor.own_staff,
            "may_file": may(TITLE_FILE),
            "may_decide": may(TITLE_DECIDE),
            "typed": typed,
            "errors": errors,
        }
        return await visit.page(session, "operator/rural_area.html", context, status=status)


async def _show_hearings(
    visit: Visit, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        found = areas.hearings(visit.actor)
        page = await read_page(session, visit.request, found, RuralHearing.entry_id)
        context = {
            "page": page,
            "kinds": KINDS_ZH,
            "now": visit.now,
            "limits": hearings,
            "may_decide": visit.actor.may(HEARING_DECIDE),
            "typed": typed,
            "errors": errors,
        }
        return await visit.page(session, "operator/rural_hearings.html", context, status=status)


HANDLERS: Final[list[ControllerRouterHandler]] = [
    show_areas,
    show_area,
    send_title,
    send_title_decision,
    send_revocation,
    show_hearings,
    send_hearing_decision,
]
