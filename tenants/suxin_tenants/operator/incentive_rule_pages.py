"""Rules of incentives: their versions with the quarter from which each is good, a draft with other amounts, and the second person's word."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.money import parse_yuan
from suxin.kernel.refusals import Refusal
from suxin.lending.league.measures import Measure
from suxin.lending.league.quarters import Quarter
from suxin.risk_pool.incentives import queries
from suxin.risk_pool.incentives.models import IncentiveRuleSet, RuleSetState
from suxin.risk_pool.incentives.policies import (
    INCENTIVE_CHECK,
    INCENTIVE_PROPOSE,
    INCENTIVE_READ,
)
from suxin.risk_pool.incentives.rule_sets import (
    approve_rules,
    draft_rules,
    quarters_ahead,
    withdraw_rules,
)
from suxin.risk_pool.incentives.rules import MAX_NAME, IncentiveRules, PlaceAward
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_names
from suxin_tenants.forms import Form, percent_text, yuan_text
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import Said

PLACE: Final = "/desk/incentive-rules"
VERSIONS_SHOWN: Final = 50
STATES: Final[Mapping[RuleSetState, Said]] = {
    RuleSetState.DRAFT: (RuleSetState.DRAFT.zh, "warn"),
    RuleSetState.APPROVED: (RuleSetState.APPROVED.zh, "good"),
    RuleSetState.WITHDRAWN: (RuleSetState.WITHDRAWN.zh, "plain"),
}
_FIELDS: Final = ("name", "quarter")

Command = Callable[..., Awaitable[IncentiveRuleSet]]


@get("/incentive-rules")
async def show_incentive_rules(visit: GivenVisit) -> Answer:
    """Show the rules of this quarter, the versions, and the form for the next one."""
    return await _show(visit, None, status=200)


@post("/incentive-rules", status_code=200)
async def send_incentive_rules(visit: GivenVisit) -> Answer:
    """Draft the next version, or show the form again with what is wrong with it."""
    _require(visit)
    visit.actor.require(INCENTIVE_PROPOSE)
    form = await visit.form()
    form.require("name", "quarter")
    rules = _typed(form)
    quarter = Quarter.parse(form.text("quarter"))
    if quarter is None and not form.errors:
        form.fail("quarter", "不在可选范围内")
    if form.errors or quarter is None:
        return await _show(visit, form, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await draft_rules(session, visit.actor, quarter=quarter, rules=rules, now=visit.now)
        return {}

    try:
        await visit.once(form, "incentive_rules.draft", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        for name, message in errors_of(refusal, {}, _FIELDS).items():
            form.fail(name, message)
        return await _show(visit, form, status=422)
    return visit.go(PLACE, "已起草，须由另一人批准")


@post("/incentive-rules/{rule_set_id:uuid}/approve", status_code=200)
async def send_approve_rules(visit: GivenVisit, rule_set_id: FromPath[UUID]) -> Answer:
    """Approve drafted rules."""
    return await _step(visit, rule_set_id, approve_rules, "approve", "已批准，自所定季度起适用")


@post("/incentive-rules/{rule_set_id:uuid}/withdraw", status_code=200)
async def send_withdraw_rules(visit: GivenVisit, rule_set_id: FromPath[UUID]) -> Answer:
    """Give drafted rules up."""
    return await _step(visit, rule_set_id, withdraw_rules, "withdraw", "已撤回")


async def _step(visit: Visit, rule_set_id: UUID, command: Command, step: str, said: str) -> Answer:
    _require(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await command(session, visit.actor, rule_set_id=rule_set_id, now=visit.now)
        return {}

    return await visit.press(
        f"incentive_rules.{step}", work, back=PLACE, done=said, rules=rule_set_id
    )


async def _show(visit: Visit, form: Form | None, *, status: int) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        found = (
            await session.scalars(queries.rule_sets_of(visit.actor).limit(VERSIONS_SHOWN))
        ).all()
        people = {one.drafted_by for one in found} | {
            one.approved_by for one in found if one.approved_by is not None
        }
        quarters = quarters_ahead(visit.now)
        in_force = await queries.rules_for(session, visit.actor, quarters[0])
        context = {
            "in_force": in_force,
            "quarter": quarters[0],
            "versions": [
                (one, Quarter(one.quarter), msgspec.convert(one.rules, IncentiveRules))
                for one in found
            ],
            "states": STATES,
            "names": await staff_names(session, visit.actor.own_tenant, list(people)),
            "me": visit.actor.staff_id,
            "may_draft": visit.actor.may(INCENTIVE_PROPOSE),
            "may_approve": visit.actor.may(INCENTIVE_CHECK),
            "measures": [(one.value, one.zh, "工作日" if one.in_days else "%") for one in Measure],
            "quarters": [(one.code, one.zh) for one in quarters],
            "draft": RuleSetState.DRAFT,
            "most_name": MAX_NAME,
            "values": _values(in_force.rules) if form is None else _sent(form),
            "errors": {} if form is None else form.errors,
        }
        return await visit.page(session, "operator/incentive_rules.html", context, status=status)


def _typed(form: Form) -> IncentiveRules:
    """Return the rules as they were typed; what is wrong is noted in the form."""
    awards = []
    for measure in Measure:
        places = _places(form, f"places-{measure.value}")
        if not places:
            continue
        name = f"bar-{measure.value}"
        # Basis points of a share or rate, hundredths of a working day: what was typed, times a hundred, in both.
        bar = form.percent(name) if form.text(name) else None
        awards.append(PlaceAward(measure.value, places, bar=bar))
    return IncentiveRules(form.text("name"), tuple(awards))


def _places(form: Form, name: str) -> tuple[int, ...]:
    """Read amounts in yuan, the first place's first, with blanks or pauses between; equal ones stay."""
    found = []
    for part in form.text(name).replace("、", " ").replace("；", " ").replace(";", " ").split():
        try:
            found.append(parse_yuan(part, field=name))
        except Refusal:
            form.fail(name, "金额应如 30000 20000 10000，单位为元")
    return tuple(found)


def _values(rules: IncentiveRules) -> dict[str, str]:
    values = {"name": rules.name, "quarter": ""}
    for award in rules.awards:
        values[f"places-{award.measure}"] = "、".join(yuan_text(one) for one in award.places_fen)
        if award.bar is not None:
            values[f"bar-{award.measure}"] = percent_text(award.bar)
    return values


def _sent(form: Form) -> dict[str, str]:
    names = [f"{part}-{one.value}" for one in Measure for part in ("places", "bar")]
    return {name: form.text(name) for name in (*_FIELDS, *names)}


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(INCENTIVE_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_incentive_rules,
    send_incentive_rules,
    send_approve_rules,
    send_withdraw_rules,
)
