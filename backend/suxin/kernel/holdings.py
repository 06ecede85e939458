"""Holdings: what the platform holds about a subject, declared by each context as portions (PIPL art. 45, 47).

A portion says which tables it tells of, how their rows read to the person they are about, what of it may be erased when he
asks, and why the rest must be kept. The assembly of all portions is above the contexts (``suxin.rights``).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from suxin.kernel.actor import Actor
from suxin.kernel.sealing import Sealer

Rows = Select[*tuple[Any, ...]]
Value = Callable[[Any, Sealer], object]
"""Reads one field out of a fetched row."""

Erase = Callable[..., Awaitable[int]]
"""``erase(session, actor, *, now)``: erases what may go of the acting subject's portion; returns how many rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Why something is kept although its subject asked for its deletion: the ground with its article, and until when."""

    why_zh: str
    why_en: str
    law_zh: str
    until_zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """One kind of thing that is held about a subject.

    ``fields`` maps the attributes shown to their Chinese names; an attribute is read off the row's first entity unless
    ``values`` says how. ``by`` are the columns of ids that order the rows, the latest first. ``of_person`` says that it
    is about a natural person alone, and never about a firm he acts for. ``through_doorway`` names a table that
    has no row policy, so that ``rows`` must hold the filter. Without ``erase`` nothing of it goes at the subject's wish; without
    ``kept`` everything does.
    """

    code: str
    zh: str
    en: str
    tables: tuple[str, ...]
    fields: Mapping[str, str]
    rows: Callable[[UUID], Rows]
    by: tuple[InstrumentedAttribute[Any], ...]
    values: Mapping[str, Value] = field(default_factory=dict)
    of_person: bool = False
    through_doorway: bool = False
    erase: Erase | None = None
    kept: Kept | None = None

    def shown(self, row: Any, sealer: Sealer) -> dict[str, object]:  # noqa: ANN401 - a fetched row of any statement
        """Return a row as its subject reads it, by the names its JSON has."""
        return {
            in_json(name): (
                self.values[name](row, sealer) if name in self.values else getattr(row[0], name)
            )
            for name in self.fields
        }

    @property
    def names(self) -> dict[str, str]:
        """The Chinese names of the fields, by the names their JSON has."""
        return {in_json(name): zh for name, zh in self.fields.items()}

    async def erase_for(self, session: AsyncSession, actor: Actor, *, now: datetime) -> int:
        """Erase what may go of the acting subject's portion; return how many rows."""
        return 0 if self.erase is None else await self.erase(session, actor, now=now)


def in_json(name: str) -> str:
    """Return an attribute's name as JSON writes it: ``occurred_on`` is ``occurredOn``."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
