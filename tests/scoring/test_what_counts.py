"""A penalty that costs 100 points while it counts, and nothing from the very day on which it does not."""

from datetime import date, timedelta

from repairs import add_penalty
from sqlalchemy import text

from suxin.kernel.actor import Actor
from suxin.kernel.working_days import local_day
from suxin.scoring.documents import read_document
from suxin.scoring.engine import scored
from suxin.scoring.packaged import FIRM_GRADE, packaged_model
from suxin.subjects.models import RecordStatus

CHANGE = (
    "update credit_records set status = $2, valid_until = $3, published_until = $4,"
    " occurred_on = $5 where id = $1"
)


async def test_what_is_contested_repaired_or_over_costs_nothing_from_its_day_on(small_city, admin):
    """征信业管理条例 art. 16, 25; 信用修复管理办法 art. 3; a period ends with the day before its end (half-open)."""
    today, day = local_day(small_city.now), timedelta(days=1)
    penalty = await add_penalty(small_city, penalty_class="严重")
    document = read_document(packaged_model(FIRM_GRADE))

    async def cost(
        *,
        status: str = "active",
        valid: date | None = None,
        published: date | None = None,
        occurred: date = today - 30 * day,
    ) -> int:
        await admin.execute(CHANGE, penalty, status, valid, published, occurred)
        compiled = scored(document, as_of=today, subject_id=small_city.firm_id)
        async with small_city.batch.snapshot(Actor.system("test"), now=small_city.now) as session:
            (row,) = (await session.execute(text(compiled.sql), compiled.parameters)).all()
        return int(row.score) - 630

    assert await cost() == -100
    for status in RecordStatus:
        assert await cost(status=status) == (-100 if status is RecordStatus.ACTIVE else 0), status
    assert await cost(valid=today + day, published=today + day) == -100
    assert await cost(valid=today) == 0
    assert await cost(published=today) == 0
    # The last day of an indicator's three years, and what is of tomorrow.
    assert await cost(occurred=today - 1095 * day) == 0
    assert await cost(occurred=today) == -100
    assert await cost(occurred=today + day) == 0
