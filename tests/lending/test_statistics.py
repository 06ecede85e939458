"""The figures that leads are coarsened against and banks are compared by."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from small_city import SmallCity
from sqlalchemy import select

from suxin.kernel.actor import Actor
from suxin.kernel.working_days import BUILT_IN
from suxin.lending.commands.referrals import accept_referral
from suxin.lending.models import BankSpeed, PopulationCell
from suxin.lending.statistics import (
    Answer,
    count_population,
    hours_on_working_days,
    measure_speeds,
    speeds_of,
)

BANK, OTHER = UUID(int=1), UUID(int=2)
FRIDAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def test_hours_count_on_working_days_only():
    assert (
        hours_on_working_days(FRIDAY, FRIDAY + timedelta(hours=5, minutes=59), calendar=BUILT_IN)
        == 5
    )
    # Friday 10:00 to Monday 10:00 in Shanghai: 14 hours of Friday and 10 of Monday.
    assert hours_on_working_days(FRIDAY, FRIDAY + timedelta(days=3), calendar=BUILT_IN) == 24
    assert hours_on_working_days(FRIDAY, FRIDAY, calendar=BUILT_IN) == 0


def test_a_bank_is_measured_by_what_it_answered_and_what_it_did_not():
    deadline = FRIDAY + timedelta(days=1)
    answers = [
        Answer(BANK, FRIDAY, deadline, FRIDAY + timedelta(hours=2)),
        Answer(BANK, FRIDAY, deadline, FRIDAY + timedelta(hours=4)),
        Answer(BANK, FRIDAY, deadline, deadline + timedelta(days=2)),
        Answer(BANK, FRIDAY, deadline, None),
        Answer(OTHER, FRIDAY, deadline, None),
    ]
    first, second = speeds_of(answers, now=FRIDAY, calendar=BUILT_IN)
    assert (first["tenant_id"], first["referrals"], first["answered_on_time"]) == (BANK, 4, 2)
    assert first["median_response_hours"] == 4
    assert (second["referrals"], second["answered_on_time"]) == (1, 0)
    assert second["median_response_hours"] == 90 * 24


async def test_the_population_counts_organisations_by_every_generalisation(
    small_city: SmallCity,
) -> None:
    system = Actor.system("test")
    async with small_city.batch.transaction(system, now=small_city.now) as session:
        await count_population(session)
    async with small_city.batch.snapshot(system, now=small_city.now) as session:
        cells = (await session.scalars(select(PopulationCell))).all()
    assert {
        (cell.kind, cell.county_code, cell.industry_section): cell.subjects for cell in cells
    } == {
        ("firm", "321302", "C"): 2,
        ("firm", "321302", "ALL"): 2,
        ("firm", "321300", "ALL"): 2,
        ("any", "321300", "ALL"): 2,
    }


async def test_an_organisation_of_no_known_industry_counts_among_all_of_them(small_city, admin):
    await admin.execute("update subjects set industry = null where id = $1", small_city.firm_id)
    system = Actor.system("test")
    async with small_city.batch.transaction(system, now=small_city.now) as session:
        await count_population(session)
    cells = await admin.fetch(
        "select county_code, industry_section, subjects from population_cells"
    )
    assert {tuple(cell) for cell in cells} == {
        ("321302", "C", 1),
        ("321302", "ALL", 2),
        ("321300", "ALL", 2),
    }


async def test_banks_are_measured_from_their_referrals(small_city: SmallCity) -> None:
    submitted = await small_city.submit()
    bank, other = small_city.banks
    later = small_city.now + timedelta(hours=3)
    async with small_city.database.transaction(bank.officer, now=later) as session:
        await accept_referral(
            session,
            bank.officer,
            referral_id=await small_city.referral_to(submitted, bank),
            now=later,
        )
    system = Actor.system("test")
    much_later = small_city.now + timedelta(days=10)
    for _ in range(2):
        async with small_city.batch.transaction(system, now=much_later) as session:
            assert await measure_speeds(session, now=much_later) == 2
    async with small_city.batch.snapshot(system, now=much_later) as session:
        rows = (await session.scalars(select(BankSpeed))).all()
    assert {
        row.tenant_id: (row.referrals, row.answered_on_time, row.median_response_hours)
        for row in rows
    } == {bank.tenant_id: (1, 1, 3), other.tenant_id: (1, 0, 2160)}
