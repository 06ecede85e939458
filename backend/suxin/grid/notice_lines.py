"""The lines of a notice: a number for each claim; the household's only beside a plus, a name only of whoever agreed, nobody beside a minus."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line. ``household`` is its number (户号) and ``name`` a masked name, both none beside a minus; ``member_id`` says whose name it is."""

    line: int
    rule: str
    points: int
    happened_on: date
    household: str | None = None
    name: str | None = None
    member_id: UUID | None = None


def line_of(
    number: int,
    *,
    rule: str,
    points: int,
    happened_on: date,
    household: str,
    member_id: UUID | None,
    names: Mapping[UUID, str],
) -> Line:
    """Return a claim's line; ``names`` are those of members who agreed to be named.

    Source: PIPL art. 25; plan, 治理积分
    """
    if points < 0:
        return Line(line=number, rule=rule, points=points, happened_on=happened_on)
    name = None if member_id is None else names.get(member_id)
    return Line(
        line=number,
        rule=rule,
        points=points,
        happened_on=happened_on,
        household=household,
        name=name,
        member_id=None if name is None else member_id,
    )


def stored(lines: list[Line]) -> list[dict[str, Any]]:
    """Return lines as a notice keeps them."""
    kept: list[dict[str, Any]] = msgspec.to_builtins(lines)
    return kept


def read_lines(kept: object) -> list[Line]:
    """Return the lines that a notice keeps."""
    return msgspec.convert(kept, list[Line])


def without_name(lines: list[Line], member_id: UUID) -> list[Line]:
    """Return lines that name a member no more: he has taken his yes back."""
    return [
        msgspec.structs.replace(one, name=None, member_id=None)
        if one.member_id == member_id
        else one
        for one in lines
    ]
