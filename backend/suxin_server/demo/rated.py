"""Ratings of the demo city: in its first village last year's cycle of households, finished with grades, and this year's, with its panel voting.

The worker does it after the registers are there. Each step is a command of the product, at a moment before now; a city that has a
cycle is left as it is.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.assessments import ASSESSMENT_FILE
from suxin.consent.notice_texts import current_text
from suxin.consent.purposes import RURAL_RATE
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import SHANGHAI, local_day
from suxin.rural.cycles import (
    Seat,
    begin_panel,
    check_results,
    close_panel,
    name_panel,
    open_cycle,
)
from suxin.rural.entering import enter_cycle
from suxin.rural.models import RatingCycle, RatingEntry
from suxin.rural.panel import Marks
from suxin.rural.states import RuralKind
from suxin.rural.voting import cast_vote
from suxin.scoring.policies import MODEL_ACTIVATE, MODEL_APPROVE, MODEL_DRAFT, MODEL_READ
from suxin.subjects.models import CatalogueItem, CreditRecord, RecordStatus, Subject, SubjectKind
from suxin.subjects.shapes import SHAPES
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import Profiles
from suxin.villages.models import Household, Village
from suxin_server.demo import cast
from suxin_server.demo.dice import Dice
from suxin_server.demo.office import SYSTEM, credit_office, people_of
from suxin_server.demo.scored import ScoredCity
from suxin_server.rating import count_all, rate_all

HOUSEHOLDS: Final = 12
"""How many households of the village take part."""

VOTED: Final = 2
"""On how many of this year's entries the panel has voted, but for whoever looks on."""

PANEL: Final = ("admin", "grid", "committee", "shop", "viewer")
CHECKER: Final = "supervisor"
_MARKS: Final = ((3, 1), (4, 2), (5, 2))
NOTICE: Final = timedelta(days=20)
"""Past the end of a public notice, whatever holidays lie in it."""
BEGAN: Final = (12, 8)
"""On which day of the year before last year's cycle was led: over before the year was, and good until nearly the end of this one."""

_RIGHTS: Final = frozenset(
    {ASSESSMENT_FILE, MODEL_ACTIVATE, MODEL_APPROVE, MODEL_DRAFT, MODEL_READ}
)
_MODELS: Final = (RuralKind.HOUSEHOLD, RuralKind.FAMILY_FARM)
FACTS: Final[tuple[tuple[str, dict[str, object]], ...]] = (
    ("VILLAGE-RESIDENCE", {"band": "3年以上"}),
    ("FARM-LAND", {"number": "演示", "band": "30至100亩"}),
    ("FARM-INSURED", {"crop": "水稻", "year": 2026}),
    ("SI-PAID", {"year": 2026}),
    ("POLICY-LOAN-REPAID", {"programme": "富民创业贷"}),
    ("COMMITMENT-KEPT", {"commitment": "演示", "document": "演示"}),
    ("UTILITY-PAID", {"service": "电", "year": 2026}),
    ("FAMILY-HONOUR", {"title": "文明家庭"}),
    ("FARM-TRAINING", {"title": "高素质农民培育", "year": 2026}),
    ("GRID-SERVICE", {"organisation": "村民委员会"}),
)


