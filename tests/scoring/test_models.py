"""A model on its way: drafted, simulated on today's city, approved by two others, in force once it is assessed."""

import msgspec
import pytest
from observing import nothing_written
from small_scores import active_model, approved_model, assess, official, run, simulate

from suxin.consent.assessments import AssessmentMissing
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, NotFound
from suxin.scoring import queries
from suxin.scoring.commands import activate_model, approve_model, draft_model, withdraw_model
from suxin.scoring.documents import read_document, stored_document
from suxin.scoring.models import ModelState
from suxin.scoring.packaged import FIRM_GRADE, packaged_model
from suxin.scoring.refusals import (
    ApproverRepeated,
    IndicatorsOverlap,
    ModelMalformed,
    ModelNotAt,
)
from suxin.subjects.catalogue import load_catalogue

DOCUMENT = packaged_model(FIRM_GRADE)


async def state(city, model_id) -> ModelState:
    async with city.database.snapshot(city.operator, now=city.now) as session:
        return (await queries.model_row(session, city.operator, model_id)).state


async def test_a_model_goes_from_draft_to_force_and_takes_the_place_of_the_one_before(small_city):
    first = await active_model(small_city, DOCUMENT)
    assert await state(small_city, first) is ModelState.ACTIVE
    second = await approved_model(small_city, DOCUMENT)
    assert await state(small_city, second) is ModelState.APPROVED
    await assess(small_city, second)
    await small_city.act(activate_model, official(small_city, 1), model_id=second)
    assert await state(small_city, first) is ModelState.RETIRED
    async with small_city.database.snapshot(small_city.stranger, now=small_city.now) as session:
        found = await queries.active_model(session, FIRM_GRADE)
        assert (found.id, found.version) == (second, 2)
        assert stored_document(found.document) == read_document(DOCUMENT)
        # Whoever is scored reads what was in force before too, and no draft.
        shown = (await session.scalars(queries.models())).all()
        assert [model.version for model in shown] == [2, 1]


async def test_no_model_becomes_active_without_an_impact_assessment(small_city, admin):
    """PIPL art. 55: an automated decision is assessed before it begins."""
    model_id = await approved_model(small_city, DOCUMENT)
    async with nothing_written(admin):
        with pytest.raises(AssessmentMissing) as refused:
            await small_city.act(activate_model, official(small_city, 1), model_id=model_id)
    assert "企业信用等级" in refused.value.zh_message
    await assess(small_city, model_id)
    await small_city.act(activate_model, official(small_city, 1), model_id=model_id)


async def test_two_people_approve_and_neither_drafted_it(small_city, admin):
    drafter, first, second = (official(small_city, number) for number in range(3))
    model_id = (await small_city.act(draft_model, drafter, document=DOCUMENT)).id
    async with nothing_written(admin):
        # Nobody approves what was not simulated.
        with pytest.raises(ModelNotAt):
            await small_city.act(approve_model, first, model_id=model_id)
    assert await simulate(small_city, model_id)
    await small_city.act(approve_model, first, model_id=model_id)
    async with nothing_written(admin):
        for again in (first, drafter):
            with pytest.raises(ApproverRepeated):
                await small_city.act(approve_model, again, model_id=model_id)
        with pytest.raises(ModelNotAt):
            await small_city.act(activate_model, first, model_id=model_id)
    assert await state(small_city, model_id) is ModelState.SIMULATED
    await small_city.act(approve_model, second, model_id=model_id)
    assert await state(small_city, model_id) is ModelState.APPROVED


async def test_the_database_itself_wants_two_different_people(small_city, admin):
    model_id = await approved_model(small_city, DOCUMENT)
    for people in ("{a}", "{a,a}", "{a,b,c}"):
        with pytest.raises(Exception, match="ck_score_models"):
            await admin.execute(
                "update score_models set approved_by = cast($1 as text)::text[] where id = $2",
                people,
                model_id,
            )


async def test_what_is_given_up_goes_no_further(small_city, admin):
    model_id = await approved_model(small_city, DOCUMENT)
    await small_city.act(withdraw_model, official(small_city, 0), model_id=model_id)
    await assess(small_city, model_id)
    async with nothing_written(admin):
        for command in (activate_model, approve_model, withdraw_model):
            with pytest.raises(ModelNotAt):
                await small_city.act(command, official(small_city, 1), model_id=model_id)
    assert await simulate(small_city, model_id) is False
    assert await run(small_city, model_id) is None


async def test_what_is_no_coherent_model_is_not_drafted(small_city, admin):
    twice = msgspec.json.decode(DOCUMENT)
    tax = twice["dimensions"][0]["indicators"]
    tax.append(tax[0] | {"code": "AGAIN"})
    async with nothing_written(admin):
        for text, refusal in (
            (b"[]", ModelMalformed),
            (msgspec.json.encode(twice), IndicatorsOverlap),
        ):
            with pytest.raises(refusal):
                await small_city.act(draft_model, official(small_city, 0), document=text)
        with pytest.raises(Forbidden):
            await small_city.act(draft_model, small_city.banks[0].officer, document=DOCUMENT)
        with pytest.raises(NotFound):
            await small_city.act(
                approve_model, official(small_city, 0), model_id=small_city.firm_id
            )


async def test_a_simulation_shows_the_shift_of_every_tier_and_the_largest_moves(small_city):
    async with small_city.batch.transaction(Actor.system("test"), now=small_city.now) as session:
        await load_catalogue(session)
    await run(small_city, await active_model(small_city, DOCUMENT))
    better = msgspec.json.decode(DOCUMENT)
    better["base"] = 800
    better["dimensions"][0]["indicators"][0]["items"] = ["NOWHERE"]
    model_id = await approved_model(small_city, msgspec.json.encode(better))
    async with small_city.database.snapshot(small_city.operator, now=small_city.now) as session:
        shown = (await queries.model_row(session, small_city.operator, model_id)).simulation
    # The firm has tax of 300,000 yuan (20) and social insurance (30); its tax grade (80) counts no more. The farm has nothing.
    assert shown["tiers"] == {"AAA": 1, "AA": 1, "A": 0, "BBB": 0, "BB": 0, "B": 0, "C": 0}
    assert shown["shifts"] == [
        {"before": "BBB", "after": "AAA", "people": 1},
        {"before": "BB", "after": "AA", "people": 1},
    ]
    assert shown["moves"] == [
        {
            "before": 500,
            "tier_before": "BB",
            "after": 800,
            "tier_after": "AA",
            "because": [],
        },
        {
            "before": 630,
            "tier_before": "BBB",
            "after": 850,
            "tier_after": "AAA",
            "because": [{"code": "S01", "points": 30}, {"code": "T05", "points": 20}],
        },
    ]
    assert "NOWHERE" in shown["unknown_items"]
    assert "TAX-PAID" not in shown["unknown_items"]
    # Nothing of it has reached anybody.
    async with small_city.database.snapshot(small_city.applicant, now=small_city.now) as session:
        told = await queries.explanation(session, small_city.applicant)
    assert (told.score, told.tier.code, told.version) == (630, "BBB", 1)
