"""A score model of a test's city, put in force by those who may, and everybody scored by it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from small_city import SmallCity

from suxin.consent.assessments import file_assessment
from suxin.consent.models import AssessedKind
from suxin.kernel.actor import Actor
from suxin.scoring.commands import activate_model, approve_model, draft_model
from suxin.scoring.packaged import FIRM_GRADE, packaged_model
from suxin.scoring.queries import last_run
from suxin.scoring.runs import RunReport, run_model
from suxin.scoring.simulation import simulate_model


def official(city: SmallCity, number: int) -> Actor:
    """Return one of the credit office's people: the first drafts, others approve."""
    return replace(city.operator, staff_id=UUID(int=900 + number))


async def approved_model(city: SmallCity, document: bytes) -> UUID:
    """Draft a model, simulate it, and let two approve it; return its id."""
    model_id = (await city.act(draft_model, official(city, 0), document=document)).id
    await simulate(city, model_id)
    for number in (1, 2):
        await city.act(approve_model, official(city, number), model_id=model_id)
    return model_id


async def active_model(city: SmallCity, document: bytes) -> UUID:
    """Put a model in force, with its assessment on file; return its id."""
    model_id = await approved_model(city, document)
    await assess(city, model_id)
    await city.act(activate_model, official(city, 1), model_id=model_id)
    return model_id


async def assess(city: SmallCity, model_id: UUID) -> None:
    await city.act(
        file_assessment,
        city.operator,
        kind=AssessedKind.SCORE_MODEL,
        thing=str(model_id),
        title="评分模型影响评估（测试）",
        conclusion="风险可控",
        document=b"x",
    )


async def simulate(city: SmallCity, model_id: UUID) -> bool:
    async with city.batch.transaction(Actor.system("test"), now=city.now) as session:
        return await simulate_model(session, model_id, now=city.now)


async def run(city: SmallCity, model_id: UUID, *, now: datetime | None = None) -> RunReport | None:
    moment = now or city.now
    async with city.batch.transaction(Actor.system("test"), now=moment) as session:
        return await run_model(session, model_id, now=moment)


async def build_scores(city: SmallCity) -> UUID:
    """Put the packaged grade of firms in force and score everybody; return the model's id."""
    model_id = await active_model(city, packaged_model(FIRM_GRADE))
    assert await run(city, model_id)
    return model_id


async def last_run_id(city: SmallCity) -> UUID:
    """Return the id of the latest run."""
    async with city.database.snapshot(city.operator, now=city.now) as session:
        run = await last_run(session, FIRM_GRADE)
    assert run
    return run.id
