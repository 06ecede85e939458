"""A disaster of the demo city: heavy rain over one town, declared by one of the credit office and confirmed by another.

The worker does it after the start by the product's own commands; what follows, a proposed exemption and renewals that banks decide on, its
jobs propose as for any other. Both steps are one transaction; a city that has a disaster is left as it is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from suxin.disasters.commands import DisasterDraft, decide_disaster, declare_disaster
from suxin.disasters.models import DeclaredDisaster
from suxin.disasters.policies import DISASTER_CONFIRM, DISASTER_DECLARE, DISASTER_READ
from suxin.disasters.proposing import ENDS_WITHIN
from suxin.disasters.states import Weather
from suxin.kernel.database import Database
from suxin.kernel.sealed_documents import SentFile
from suxin.kernel.sealing import Sealer
from suxin.kernel.together import together
from suxin.kernel.working_days import local_day
from suxin.lending.loans.models import Loan
from suxin.lending.loans.states import LoanState
from suxin.places.models import Area, AreaLevel
from suxin.subjects.models import DataCategory, Subject
from suxin_server.demo import cast
from suxin_server.demo.office import SYSTEM, credit_office

RAIN: Final = (timedelta(days=24), timedelta(days=21))
"""How long ago it began, and was over."""

DECLARED_BEFORE: Final = timedelta(days=2)
CONFIRMED_BEFORE: Final = timedelta(days=1)
CATEGORIES: Final = (DataCategory.PENALTIES, DataCategory.TAX)

_RIGHTS: Final = frozenset({DISASTER_READ, DISASTER_DECLARE, DISASTER_CONFIRM})
_RUNNING: Final = (LoanState.DISBURSED, LoanState.PERFORMING)
_PAPER: Final = b"%PDF-1.4\n% a made-up declaration of the demo city\n%%EOF\n"


@dataclass(frozen=True, slots=True)
class StrickenCity:
    """The database of a demo city, and how documents are sealed."""

    database: Database
    sealer: Sealer

    async def fill(self, *, now: datetime) -> bool:
        """Declare and confirm the disaster; return whether there was anything to do."""
        office = await credit_office(self.database, rights=_RIGHTS, now=now)
        town = await self._town(now=now)
        if town is None or len(office) < len(cast.SCORE_OFFICE):
            return False
        declarer, *_, confirmer = office
        at, confirmed_at = now - DECLARED_BEFORE, now - CONFIRMED_BEFORE
        paper = SentFile(name="灾情通报（演示）.pdf", content=_PAPER)
        async with together(self.database, now=at) as one:
            async with one.transaction(declarer, now=at) as session:
                disaster = await declare_disaster(
                    session,
                    declarer,
                    draft=_draft(town, now=now),
                    paper=paper,
                    sealer=self.sealer,
                    now=at,
                )
                disaster_id = disaster.id
            async with one.transaction(confirmer, now=confirmed_at) as session:
                await decide_disaster(
                    session,
                    confirmer,
                    disaster_id=disaster_id,
                    granted=True,
                    answer="与气象局通报一致（演示）",
                    now=confirmed_at,
                )
        return True

    async def _town(self, *, now: datetime) -> Area | None:
        """Return the town in which most loans end soon, so that a bank has something to decide; none where there is a disaster."""
        began, over = (local_day(now - ago) for ago in RAIN)
        async with self.database.transaction(SYSTEM, now=now) as session:
            if await session.scalar(select(DeclaredDisaster.id).limit(1)) is not None:
                return None
            return await session.scalar(
                select(Area)
                .join(Subject, Subject.town_code == Area.code)
                .join(Loan, Loan.subject_id == Subject.id)
                .where(
                    Area.level == AreaLevel.TOWN,
                    Loan.state.in_(_RUNNING),
                    Loan.sandbox_id.is_(None),
                    Loan.drawn_fen > Loan.principal_paid_fen,
                    Loan.ends_on.between(began, over + ENDS_WITHIN),
                )
                .group_by(Area.code)
                .order_by(func.count().desc(), Area.code)
                .limit(1)
            )


def _draft(town: Area, *, now: datetime) -> DisasterDraft:
    began, over = (local_day(now - ago) for ago in RAIN)
    return DisasterDraft(
        weather=Weather.RAINSTORM,
        title=f"{town.name}暴雨灾害（演示）",
        authority="宿迁市气象局（演示）",
        document_number=f"宿气发〔{over.year}〕演示号",
        reason="持续暴雨造成农田积水、仓库进水，部分经营户停产",
        areas=[town.code],
        categories=CATEGORIES,
        from_on=began,
        to_on=over,
    )
