"""Whole-village credit at the desks of both its parties: a bank's rounds with its households, and a village's with counts alone."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.lending.models import LoanProduct
from suxin.lending.queries.requests import offered_products
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_names
from suxin.village_credit import deciding, queries, rounds
from suxin.village_credit.lines import TIERS
from suxin.village_credit.models import CreditRound
from suxin.village_credit.policies import (
    LINE_DECIDE,
    ROUND_ACCEPT,
    ROUND_CONFIRM,
    ROUND_PROPOSE,
    ROUND_READ,
    ROUND_SIGN,
)
from suxin.village_credit.states import UNSIGNED, RoundState
from suxin_tenants.area_names import area_names
from suxin_tenants.credit_round_words import MEMBERS, ROUNDS, about
from suxin_tenants.forms import Form
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Step, Told, Visit

PLACE: Final = "/desk/credit-rounds"
_WAN_FEN: Final = 1_000_000
# Told on the page: another of the house may, or the households are not ready yet.
_CODES: Final = frozenset(
    {
        "CREDIT_ROUND_NOT_AT",
        "CREDIT_ROUND_SECOND_PERSON",
        "CREDIT_ROUND_RUNNING",
        "CREDIT_ROUND_NOT_LICENSED",
        "CREDIT_MEMBER_NOT_AT",
        "CREDIT_GRADE_MISSING",
        "PRODUCT_NOT_OFFERED",
    }
)
_TOLD: Final = Told(fields=("reason", "answer", "line", "members"), codes=_CODES)
_PROPOSED: Final = Told(
    fields=("villageCode", "productId", "lineAAA"), names={"rules": "lineAAA"}, codes=_CODES
)


@get("/credit-rounds")
async def show_rounds(visit: GivenVisit) -> Answer:
    """Show the rounds, newest first."""
    _require(visit)
    async with visit.reading() as session:
        page = await read_page(
            session, visit.request, queries.own_rounds(visit.actor), CreditRound.id
        )
        context = {
            "page": page,
            "states": ROUNDS,
            "areas": await area_names(session, {one.village_code for (one,) in page.rows}),
            "about": about,
            "may_propose": visit.actor.may(ROUND_PROPOSE),
        }
        return await visit.page(session, "credit/rounds.html", context)


@get("/credit-rounds/new")
async def show_new_round(visit: GivenVisit) -> Answer:
    """Show the form in which a round is proposed."""
    return await _show_form(visit, Form({}), {}, status=200)


@post("/credit-rounds/new", status_code=200)
async def send_new_round(visit: GivenVisit) -> Answer:
    """Propose a round."""
    _require(visit)
    visit.actor.require(ROUND_PROPOSE)
    form = await visit.form()
    form.require("villageCode", "productId")
    rules = {tier: form.wan(f"line{tier}") for tier in TIERS if form.text(f"line{tier}")}
    product_id = form.id("productId")
    if form.errors or product_id is None:
        return await _show_form(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        made = await rounds.propose_round(
            session,
            visit.actor,
            village_code=form.text("villageCode"),
            product_id=product_id,
            rules=rules,
            now=visit.now,
        )
        return {"id": str(made.id)}

    try:
        made = await visit.once(form, "credit.propose", work)
    except Refusal as refusal:
        return await _show_form(visit, form, _PROPOSED.errors(refusal), status=422)
    return visit.go(f"{PLACE}/{made['id']}", "已提出，待本行另一人签署")


@get("/credit-rounds/{round_id:uuid}")
async def show_round(visit: GivenVisit, round_id: FromPath[UUID]) -> Answer:
    """Show one round with the forms of whatever the staff member may do about it now."""
    return await _show(visit, round_id, Form({}), {}, status=200)


@post("/credit-rounds/{round_id:uuid}/sign", status_code=200)
async def send_signature(visit: GivenVisit, round_id: FromPath[UUID]) -> Answer:
    """Sign for the bank."""
    return await _move(visit, round_id, rounds.sign_round, "sign", "已签署，待村居接受")


@post("/credit-rounds/{round_id:uuid}/accept", status_code=200)
async def send_acceptance(visit: GivenVisit, round_id: FromPath[UUID]) -> Answer:
    """Accept for the village."""
    return await _move(visit, round_id, rounds.accept_round, "accept", "已接受，待村居另一人确认")


@post("/credit-rounds/{round_id:uuid}/confirm", status_code=200)
async def send_confirmation(visit: GivenVisit, round_id: FromPath[UUID]) -> Answer:
    """Confirm for the village."""
    return await _move(
        visit, round_id, rounds.confirm_round, "confirm", "已确认，农户可在小程序自愿参加"
    )


@post("/credit-rounds/{round_id:uuid}/end", status_code=200)
async def send_round_end(visit: GivenVisit, round_id: FromPath[UUID]) -> Answer:
    """End a round."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await rounds.end_round(
            session, visit.actor, round_id=round_id, reason=form.text("reason"), now=visit.now
        )

    return await _take(
        visit, round_id, step, name="end", said="reason", done="已结束，不再接受参加"
    )