@dataclass(frozen=True, slots=True)
class RatedCity:
    """The databases of a demo city, how votes are sealed, and what its people may do."""

    database: Database
    batch: Database
    sealer: Sealer
    profiles: Profiles

    async def fill(self, *, now: datetime) -> bool:
        """Lead both cycles; return whether there was anything to do."""
        office = await credit_office(self.database, rights=_RIGHTS, now=now)
        village = await self._village(now=now)
        if village is None or len(office) < len(cast.SCORE_OFFICE):
            return False
        began = in_year_before(now)
        scored = ScoredCity(self.database, self.batch)
        for kind in _MODELS:
            await scored.put_in_force(kind.model_code, office, drafted=began, now=began)
        log_ins = [f"village.{one}" for one in (*PANEL, CHECKER)]
        *panel, checker = await people_of(
            self.database, self.profiles, village.tenant_id, log_ins, now=now
        )
        subjects = await self.households(village, now=began)
        await self.rate(panel, checker, subjects, began=began, settled=began + NOTICE)
        running = await self._voting(panel, subjects, now=now)
        await self._vote(panel[1:], running, now=now, at_most=VOTED)
        await count_all(self.batch, now=now)
        return True

    async def rate(
        self,
        panel: Sequence[Actor],
        checker: Actor,
        subjects: Sequence[tuple[UUID, UUID]],
        *,
        began: datetime,
        settled: datetime,
    ) -> None:
        """Lead one cycle of households to its end, and let their grades take effect when it was settled."""
        cycle = await self._voting(panel, subjects, now=began)
        await self._vote(panel, cycle, now=began)
        await self._act(close_panel, panel[0], cycle_id=cycle.id, now=began)
        await rate_all(self.batch, self.database, now=began)
        await self._act(check_results, checker, cycle_id=cycle.id, now=began)
        await rate_all(self.batch, self.database, now=settled)

    async def _village(self, *, now: datetime) -> Village | None:
        """Return the village that has everybody, unless it has a cycle."""
        async with self.database.transaction(SYSTEM, now=now) as session:
            if await session.scalar(select(RatingCycle.id).limit(1)) is not None:
                return None
            name = next(one.name for one in cast.OTHERS if one.slug == "village")
            return await session.scalar(
                select(Village)
                .join(Tenant, Tenant.id == Village.tenant_id)
                .where(Tenant.name == name)
            )

    async def households(
        self, village: Village, *, now: datetime, most: int = HOUSEHOLDS
    ) -> list[tuple[UUID, UUID]]:
        """Make subjects of some households, as their heads would by linking them; return each with whoever acts for it."""
        dice, made = Dice("rated"), []
        async with self.batch.transaction(SYSTEM, now=now) as session:
            found = await session.scalars(
                select(Household)
                .where(Household.tenant_id == village.tenant_id, Household.subject_id.is_(None))
                .order_by(Household.number.desc())
                .limit(most)
            )
            for place, household in enumerate(found):
                subject_id, person_id = new_id(now), new_id(now)
                number = f"NH{village.code}{household.number}"
                session.add(
                    Subject(
                        id=subject_id,
                        kind=SubjectKind.HOUSEHOLD,
                        name=f"{household.number}号农户",
                        name_pinyin="nonghu",
                        uscc=number,
                        county_code=village.code[:6],
                        town_code=village.town_code,
                        created_at=now,
                    )
                )
                household.link(
                    subject_id=subject_id,
                    number=number,
                    by=person_id,
                    notice_version="demo",
                    now=now,
                )
                # The more of them a household has, the better it does: every grade is there.
                for item, content in dice.sample(FACTS, min(len(FACTS), place + 1)):
                    await put_fact(session, subject_id, item, content, now=now)
                made.append((subject_id, person_id))
        return made

    async def _voting(
        self, panel: Sequence[Actor], subjects: Sequence[tuple[UUID, UUID]], *, now: datetime
    ) -> RatingCycle:
        cycle: RatingCycle = await self._act(
            open_cycle, panel[0], kind=RuralKind.HOUSEHOLD, now=now
        )
        for subject_id, person_id in subjects:
            actor = Actor.subject("demo", person_id=person_id, subject_id=subject_id)
            await self._act(
                enter_cycle,
                actor,
                cycle_id=cycle.id,
                notice_version=current_text(RURAL_RATE.code).version,
                publish_name=False,
                now=now,
            )
        seats = [Seat(staff_id=one.own_staff) for one in panel]
        await self._act(name_panel, panel[0], cycle_id=cycle.id, seats=seats, now=now)
        await self._act(begin_panel, panel[0], cycle_id=cycle.id, now=now)
        return cycle

    async def _vote(
        self,
        panel: Sequence[Actor],
        cycle: RatingCycle,
        *,
        now: datetime,
        at_most: int = HOUSEHOLDS,
    ) -> None:
        async with self.database.transaction(SYSTEM, now=now) as session:
            entries = (
                await session.scalars(
                    select(RatingEntry)
                    .where(RatingEntry.cycle_id == cycle.id)
                    .order_by(RatingEntry.number)
                    .limit(at_most)
                )
            ).all()
        dice = Dice("votes")
        for entry in entries:
            for actor in panel:
                character, family, ability = (dice.pick(_MARKS) for _ in range(3))
                marks = Marks(character=character, family=family, ability=ability)
                await self._act(
                    cast_vote, actor, entry_id=entry.id, marks=marks, sealer=self.sealer, now=now
                )

    async def _act(
        self,
        command: Callable[..., Awaitable[Any]],
        actor: Actor,
        *,
        now: datetime,
        **given: object,
    ) -> Any:  # noqa: ANN401 - what the command returns
        async def work(session: AsyncSession) -> Any:  # noqa: ANN401 - see above
            return await command(session, actor, now=now, **given)

        return await self.database.run(actor, work, now=now)


def in_year_before(now: datetime) -> datetime:
    """Return when the cycle of the year before was led."""
    month, day = BEGAN
    return now.astimezone(SHANGHAI).replace(
        year=local_day(now).year - 1, month=month, day=day, hour=10
    )


async def put_fact(
    session: AsyncSession,
    subject_id: UUID,
    item_code: str,
    content: dict[str, object],
    *,
    now: datetime,
) -> None:
    """Put something on record of a subject, as a department that knows it would."""
    item = await session.get_one(CatalogueItem, item_code)
    record_id = new_id(now)
    session.add(
        CreditRecord(
            subject_id=subject_id,
            id=record_id,
            item_code=item_code,
            category=item.category,
            channel=item.channel,
            natural_person=True,
            source="demo",
            source_ref=str(record_id),
            occurred_on=now.date() - timedelta(days=30),
            polarity=SHAPES[item_code].polarity,
            status=RecordStatus.ACTIVE,
            content=content,
            self_declared=False,
            loaded_at=now,
        )
    )
