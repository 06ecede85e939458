"""The guarantor's requests: the queue, one request with what may be known of the applicant, and each thing that is done about it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.notice_texts import CATEGORY_ZH, in_order
from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.working_days import local_day
from suxin.lending.guarantees import deciding, queries
from suxin.lending.guarantees.models import GuaranteeRequest
from suxin.lending.guarantees.policies import (
    GUARANTEE_APPROVE,
    GUARANTEE_READ,
    GUARANTEE_UNDERWRITE,
)
from suxin.lending.guarantees.states import WAITING, GuaranteeDecline, GuaranteeState
from suxin.lending.queries.dossier import Dossier, dossier_records, guarantor_dossier
from suxin.subjects.policies import RECORD_READ
from suxin.subjects.queries import catalogue
from suxin.tenancy.models import StaffMember
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.bank.record_words import RecordWords, record_words
from suxin_tenants.forms import Form, options
from suxin_tenants.guarantee_words import guarantee_words
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

PLACE: Final = "/desk/guarantees"
TABS: Final[Mapping[str, tuple[str, frozenset[GuaranteeState]]]] = {
    "requested": ("待审查", frozenset({GuaranteeState.REQUESTED})),
    "underwritten": ("待批准", frozenset({GuaranteeState.UNDERWRITTEN})),
    "approved": ("已承诺", frozenset({GuaranteeState.APPROVED})),
    "ended": (
        "已结束",
        frozenset(GuaranteeState) - WAITING - {GuaranteeState.APPROVED},
    ),
}
FIELDS: Final = (
    "letterNumber",
    "feeBps",
    "startsOn",
    "endsOn",
    "opinion",
    "code",
    "reason",
    "note",
)
RECORDS_SHOWN: Final = 100
# What a person can only be told where he is, although nothing on the form is wrong.
_TOLD_HERE: Final = frozenset(
    {"SECOND_FACTOR_MISSING", "GUARANTEE_UNDERWRITTEN_BY_YOURSELF", "FORBIDDEN"}
)


@dataclass(frozen=True, slots=True)
class _Act:
    """One thing that is done about a request: the news of it, the fields it needs, and the command."""

    done: str
    needs: tuple[str, ...]
    work: Callable[[AsyncSession, Visit, UUID, Form], Awaitable[Any]]


@get("/guarantees")
async def show_guarantees(visit: GivenVisit) -> Answer:
    """Show the requests to the guarantor, newest first."""
    _require(visit)
    tab = visit.request.query_params.get("state", "requested")
    tab = tab if tab in TABS else "requested"
    async with visit.reading() as session:
        counts = await queries.request_counts(session, visit.actor)
        statement = queries.requests_shown(visit.actor).order_by(None)
        page = await read_page(
            session,
            visit.request,
            statement.where(GuaranteeRequest.state.in_(TABS[tab][1])),
            GuaranteeRequest.id,
            kept={"state": tab},
        )
        context = {
            "page": page,
            "tabs": [
                (key, f"{zh} {sum(counts.get(one.value, 0) for one in among)}")
                for key, (zh, among) in TABS.items()
            ],
            "state": tab,
            "rows": await guarantee_words(session, [row[0] for row in page.rows]),
        }
        return await visit.page(session, "guarantor/guarantees.html", context)


@get("/guarantees/{request_id:uuid}")
async def show_guarantee(visit: GivenVisit, request_id: FromPath[UUID]) -> Answer:
    """Show one request; who the applicant is on his consent alone, and on record for him."""
    return await _show(visit, request_id, None, status=200)


@post("/guarantees/{request_id:uuid}/{act:str}", status_code=200)
async def send_guarantee_act(
    visit: GivenVisit, request_id: FromPath[UUID], act: FromPath[str]
) -> Answer:
    """Carry out one act about a request, or show it again with what is wrong with the form."""
    _require(visit)
    found = _ACTS.get(act)
    if found is None:
        raise NotFound(thing_zh="办理事项", thing_en="act")
    form = await visit.form()
    form.require(*found.needs)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await found.work(session, visit, request_id, form)
        return {}

    if not form.errors:
        _read(form, act)
    if form.errors:
        return await _show(visit, request_id, form, status=422)
    try:
        await visit.once(form, f"guarantee.{act}", work, about=request_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal) and refusal.code not in _TOLD_HERE:
            raise
        for name, message in errors_of(refusal, {}, FIELDS).items():
            form.fail(name, message)
        return await _show(visit, request_id, form, status=422)
    return visit.go(f"{PLACE}/{request_id}", found.done)


def _read(form: Form, act: str) -> None:
    """Note what cannot be read of a form, before anything is done."""
    if act == "underwrite":
        form.percent("feeBps")
        for name in ("startsOn", "endsOn"):
            _day(form, name)
    if act == "decline":
        form.choice("reason", GuaranteeDecline)


def _day(form: Form, name: str) -> date:
    try:
        return date.fromisoformat(form.text(name))
    except ValueError:
        form.fail(name, "请填写日期，如 2026-11-20")
        return date.min


async def _ask(session: AsyncSession, visit: Visit, request_id: UUID, _: Form) -> None:
    await deciding.ask_applicant(session, visit.actor, request_id=request_id, now=visit.now)


async def _underwrite(session: AsyncSession, visit: Visit, request_id: UUID, form: Form) -> None:
    draft = deciding.LetterDraft(
        number=form.text("letterNumber"),
        fee_bps=form.percent("feeBps"),
        starts_on=_day(form, "startsOn"),
        ends_on=_day(form, "endsOn"),
        opinion=form.text("opinion"),
    )
    await deciding.underwrite_guarantee(
        session, visit.actor, request_id=request_id, draft=draft, now=visit.now
    )


async def _send_back(session: AsyncSession, visit: Visit, request_id: UUID, form: Form) -> None:
    await deciding.send_guarantee_back(
        session, visit.actor, request_id=request_id, note=form.text("note"), now=visit.now
    )


async def _approve(session: AsyncSession, visit: Visit, request_id: UUID, form: Form) -> None:
    await deciding.approve_guarantee(
        session,
        visit.actor,
        request_id=request_id,
        code=form.text("code"),
        sealer=visit.runtime.sealer,
        now=visit.now,
    )


async def _decline(session: AsyncSession, visit: Visit, request_id: UUID, form: Form) -> None:
    await deciding.decline_guarantee(
        session,
        visit.actor,
        request_id=request_id,
        reason=form.choice("reason", GuaranteeDecline) or GuaranteeDecline.OTHER,
        note=form.text("note"),
        now=visit.now,
    )


_ACTS: Final[Mapping[str, _Act]] = {
    "ask-applicant": _Act("已向申请人征求授权，等待其答复", (), _ask),
    "underwrite": _Act(
        "审查意见已提交，待另一人批准",
        ("letterNumber", "feeBps", "startsOn", "endsOn", "opinion"),
        _underwrite,
    ),
    "send-back": _Act("已退回审查", ("note",), _send_back),
    "approve": _Act("担保承诺已生效，银行已收到通知", ("code",), _approve),
    "decline": _Act("已答复不予担保，银行已收到通知", ("reason", "note"), _decline),
}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the applicant lets the guarantor know, in words."""

    dossier: Dossier
    categories: tuple[str, ...]
    records: Mapping[str, list[RecordWords]]


