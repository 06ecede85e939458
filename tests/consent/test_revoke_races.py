"""After an acknowledged end of a consent nothing is read on it, also while eight readers keep reading."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from small_city import SmallCity
from sqlalchemy import func, select

from suxin.consent.commands import pause_consent, revoke_consent
from suxin.consent.fetches import fetch_records
from suxin.consent.uses import ConsentNotActive
from suxin.kernel.database import Database
from suxin.subjects.models import CreditRecord

READERS = 8


@dataclass
class Reading:
    """Eight readers of one consent, half of them by fetches; they note what was seen by reads begun after the end."""

    city: SmallCity
    database: Database
    consent_id: UUID
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    seen: int = 0
    wrong: list[tuple[int, int]] = field(default_factory=list)

    async def read(self, number: int) -> None:
        while not self.stop.is_set():
            began_after = self.ended.is_set()
            rows = await (self._fetch() if number % 2 else self._look())
            self.seen += rows > 0
            if began_after and rows:
                self.wrong.append((number, rows))

    async def _look(self) -> int:
        officer = self.city.banks[0].officer
        async with self.database.snapshot(officer, now=self.city.now) as session:
            return await session.scalar(select(func.count()).select_from(CreditRecord)) or 0

    async def _fetch(self) -> int:
        officer, now = self.city.banks[0].officer, self.city.now
        try:
            delivery = await self.database.run(
                officer,
                lambda session: fetch_records(
                    session, officer, consent_id=self.consent_id, now=now
                ),
                now=now,
            )
        except ConsentNotActive:
            return 0
        return len(delivery.records)


@pytest.mark.parametrize(
    ("step", "given"), [(revoke_consent, {"reason": None}), (pause_consent, {})]
)
async def test_no_read_begun_after_the_answer_succeeds_while_eight_read(
    small_city: SmallCity,
    city: Any,
    admin: asyncpg.Connection,
    step: Any,
    given: dict[str, Any],
) -> None:
    """PIPL art. 15."""
    submitted = await small_city.submit()
    granted = await small_city.consent(submitted.request.id, small_city.banks[0])
    await admin.execute("update consents set frequency_times = 1000000")
    database = Database.connect(city.app, pool_size=READERS)
    reading = Reading(small_city, database, granted.consent_id)
    readers = [asyncio.create_task(reading.read(number)) for number in range(READERS)]
    try:
        await asyncio.sleep(0.4)
        await small_city.act(step, small_city.applicant, consent_id=granted.consent_id, **given)
        reading.ended.set()
        await asyncio.sleep(0.4)
        reading.stop.set()
        await asyncio.wait_for(asyncio.gather(*readers), timeout=30)
    finally:
        await database.close()
    assert reading.seen > 0
    assert reading.wrong == []
