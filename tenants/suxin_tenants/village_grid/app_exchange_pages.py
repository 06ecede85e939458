"""The exchange with the town's grid app at the village's desk: its mapping, a file of events, drafts, and what goes back."""

import csv
import io
from datetime import date
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.exchange import commands, joining, queries
from suxin.grid.exchange.comparing import Differs
from suxin.grid.exchange.files import EVENTS_HEADING, MAX_FILE_BYTES, read_told
from suxin.grid.exchange.words import TAKEN, AppSort
from suxin.grid.models import AppEvent
from suxin.grid.policies import CLAIM_RECORD, RULE_MANAGE
from suxin.grid.queries import rules_in_force
from suxin.grid.refusals import NoRulesInForce
from suxin.kernel.refusals import Refusal
from suxin.kernel.row_files import ACCEPTED, FORMATS_ZH
from suxin.kernel.working_days import local_day
from suxin_tenants.paging import read_page
from suxin_tenants.village_grid.point_pages import require
from suxin_tenants.village_grid.point_words import PLACE
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_web.downloads import file_answer

EXCHANGE: Final = f"{PLACE}/exchange"
HEADING: Final = ("平台编号", "事件编号", "户号", "事项", "分值", "状态", "办结日期")
_ENCODINGS: Final = {"utf8": "utf-8-sig", "gbk": "gb18030"}
_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_BODY_BYTES: Final = MAX_FILE_BYTES + 64 * 1024


@get("/points/exchange")
async def show_exchange(visit: GivenVisit) -> Answer:
    """Show the mapping, the forms for files, and the events that are drafts or nothing yet."""
    return await _show(visit, {}, status=200)