async def _known(session: AsyncSession, visit: Visit, request: GuaranteeRequest) -> _Known | None:
    if not visit.actor.may(RECORD_READ):
        return None
    found = await guarantor_dossier(session, visit.actor, request.lead_id)
    if found is None:
        return None
    page = await dossier_records(session, visit.actor, found, first=RECORDS_SHOWN)
    items = {item.code: item.name for item in await session.scalars(catalogue())}
    return _Known(
        found,
        tuple(
            CATEGORY_ZH.get(name, name).partition("（")[0]
            for name in in_order(found.consent.categories)
        ),
        record_words(page.rows, items, now=visit.now),
    )


async def _show(visit: Visit, request_id: UUID, form: Form | None, *, status: int) -> Answer:
    _require(visit)
    actor = visit.actor
    async with visit.reading() as session:
        request = await queries.shown_request(session, actor, request_id)
        context = {
            "words": (await guarantee_words(session, [request]))[0],
            "one": request,
            "known": await _known(session, visit, request),
            "may_read": actor.may(RECORD_READ),
            "waits": request.state in WAITING,
            "may_underwrite": actor.may(GUARANTEE_UNDERWRITE),
            "may_approve": actor.may(GUARANTEE_APPROVE),
            "mine": request.underwritten_by == actor.staff_id,
            "people": await _people(session, request),
            "use": await queries.limit_use(session, actor),
            "reasons": options(GuaranteeDecline),
            "today": local_day(visit.now).isoformat(),
            "values": {} if form is None else {name: form.text(name) for name in FIELDS},
            "errors": {} if form is None else form.errors,
        }
        return await visit.page(session, "guarantor/guarantee.html", context, status=status)


async def _people(session: AsyncSession, request: GuaranteeRequest) -> dict[UUID, str]:
    known: dict[UUID, str] = {}
    for staff_id in (request.underwritten_by, request.approved_by):
        if staff_id is None:
            continue
        staff = await session.get(StaffMember, (request.guarantor_id, staff_id))
        if staff is not None:
            known[staff.id] = staff.name
    return known


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.GUARANTOR)
    visit.actor.require(GUARANTEE_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_guarantees,
    show_guarantee,
    send_guarantee_act,
)
