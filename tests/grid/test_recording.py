"""Plus points leave the village once a month, as one positive record, of whoever agreed, and nothing else of it."""

from datetime import datetime

import asyncpg
import pytest
from small_city import SmallCity
from small_points import PLATFORM, SmallPoints, build_points

from suxin.grid.agreeing import TEXT_VERSION, agree, take_back
from suxin.grid.models import PointNotice
from suxin.grid.notice_lines import read_lines
from suxin.grid.noticing import notice_over
from suxin.grid.posting import ask_reversal, confirm_reversal
from suxin.grid.recording import RECORD_TOPIC, call_for_records, record_points
from suxin.grid.refusals import NotOfVillage
from suxin.grid.states import AgreedTo
from suxin.kernel.working_days import local_day
from suxin.subjects.catalogue import load_catalogue


@pytest.fixture
async def points(small_city: SmallCity, admin: asyncpg.Connection) -> SmallPoints:
    async with small_city.batch.transaction(PLATFORM, now=small_city.now) as session:
        await load_catalogue(session)
    return await build_points(small_city, admin)


async def recorded(points: SmallPoints, month: str, *, now: datetime) -> int:
    async with points.city.database.transaction(PLATFORM, now=now) as session:
        return await record_points(
            session, tenant_id=points.tenant_id, member_id=points.members[0], month=month, now=now
        )


async def records(points: SmallPoints) -> list[asyncpg.Record]:
    found: list[asyncpg.Record] = await points.admin.fetch(
        "select subject_id, item_code, polarity, status, content::text from credit_records where source = 'grid'"
    )
    return found


async def test_only_whoever_agreed_is_recorded_and_once(points: SmallPoints) -> None:
    city, claim = points.city, await points.record()
    notice = await points.notice(claim)
    await points.end_notice(notice)
    month = local_day(notice.ends_at).replace(day=1).isoformat()
    assert await recorded(points, month, now=notice.ends_at) == 0
    use = {"tenant_id": points.tenant_id, "use": AgreedTo.RECORD}
    with pytest.raises(NotOfVillage):
        await _by_somebody_who_left(points)
    await city.act(agree, points.resident, text_version=TEXT_VERSION, **use)
    assert await recorded(points, month, now=notice.ends_at) == 1
    assert await recorded(points, month, now=notice.ends_at) == 0
    (row,) = await records(points)
    assert (row["subject_id"], row["item_code"]) == (city.person_id, "GRID-SERVICE")
    assert (row["polarity"], row["status"]) == ("positive", "active")
    assert row["content"] == '{"organisation": "宿城区某村（测试）"}'
    await city.act(
        ask_reversal, points.person("village_admin"), claim_id=claim.id, reason="登记错误"
    )
    await city.act(confirm_reversal, points.person("supervisor"), claim_id=claim.id)
    assert await recorded(points, month, now=notice.ends_at) == 0
    assert [one["status"] for one in await records(points)] == ["withdrawn"]


async def _by_somebody_who_left(points: SmallPoints) -> None:
    await points.admin.execute(
        "update household_members set left_at = now(), left_because = 'moved' where id = $1",
        points.members[1],
    )
    await points.city.act(
        agree,
        points.neighbour,
        text_version=TEXT_VERSION,
        tenant_id=points.tenant_id,
        use=AgreedTo.RECORD,
    )


async def test_the_month_is_looked_at_once(points: SmallPoints) -> None:
    use = {"tenant_id": points.tenant_id, "use": AgreedTo.RECORD}
    await points.city.act(agree, points.resident, text_version=TEXT_VERSION, **use)
    called = []
    for _ in range(2):
        async with points.city.database.transaction(PLATFORM, now=points.city.now) as session:
            called.append(await call_for_records(session, now=points.city.now))
    assert called == [1, 0]
    assert await points.admin.fetchval("select count(*) from outbox where topic = $1", RECORD_TOPIC) == 1  # fmt: skip


async def lines(points: SmallPoints, notice: PointNotice) -> list[tuple[str | None, str | None]]:
    async with points.city.database.transaction(PLATFORM, now=points.city.now) as session:
        kept = await session.get_one(PointNotice, (points.tenant_id, notice.id))
        return [(one.household, one.name) for one in read_lines(kept.lines)]


async def test_a_name_stands_on_a_notice_by_its_own_yes_and_goes_with_it(
    points: SmallPoints,
) -> None:
    use = {"tenant_id": points.tenant_id, "use": AgreedTo.SHOW_NAME}
    assert await lines(points, await points.notice(await points.record())) == [("001", None)]
    await points.city.act(agree, points.resident, text_version=TEXT_VERSION, **use)
    notice = await points.notice(await points.record(note="又一次"))
    assert await lines(points, notice) == [("001", "王*明")]
    await points.city.act(take_back, points.resident, **use)
    assert await lines(points, notice) == [("001", None)]


async def test_the_lines_end_with_the_notice(points: SmallPoints) -> None:
    notice = await points.notice(await points.record())
    async with points.city.database.transaction(PLATFORM, now=notice.ends_at) as session:
        await notice_over(
            session, tenant_id=points.tenant_id, notice_id=notice.id, now=notice.ends_at
        )
    assert await lines(points, notice) == []
    assert await points.admin.fetchval("select claims from grid_notices") == 1
