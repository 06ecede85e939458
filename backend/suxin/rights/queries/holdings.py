"""Download my data (PIPL art. 45): everything held about the acting subject, portion by portion.

One answer holds at most ``ROWS_A_PORTION`` rows of each portion, the latest first; the rest is read on from the place
that the portion names. Each download is an act on record.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Tuple, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import before_answer
from suxin.kernel.doorways import doorway
from suxin.kernel.holdings import Portion, Rows
from suxin.kernel.refusals import Invalid
from suxin.kernel.sealing import Sealer
from suxin.rights.portions import portions_of

FORMAT: Final = "suxin.my-data/1"
"""What a download's JSON is called; another shape has another number."""

ROWS_A_PORTION: Final = 500
"""How many rows of each portion one download holds: ten thousand in all, a few megabytes."""


@dataclass(frozen=True, slots=True)
class Told:
    """Rows of one portion: how many there are in all, and the place after the last of these where there are more."""

    portion: Portion
    count: int
    rows: list[dict[str, object]]
    next_place: list[Any] | None


async def count(session: AsyncSession, actor: Actor, portion: Portion) -> int:
    """Return how many rows of a portion are held about the acting subject."""
    held = portion.rows(actor.own_subject).order_by(None).subquery()
    async with _reach(session, portion):
        return await session.scalar(select(func.count()).select_from(held)) or 0


async def told(
    session: AsyncSession,
    actor: Actor,
    portion: Portion,
    sealer: Sealer,
    *,
    limit: int = ROWS_A_PORTION,
    after: Sequence[Any] | None = None,
) -> Told:
    """Return at most ``limit`` rows of a portion, the latest first, from a place on.

    :raises Invalid: if the place is none of this portion
    """
    statement = _ordered(portion.rows(actor.own_subject), portion)
    if after is not None:
        statement = statement.where(_later(portion, after))
    async with _reach(session, portion):
        rows = (await session.execute(statement.limit(limit + 1))).all()
    shown, more = rows[:limit], len(rows) > limit
    return Told(
        portion,
        await count(session, actor, portion),
        [portion.shown(row, sealer) for row in shown],
        [_plain(getattr(shown[-1][0], column.key)) for column in portion.by] if more else None,
    )


async def download(session: AsyncSession, actor: Actor, sealer: Sealer) -> list[Told]:
    """Return everything held about the acting subject, and put on record that he fetched it.

    :raises Forbidden: if the actor acts for no subject
    Source: PIPL art. 45
    """
    subject_id, now = actor.own_subject, session.info["now"]

    async def on_record(writing: AsyncSession) -> None:
        append_act(writing, action="rights.data.downloaded", now=now, subject_id=subject_id)

    before_answer(session, on_record)
    return [await told(session, actor, portion, sealer) for portion in portions_of(actor)]


@asynccontextmanager
async def _reach(session: AsyncSession, portion: Portion) -> AsyncIterator[None]:
    if not portion.through_doorway:
        yield
        return
    async with doorway(session):
        yield


def _ordered(rows: Rows, portion: Portion) -> Rows:
    return rows.order_by(None).order_by(*(column.desc() for column in portion.by))


def _later(portion: Portion, after: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a row comes after the place, in the order of the portion."""
    try:
        place = [
            column.type.python_type(value) for column, value in zip(portion.by, after, strict=True)
        ]
    except (TypeError, ValueError, AttributeError):
        raise Invalid(
            field="after",
            reason_zh="翻页位置无效，请从第一页开始",
            reason_en="not a cursor of this list",
        ) from None
    columns: Tuple = tuple_(*portion.by)
    return columns < tuple_(*place)


def _plain(value: object) -> object:
    return value if isinstance(value, int) else str(value)
