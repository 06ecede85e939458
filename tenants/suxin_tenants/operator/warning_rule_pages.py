"""Rules of early warning at the credit office: their versions, a draft with other figures, and how each rule fared in the city.

What is here is sums: neither which bank was warned nor about whom.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.lending.warnings import queries
from suxin.lending.warnings.models import RuleSetState, WarningRuleSet
from suxin.lending.warnings.policies import (
    WARNING_RULE_ACTIVATE,
    WARNING_RULE_DRAFT,
    WARNING_RULE_READ,
)
from suxin.lending.warnings.rule_sets import activate_rules, draft_rules, withdraw_rules
from suxin.lending.warnings.rules import (
    Rule,
    RuleDocument,
    packaged_rules,
    read_rules,
    stored_rules,
)
from suxin.lending.warnings.states import Severity
from suxin.subjects.queries import catalogue
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_names
from suxin_tenants.forms import Form, options
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import Said

PLACE: Final = "/desk/warning-rules"
VERSIONS_SHOWN: Final = 50
STATES: Final[Mapping[RuleSetState, Said]] = {
    RuleSetState.DRAFT: ("待启用", "warn"),
    RuleSetState.ACTIVE: ("启用中", "good"),
    RuleSetState.RETIRED: ("已被替代", "plain"),
    RuleSetState.WITHDRAWN: ("已撤回", "plain"),
}
_FIGURES: Final = ("window_days", "answer_days", "hit_days")

Command = Callable[..., Awaitable[WarningRuleSet]]


@get("/warning-rules")
async def show_rule_sets(visit: GivenVisit) -> Answer:
    """Show the versions of the rules, the latest first."""
    _require(visit)
    async with visit.reading() as session:
        found = (await session.scalars(queries.rule_sets().limit(VERSIONS_SHOWN))).all()
        context = {
            "versions": [(one, len(one.document["rules"])) for one in found],
            "states": STATES,
            "may_draft": visit.actor.may(WARNING_RULE_DRAFT),
        }
        return await visit.page(session, "operator/warning_rule_sets.html", context)


@get("/warning-rules/new")
async def show_new_rules(visit: GivenVisit) -> Answer:
    """Show the rules in force, or those that come with the product, as a form for the next version."""
    return await _show_form(visit, None, status=200)


@post("/warning-rules/new", status_code=200)
async def send_rules(visit: GivenVisit) -> Answer:
    """Draft the next version, or show the form again with what is wrong with it."""
    _require(visit)
    visit.actor.require(WARNING_RULE_DRAFT)
    form = await visit.form()
    async with visit.reading() as session:
        base = await _base(session)
    document = _typed(base, form)
    if form.errors:
        return await _show_form(visit, form, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        text = msgspec.json.encode(document)
        rules = await draft_rules(session, visit.actor, document=text, now=visit.now)
        return {"id": str(rules.id)}

    try:
        done = await visit.once(form, "warning_rules.draft", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        for name, message in errors_of(refusal, {}, ()).items():
            form.fail(name, message)
        return await _show_form(visit, form, status=422)
    return visit.go(f"{PLACE}/{done['id']}", "已起草，须由另一人启用")


@get("/warning-rules/{rule_set_id:uuid}")
async def show_rules(visit: GivenVisit, rule_set_id: FromPath[UUID]) -> Answer:
    """Show one version with how each of its rules fared."""
    _require(visit)
    async with visit.reading() as session:
        rules = await queries.rule_set_row(session, visit.actor, rule_set_id)
        people = [one for one in (rules.drafted_by, rules.activated_by) if one is not None]
        names = await staff_names(session, visit.actor.own_tenant, people)
        is_draft = rules.state is RuleSetState.DRAFT
        context = {
            "rules": rules,
            "document": stored_rules(rules.document),
            "figures": await queries.figures_of(session, rules.id),
            "items": await _item_names(session),
            "state": STATES[rules.state],
            "drafted_by": names.get(rules.drafted_by, "—"),
            "activated_by": names.get(rules.activated_by, "—") if rules.activated_by else "—",
            "may_activate": is_draft
            and visit.actor.may(WARNING_RULE_ACTIVATE)
            and visit.actor.staff_id != rules.drafted_by,
            "may_withdraw": is_draft and visit.actor.may(WARNING_RULE_DRAFT),
        }
        return await visit.page(session, "operator/warning_rules.html", context)


@post("/warning-rules/{rule_set_id:uuid}/activate", status_code=200)
async def send_activate(visit: GivenVisit, rule_set_id: FromPath[UUID]) -> Answer:
    """Put drafted rules in force."""
    return await _step(visit, rule_set_id, activate_rules, "activate", "已启用，随即按新规则比对")


@post("/warning-rules/{rule_set_id:uuid}/withdraw", status_code=200)
async def send_withdraw(visit: GivenVisit, rule_set_id: FromPath[UUID]) -> Answer:
    """Give drafted rules up."""
    return await _step(visit, rule_set_id, withdraw_rules, "withdraw", "已撤回")


async def _step(visit: Visit, rule_set_id: UUID, command: Command, step: str, said: str) -> Answer:
    _require(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await command(session, visit.actor, rule_set_id=rule_set_id, now=visit.now)
        return {}

    back = f"{PLACE}/{rule_set_id}"
    return await visit.press(f"warning_rules.{step}", work, back=back, done=said, rules=rule_set_id)


async def _show_form(visit: Visit, form: Form | None, *, status: int) -> Answer:
    _require(visit)
    visit.actor.require(WARNING_RULE_DRAFT)
    async with visit.reading() as session:
        base = await _base(session)
        context = {
            "document": base,
            "values": _values(base) if form is None else _sent(base, form),
            "used": {
                rule.code for rule in base.rules if form is None or form.checked(f"use-{rule.code}")
            },
            "items": await _item_names(session),
            "severities": options(Severity),
            "errors": {} if form is None else form.errors,
        }
        return await visit.page(session, "operator/warning_rules_form.html", context, status=status)


async def _base(session: AsyncSession) -> RuleDocument:
    """Return what the next version begins as: the packaged rules, with those in force in the place of theirs."""
    packaged = read_rules(packaged_rules())
    active = await queries.active_rules(session)
    if active is None:
        return packaged
    in_force = stored_rules(active.document)
    known = {rule.code for rule in in_force.rules}
    others = tuple(rule for rule in packaged.rules if rule.code not in known)
    return RuleDocument(note=in_force.note, rules=(*in_force.rules, *others))


def _typed(base: RuleDocument, form: Form) -> RuleDocument:
    """Return the rules as they were typed; what is wrong is noted in the form."""
    rules = []
    for rule in base.rules:
        if not form.checked(f"use-{rule.code}"):
            continue
        changed: dict[str, Any] = {
            name: form.whole(f"{name}-{rule.code}", default=1) for name in _numbers(rule)
        }
        severity = form.choice(f"severity-{rule.code}", Severity)
        if severity is not None:
            changed["severity"] = severity
        rules.append(msgspec.structs.replace(rule, **changed))
    if not rules:
        form.fail("", "请至少选用一条规则")
    return RuleDocument(note=form.text("note") or base.note, rules=tuple(rules))


def _numbers(rule: Rule) -> tuple[str, ...]:
    return _FIGURES if rule.tiers is None else (*_FIGURES, "tiers")


def _values(base: RuleDocument) -> dict[str, str]:
    values = {"note": base.note}
    for rule in base.rules:
        values |= {f"{name}-{rule.code}": str(getattr(rule, name)) for name in _numbers(rule)}
        values[f"severity-{rule.code}"] = rule.severity.value
    return values


def _sent(base: RuleDocument, form: Form) -> dict[str, str]:
    return {name: form.text(name) for name in _values(base)}


async def _item_names(session: AsyncSession) -> dict[str, str]:
    return {item.code: item.name for item in await session.scalars(catalogue())}


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(WARNING_RULE_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_rule_sets,
    show_new_rules,
    send_rules,
    show_rules,
    send_activate,
    send_withdraw,
)
