"""A flood of the small city: entered by one official, confirmed by another, and what the platform does about it."""

import asyncio
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from sample_rows import insert, sample
from small_city import SmallCity
from small_relief import add_counties
from small_scores import official

from suxin.disasters.commands import DisasterDraft, decide_disaster, declare_disaster
from suxin.disasters.jobs import handlers
from suxin.disasters.models import DeclaredDisaster, RenewalProposal
from suxin.disasters.states import Weather
from suxin.kernel import performing
from suxin.kernel.sealed_documents import SentFile
from suxin.subjects.models import DataCategory
from suxin_server.relieving import follow_renewals

PDF = b"%PDF-1.7 a declaration of the weather bureau"
DISASTER_ID, PROPOSAL_ID = UUID(int=1101), UUID(int=1102)


def draft(**changes: Any) -> DisasterDraft:
    """What the weather bureau says of the autumn's rain, but for what is given."""
    given: dict[str, Any] = {
        "weather": Weather.RAINSTORM,
        "title": "宿城区秋季暴雨灾害",
        "authority": "宿迁市气象局",
        "document_number": "宿气发〔2026〕18号",
        "reason": "暴雨造成农田积水、企业停产",
        "areas": ["321302"],
        "categories": [DataCategory.PENALTIES, DataCategory.TAX],
        "from_on": date(2026, 10, 1),
        "to_on": date(2026, 10, 9),
        **changes,
    }
    return DisasterDraft(**given)


def paper() -> SentFile:
    """The declaration itself."""
    return SentFile(name="灾害证明.pdf", content=PDF)


async def declare(city: SmallCity, **changes: Any) -> DeclaredDisaster:
    """Let the first official enter a disaster, in a city that has its counties."""
    await add_counties(city)
    return await city.act(
        declare_disaster,
        official(city, 0),
        draft=draft(**changes),
        paper=paper(),
        sealer=city.sealer,
    )


async def confirmed(city: SmallCity, **changes: Any) -> DeclaredDisaster:
    """Let the second official confirm what the first has entered; nothing is proposed yet."""
    disaster = await declare(city, **changes)
    return await city.act(
        decide_disaster,
        official(city, 1),
        disaster_id=disaster.id,
        granted=True,
        answer="与文件一致",
    )


async def work_off(city: SmallCity, admin: asyncpg.Connection) -> None:
    """Let the platform do what steps of disasters have posted, all that waits at once, until nothing is left."""
    table = handlers(city.sealer)
    while rows := await admin.fetch(
        "select id from outbox where done_at is null and topic like 'disasters.%' order by id"
    ):
        assert all(
            await asyncio.gather(
                *(performing.perform(city.database, row["id"], table, now=city.now) for row in rows)
            )
        )


async def follow(city: SmallCity, now: datetime | None = None) -> int:
    """Let the worker follow the renewals up; return how many borrowers were told."""
    return await follow_renewals(city.database, now=now or city.now)


async def build_disaster(
    city: SmallCity, admin: asyncpg.Connection, loan_id: UUID
) -> dict[str, UUID]:
    """One declared disaster and one proposed renewal, for the proofs as two tenants."""
    given = {"id": DISASTER_ID, "state": "DECLARED", "sha256": "0" * 64, "areas": ["321302"]}
    row = sample(DeclaredDisaster, city.now, **given, categories=["tax"])
    await insert(admin, DeclaredDisaster, row)
    own = {"tenant_id": city.banks[0].tenant_id, "subject_id": city.firm_id, "loan_id": loan_id}
    given = {"id": PROPOSAL_ID, "disaster_id": DISASTER_ID, "state": "PROPOSED"}
    await insert(admin, RenewalProposal, sample(RenewalProposal, city.now, **own, **given))
    return {"disaster_id": DISASTER_ID, "proposal_id": PROPOSAL_ID}
