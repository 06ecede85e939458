"""Facts that a village attests about whoever is being rated: stated from the entry by one of its people, verified in the list by another.

Insurance, subsidies, certificates, brands and licences are departments' to say; they come in with their records.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.rural.models import RuralStatement
from suxin.rural.policies import FACT_STATE, FACT_VERIFY
from suxin.rural.queries import cycles as queries
from suxin.rural.statements import STATABLE, state_fact, verify_fact
from suxin.rural.states import StatementState
from suxin.subjects.shapes import MAX_TEXT_CHARACTERS, SHAPES
from suxin.tenancy.queries import staff_names
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.village_grid.rating_pages import require_village
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import Said

PLACE: Final = "/desk/facts"
STATES: Final[Mapping[StatementState, Said]] = MappingProxyType(
    {
        StatementState.STATED: ("待复核", "warn"),
        StatementState.VERIFIED: ("已复核", "good"),
        StatementState.REJECTED: ("未通过", "bad"),
    }
)
ITEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "VILLAGE-RESIDENCE": "在村居住",
        "FARM-LAND": "承包、流转的土地",
        "FARM-HERD": "养殖",
        "FARM-MACHINE": "农业机械",
    }
)
FIELDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "VILLAGE-RESIDENCE": {"band": "居住年限"},
        "FARM-LAND": {"number": "承包或流转合同编号", "band": "面积"},
        "FARM-HERD": {"species": "种类", "band": "规模"},
        "FARM-MACHINE": {"title": "机具名称", "number": "牌照号或出厂编号"},
    }
)
"""What each item asks, in the order of its form; a test holds it to the items' shapes."""

TABS: Final = {"waiting": "待复核", "all": "全部"}
# Another of the village may, or what stands there shows why.
_TOLD_THERE: Final = frozenset(
    {"RATING_SECOND_PERSON", "RURAL_STATEMENT_NOT_AT", "RURAL_FACT_NOT_STATABLE"}
)


@get("/facts")
async def show_facts(visit: GivenVisit) -> Answer:
    """Show what the village attests, newest first: what waits for another person, unless all is asked for."""
    return await _show_list(visit, {}, status=200)


@post("/facts/{statement_id:uuid}/decide", status_code=200)
async def send_verification(visit: GivenVisit, statement_id: FromPath[UUID]) -> Answer:
    """Take what another stated as true, or not."""
    require_village(visit)
    visit.actor.require(FACT_VERIFY)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await verify_fact(
            session,
            visit.actor,
            statement_id=statement_id,
            granted=form.text("granted") == "yes",
            now=visit.now,
        )
        return {}

    try:
        await visit.once(form, "rural.verify", work, statement=statement_id)
    except Refusal as refusal:
        if not (can_be_set_right(refusal) or refusal.code in _TOLD_THERE):
            raise
        return await _show_list(visit, errors_of(refusal, {}, ()), status=422)
    return visit.go(PLACE, "已复核")


@get("/facts/entries/{entry_id:uuid}")
async def show_statement_form(visit: GivenVisit, entry_id: FromPath[UUID]) -> Answer:
    """Show the form in which a fact about somebody who entered is stated."""
    item = visit.request.query_params.get("item", STATABLE[0])
    return await _show_form(visit, entry_id, item, Form({}), {}, status=200)


@post("/facts/entries/{entry_id:uuid}", status_code=200)
async def send_statement(visit: GivenVisit, entry_id: FromPath[UUID]) -> Answer:
    """State a fact."""
    require_village(visit)
    visit.actor.require(FACT_STATE)
    form = await visit.form()
    item = form.text("item")
    names = tuple(FIELDS.get(item, ()))
    form.require("item", *names)
    if form.errors:
        return await _show_form(visit, entry_id, item, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await state_fact(
            session,
            visit.actor,
            entry_id=entry_id,
            item_code=item,
            content={name: form.text(name) for name in names},
            now=visit.now,
        )
        return {}

    try:
        await visit.once(form, "rural.state", work, entry=entry_id)
    except Refusal as refusal:
        if not (can_be_set_right(refusal) or refusal.code in _TOLD_THERE):
            raise
        renamed = {f"content.{name}": name for name in names}
        errors = errors_of(refusal, renamed, names)
        return await _show_form(visit, entry_id, item, form, errors, status=422)
    return visit.go(PLACE, "已出具，待另一人复核")


async def _show_list(visit: Visit, errors: Mapping[str, str], *, status: int) -> Answer:
    require_village(visit)
    state = visit.request.query_params.get("state", "waiting")
    state = state if state in TABS else "waiting"
    async with visit.reading() as session:
        statement = queries.statements_at(visit.actor)
        if state == "waiting":
            statement = statement.where(RuralStatement.state == StatementState.STATED)
        page = await read_page(
            session, visit.request, statement, RuralStatement.id, kept={"state": state}
        )
        people = {one.stated_by for one, _ in page.rows}
        context = {
            "page": page,
            "tabs": TABS,
            "state": state,
            "states": STATES,
            "items": ITEMS,
            "said": _said,
            "names": await staff_names(session, visit.actor.own_tenant, sorted(people)),
            "verifies": visit.actor.may(FACT_VERIFY),
            "own": visit.actor.own_staff,
            "errors": errors,
        }
        return await visit.page(session, "village/facts.html", context, status=status)


def _said(statement: RuralStatement) -> str:
    """Return what a fact says, in the words of its form."""
    fields = FIELDS[statement.item_code]
    return "，".join(f"{label}：{statement.content[name]}" for name, label in fields.items())


async def _show_form(
    visit: Visit,
    entry_id: UUID,
    item: str,
    typed: Form,
    errors: Mapping[str, str],
    *,
    status: int,
) -> Answer:
    require_village(visit)
    visit.actor.require(FACT_STATE)
    item = item if item in ITEMS else STATABLE[0]
    async with visit.reading() as session:
        entry = await queries.village_entry(session, visit.actor, entry_id)
        context = {
            "entry": entry,
            "item": item,
            "items": ITEMS,
            "fields": FIELDS[item],
            "choices": {
                name: [(one, one) for one in words] for name, words in SHAPES[item].choices.items()
            },
            "most": MAX_TEXT_CHARACTERS,
            "typed": typed,
            "errors": errors,
        }
        return await visit.page(session, "village/fact_form.html", context, status=status)


HANDLERS: Final[list[ControllerRouterHandler]] = [
    show_facts,
    send_verification,
    show_statement_form,
    send_statement,
]
