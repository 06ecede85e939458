"""Impact assessments: nothing begins before one is in force, and none goes before its time.

PIPL art. 55, 56.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from observing import acts, nothing_written, one
from small_city import SmallCity
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.consent.assessments import (
    KEPT_FOR,
    AssessmentMissing,
    end_assessed,
    file_assessment,
    require_assessed,
)
from suxin.consent.commands import grant_consent
from suxin.consent.models import AssessedKind
from suxin.consent.purposes import PurposeUnknown
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.subjects.models import DataCategory
from suxin_server.pruning import prune

MATCH = {"kind": AssessedKind.PURPOSE, "thing": "loan.match"}
THINGS = {
    AssessedKind.PURPOSE: "loan.match",
    AssessedKind.SCORE_MODEL: str(UUID(int=5)),
    AssessedKind.PROGRAMME: str(UUID(int=7)),
}
FIELDS = {
    AssessedKind.PURPOSE: "purpose",
    AssessedKind.SCORE_MODEL: "modelId",
    AssessedKind.PROGRAMME: "programmeId",
}
REPORT = {"title": "评估", "conclusion": "风险可控", "document": b"the report"}
OF_MATCH = "select * from impact_assessments where thing = 'loan.match'"
COUNT = "select count(*) from impact_assessments"


async def ask(city: SmallCity) -> None:
    await city.act(
        grant_consent,
        city.applicant,
        tenant_id=city.banks[0].tenant_id,
        purpose="loan.match",
        categories=[DataCategory.TAX],
        life_days=30,
        notice_version="loan.match/2026-11",
        context_id=UUID(int=7),
    )


async def required(city: SmallCity, kind: AssessedKind, thing: str) -> None:
    async with city.database.snapshot(city.operator, now=city.now) as session:
        await require_assessed(session, kind, thing, about=thing)


async def pruned(city: SmallCity, *, now: datetime) -> int:
    return (await prune(city.database, now=now))["impact_assessments"]


async def test_nobody_is_asked_before_an_impact_assessment_is_on_file(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    await admin.execute("delete from impact_assessments where thing = 'loan.match'")
    async with nothing_written(admin):
        with pytest.raises(AssessmentMissing) as refused:
            await ask(small_city)
    assert refused.value.facts == {"about": "loan.match"}
    async with nothing_written(admin):
        for caller in (small_city.applicant, small_city.banks[0].officer):
            with pytest.raises(Forbidden):
                await small_city.act(file_assessment, caller, **MATCH, **REPORT)
    await small_city.act(file_assessment, small_city.operator, **MATCH, **REPORT)
    row = await one(admin, OF_MATCH)
    assert row["document_sha256"] == hashlib.sha256(b"the report").hexdigest()
    assert row["filed_by"] == small_city.operator.staff_id
    await ask(small_city)


@pytest.mark.parametrize("kind", AssessedKind)
async def test_nothing_of_any_kind_begins_without_one_of_its_own_in_force(
    small_city: SmallCity, admin: asyncpg.Connection, kind: AssessedKind
) -> None:
    """Score models and programmes ask as purposes do; another kind's or another thing's assessment does not count."""
    thing = THINGS[kind]
    await admin.execute("delete from impact_assessments")
    for other in set(AssessedKind) - {kind}:
        given = {"kind": other, "thing": THINGS[other], **REPORT}
        await small_city.act(file_assessment, small_city.operator, **given)
    if kind is not AssessedKind.PURPOSE:
        given = {"kind": kind, "thing": str(UUID(int=9)), **REPORT}
        await small_city.act(file_assessment, small_city.operator, **given)
    with pytest.raises(AssessmentMissing) as refused:
        await required(small_city, kind, thing)
    assert refused.value.field == FIELDS[kind]
    about = {"kind": kind, "thing": thing}
    await small_city.act(file_assessment, small_city.operator, **about, **REPORT)
    await required(small_city, kind, thing)
    await small_city.act(end_assessed, small_city.operator, **about)
    with pytest.raises(AssessmentMissing):
        await required(small_city, kind, thing)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"thing": "loan.unheard"}, PurposeUnknown),
        ({"kind": AssessedKind.SCORE_MODEL}, Invalid),
        ({"kind": AssessedKind.PROGRAMME, "thing": ""}, Invalid),
        ({"title": " "}, Invalid),
        ({"conclusion": "长" * 2001}, Invalid),
        ({"document": b""}, Invalid),
    ],
)
async def test_what_says_nothing_is_not_filed(
    small_city: SmallCity,
    admin: asyncpg.Connection,
    changes: dict[str, Any],
    refusal: type[Exception],
) -> None:
    async with nothing_written(admin):
        with pytest.raises(refusal):
            await small_city.act(
                file_assessment, small_city.operator, **{**MATCH, **REPORT, **changes}
            )


async def test_what_has_ended_is_ended_once_and_by_whoever_may_file(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    async with nothing_written(admin):
        for caller in (small_city.applicant, small_city.banks[0].officer):
            with pytest.raises(Forbidden):
                await small_city.act(end_assessed, caller, **MATCH)
    await small_city.act(end_assessed, small_city.operator, **MATCH)
    assert (await one(admin, OF_MATCH))["ended_at"] == small_city.now
    assert "consent.assessment.ended" in await acts(admin, "consent.assessment")
    async with nothing_written(admin):
        with pytest.raises(NotFound):
            await small_city.act(end_assessed, small_city.operator, **MATCH)
        with pytest.raises(AssessmentMissing):
            await ask(small_city)


async def test_an_assessment_is_kept_three_years_after_its_purpose_has_ended_and_not_longer(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    """One filed anew, and all that are in force, stay however old they are."""
    assert timedelta(days=3 * 365.25) <= KEPT_FOR
    before, ended = await admin.fetchval(COUNT), await one(admin, OF_MATCH)
    await small_city.act(end_assessed, small_city.operator, **MATCH)
    again = await small_city.act(file_assessment, small_city.operator, **MATCH, **REPORT)
    over = small_city.now + KEPT_FOR
    assert await pruned(small_city, now=over - timedelta(microseconds=1)) == 0
    assert await pruned(small_city, now=over) == 1
    assert (await one(admin, OF_MATCH))["id"] == again
    assert await admin.fetchval(COUNT) == before
    told = await one(
        admin, "select * from audit_entries where action = 'consent.assessment.pruned'"
    )
    assert told["object_id"] == ended["id"]
    assert await pruned(small_city, now=over + timedelta(days=3650)) == 0


async def test_no_caller_changes_an_assessment_or_deletes_one_before_its_time(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    await small_city.act(end_assessed, small_city.operator, **MATCH)
    early = small_city.now + KEPT_FOR - timedelta(seconds=1)
    async with nothing_written(admin):
        for actor in (small_city.operator, Actor.system("test")):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with small_city.database.transaction(actor, now=early) as session:
                    await session.execute(text("update impact_assessments set title = 'x'"))
            for statement in (
                "delete from impact_assessments",
                "update impact_assessments set ended_at = ended_at where ended_at is not null",
            ):
                async with small_city.database.transaction(actor, now=early) as session:
                    await session.execute(text(statement))