@post("/credit-rounds/{round_id:uuid}/lines", status_code=200)
async def send_lines(visit: GivenVisit, round_id: FromPath[UUID]) -> Answer:
    """Decide on a batch."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await deciding.decide_lines(
            session,
            visit.actor,
            round_id=round_id,
            member_ids=[UUID(one) for one in form.texts("members")],
            now=visit.now,
        )

    return await _take(visit, round_id, step, name="lines", done="已测算，额度公示中")


@post("/credit-rounds/{round_id:uuid}/members/{member_id:uuid}/answer", status_code=200)
async def send_answer(
    visit: GivenVisit, round_id: FromPath[UUID], member_id: FromPath[UUID]
) -> Answer:
    """Decide on an objection."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await deciding.answer_objection(
            session,
            visit.actor,
            member_id=member_id,
            line_fen=form.wan("line") if form.text("line") else None,
            answer=form.text("answer"),
            now=visit.now,
        )

    return await _take(visit, round_id, step, name="answer", said="answer", done="已复核")


@post("/credit-rounds/{round_id:uuid}/members/{member_id:uuid}/end", status_code=200)
async def send_line_end(
    visit: GivenVisit, round_id: FromPath[UUID], member_id: FromPath[UUID]
) -> Answer:
    """End a line."""

    async def step(session: AsyncSession, form: Form) -> object:
        return await deciding.end_line(
            session, visit.actor, member_id=member_id, reason=form.text("ending"), now=visit.now
        )

    return await _take(visit, round_id, step, name="end_line", said="ending", done="额度已终止")


async def _move(
    visit: Visit, round_id: UUID, command: Callable[..., Awaitable[object]], name: str, done: str
) -> Answer:
    async def step(session: AsyncSession, _: Form) -> object:
        return await command(session, visit.actor, round_id=round_id, now=visit.now)

    return await _take(visit, round_id, step, name=name, done=done)


async def _take(
    visit: Visit, round_id: UUID, step: Step, *, name: str, done: str, said: str | None = None
) -> Answer:
    """Take one step of a round by its form, whose field ``said`` must hold something."""
    _require(visit)

    async def again(form: Form, errors: Mapping[str, str]) -> Answer:
        return await _show(visit, round_id, form, errors, status=422)

    return await visit.take(
        step,
        f"credit.{name}",
        again=again,
        told=_TOLD,
        to=f"{PLACE}/{round_id}",
        done=done,
        said=said,
        round=round_id,
    )


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.BANK, TenantKind.VILLAGE_GRID)
    visit.actor.require(ROUND_READ)


async def _show_form(
    visit: Visit, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    visit.actor.require(ROUND_PROPOSE)
    async with visit.reading() as session:
        own = offered_products().where(LoanProduct.tenant_id == visit.actor.own_tenant)
        context = {
            "typed": typed,
            "errors": errors,
            "tiers": TIERS,
            "products": [(str(one.id), one.name) for one in await session.scalars(own)],
        }
        return await visit.page(session, "credit/round_new.html", context, status=status)


async def _show(
    visit: Visit, round_id: UUID, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        found = await queries.own_round(session, visit.actor, round_id)
        bank = await session.get(Tenant, found.tenant_id)
        members, in_use = [], {}
        if found.tenant_id == visit.actor.own_tenant:
            shown = queries.own_members(visit.actor, round_id).limit(queries.MAX_MEMBERS)
            members = list(await session.scalars(shown))
            in_use = await queries.lines_in_use(session, visit.actor, [one.id for one in members])
        people = [found.proposed_by, found.signed_by, found.accepted_by, found.confirmed_by]
        context = {
            "round": found,
            # JSON has no order that anybody gave it.
            "lines": [(tier, found.rules[tier]) for tier in TIERS if tier in found.rules],
            "bank": bank.name if bank is not None else "",
            "state": ROUNDS[found.state],
            "members": members,
            "in_use": in_use,
            "stands": MEMBERS,
            "areas": await area_names(session, {found.village_code}),
            "names": await staff_names(
                session, visit.actor.own_tenant, [one for one in people if one is not None]
            ),
            "about": about,
            "wan": _WAN_FEN,
            "typed": typed,
            "errors": errors,
            **_forms(visit, found),
        }
        return await visit.page(session, "credit/round.html", context, status=status)


def _forms(visit: Visit, found: CreditRound) -> dict[str, object]:
    """Return which forms the page has for the staff member, and who he is: nobody reviews a line of his own."""
    actor, state = visit.actor, found.state
    own, bank = actor.own_staff, found.tenant_id == actor.own_tenant
    return {
        "of_bank": bank,
        "me": own,
        "signing": bank
        and actor.may(ROUND_SIGN)
        and state is RoundState.PROPOSED
        and found.proposed_by != own,
        "accepting": not bank and actor.may(ROUND_ACCEPT) and state is RoundState.SIGNED,
        "confirming": not bank
        and actor.may(ROUND_CONFIRM)
        and state is RoundState.ACCEPTED
        and found.accepted_by != own,
        "reviewing": bank and actor.may(LINE_DECIDE),
        "deciding": bank and actor.may(LINE_DECIDE) and found.proposed_by != own,
        "ending": (state in UNSIGNED or state is RoundState.OPEN)
        and (actor.may(ROUND_SIGN) or actor.may(ROUND_ACCEPT)),
    }


HANDLERS: Final[list[ControllerRouterHandler]] = [
    show_rounds,
    show_new_round,
    send_new_round,
    show_round,
    send_signature,
    send_acceptance,
    send_confirmation,
    send_round_end,
    send_lines,
    send_answer,
    send_line_end,
]
