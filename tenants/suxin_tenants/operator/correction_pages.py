"""The credit office's correction requests: those that wait for an answer, those that have ended, and answering one.

What a subject contests is shown as the request keeps it; the subject itself is not. Before the office decides it is told what
granting does: change the platform's own data, to a value given here, or have a source or the person himself put it right.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.lending.industries import industry_name_zh, parse_industry
from suxin.places.queries import counties_and_towns
from suxin.rights.answering import answer_correction
from suxin.rights.corrections import MAX_TEXT
from suxin.rights.deadlines import ANSWER_WITHIN_DAYS
from suxin.rights.models import CorrectionAbout, CorrectionRequest, CorrectionState, Remedy
from suxin.rights.policies import CORRECTION_ANSWER, CORRECTION_READ
from suxin.rights.queries import corrections as queries
from suxin.rights.remedies import MAX_NAME, outcome_of
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_names
from suxin_tenants.area_names import area_names
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import CORRECTION_STATES
from suxin_web.content_words import content_words
from suxin_web.formats import money

PLACE: Final = "/desk/corrections"
WAITING_SHOWN: Final = 50
"""How many requests that wait are listed, the most pressing of them; the next follow as these are answered."""
_FIELDS: Final = ("value", "answer")
_WILL: Final[Mapping[Remedy, str]] = {
    Remedy.PLATFORM: (
        "平台自有资料：予以更正的，平台登记资料当即改为下面填写的内容。登记机关再次报送同一旧值时不覆盖，报送新值时以新值为准。"
    ),
    Remedy.SOURCE: (
        "来源在外：该记录由{source}提供，平台不改写。予以更正的，原记录当即停止使用，请随后转请{source}核改、重新报送；"
        "不予更正的，原记录恢复使用。"
    ),
    Remedy.PROOF: (
        "来源在外：自然人姓名以实名核验为准，平台不代改。予以更正的，申请人会被告知重新实名认证，核验通过后姓名随即更新。"
    ),
}
"""What granting does, said before it is decided."""


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
                "late": await queries.corrections_late(session, now=visit.now),
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
    form.require("answer")
    if form.errors:
        return await _show(visit, request_id, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await answer_correction(
            session,
            visit.actor,
            request_id=request_id,
            corrected=corrected,
            answer=form.text("answer"),
            value=form.text("value"),
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
        waits, may_answer = (
            request.state is CorrectionState.FILED,
            visit.actor.may(CORRECTION_ANSWER),
        )
        of_platform = request.remedy is Remedy.PLATFORM
        context = {
            "request": request,
            "state": CORRECTION_STATES[request.state],
            "stated": await _stated(session, request),
            "waits": waits,
            "may_answer": may_answer,
            "withdrawn": request.state is CorrectionState.WITHDRAWN,
            "answered_by": names.get(answerer, "—") if answerer else "—",
            "will": _WILL[request.remedy].format(source=request.source),
            "outcome": outcome_of(request),
            "of_platform": of_platform,
            "value": typed.text("value") if typed.has("value") else _likely(request),
            "places": await _places(session, request) if waits and may_answer else [],
            "longest": MAX_NAME,
            "typed": typed.text("answer"),
            "most": MAX_TEXT,
            "errors": errors,
        }
        return await visit.page(session, "operator/correction.html", context, status=status)


def _likely(request: CorrectionRequest) -> str:
    """Return what was asked for, where it can be taken as it stands."""
    if request.about is CorrectionAbout.INDUSTRY:
        return request.wanted if parse_industry(request.wanted.upper()) else ""
    return request.wanted if request.about is CorrectionAbout.NAME else ""


async def _places(session: AsyncSession, request: CorrectionRequest) -> list[tuple[str, str]]:
    """Return the counties and towns to choose from, where a place is to be put right."""
    if request.about is not CorrectionAbout.REGION:
        return []
    return [(area.code, area.full_name) for area in await session.scalars(counties_and_towns())]


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
