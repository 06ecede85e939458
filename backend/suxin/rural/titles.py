"""Titles of villages, towns and counties: filed on figures by one of the city's office, decided by another, revoked with a reason.

How many households and villages there are, the platform has counted; of arrears and bad loans the bank's paper says, which is named.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, NotFound
from suxin.kernel.texts import bounded_text
from suxin.rural.models import RuralAreaCount, RuralTitle
from suxin.rural.policies import TITLE_DECIDE, TITLE_FILE
from suxin.rural.queries import areas as queries
from suxin.rural.refusals import SecondRaterNeeded, TitleExists, TitleNotDue
from suxin.rural.rollup import Measure, Share, ToDo, missing, to_do
from suxin.rural.states import TitleLevel, TitleState

MAX_FIGURE: Final = 10_000_000
MAX_PAPER: Final = 120
MAX_ANSWER: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanFigures:
    """What a bank's paper says of an area: households with loans and those of them without arrears; loans in ten thousand yuan."""

    debtors: int
    without_arrears: int
    loans: int
    bad_loans: int
    new_loans: int
    new_bad_loans: int
    paper: str

    def __post_init__(self) -> None:
        """Refuse figures of which a part is more than its whole.

        :raises Invalid: if one is, or is below nothing or beyond any area's
        """
        for part, whole in (
            ("without_arrears", "debtors"),
            ("bad_loans", "loans"),
            ("new_bad_loans", "new_loans"),
        ):
            if not 0 <= getattr(self, part) <= getattr(self, whole) <= MAX_FIGURE:
                raise Invalid(
                    field=part,
                    reason_zh=f"应为 0 至所属总数，总数不超过 {MAX_FIGURE}",
                    reason_en=f"it is between 0 and its whole, which is at most {MAX_FIGURE}",
                )


def shares_of(
    count: RuralAreaCount | None, loans: LoanFigures | None
) -> Mapping[Measure, Share | None]:
    """Return every measure of an area as far as it is known."""
    found: dict[Measure, Share | None] = dict.fromkeys(Measure)
    if count is not None:
        found[Measure.CREDIT_HOUSEHOLDS] = Share(
            part=count.credit_households, whole=count.households
        )
        found[Measure.CREDIT_VILLAGES] = Share(part=count.credit_villages, whole=count.villages)
    if loans is not None:
        found[Measure.WITHOUT_ARREARS] = Share(part=loans.without_arrears, whole=loans.debtors)
        found[Measure.BAD_LOANS] = Share(part=loans.bad_loans, whole=loans.loans)
        found[Measure.NEW_BAD_LOANS] = Share(part=loans.new_bad_loans, whole=loans.new_loans)
    return found


def standing(
    level: TitleLevel, count: RuralAreaCount | None, loans: LoanFigures | None = None
) -> tuple[ToDo, ...]:
    """Return how an area stands to each rule of its level."""
    return to_do(level, shares_of(count, loans))


async def file_title(
    session: AsyncSession,
    actor: Actor,
    *,
    area_code: str,
    year: int,
    loans: LoanFigures,
    now: datetime,
) -> RuralTitle:
    """File the title of a year for an area that meets every rule of its level; another person decides.

    :raises Forbidden: if the actor may not file titles
    :raises NotFound: if the area was not counted: it has no register
    :raises Invalid: if the paper is not named, or a figure is none
    :raises TitleNotDue: if a rule is not met
    :raises TitleExists: if the area has the title of the year, or one waits
    Source: docs/rural.md (roll-up)
    """
    actor.require(TITLE_FILE)
    bounded_text(loans.paper, "paper", most=MAX_PAPER)
    count = await queries.area_count(session, area_code)
    if count is None:
        raise NotFound(thing_zh="地区统计", thing_en="figures of the area", field="areaCode")
    found = standing(count.level, count, loans)
    if gaps := missing(found):
        raise TitleNotDue(
            missing_zh="；".join(one.zh for one in gaps),
            missing_en="; ".join(one.en for one in gaps),
        )
    await _take_turn(session, area_code)
    there = await session.scalar(
        select(RuralTitle.id).where(
            RuralTitle.area_code == area_code,
            RuralTitle.year == year,
            RuralTitle.state.in_((TitleState.PROPOSED, TitleState.APPROVED)),
        )
    )
    if there is not None:
        raise TitleExists(field="areaCode")
    title = RuralTitle(
        id=new_id(now),
        area_code=area_code,
        level=count.level,
        year=year,
        figures=_figures(found, loans),
        state=TitleState.PROPOSED,
        filed_by=actor.own_staff,
        filed_at=now,
    )
    session.add(title)
    _record(session, title, "filed", now=now)
    await session.flush()
    return title


async def decide_title(
    session: AsyncSession,
    actor: Actor,
    *,
    title_id: UUID,
    granted: bool,
    answer: str,
    now: datetime,
) -> RuralTitle:
    """Give a title that somebody else filed, or not.

    :raises Forbidden: if the actor may not decide on titles
    :raises NotFound: if there is none
    :raises Invalid: if the answer is missing or too long
    :raises TitleNotAt: if it was decided
    :raises SecondRaterNeeded: if the actor filed it
    """
    actor.require(TITLE_DECIDE)
    said = bounded_text(answer, "answer", most=MAX_ANSWER)
    title = await queries.lock_title(session, actor, title_id)
    if title.filed_by == actor.own_staff:
        raise SecondRaterNeeded
    title.decide(granted=granted, answer=said, by=actor.own_staff, now=now)
    _record(session, title, "approved" if granted else "rejected", now=now)
    return title


async def revoke_title(
    session: AsyncSession, actor: Actor, *, title_id: UUID, reason: str, now: datetime
) -> RuralTitle:
    """Take a title back, with the reason; the area may be given it anew.

    :raises Forbidden: if the actor may not decide on titles
    :raises NotFound: if there is none
    :raises Invalid: if the reason is missing or too long
    :raises TitleNotAt: if it is not held
    """
    actor.require(TITLE_DECIDE)
    said = bounded_text(reason, "reason", most=MAX_ANSWER)
    title = await queries.lock_title(session, actor, title_id)
    title.revoke(said, by=actor.own_staff, now=now)
    _record(session, title, "revoked", now=now)
    return title


def _figures(found: tuple[ToDo, ...], loans: LoanFigures) -> dict[str, Any]:
    rules = {
        one.measure.value: {"part": one.share.part, "whole": one.share.whole, "bps": one.bps}
        for one in found
        if one.share is not None
    }
    return {"rules": rules, "paper": loans.paper.strip()}


async def _take_turn(session: AsyncSession, area_code: str) -> None:
    """Let one title of an area be filed at a time."""
    key = func.hashtextextended(f"rural:title:{area_code}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


def _record(session: AsyncSession, title: RuralTitle, step: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"rural.title.{step}",
        now=now,
        object_type="rural_title",
        object_id=title.id,
        detail={"area": title.area_code, "year": title.year},
    )
