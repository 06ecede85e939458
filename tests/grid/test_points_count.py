"""Positive points of a household that agreed feed its rural rating, and by its grade a bank's criterion; without a yes nothing does."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sample_rows import insert, sample
from small_city import SmallCity
from small_rural import AFTER_NOTICE, GOOD, SmallVillage, build_village
from sqlalchemy import select

from suxin.grid.models import PointAgreement, PointClaim, RuleSet
from suxin.grid.recording import record_points
from suxin.grid.states import AgreedTo
from suxin.kernel.actor import Actor
from suxin.kernel.working_days import local_day
from suxin.lending.applicants import facts_of
from suxin.lending.criteria import evaluate
from suxin.lending.criterion import Outcome
from suxin.lending.facts import RURAL_GRADES, ApplicantFacts
from suxin.lending.rural_criteria import RuralGradeAtLeast, VillagePointsAtLeast
from suxin.lending.terms import GuaranteeMode, LoanPurpose, RequestTerms
from suxin.subjects.models import CreditRecord, Subject
from suxin.villages.models import HouseholdMember

PLATFORM = Actor.system("test")
REQUEST = RequestTerms(
    50_000_000, 12, LoanPurpose.WORKING_CAPITAL, GuaranteeMode.CREDIT, rate_ceiling_bps=450
)
POINTS_OF_RECORD = 5
"""What the indicator G1 of the household model gives for one record (``rural_household.json``)."""


async def serve(
    village: SmallVillage, admin: asyncpg.Connection, number: int, *, agreed: bool
) -> UUID:
    """Let a household have a head, plus points last month for what it did as a household, and his yes or none; return the head."""
    city, own = village.city, {"tenant_id": village.tenant_id}
    household_id, posted = village.households[number], city.now - timedelta(days=40)
    head = sample(HouseholdMember, city.now, **own, household_id=household_id, relation="head", subject_id=village.people[number], household_subject_id=village.subjects[number])  # fmt: skip
    await insert(admin, HouseholdMember, head)
    await admin.execute(
        "update households set head_id = $1 where id = $2", head["id"], household_id
    )
    rules = await admin.fetchval("select id from grid_rule_sets limit 1")
    claim = sample(
        PointClaim,
        city.now,
        **own,
        content_hash="0" * 64,
        household_id=household_id,
        rule_set_id=rules,
        claimed_as="worker",
        state="POSTED",
        points=5,
        posted_points=5,
        posted_at=posted,
        ended_at=posted,
        transfer_id=UUID(int=9),
        notice_id=UUID(int=8),
        notice_line=1,
        notice_ends_at=posted,
    )
    await insert(admin, PointClaim, claim)
    if agreed:
        yes = sample(PointAgreement, city.now, **own, member_id=head["id"], person_id=village.people[number], use=AgreedTo.RECORD.value)  # fmt: skip
        await insert(admin, PointAgreement, yes)
    await _record(village, head["id"], posted)
    member_id: UUID = head["id"]
    return member_id


async def _record(village: SmallVillage, member_id: UUID, posted: datetime) -> None:
    month = local_day(posted).replace(day=1).isoformat()
    city = village.city
    async with city.database.transaction(PLATFORM, now=city.now) as session:
        await record_points(session, tenant_id=village.tenant_id, member_id=member_id, month=month, now=city.now)  # fmt: skip


async def lines(admin: asyncpg.Connection, subject_id: UUID) -> dict[str, Any]:
    """Return the score of a subject's rating."""
    row = await admin.fetchrow("select score, tier from rural_reckonings where subject_id = $1", subject_id)  # fmt: skip
    assert row is not None
    return dict(row)


async def known_of(city: SmallCity, subject_id: UUID, now: datetime) -> ApplicantFacts:
    """Return what a match would know of a household."""
    async with city.batch.transaction(PLATFORM, now=now) as session:
        household = await session.get_one(Subject, subject_id)
        rows = await session.scalars(
            select(CreditRecord).where(CreditRecord.subject_id == subject_id)
        )
        return facts_of(
            household, rows.all(), first_loan=True, area_name=None, today=local_day(now)
        )


async def test_points_with_a_yes_count_in_the_rating_and_those_without_do_not(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    village = await build_village(small_city)
    rules = sample(RuleSet, small_city.now, tenant_id=village.tenant_id, state="DRAFT", book="{}")
    await insert(admin, RuleSet, rules)
    await serve(village, admin, 1, agreed=True)
    await serve(village, admin, 2, agreed=False)
    kept = await admin.fetch("select subject_id, content::text from credit_records where source = 'grid'")  # fmt: skip
    assert [row["subject_id"] for row in kept] == [village.subjects[1]]
    assert "points" not in kept[0]["content"]
    await village.noticed(marks=GOOD, numbers=(1, 2))
    with_points, without = [await lines(admin, village.subjects[one]) for one in (1, 2)]
    assert with_points["score"] - without["score"] == POINTS_OF_RECORD
    # The grade becomes a record, and that is what a bank's criterion sees.
    after = small_city.now + AFTER_NOTICE
    await village.work(after)
    facts = await known_of(small_city, village.subjects[1], after)
    # Of the points themselves a bank's criterion sees in how many months there were any.
    assert VillagePointsAtLeast(1).outcome(REQUEST, facts) is Outcome.PASSED
    assert VillagePointsAtLeast(2).outcome(REQUEST, facts) is Outcome.FAILED
    untold = await known_of(small_city, village.subjects[2], after)
    [told_nothing] = evaluate([VillagePointsAtLeast(1)], REQUEST, untold)
    [unrated] = evaluate([VillagePointsAtLeast(1)], REQUEST, ApplicantFacts(kind=untold.kind))
    assert (told_nothing.outcome, told_nothing.zh) == (Outcome.UNKNOWN, unrated.zh)
    assert facts.rural_grade is not None
    assert facts.rural_grade.value == with_points["tier"]
    place = RURAL_GRADES.index(facts.rural_grade)
    assert RuralGradeAtLeast(facts.rural_grade).outcome(REQUEST, facts) is Outcome.PASSED
    for better in RURAL_GRADES[:place]:
        assert RuralGradeAtLeast(better).outcome(REQUEST, facts) is Outcome.FAILED
