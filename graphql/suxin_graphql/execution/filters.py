"""Filters: input types that narrow a list, each field declared once against a column that an index serves.

Fields that are given hold together (AND); one that is left out, or null, narrows nothing. Which column a field is about is
its name in the filter's ``__model__``. There is no OR, no NOT and no search in texts: what no index serves would read
every row that the caller may see, on his word.
"""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from typing import Any, ClassVar, Final, Generic, TypeVar

import strawberry
from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, and_, any_, literal, true
from typing_extensions import override

from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.tables import Table
from suxin_graphql.scalars import Fen

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2199
"""Bounds of a moment in a filter: nothing stored lies beyond them, and PostgreSQL and Python agree within them."""

_ID_ARRAY: Final = ARRAY(Uuid())

Member = TypeVar("Member")


class MomentUnclear(Refusal):
    """A moment in a filter has no time zone, or lies in no year that a filter can mean."""

    code = "MOMENT_UNCLEAR"
    kind = RefusalKind.INVALID
    zh = "时间须带时区，且在 {first} 至 {last} 年之间，例如 2026-11-20T09:00:00+08:00"
    en = "A moment needs its time zone and a year from {first} to {last}, as 2026-11-20T09:00:00+08:00"


class Operand:
    """What a filter says of one column."""

    def condition(self, column: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a mapped column
        """Return the condition that a row's column is as this says."""
        raise NotImplementedError


@strawberry.input(description="其中之一。One of these; an empty list fits nothing.")
class Choice(Operand, Generic[Member]):
    """One of some members of an enumeration."""

    any_of: list[Member] = strawberry.field(name="in")

    @override
    def condition(self, column: Any) -> ColumnElement[bool]:
        """Return the condition that the column is one of them."""
        return one_of(column, self.any_of)


@strawberry.input(description="其中之一的代码。One of these codes; an empty list fits nothing.")
class CodeChoice(Operand):
    """One of some codes."""

    any_of: list[str] = strawberry.field(name="in")

    @override
    def condition(self, column: Any) -> ColumnElement[bool]:
        """Return the condition that the column is one of them."""
        return one_of(column, self.any_of)


@strawberry.input(
    description="时间范围，含起点不含终点，均须带时区。From gte on and before lt, each with its time zone."
)
class DateTimeRange(Operand):
    """A half-open range of moments."""

    gte: datetime | None = None
    lt: datetime | None = None

    @override
    def condition(self, column: Any) -> ColumnElement[bool]:
        """Return the condition that the column lies within.

        :raises MomentUnclear: if an end is without a time zone, or too far away
        """
        for moment in (self.gte, self.lt):
            if moment is not None and not _is_clear(moment):
                raise MomentUnclear(field="filter", first=FIRST_YEAR, last=LAST_YEAR)
        return _within(column, self.gte, self.lt)


@strawberry.input(
    description="日期范围，含首日不含末日。From the day gte on and before the day lt."
)
class DateRange(Operand):
    """A half-open range of days."""

    gte: date | None = None
    lt: date | None = None

    @override
    def condition(self, column: Any) -> ColumnElement[bool]:
        """Return the condition that the column lies within."""
        return _within(column, self.gte, self.lt)


@strawberry.input(
    description="金额范围（分），含下限不含上限。From gte on and below lt, in whole fen."
)
class FenRange(Operand):
    """A half-open range of amounts, in fen."""

    gte: Fen | None = None
    lt: Fen | None = None

    @override
    def condition(self, column: Any) -> ColumnElement[bool]:
        """Return the condition that the column lies within."""
        return _within(column, self.gte, self.lt)


class Filter:
    """The base of a list's filter; every field is optional and holds an ``Operand``."""

    __model__: ClassVar[type[Table]]

    def condition(self) -> ColumnElement[bool]:
        """Return the condition that a row is as every given field says."""
        given = ((one.name, getattr(self, one.name)) for one in fields(self))  # type: ignore[arg-type] # each is an input type
        return and_(
            true(),
            *(
                operand.condition(getattr(self.__model__, name))
                for name, operand in given
                if operand is not None
            ),
        )


def narrowed(statement: Select[*tuple[Any, ...]], given: Filter | None) -> Select[*tuple[Any, ...]]:
    """Return a statement narrowed by a filter, or as it is without one.

    :raises MomentUnclear: if a moment in it has no time zone
    """
    return statement if given is None else statement.where(given.condition())


def one_of(column: Any, values: Iterable[Any]) -> ColumnElement[bool]:  # noqa: ANN401 - SQL expressions
    """Return the condition that a column is one of some values: one text of SQL however many there are."""
    kind = _ID_ARRAY if isinstance(column.type, Uuid) else ARRAY(column.type)
    condition: ColumnElement[bool] = column == any_(literal(list(values), kind))
    return condition


def _is_clear(moment: datetime) -> bool:
    return moment.tzinfo is not None and FIRST_YEAR <= moment.year <= LAST_YEAR


def _within(column: Any, first: object, end: object) -> ColumnElement[bool]:  # noqa: ANN401 - a mapped column
    bounds = [] if first is None else [column >= first]
    return and_(true(), *bounds, *([] if end is None else [column < end]))
