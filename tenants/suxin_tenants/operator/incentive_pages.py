"""What the operator's people do about incentives, from the league table's page: funding, proposing, checking, reversing."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

from litestar import post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.lending.league.quarters import Quarter
from suxin.risk_pool.incentives import commands
from suxin.risk_pool.incentives.models import IncentiveRun
from suxin.risk_pool.incentives.policies import INCENTIVE_CHECK, INCENTIVE_PROPOSE
from suxin_tenants.operator.league_pages import place_of, quarter_of, show_league_with
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

_FIELDS: Final = ("amount", "reference", "reversalReason")
_NAMES: Final = {"amountFen": "amount", "reason": "reversalReason"}

Command = Callable[..., Awaitable[IncentiveRun]]


@post("/league/{code:str}/fund", status_code=200)
async def send_fund(visit: GivenVisit, code: FromPath[str]) -> Answer:
    """Note that money for incentives came in."""
    quarter = quarter_of(visit, code)
    visit.actor.require(INCENTIVE_PROPOSE)
    form = await visit.form()
    amount = form.yuan("amount")

    async def work(session: AsyncSession) -> dict[str, Any]:
        await commands.fund_incentives(
            session,
            visit.actor,
            amount_fen=amount,
            reference=form.text("reference"),
            now=visit.now,
        )
        return {}

    errors = form.errors
    if not errors:
        try:
            await visit.once(form, "incentive.fund", work)
        except Refusal as refusal:
            if not can_be_set_right(refusal):
                raise
            errors = errors_of(refusal, _NAMES, _FIELDS)
    if errors:
        return await show_league_with(visit, form, errors, status=422, quarter=quarter)
    return visit.go(place_of(quarter), "已登记激励资金")


@post("/league/{code:str}/incentive", status_code=200)
async def send_proposal(visit: GivenVisit, code: FromPath[str]) -> Answer:
    """Propose what the quarter's table earns by the rules in force."""
    quarter = quarter_of(visit, code)
    visit.actor.require(INCENTIVE_PROPOSE)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await commands.propose_run(session, visit.actor, quarter=quarter, now=visit.now)
        return {}

    return await visit.press(
        "incentive.propose",
        work,
        back=place_of(quarter),
        done="已提出激励方案，待另一人复核",
        quarter=quarter.code,
    )


@post("/league/{code:str}/incentive/{run_id:uuid}/post", status_code=200)
async def send_post(visit: GivenVisit, code: FromPath[str], run_id: FromPath[UUID]) -> Answer:
    """Put a proposed run into effect."""
    visit.actor.require(INCENTIVE_CHECK)
    return await _step(visit, quarter_of(visit, code), run_id, commands.post_run, said="激励已入账")


@post("/league/{code:str}/incentive/{run_id:uuid}/withdraw", status_code=200)
async def send_withdraw(visit: GivenVisit, code: FromPath[str], run_id: FromPath[UUID]) -> Answer:
    """Take back what waits for a second person."""
    visit.actor.require(INCENTIVE_PROPOSE)
    return await _step(visit, quarter_of(visit, code), run_id, commands.withdraw_run, said="已撤回")


@post("/league/{code:str}/incentive/{run_id:uuid}/reverse", status_code=200)
async def send_reverse(visit: GivenVisit, code: FromPath[str], run_id: FromPath[UUID]) -> Answer:
    """Take a posted run back, once that was proposed by somebody else."""
    visit.actor.require(INCENTIVE_CHECK)
    return await _step(visit, quarter_of(visit, code), run_id, commands.reverse_run, said="已冲正")


@post("/league/{code:str}/incentive/{run_id:uuid}/propose-reversal", status_code=200)
async def send_reversal(visit: GivenVisit, code: FromPath[str], run_id: FromPath[UUID]) -> Answer:
    """Propose to take a posted run back, with the reason."""
    quarter = quarter_of(visit, code)
    visit.actor.require(INCENTIVE_PROPOSE)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await commands.propose_reversal(
            session,
            visit.actor,
            run_id=run_id,
            reason=form.text("reversalReason"),
            now=visit.now,
        )
        return {}

    try:
        await visit.once(form, "incentive.propose_reversal", work, run=run_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, _NAMES, _FIELDS)
        return await show_league_with(visit, form, errors, status=422, quarter=quarter)
    return visit.go(place_of(quarter), "已申请冲正，待另一人复核")


async def _step(
    visit: Visit, quarter: Quarter, run_id: UUID, command: Command, *, said: str
) -> Answer:

    async def work(session: AsyncSession) -> dict[str, Any]:
        await command(session, visit.actor, run_id=run_id, now=visit.now)
        return {}

    return await visit.press(
        f"incentive.{command.__name__}", work, back=place_of(quarter), done=said, run=run_id
    )


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    send_fund,
    send_proposal,
    send_post,
    send_withdraw,
    send_reverse,
    send_reversal,
)
