"""What a notice lets through is written at once: how many statements that takes does not follow from how many claims there are."""

import asyncpg
import pytest
from sent_statements import sent_statements
from small_city import SmallCity
from small_points import PLATFORM, SmallPoints, build_points
from sqlalchemy.orm.exc import StaleDataError

from suxin.grid.models import PointClaim
from suxin.grid.models.claims import REJECTED
from suxin.kernel.ids import new_id
from suxin.kernel.many_rows import change

KEPT = {
    "entries": "select count(*) from audit_entries where action = 'grid.claim.posted' and detail->>'posted' = '1'",
    "events": "select count(*) from tenant_events where type = 'grid.claim.posted' and data->>'points' = '1' and recorded_at is not null",
    "notices": "select count(*) from notices where title = '积分已入账' and created_at is not null",
    "messages": (
        "select count(*) from outbox o join notices n on n.id = cast(o.payload->>'notice_id' as uuid)"
        " where o.topic = 'kernel.notice.deliver' and n.title = '积分已入账'"
    ),
    "transfers": "select count(*) from ledger_transfers where code = 'grid.posted'",
}


@pytest.fixture
async def points(small_city: SmallCity, admin: asyncpg.Connection) -> SmallPoints:
    return await build_points(small_city, admin)


async def test_more_claims_are_posted_by_as_many_statements_each_with_what_is_kept_of_it(
    points: SmallPoints,
) -> None:
    neighbours = {"household_id": points.households[1], "member_id": points.members[1]}
    first = await points.notice(
        await points.record(times=1), await points.record(times=1, **neighbours)
    )
    await points.end_notice(first)
    counts = []
    for claims in (2, 4):
        notice = await points.notice(*[await points.record(times=1) for _ in range(claims)])
        async with sent_statements(points.city.database) as statements:
            await points.end_notice(notice)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    kept = {name: await points.admin.fetchval(statement) for name, statement in KEPT.items()}
    assert kept == dict.fromkeys(KEPT, 8)


async def test_a_row_that_is_not_there_is_not_changed_unnoticed(points: SmallPoints) -> None:
    claim = await points.record()
    async with points.city.database.transaction(PLATFORM, now=points.city.now) as session:
        found = await session.get_one(PointClaim, (points.tenant_id, claim.id))
        session.expunge(found)
        found.id = new_id(points.city.now)
        with pytest.raises(StaleDataError):
            await change(session, [found], REJECTED)