@post("/points/exchange/mapping", status_code=200)
async def send_mapping(visit: GivenVisit) -> Answer:
    """Adopt the next version of the mapping."""
    require(visit, RULE_MANAGE)
    form = await visit.form()
    rules: dict[AppSort, str] = {
        sort: form.text(sort.stored) for sort in TAKEN if form.text(sort.stored)
    }

    async def work(session: AsyncSession) -> dict[str, Any]:
        adopted = await commands.adopt_app_mapping(session, visit.actor, rules=rules, now=visit.now)
        return {"number": adopted.number}

    try:
        result = await visit.once(form, "point.app_mapping", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        known = [sort.stored for sort in TAKEN]
        return await _show(visit, errors_of(refusal, {"ruleCode": ""}, known), status=422)
    return visit.go(EXCHANGE, f"事件对应已采用第 {result['number']} 版，之后导入的文件按此生成草稿")


@post("/points/exchange/events", status_code=200, request_max_body_size=_BODY_BYTES)
async def send_events(visit: GivenVisit) -> Answer:
    """Bring in a file of events, and show what came of it."""
    require(visit, CLAIM_RECORD)
    form, sent = await visit.form_with_bytes("events")
    if sent is None:
        return await _show(visit, {"events": "请选择文件"}, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        brought = await commands.bring_app_events(
            session, visit.actor, content=sent.content, now=visit.now
        )
        return brought._asdict()

    try:
        brought = await visit.once(form, "point.app_events", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, errors_of(refusal, {"file": "events"}, ("events",)), status=422)
    return await _show(visit, {}, status=200, brought=brought)


@post("/points/exchange/comparison", status_code=200, request_max_body_size=_BODY_BYTES)
async def send_comparison(visit: GivenVisit) -> Answer:
    """Compare what the app says it was told of a month with what there is."""
    require(visit)
    form, sent = await visit.form_with_bytes("told")
    month = _month(form.text("month"))
    if sent is None or month is None:
        wrong = "请选择文件" if sent is None else "请填写月份，如 2026-11"
        return await _show(visit, {"told": wrong}, status=422)
    try:
        told = read_told(sent.content)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, errors_of(refusal, {"file": "told"}, ("told",)), status=422)
    async with visit.reading() as session:
        differing = await queries.app_differences(session, visit.actor, month=month, told=told)
    return await _show(visit, {}, status=200, differing=differing)


@post("/points/exchange/events/{event_id:uuid}/dismissal", status_code=200)
async def send_dismissal(visit: GivenVisit, event_id: FromPath[UUID]) -> Answer:
    """Dismiss an event."""
    require(visit, CLAIM_RECORD)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await commands.dismiss_app_event(session, visit.actor, event_id=event_id, now=visit.now)
        return {}

    return await visit.press(
        "point.app_dismissal", work, back=EXCHANGE, done="已忽略，不再提示", event=event_id
    )


@get("/points/exchange/entries.csv")
async def send_entries(visit: GivenVisit) -> Answer:
    """Send what became of a month's claims, for the app to take in; ``as=gbk`` for apps that read no other encoding."""
    require(visit)
    asked = visit.request.query_params
    month = _month(asked.get("month", "")) or local_day(visit.world_now).replace(day=1)
    async with visit.reading() as session:
        entries = await queries.entries_for_app(session, visit.actor, month=month)
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(HEADING)
    for one in entries:
        cells = (one.number, one.foreign_number or "", one.household, one.rule)
        rows.writerow([*map(_plain, cells), one.points, one.state.zh, one.ended_on.isoformat()])
    encoding = _ENCODINGS.get(asked.get("as", ""), _ENCODINGS["utf8"])
    return file_answer(
        text.getvalue().encode(encoding), media_type="text/csv", name=f"积分回传{month:%Y-%m}.csv"
    )


def _plain(value: object) -> str:
    """Return a text so that no spreadsheet which opens the CSV takes it for a formula (OWASP: CSV injection)."""
    text = str(value)
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


async def _rules(session: AsyncSession, visit: Visit) -> list[tuple[str, str]]:
    """Return the rules that events may be mapped to, by code."""
    today = local_day(visit.world_now)
    try:
        version = await rules_in_force(session, visit.actor.own_tenant, on=today)
    except NoRulesInForce:
        return []
    return [(rule.code, rule.name) for rule in version.rules.rules if not rule.subtracts]


@post("/points/exchange/link", status_code=200)
async def send_link(visit: GivenVisit) -> Answer:
    """Begin to exchange over the interface, or change the ground."""
    require(visit, RULE_MANAGE)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await joining.join_app(session, visit.actor, ground=form.text("ground"), now=visit.now)
        return {}

    try:
        await visit.once(form, "point.app_link", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, ("ground",))
        return await _show(visit, errors, status=422, ground=form.text("ground"))
    return visit.go(EXCHANGE, "已接入，平台几分钟内与网格通交换一次")


@post("/points/exchange/link/end", status_code=200)
async def send_link_end(visit: GivenVisit) -> Answer:
    """Exchange nothing more over the interface."""
    require(visit, RULE_MANAGE)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await joining.leave_app(session, visit.actor, now=visit.now)
        return {}

    return await visit.press(
        "point.app_link_end", work, back=EXCHANGE, done="已停止接口交换，可继续用文件交换"
    )


async def _show(visit: Visit, errors: dict[str, str], *, status: int, **more: Any) -> Answer:  # noqa: ANN401 - what a page shows besides
    require(visit)
    async with visit.reading() as session:
        link = await queries.own_link(session, visit.actor)
        mapping = await queries.newest_mapping(session, visit.actor)
        rules = await _rules(session, visit)
        context = {
            "page": await read_page(
                session, visit.request, queries.own_app_events(visit.actor), AppEvent.id
            ),
            "mapping": {} if mapping is None else mapping.rules,
            "mapping_number": None if mapping is None else mapping.number,
            "rules": rules,
            "rule_names": dict(rules),
            "sorts": TAKEN,
            "errors": errors,
            "month": f"{local_day(visit.world_now):%Y-%m}",
            "heading": "、".join(EVENTS_HEADING),
            "formats": FORMATS_ZH,
            "accepted": ACCEPTED,
            "may_map": visit.actor.may(RULE_MANAGE),
            "may_record": visit.actor.may(CLAIM_RECORD),
            "left_out": AppSort.PERSONS.zh,
            "brought": None,
            "differing": None,
            "link": link,
            "joined": link is not None and link.left_at is None,
            "refused": await queries.refused_by_app(session, visit.actor),
            "differs": {one.stored: one.zh for one in Differs},
            "ground": "" if link is None else link.ground,
            **more,
        }
        return await visit.page(session, "village_grid/exchange.html", context, status=status)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_exchange,
    send_mapping,
    send_events,
    send_comparison,
    send_dismissal,
    send_link,
    send_link_end,
    send_entries,
)
