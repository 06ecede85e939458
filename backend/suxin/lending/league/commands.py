"""What the operator does about league tables: asking for a correction, and choosing whether banks see each other by name."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, NotFound, Refusal
from suxin.lending.league import queries
from suxin.lending.league.closing import COUNT_TOPIC
from suxin.lending.league.measures import DEFINITION
from suxin.lending.league.models import LeagueTable
from suxin.lending.league.policies import LEAGUE_KEEP
from suxin.lending.league.quarters import Quarter

MAX_REASON: Final = 300
MAX_VERSIONS: Final = 50


class CorrectionWaits(Refusal):
    """A correction of the quarter is being counted already."""

    code = "LEAGUE_CORRECTION_WAITS"
    zh = "该季度的更正正在统计，请稍后查看"
    en = "A correction of this quarter is being counted"


class TooManyVersions(Refusal):
    """The quarter was corrected as often as it may be."""

    code = "LEAGUE_TOO_MANY_VERSIONS"
    zh = "该季度已有 {limit} 个版本，不能再更正"
    en = "The quarter has {limit} versions and takes no more"


async def ask_correction(
    session: AsyncSession, actor: Actor, *, quarter: Quarter, reason: str, now: datetime
) -> LeagueTable:
    """Ask for a new version of a counted quarter, with what is known now; the platform counts it next, and the former version stays.

    :raises Forbidden: if the actor may not keep league tables
    :raises NotFound: if the quarter was never counted
    :raises Invalid: if the reason is empty or too long
    :raises CorrectionWaits: if one is being counted
    :raises TooManyVersions: if it was corrected too often
    """
    actor.require(LEAGUE_KEEP)
    said = reason.strip()
    if not 0 < len(said) <= MAX_REASON:
        raise Invalid(
            field="reason",
            reason_zh=f"请写明更正原因，最多 {MAX_REASON} 字",
            reason_en=f"say why, in at most {MAX_REASON} characters",
        )
    await _take_turn(session, quarter)
    versions = await queries.versions_of(session, quarter)
    if not versions:
        raise NotFound(thing_zh="季度榜", thing_en="league table")
    latest = versions[0]
    if latest.counted_at is None:
        raise CorrectionWaits
    if latest.version >= MAX_VERSIONS:
        raise TooManyVersions(limit=MAX_VERSIONS)
    table = LeagueTable(
        quarter=quarter.first,
        version=latest.version + 1,
        id=new_id(now),
        definition=DEFINITION,
        reason=said,
        asked_by=actor.own_staff,
        asked_at=now,
        counted_until=now,
        worked_on=[],
        named=latest.named,
    )
    session.add(table)
    await session.flush()
    await outbox.post(session, COUNT_TOPIC, {"table_id": table.id}, now=now, wake=True)
    _record(session, "lending.league.correction_asked", table, now=now)
    return table


async def name_banks(
    session: AsyncSession, actor: Actor, *, quarter: Quarter, named: bool, now: datetime
) -> LeagueTable:
    """Let banks see each other's figures of the quarter's latest version by name, or no longer.

    :raises Forbidden: if the actor may not keep league tables
    :raises NotFound: if the quarter was never counted
    """
    actor.require(LEAGUE_KEEP)
    await _take_turn(session, quarter)
    table = await queries.latest_counted(session, quarter)
    if table is None:
        raise NotFound(thing_zh="季度榜", thing_en="league table")
    if table.named is not named:
        table.named = named
        action = "lending.league.named" if named else "lending.league.unnamed"
        _record(session, action, table, now=now)
    return table


async def _take_turn(session: AsyncSession, quarter: Quarter) -> None:
    """Let one change a quarter's versions at a time."""
    key = func.hashtextextended(f"league:{quarter.code}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


def _record(session: AsyncSession, action: str, table: LeagueTable, *, now: datetime) -> None:
    append_act(
        session,
        action=action,
        now=now,
        object_type="league_table",
        object_id=table.id,
        detail={"quarter": Quarter(table.quarter).code, "version": table.version},
    )
