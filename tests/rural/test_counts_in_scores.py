"""A rural grade is a record as any other: a score model of another kind can ask for it, from the day on which it takes effect until its end."""

import json
from datetime import date, timedelta
from uuid import UUID

import asyncpg
from small_city import SmallCity
from small_rural import AFTER_NOTICE, build_village
from sqlalchemy import text

from suxin.kernel.actor import Actor
from suxin.kernel.working_days import local_day
from suxin.scoring.documents import read_document
from suxin.scoring.engine import scored
from suxin.scoring.packaged import FIRM_GRADE, packaged_model

POINTS = 25


def model(grade: str) -> bytes:
    """Return a model for households that gives so many points for one grade, and knows of nothing else."""
    document = json.loads(packaged_model(FIRM_GRADE))
    rated = {
        "code": "R01",
        "name": "涉农信用等级",
        "items": ["RURAL-GRADE"],
        "polarity": "neutral",
        "points": POINTS,
        "at_most": POINTS,
        "within_days": 365,
        "source": "测试",
        "where": {"key": "grade", "values": [grade]},
    }
    document["dimensions"] = [
        {"code": "RURAL", "name": "信用乡村", "least": 0, "most": POINTS, "indicators": [rated]}
    ]
    return json.dumps(document | {"kinds": ["household"]}).encode()


async def points(city: SmallCity, subject_id: UUID, grade: str, on: date) -> int:
    document = read_document(model(grade))
    compiled = scored(document, as_of=on, subject_id=subject_id)
    async with city.batch.snapshot(Actor.system("test"), now=city.now) as session:
        (row,) = (await session.execute(text(compiled.sql), compiled.parameters)).all()
    return int(row.score) - document.base


async def test_a_score_model_counts_a_grade_by_its_letter(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    village = await build_village(small_city)
    await village.noticed()
    today, after = local_day(small_city.now), small_city.now + AFTER_NOTICE
    assert await points(small_city, village.subjects[0], "C", today) == 0
    await village.work(after)
    expires_on = await admin.fetchval("select min(expires_on) from rural_grades")
    for on, grade, expected in (
        (local_day(after), "C", POINTS),
        (local_day(after), "A", 0),
        (expires_on - timedelta(days=1), "C", POINTS),
        (expires_on, "C", 0),
    ):
        assert await points(small_city, village.subjects[0], grade, on) == expected, (on, grade)
    # Whoever did not enter has none, and loses nothing by that.
    assert await points(small_city, village.subjects[2], "C", local_day(after)) == 0
