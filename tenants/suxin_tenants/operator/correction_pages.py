"""The credit office's correction requests: those that wait for an answer, those that have ended, and answering one.

What a subject contests is shown as the request keeps it; the subject itself is not.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.lending.industries import industry_name_zh
from suxin.rights.corrections import ANSWER_WITHIN_DAYS, MAX_TEXT, answer_correction
from suxin.rights.models import CorrectionAbout, CorrectionRequest, CorrectionState
from suxin.rights.policies import CORRECTION_ANSWER, CORRECTION_READ
from suxin.rights.queries import corrections as queries
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_names
from suxin_tenants.area_names import area_names
from suxin_tenants.content_words import content_words
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import CORRECTION_STATES
from suxin_web.formats import money

PLACE: Final = "/desk/corrections"
WAITING_SHOWN: Final = 50
"""How many requests that wait are listed, the most pressing of them; the next follow as these are answered."""
_FIELDS: Final = ("answer",)


@get("/corrections")
async def show_corrections(visit: GivenVisit) -> Answer:
    """Show the requests that wait, the most pressing first, and below them those that have ended."""
    _require(visit)
    async with visit.reading() as session:
        page = await read_page(
            session, visit.request, queries.corrections(filed=False), CorrectionRequest.id
        )
        pressing = queries.corrections(filed=True).limit(WAITING_SHOWN)
        return await visit.page(
            session,
            "operator/corrections.html",
            {
                "waiting": (await session.scalars(pressing)).all(),
                "count": await queries.corrections_waiting(session),
                "page": page,
                "states": CORRECTION_STATES,
                "days": ANSWER_WITHIN_DAYS,
            },
        )


@get("/corrections/{request_id:uuid}")
async def show_correction(visit: GivenVisit, request_id: FromPath[UUID]) -> Answer:
    """Show one request; while it waits, whoever may answer it has the form for that."""
    return await _show(visit, request_id, Form({}), {}, status=200)


@post("/corrections/{request_id:uuid}/correct", status_code=200)
async def send_correct(visit: GivenVisit, request_id: FromPath[UUID]) -> Answer:
    """Answer that what was contested is wrong."""
    return await _answer(visit, request_id, corrected=True)


@post("/corrections/{request_id:uuid}/decline", status_code=200)
async def send_decline(visit: GivenVisit, request_id: FromPath[UUID]) -> Answer:
    """Answer that what was contested is right."""
    return await _answer(visit, request_id, corrected=False)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(CORRECTION_READ)


async def _answer(visit: Visit, request_id: UUID, *, corrected: bool) -> Answer:
    _require(visit)
    visit.actor.require(CORRECTION_ANSWER)
    form = await visit.form()
    form.require(*_FIELDS)
    if form.errors:
        return await _show(visit, request_id, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await answer_correction(
            session,
            visit.actor,
            request_id=request_id,
            corrected=corrected,
            answer=form.text("answer"),
            now=visit.now,
        )
        return {}

    step = "correct" if corrected else "decline"
    try:
        await visit.once(form, f"correction.{step}", work, correction=request_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, _FIELDS)
        return await _show(visit, request_id, form, errors, status=422)
    done = "已答复：予以更正" if corrected else "已答复：不予更正"
    return visit.go(f"{PLACE}/{request_id}", f"{done}，已告知申请人")


async def _show(
    visit: Visit, request_id: UUID, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        request = await queries.correction(session, request_id)
        answerer = request.answered_by
        names = await staff_names(session, visit.actor.own_tenant, [answerer] if answerer else [])
        context = {
            "request": request,
            "state": CORRECTION_STATES[request.state],
            "stated": await _stated(session, request),
            "waits": request.state is CorrectionState.FILED,
            "may_answer": visit.actor.may(CORRECTION_ANSWER),
            "withdrawn": request.state is CorrectionState.WITHDRAWN,
            "answered_by": names.get(answerer, "—") if answerer else "—",
            "of_record": request.about is CorrectionAbout.RECORD,
            "typed": typed.text("answer"),
            "most": MAX_TEXT,
            "errors": errors,
        }
        return await visit.page(session, "operator/correction.html", context, status=status)


async def _stated(session: AsyncSession, request: CorrectionRequest) -> list[tuple[str, str]]:
    """Return what is on record, as it was when the request was filed: names and values."""
    stated = request.stated
    if request.about is CorrectionAbout.RECORD:
        amount = stated["amountFen"]
        return [
            ("内容", content_words(stated["content"]) or "—"),
            ("发生日期", stated["occurredOn"]),
            *([] if amount is None else [("金额", money(amount))]),
            ("来源文号", stated["sourceRef"] or "—"),
        ]
    value = stated["value"]
    if value and request.about is CorrectionAbout.REGION:
        value = (await area_names(session, [value]))[value]
    if value and request.about is CorrectionAbout.INDUSTRY:
        value = industry_name_zh(value)
    return [(request.item, value or "—")]
