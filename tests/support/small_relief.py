"""A notice of exemption for the small city: filed by one official, decided by another, and what the worker does about it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from small_city import SmallCity
from small_scores import official

from suxin.kernel.actor import Actor
from suxin.kernel.sealed_documents import SentFile
from suxin.places.models import CITY_CODE, Area, AreaLevel
from suxin.relief.commands import NoticeDraft, decide_notice, propose_notice
from suxin.relief.models import DisasterNotice
from suxin.subjects.models import DataCategory
from suxin_server.relieving import relieve_all

AREAS = (
    (CITY_CODE, AreaLevel.CITY, "宿迁市"),
    ("321302", AreaLevel.COUNTY, "宿城区"),
    ("321324", AreaLevel.COUNTY, "泗洪县"),
)
SOURCE = "rural/1"
"""What the small world's notice was proposed from."""

PDF = b"%PDF-1.7 a declaration of disaster"


@dataclass(frozen=True, kw_only=True)
class Relieved:
    """A notice that waits for its decision."""

    notice_id: UUID


def draft(**changes: Any) -> NoticeDraft:
    """What a notice of the summer's flood says, but for what is given."""
    given: dict[str, Any] = {
        "title": "宿城区汛期受灾主体信用豁免",
        "authority": "宿迁市应急管理局",
        "reason": "受强降雨影响停产停业",
        "areas": ["321302"],
        "categories": [DataCategory.PENALTIES],
        "from_on": date(2026, 5, 1),
        "to_on": date(2026, 6, 30),
        **changes,
    }
    return NoticeDraft(**given)


async def add_counties(city: SmallCity) -> None:
    """Write the two counties down that the small city's notices name, and the city."""
    async with city.batch.transaction(Actor.system("test"), now=city.now) as session:
        for code, level, name in AREAS:
            if await session.get(Area, code) is None:
                session.add(
                    Area(
                        code=code,
                        level=level,
                        name=name,
                        full_name=name,
                        pinyin=name,
                        parent_code=None if code == CITY_CODE else CITY_CODE,
                        statistical_only=False,
                        predecessors=[],
                        valid_from=date(2020, 1, 1),
                        valid_until=None,
                    )
                )


async def file_notice(
    city: SmallCity, *, now: datetime | None = None, **changes: Any
) -> DisasterNotice:
    """Let the first official file a notice, in a city that has its counties."""
    await add_counties(city)
    return await city.act(
        propose_notice,
        official(city, 0),
        draft=draft(**changes),
        paper=SentFile(name="受灾认定.pdf", content=PDF),
        sealer=city.sealer,
        now=now or city.now,
    )


async def in_force(city: SmallCity, **changes: Any) -> DisasterNotice:
    """File a notice, let it be counted, and let the second official put it in force; nothing is exempted yet."""
    notice = await file_notice(city, **changes)
    await relieve(city)
    return await city.act(
        decide_notice, official(city, 1), notice_id=notice.id, granted=True, answer="属实"
    )


async def relieve(city: SmallCity, now: datetime | None = None) -> int:
    """Let the worker do what is due; return how many records changed."""
    return await relieve_all(city.batch, city.database, now=now or city.now)


async def build_relief(city: SmallCity, admin: asyncpg.Connection) -> Relieved:
    """A notice that waits, with a record of the firm's as if it were exempted, for the proofs as two tenants."""
    await add_counties(city)
    notice = await city.act(
        propose_notice,
        Actor.system("rural"),
        draft=draft(),
        paper=SentFile(name="灾害公告.pdf", content=PDF),
        sealer=city.sealer,
        source=SOURCE,
    )
    await admin.execute(
        "insert into group_exemptions (subject_id, record_id, notice_id, item, title, reason, exempted_at)"
        " select subject_id, id, $1, item_code, 'x', 'x', $2 from credit_records where subject_id = $3 limit 1",
        notice.id,
        city.now,
        city.firm_id,
    )
    return Relieved(notice_id=notice.id)
