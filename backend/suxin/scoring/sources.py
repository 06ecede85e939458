"""Where the tiers of a model come from: the engine of the platform, or the score system that the city has of its own.

Either renews what is kept of everybody, and which of them does is set up for each model. What the city's system says is kept with its
day and with the moment at which it was learned. While it gives no answer, what it said last holds until it runs out, for as long as a
tier of the engine would; nothing is made up meanwhile, and the engine does not step in for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import Select, select, text

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import local_day
from suxin.scoring.documents import ScoreDocument, stored_document
from suxin.scoring.models import ScoreModel, ScoreRun, TierOrigin
from suxin.scoring.runs import RunReport, due_models, finish, run_model, valid_until
from suxin.subjects.models import NATURAL_PERSONS, RESIDENT_ID, PersonIdentity, Subject

ASKED_AT_ONCE: Final = 200
"""For how many subjects the city's system is asked in one call (proposed default)."""

_SCORER: Final = Actor.system("scoring")

# What is older than what is known already changes nothing: answers may come late.
_KEEP: Final = text(
    """
    insert into score_tiers
        (subject_id, model_code, natural_person, run_id, origin, learned_at, tier, place, as_of, valid_until)
    select t.subject_id, :model_code, t.natural_person, :run_id, 'city', :now, t.tier, t.place, :as_of, :valid_until
    from unnest(cast(:subjects as uuid[]), cast(:natural as boolean[]), cast(:tiers as text[]), cast(:places as int[]))
        as t (subject_id, natural_person, tier, place)
    on conflict (subject_id, model_code) do update
    set natural_person = excluded.natural_person, run_id = excluded.run_id, origin = excluded.origin,
        learned_at = excluded.learned_at, tier = excluded.tier, place = excluded.place, as_of = excluded.as_of,
        valid_until = excluded.valid_until
    where excluded.as_of >= score_tiers.as_of
    """
)


class TierProviderUnavailable(Refusal):
    """The city's score system gave no usable answer in time; what it said last holds until it runs out."""

    code = "TIER_PROVIDER_UNAVAILABLE"
    kind = RefusalKind.UNAVAILABLE
    retryable = True
    zh = "本市信用评分系统暂时不可用；此前取得的等级在有效期内继续有效"
    en = "The city's score system is not available at the moment; tiers learned before hold until they run out"


@dataclass(frozen=True, slots=True)
class ToldTiers:
    """What the city's system says of those it was asked for: tiers by number, all as of one day."""

    as_of: date
    tiers: Mapping[str, str]


class TierProvider(Protocol):
    """The city's own score system, as the platform asks it."""

    async def tiers_of(
        self, *, model_code: str, numbers: Sequence[str], now: datetime
    ) -> ToldTiers:
        """Return the tiers of those of these numbers (credit codes, resident ids) that it scores.

        :raises TierProviderUnavailable: if it gives no usable answer in time
        """
        ...


class TierSource(Protocol):
    """Who renews the tiers of a model."""

    def due_since(self, now: datetime) -> date:
        """Return since which day a model must have been renewed, or it is due."""
        ...

    async def renew(self, database: Database, model_id: UUID, *, now: datetime) -> RunReport | None:
        """Renew everybody's tiers, as the batch role; return nothing where that was done today.

        :raises TierProviderUnavailable: if they come from outside and nothing comes
        """
        ...


class Engine:
    """The platform's own engine: everybody once a month, in one transaction."""

    def due_since(self, now: datetime) -> date:
        """Return the first of the month."""
        return local_day(now).replace(day=1)

    async def renew(self, database: Database, model_id: UUID, *, now: datetime) -> RunReport | None:
        """Score everybody."""
        async with database.transaction(_SCORER, now=now) as session:
            return await run_model(session, model_id, now=now)


@dataclass(frozen=True, slots=True)
class _Asked:
    subject_id: UUID
    natural_person: bool
    number: str


class CitySystem:
    """The city's own system: asked once a day for everybody whose number the platform knows, a page at a time.

    Each page is kept when it is answered, so that an outage loses nothing of what came before; the run is written down at the end.
    """

    def __init__(self, provider: TierProvider, sealer: Sealer) -> None:
        self._provider = provider
        self._sealer = sealer

    def due_since(self, now: datetime) -> date:
        """Return today."""
        return local_day(now)

    async def renew(self, database: Database, model_id: UUID, *, now: datetime) -> RunReport | None:
        """Ask for everybody's tiers and keep them."""
        async with database.transaction(_SCORER, now=now) as session:
            model = await session.get(ScoreModel, model_id)
            due = {due_id for due_id, _ in await due_models(session, since=local_day(now))}
        if model is None or model_id not in due:
            return None
        document, run_id = stored_document(model.document), new_id(now)
        counts = dict.fromkeys((tier.code for tier in document.tiers), 0)
        after: UUID | None = None
        while asked := await self._page(database, document, after=after, now=now):
            after = asked[-1].subject_id
            numbers = [one.number for one in asked if one.number]
            if not numbers:
                continue
            told = await self._provider.tiers_of(model_code=document.code, numbers=numbers, now=now)
            kept = [one for one in asked if told.tiers.get(one.number) in counts]
            for one in kept:
                counts[told.tiers[one.number]] += 1
            await _keep(database, document, kept, told, run_id=run_id, now=now)
        run = ScoreRun(
            id=run_id,
            model_id=model_id,
            as_of=local_day(now),
            began_at=now,
            origin=TierOrigin.CITY,
            subject_count=sum(counts.values()),
            tiers=counts,
        )
        async with database.transaction(_SCORER, now=now) as session:
            return finish(session, run)

    async def _page(
        self, database: Database, document: ScoreDocument, *, after: UUID | None, now: datetime
    ) -> list[_Asked]:
        """Return who comes next, in the order of their ids; whose number is not known has none."""
        async with database.transaction(_SCORER, now=now) as session:
            return [
                _Asked(
                    subject.id,
                    subject.kind in NATURAL_PERSONS,
                    subject.uscc or self._resident_id(subject.id, sealed),
                )
                for subject, sealed in await session.execute(_after(document, after))
            ]

    def _resident_id(self, subject_id: UUID, sealed: bytes | None) -> str:
        if sealed is None:
            return ""
        return self._sealer.open(sealed, purpose=RESIDENT_ID, row=subject_id)


def _after(document: ScoreDocument, subject_id: UUID | None) -> Select[Subject, bytes | None]:
    wanted = (
        select(Subject, PersonIdentity.resident_id_sealed)
        .outerjoin(PersonIdentity, PersonIdentity.subject_id == Subject.id)
        .where(Subject.kind.in_(document.kinds), Subject.sandbox_id.is_(None))
        .order_by(Subject.id)
        .limit(ASKED_AT_ONCE)
    )
    return wanted if subject_id is None else wanted.where(Subject.id > subject_id)


async def _keep(
    database: Database,
    document: ScoreDocument,
    asked: Sequence[_Asked],
    told: ToldTiers,
    *,
    run_id: UUID,
    now: datetime,
) -> None:
    tiers = [told.tiers[one.number] for one in asked]
    given: dict[str, Any] = {
        "subjects": [one.subject_id for one in asked],
        "natural": [one.natural_person for one in asked],
        "tiers": tiers,
        "places": [document.tier_place(tier) for tier in tiers],
        "model_code": document.code,
        "run_id": run_id,
        "as_of": told.as_of,
        "valid_until": valid_until(told.as_of),
        "now": now,
    }
    async with database.transaction(_SCORER, now=now) as session:
        await session.execute(_KEEP, given)
