"""Publishing: one person for the merchant's own money, the operator for the city's; each step, and what it is refused for."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import UUID

import asyncpg
import pytest
from small_city import SmallCity
from small_perks import build_perks, programme_draft

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, Invalid
from suxin.kernel.working_days import SHANGHAI
from suxin.lending.models.steps import StepNotPossible
from suxin.perks.publishing import (
    add_stock,
    approve_programme,
    draft_programme,
    edit_programme,
    end_over,
    end_programme,
    publish_programme,
    resume_programme,
    return_programme,
    submit_programme,
    suspend_programme,
)
from suxin.perks.queries import own_redemptions, programme_seen, results_of, submitted_programmes
from suxin.perks.redeeming import complete_redemption, grant_redemption
from suxin.perks.refusals import ApprovalNeeded, NoApprovalNeeded, PeriodOver
from suxin.perks.states import FunderKind, ProgrammeState

CITYS = {"funder": FunderKind.CITY, "funder_name": "市信用办", "budget_fen": 1_000_000}


async def test_the_citys_money_needs_a_second_person(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    small = await build_perks(small_city)
    city, merchant = small_city, small.merchant
    drafted = await city.act(draft_programme, merchant, draft=programme_draft(**CITYS))
    wanted = {"programme_id": drafted.id}
    with pytest.raises(ApprovalNeeded):
        await city.act(publish_programme, merchant, **wanted)
    with pytest.raises(Forbidden):
        await city.act(approve_programme, merchant, **wanted)
    await city.act(submit_programme, merchant, **wanted)
    async with city.database.snapshot(city.operator, now=city.now) as session:
        waiting = list(await session.scalars(submitted_programmes(city.operator)))
    assert [one.id for one in waiting] == [drafted.id]
    await city.act(return_programme, city.operator, **wanted, reason="请注明地点")
    await city.act(
        edit_programme, merchant, **wanted, draft=programme_draft(**CITYS, summary="南门")
    )
    await city.act(submit_programme, merchant, **wanted)
    operator = replace(city.operator, staff_id=UUID(int=77))
    published = await city.act(approve_programme, operator, **wanted)
    assert (published.state, published.approved_by) == (ProgrammeState.PUBLISHED, UUID(int=77))
    # The promise stands in the merchant's book, and no more than it was approved.
    balances = await admin.fetch(
        "select split_part(code, '.', 3), posted_credits - posted_debits from ledger_accounts"
        " where code like 'perk.%' order by 1"
    )
    assert [tuple(row) for row in balances] == [
        ("budget", 1_000_000),
        ("due", 0),
        ("promised", -1_000_000),
    ]


async def test_the_merchants_own_is_published_by_one_person(small_city: SmallCity) -> None:
    small = await build_perks(small_city)
    city, merchant = small_city, small.merchant
    programme = await small.published(stock=3)
    wanted = {"programme_id": programme.id}
    with pytest.raises(StepNotPossible):
        await city.act(edit_programme, merchant, **wanted, draft=programme_draft())
    with pytest.raises(Invalid):
        await city.act(suspend_programme, merchant, **wanted, reason=" ")
    # The operator may stop what it finds wrong, whoever pays.
    await city.act(suspend_programme, city.operator, **wanted, reason="投诉核查")
    assert (await city.act(resume_programme, merchant, **wanted)).reason is None
    assert (await city.act(add_stock, merchant, **wanted, pieces=4)).stock == 7
    await city.act(end_programme, merchant, **wanted)
    with pytest.raises(StepNotPossible):
        await city.act(resume_programme, merchant, **wanted)


async def test_the_platform_ends_a_programme_after_its_last_day(small_city: SmallCity) -> None:
    small = await build_perks(small_city)
    programme = await small.published()
    states = []
    for day in (programme.ends_before - timedelta(days=1), programme.ends_before):
        midnight = datetime.combine(day, time(), SHANGHAI)
        async with small_city.database.transaction(Actor.system("test"), now=midnight) as session:
            given = {"tenant_id": programme.tenant_id, "programme_id": programme.id}
            await end_over(session, **given, now=midnight)
            states.append((await programme_seen(session, programme.id)).state)
    assert states == [ProgrammeState.PUBLISHED, ProgrammeState.ENDED]


async def test_what_is_not_the_citys_is_not_submitted_and_what_is_over_not_published(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    small = await build_perks(small_city)
    drafted = await small_city.act(draft_programme, small.merchant, draft=programme_draft())
    wanted = {"programme_id": drafted.id}
    with pytest.raises(NoApprovalNeeded):
        await small_city.act(submit_programme, small.merchant, **wanted)
    with pytest.raises(PeriodOver):
        await small_city.act(
            publish_programme,
            small.merchant,
            **wanted,
            now=small_city.now + timedelta(days=800),
        )
    with pytest.raises(Invalid):
        await small_city.act(add_stock, small.merchant, **wanted, pieces=1)
    assert await admin.fetchval("select state from perk_programmes") == "DRAFT"


async def test_results_are_the_merchants_and_a_record_of_it_the_subjects_own(
    small_city: SmallCity,
) -> None:
    small = await build_perks(small_city)
    city = small_city
    programme = await small.published()
    held = await small.hold(programme, city.firm_id, persons=2)
    await city.act(grant_redemption, small.merchant, redemption_id=held.id)
    await city.act(complete_redemption, small.merchant, redemption_id=held.id)
    async with city.database.snapshot(small.merchant, now=city.now) as session:
        results = await results_of(session, small.merchant, programme.id)
    assert (results.redemptions, results.persons, results.value_fen) == (1, 2, 1_200)
    for actor, seen in ((city.applicant, [held.id]), (city.stranger, [])):
        async with city.database.snapshot(actor, now=city.now) as session:
            rows = (await session.execute(own_redemptions(actor))).all()
        assert [row[0].id for row in rows] == seen
