"""Recording a claim at the village's desk, on a phone: first the household, then what was done, with photos."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import claiming, queries
from suxin.grid.contents import MAX_PHOTOS, ClaimContent, Place, coarse, digest
from suxin.grid.exchange.queries import own_draft
from suxin.grid.pictures import MAX_PHOTO_BYTES
from suxin.grid.policies import CLAIM_RECORD
from suxin.grid.refusals import NoRulesInForce
from suxin.grid.states import Claimant
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Refusal
from suxin.kernel.working_days import local_day
from suxin.villages import queries as villages
from suxin.villages.models import Household
from suxin_tenants.forms import Form
from suxin_tenants.village_grid.point_pages import require
from suxin_tenants.village_grid.point_words import PLACE
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

_FOUND: Final = 30
_PHOTOS: Final = tuple(f"photo{number}" for number in range(1, MAX_PHOTOS + 1))
_FIELDS: Final = ("ruleCode", "memberId", "times", "happenedOn", "note", "photos")
MAX_FORM_BYTES: Final = MAX_PHOTOS * MAX_PHOTO_BYTES + 64 * 1024


@get("/points/claims/new")
async def show_new_claim(visit: GivenVisit) -> Answer:
    """Show the form for a household that was chosen, or a search for one."""
    require(visit, CLAIM_RECORD)
    household_id = Form({"household": (visit.request.query_params.get("household", ""),)}).id(
        "household"
    )
    if household_id is None:
        return await _search(visit)
    return await _show(visit, household_id, await _draft(visit), {}, status=200)


@post("/points/claims/new", status_code=200, request_max_body_size=MAX_FORM_BYTES)
async def send_new_claim(visit: GivenVisit) -> Answer:
    """Record a claim; the form's own id makes it one however often it is sent."""
    require(visit, CLAIM_RECORD)
    form, photos = await _form(visit)
    household_id, claim_id = form.id("household"), form.id("claimId")
    if household_id is None or claim_id is None:
        return visit.go(f"{PLACE}/claims/new")
    content = _content(form, household_id, photos)
    if content is None:
        return await _show(visit, household_id, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await claiming.record_claim(
            session,
            visit.actor,
            claim_id=claim_id,
            content_hash=digest(content),
            content=content,
            sealer=visit.runtime.sealer,
            now=visit.now,
        )
        return {}

    try:
        await visit.once(form, "point.record", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, household_id, form, errors_of(refusal, {}, _FIELDS), status=422)
    return visit.go(f"{PLACE}/claims/{claim_id}", "已登记，待初审")


async def _draft(visit: Visit) -> Form:
    """Return what the form begins with: nothing, or what an event of the town's app says, under the id that it was given."""
    event_id = Form({"event": (visit.request.query_params.get("event", ""),)}).id("event")
    if event_id is None:
        return Form({})
    async with visit.reading() as session:
        event = await own_draft(session, visit.actor, event_id)
    values = {
        "claimId": str(event.id),
        "ruleCode": event.rule_code or "",
        "happenedOn": event.happened_on.isoformat(),
        "note": event.note,
    }
    return Form({name: (value,) for name, value in values.items()})


async def _form(visit: Visit) -> tuple[Form, tuple[bytes, ...]]:
    sent = await visit.request.form()
    form, photos = Form.of(sent), []
    for name in _PHOTOS:
        file = sent.get(name)
        if isinstance(file, UploadFile) and file.filename:
            content = await file.read()
            form.take_hash(name, hashlib.sha256(content).hexdigest())
            photos.append(content)
    return form, tuple(photos)


def _content(form: Form, household_id: UUID, photos: tuple[bytes, ...]) -> ClaimContent | None:
    form.require("ruleCode", "happenedOn")
    times, day = form.whole("times", default=1), _day(form)
    if form.errors or day is None:
        return None
    return ClaimContent(
        household_id=household_id,
        member_id=form.id("memberId"),
        rule_code=form.text("ruleCode"),
        times=times,
        happened_on=day,
        note=form.text("note"),
        place=_place(form),
        photos=photos,
    )


def _day(form: Form) -> date | None:
    try:
        return date.fromisoformat(form.text("happenedOn"))
    except ValueError:
        form.fail("happenedOn", "请选择日期")
        return None


def _place(form: Form) -> Place | None:
    """Return where the phone said it was, if it was asked and said so."""
    try:
        return coarse(float(form.text("latitude")), float(form.text("longitude")))
    except ValueError:
        return None


async def _search(visit: Visit) -> Answer:
    wanted = visit.request.query_params.get("q", "").strip()[:20]
    async with visit.reading() as session:
        found = villages.active_households(visit.actor.own_tenant).limit(_FOUND)
        if wanted:
            found = found.where(
                Household.number.contains(wanted, autoescape=True)
                | Household.address.contains(wanted, autoescape=True)
            )
        households = (await session.scalars(found)).all()
        people = (
            await session.scalars(
                villages.members(visit.actor.own_tenant, [one.id for one in households])
            )
        ).all()
        heads = {one.household_id: one.name_masked for one in people if one.relation == "head"}
        context = {"households": households, "heads": heads, "q": wanted}
        return await visit.page(session, "village_grid/claim_household.html", context)


async def _show(
    visit: Visit, household_id: UUID, form: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    async with visit.reading() as session:
        tenant_id, today = visit.actor.own_tenant, local_day(visit.world_now)
        household = await villages.household(session, tenant_id, household_id)
        members = await villages.members_of(session, tenant_id, household_id)
        try:
            book = (await queries.rules_in_force(session, tenant_id, on=today)).rules
            rules = [rule for rule in book.rules if Claimant.WORKER in rule.claimants]
        except NoRulesInForce:
            rules = []
        context = {
            "household": household,
            "members": [(str(one.id), one.name_masked) for one in members],
            "rules": [(rule.code, f"{rule.name}（{rule.points:+d} 分）") for rule in rules],
            "today": today,
            "claim_id": form.text("claimId") or str(new_id(visit.now)),
            "form": form,
            "errors": errors,
            "photo_fields": _PHOTOS,
        }
        return await visit.page(session, "village_grid/claim_form.html", context, status=status)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_new_claim, send_new_claim)
