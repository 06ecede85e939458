"""Score runs at the credit office: asking for one, how it stands, and how many came into each tier. Nobody's score is here."""

from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.scoring import queries
from suxin.scoring.commands import ask_run
from suxin.scoring.documents import stored_document
from suxin.scoring.models import ORIGINS, ModelState, ScoreModel, ScoreRun
from suxin.scoring.policies import MODEL_ACTIVATE, MODEL_READ
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.operator.tier_charts import tier_chart
from suxin_tenants.visits import Answer, GivenVisit, Visit
from suxin_web.formats import local_date, local_time


@post("/score-models/{model_id:uuid}/run", status_code=200)
async def send_run(visit: GivenVisit, model_id: FromPath[UUID]) -> Answer:
    """Ask for a run before the month's own is due."""
    _require(visit)
    visit.actor.require(MODEL_ACTIVATE)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await ask_run(session, visit.actor, model_id=model_id, now=visit.now)
        return {}

    back = f"/desk/score-models/{model_id}"
    return await visit.press(
        "scoring.run", work, back=back, done="已要求评分，通常在一分钟内开始", model=model_id
    )


@get("/score-models/{model_id:uuid}/run")
async def show_progress(visit: GivenVisit, model_id: FromPath[UUID]) -> Answer:
    """Show whether a model still waits for its run, as a part of its page; once it has run, the page is shown anew."""
    _require(visit)
    async with visit.reading() as session:
        model = await queries.model_row(session, visit.actor, model_id)
        context = await run_context(session, visit, model)
        ended = {} if context["waits"] else {"HX-Refresh": "true"}
        return visit.part("operator/score_run_state.html", context, headers=ended)


@get("/score-models/runs/{run_id:uuid}")
async def show_run(visit: GivenVisit, run_id: FromPath[UUID]) -> Answer:
    """Show what a run came to, beside the run before it."""
    _require(visit)
    async with visit.reading() as session:
        run, model = await queries.run_row(session, visit.actor, run_id)
        before = await queries.last_run(session, model.code, before=run.began_at)
        document = stored_document(model.document)
        context = {
            "run": run,
            "model": model,
            "document": document,
            "before": before,
            "whens": _whens(run, before),
            "chart": tier_chart(document, run.tiers, None if before is None else before.tiers),
            "origins": ORIGINS,
        }
        return await visit.page(session, "operator/score_run.html", context)


async def run_context(session: AsyncSession, visit: Visit, model: ScoreModel) -> dict[str, Any]:
    """Return what a model's page says of its runs: the last one, whether one is waited for, and whether one may be asked for."""
    last = await queries.last_run(session, model.code)
    waits = model.waits_for_run(last)
    return {
        "model": model,
        "last_run": last,
        "waits": waits,
        "may_run": model.state is ModelState.ACTIVE
        and not waits
        and visit.actor.may(MODEL_ACTIVATE),
    }


def _whens(run: ScoreRun, before: ScoreRun | None) -> tuple[str, str]:
    """Return when a run and the one before it were, by their days, or by their times where both are of one day."""
    if before is None:
        return local_date(run.as_of), ""
    if before.as_of == run.as_of:
        return local_time(run.began_at), local_time(before.began_at)
    return local_date(run.as_of), local_date(before.as_of)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(MODEL_READ)


HANDLERS: Final[list[ControllerRouterHandler]] = [send_run, show_progress, show_run]
