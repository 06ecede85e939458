"""Scores of the demo city: both models put in force by its credit office, some months ago, and everybody scored since.

The worker does it after the start, so that nobody waits for it. Each step is a command of the product in a transaction of its own,
and is taken from where the models stand: whatever was interrupted goes on at the next start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec import structs
from sqlalchemy import select

from suxin.consent.assessments import ASSESSMENT_FILE, file_assessment
from suxin.consent.models import AssessedKind
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.working_days import local_day
from suxin.scoring.commands import activate_model, approve_model, draft_model
from suxin.scoring.documents import read_document, to_store
from suxin.scoring.models import ModelState, ScoreModel
from suxin.scoring.packaged import EVERYBODY, FIRM_GRADE, packaged_model
from suxin.scoring.policies import MODEL_ACTIVATE, MODEL_APPROVE, MODEL_DRAFT, MODEL_READ
from suxin.scoring.runs import run_model
from suxin.scoring.simulation import simulate_model
from suxin.subjects.contents import months_later
from suxin_server.demo import cast
from suxin_server.demo.office import SYSTEM, credit_office

MONTHS_BEFORE: Final = 2
"""How many earlier months are scored, so that there is something to compare with."""

_DRAFTED_BEFORE: Final = timedelta(days=9)
_RIGHTS: Final = frozenset(
    {ASSESSMENT_FILE, MODEL_ACTIVATE, MODEL_APPROVE, MODEL_DRAFT, MODEL_READ}
)
_MORE_POINTS: Final = 20
"""How many points more the draft that waits for its approval gives for its first dimension's best."""


@dataclass(frozen=True, slots=True)
class ScoredCity:
    """The two databases of a demo city, as the requests' role and as the batch role."""

    database: Database
    batch: Database

    async def score_past(self, *, now: datetime) -> bool:
        """Put both models in force and score the months before; return whether there was anything to do.

        A city that has a second version of a model was scored before.
        """
        office = await credit_office(self.database, rights=_RIGHTS, now=now)
        if len(office) < len(cast.SCORE_OFFICE) or await self._model(FIRM_GRADE, 2, now=now):
            return False
        for code in EVERYBODY:
            await self._put_in_force(code, office, now=now)
        await self._draft_next(office[0], now=now)
        return True

    async def _put_in_force(self, code: str, office: Sequence[Actor], *, now: datetime) -> None:
        began = months_ago(now, MONTHS_BEFORE)
        model = await self.put_in_force(code, office, drafted=began - _DRAFTED_BEFORE, now=began)
        for months in range(MONTHS_BEFORE, -1, -1):
            moment = months_ago(now, months) if months else now
            async with self.batch.transaction(SYSTEM, now=moment) as session:
                await run_model(session, model.id, now=moment)

    async def put_in_force(
        self, code: str, office: Sequence[Actor], *, drafted: datetime, now: datetime
    ) -> ScoreModel:
        """Draft a packaged model, simulate it, and have it approved and put in force; whatever was done before is left."""
        model = await self._model(code, 1, now=now)
        if model is None:
            async with self.database.transaction(office[0], now=drafted) as session:
                model = await draft_model(
                    session, office[0], document=packaged_model(code), now=drafted
                )
        if model.state is ModelState.DRAFT:
            async with self.batch.transaction(SYSTEM, now=drafted) as session:
                await simulate_model(session, model.id, now=drafted)
        await self._approve(model, office[1:], now=now)
        return model

    async def _approve(self, model: ScoreModel, others: Sequence[Actor], *, now: datetime) -> None:
        for actor in others:
            async with self.database.transaction(actor, now=now) as session:
                found = await session.get_one(ScoreModel, model.id)
                if found.state is ModelState.SIMULATED and str(actor.staff_id) not in (
                    found.approved_by
                ):
                    await approve_model(session, actor, model_id=model.id, now=now)
        async with self.database.transaction(others[0], now=now) as session:
            found = await session.get_one(ScoreModel, model.id)
            if found.state is ModelState.APPROVED:
                title = f"{found.document['name']}：个人信息保护影响评估（演示）"
                await file_assessment(
                    session,
                    others[0],
                    kind=AssessedKind.SCORE_MODEL,
                    thing=str(model.id),
                    title=title,
                    conclusion="演示数据，不是真实的评估结论。",
                    document=title.encode(),
                    now=now,
                )
                await activate_model(session, others[0], model_id=model.id, now=now)

    async def _draft_next(self, actor: Actor, *, now: datetime) -> None:
        """Draft a version that thinks more of paying taxes well; the worker simulates it, and the office has yet to approve it."""
        async with self.database.transaction(actor, now=now) as session:
            await draft_model(session, actor, document=_next_version(), now=now)

    async def _model(self, code: str, version: int, *, now: datetime) -> ScoreModel | None:
        async with self.batch.transaction(SYSTEM, now=now) as session:
            return await session.scalar(
                select(ScoreModel).where(ScoreModel.code == code, ScoreModel.version == version)
            )


def months_ago(now: datetime, months: int) -> datetime:
    """Return the moment of the run some months ago: the same time of day on the month's first."""
    day = local_day(now)
    first = months_later(day.replace(day=1), -months)
    return now - timedelta(days=(day - first).days)


def _next_version() -> bytes:
    document = read_document(packaged_model(FIRM_GRADE))
    taxes, *others = document.dimensions
    best, *rest = taxes.indicators
    better = structs.replace(
        best, points=best.points + _MORE_POINTS, at_most=best.at_most + _MORE_POINTS
    )
    taxes = structs.replace(taxes, most=taxes.most + _MORE_POINTS, indicators=(better, *rest))
    return msgspec.json.encode(to_store(structs.replace(document, dimensions=(taxes, *others))))
