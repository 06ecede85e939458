"""Score models at the credit office: drafting one, what it would do to the city, its approvals, and the runs so far.

Nobody's score is here: a simulation shows tiers and what the largest moves are made of, and a run how many are in each tier.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.scoring import queries
from suxin.scoring.commands import (
    APPROVERS,
    activate_model,
    approve_model,
    draft_model,
    withdraw_model,
)
from suxin.scoring.documents import ScoreDocument, stored_document
from suxin.scoring.models import WAITING, ModelState, ScoreModel, ScoreRun
from suxin.scoring.packaged import PACKAGED, packaged_model, packaged_name
from suxin.scoring.policies import MODEL_ACTIVATE, MODEL_APPROVE, MODEL_DRAFT, MODEL_READ
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_names
from suxin_tenants.operator.score_run_pages import run_context
from suxin_tenants.operator.tier_charts import TierChart, tier_chart
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import Said

PLACE: Final = "/desk/score-models"
FILE_FIELD: Final = "document"
MODELS_SHOWN: Final = 50
RUNS_SHOWN: Final = 12
"""How many models and runs are listed, the latest of them."""

STATES: Final[Mapping[ModelState, Said]] = {
    ModelState.DRAFT: ("待模拟", "warn"),
    ModelState.SIMULATED: ("待批准", "warn"),
    ModelState.APPROVED: ("待启用", "info"),
    ModelState.ACTIVE: ("启用中", "good"),
    ModelState.RETIRED: ("已被替代", "plain"),
    ModelState.WITHDRAWN: ("已撤回", "plain"),
}
# Whatever is wrong with a model is wrong with the file that holds it.
_FIELDS: Final = dict.fromkeys(("", "base", "tiers", "dimensions"), FILE_FIELD)

Command = Callable[..., Awaitable[ScoreModel]]


@get("/score-models")
async def show_models(visit: GivenVisit) -> Answer:
    """Show the models with their versions, the latest runs, and the form to draft one where the reader may."""
    return await _show_models(visit, {}, status=200)


@post("/score-models", status_code=200)
async def send_draft(visit: GivenVisit) -> Answer:
    """Draft a model out of a file, or the one of the product that was chosen."""
    _require(visit)
    visit.actor.require(MODEL_DRAFT)
    form = await visit.form_with_file(FILE_FIELD)
    packaged = form.text("packaged")
    if packaged not in PACKAGED:
        form.require(FILE_FIELD)
    if form.errors:
        return await _show_models(visit, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        document = (
            packaged_model(packaged) if packaged in PACKAGED else form.text(FILE_FIELD).encode()
        )
        model = await draft_model(session, visit.actor, document=document, now=visit.now)
        return {"id": str(model.id)}

    try:
        done = await visit.once(form, "scoring.draft", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show_models(visit, errors_of(refusal, _FIELDS, (FILE_FIELD,)), status=422)
    return visit.go(f"{PLACE}/{done['id']}", "已起草，平台将在一分钟内完成模拟")


@get("/score-models/{model_id:uuid}")
async def show_model(visit: GivenVisit, model_id: FromPath[UUID]) -> Answer:
    """Show one model: what it counts, what it would do to the city, and who approved it."""
    _require(visit)
    async with visit.reading() as session:
        model = await queries.model_row(session, visit.actor, model_id)
        document = stored_document(model.document)
        people = [model.drafted_by, *map(UUID, model.approved_by)]
        names = await staff_names(session, visit.actor.own_tenant, people)
        may = visit.actor.may
        context = {
            "model": model,
            "document": document,
            "state": STATES[model.state],
            "drafted_by": names.get(model.drafted_by, "—"),
            "approved_by": [names.get(UUID(one), "—") for one in model.approved_by],
            "approvers": APPROVERS,
            "indicators": {one.code: one.name for one in document.indicators},
            "shifts": _shifts(model, document),
            "chart": _simulated(model, document),
            **await run_context(session, visit, model),
            "may_approve": model.state is ModelState.SIMULATED
            and may(MODEL_APPROVE)
            and visit.actor.staff_id not in people,
            "may_activate": model.state is ModelState.APPROVED and may(MODEL_ACTIVATE),
            "may_withdraw": model.state in WAITING and may(MODEL_DRAFT),
        }
        return await visit.page(session, "operator/score_model.html", context)


@post("/score-models/{model_id:uuid}/approve", status_code=200)
async def send_approve(visit: GivenVisit, model_id: FromPath[UUID]) -> Answer:
    """Approve a simulated model."""
    return await _step(visit, model_id, approve_model, "approve", "已批准")


@post("/score-models/{model_id:uuid}/activate", status_code=200)
async def send_activate(visit: GivenVisit, model_id: FromPath[UUID]) -> Answer:
    """Put an approved model in force."""
    return await _step(visit, model_id, activate_model, "activate", "已启用，随即开始评分")


@post("/score-models/{model_id:uuid}/withdraw", status_code=200)
async def send_withdraw(visit: GivenVisit, model_id: FromPath[UUID]) -> Answer:
    """Give up a model that is not in force."""
    return await _step(visit, model_id, withdraw_model, "withdraw", "已撤回")


async def _step(visit: Visit, model_id: UUID, command: Command, step: str, said: str) -> Answer:
    _require(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await command(session, visit.actor, model_id=model_id, now=visit.now)
        return {}

    back = f"{PLACE}/{model_id}"
    return await visit.press(f"scoring.{step}", work, back=back, done=said, model=model_id)


async def _show_models(visit: Visit, errors: Mapping[str, str], *, status: int) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        models = await session.scalars(queries.models().limit(MODELS_SHOWN))
        runs = [
            (run, stored_document(model.document))
            for run, model in await session.execute(queries.runs().limit(RUNS_SHOWN))
        ]
        context = {
            "models": [(model, stored_document(model.document)) for model in models],
            "runs": runs,
            "current": _current(runs),
            "states": STATES,
            "packaged": [(code, packaged_name(code)) for code in PACKAGED],
            "may_draft": visit.actor.may(MODEL_DRAFT),
            "errors": errors,
        }
        return await visit.page(session, "operator/score_models.html", context, status=status)


def _current(
    runs: Sequence[tuple[ScoreRun, ScoreDocument]],
) -> list[tuple[ScoreRun, ScoreDocument, TierChart]]:
    """Return the latest run of each code with its chart, beside the one before it where that is listed too."""
    by_code: dict[str, list[tuple[ScoreRun, ScoreDocument]]] = {}
    for run, document in runs:
        by_code.setdefault(document.code, []).append((run, document))
    return [
        (run, document, tier_chart(document, run.tiers, earlier[0][0].tiers if earlier else None))
        for (run, document), *earlier in by_code.values()
    ]


def _simulated(model: ScoreModel, document: ScoreDocument) -> TierChart | None:
    """Return the tiers as they would be beside those of now; nothing before a simulation."""
    if model.simulation is None:
        return None
    before: dict[str, int] = {}
    for shift in model.simulation["shifts"]:
        if shift["before"] is not None:
            before[shift["before"]] = before.get(shift["before"], 0) + shift["people"]
    return tier_chart(document, model.simulation["tiers"], before or None)


def _shifts(model: ScoreModel, document: ScoreDocument) -> list[tuple[str, str, int, str]]:
    """Return each tier with how many would be in it, and whence they come."""
    simulation = model.simulation or {"tiers": {}, "shifts": []}
    return [
        (
            tier.code,
            tier.name,
            simulation["tiers"].get(tier.code, 0),
            "；".join(
                f"{shift['before'] or '未评分'} → {tier.code} {shift['people']:,} 个"
                for shift in simulation["shifts"]
                if shift["after"] == tier.code and shift["before"] != tier.code
            ),
        )
        for tier in document.tiers
    ]


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(MODEL_READ)


HANDLERS: Final[list[ControllerRouterHandler]] = [
    show_models,
    send_draft,
    show_model,
    send_approve,
    send_activate,
    send_withdraw,
]
