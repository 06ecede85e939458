"""Filters: input types that narrow a list, each field declared once against a column that an index serves.

Fields that are given hold together (AND); one that is left out, or null, narrows nothing. Which column a field is about is
its name in the filter's ``__model__``. There is no OR, no NOT and no search in texts: what no index serves would read
every row that the caller may see, on his word.
"""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator
from dataclasses import fields
from datetime import date, datetime
from typing import Any, ClassVar, Final, Generic, TypeVar

import strawberry
from sqlalchemy import ARRAY, ColumnElement, Uuid, and_, any_, bindparam, true
from typing_extensions import override

from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.tables import Table
from suxin_graphql.scalars import Fen

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2199
"""Bounds of a moment in a filter: nothing stored lies beyond them, and PostgreSQL and Python agree within them."""

_ID_ARRAY: Final = ARRAY(Uuid())

# No other parameter of a statement is called so.
_PREFIX: Final = "filter_"

Member = TypeVar("Member")


class MomentUnclear(Refusal):
    """A moment in a filter has no time zone, or lies in no year that a filter can mean."""

    code = "MOMENT_UNCLEAR"
    kind = RefusalKind.INVALID
    zh = "时间须带时区，且在 {first} 至 {last} 年之间，例如 2026-11-20T09:00:00+08:00"
    en = "A moment needs its time zone and a year from {first} to {last}, as 2026-11-20T09:00:00+08:00"


class Operand(ABC):
    """What a filter says of one column: a condition over named parameters, and their values.

    The condition follows from which values are given and not from what they are, so that it is compiled once.
    """

    @abstractmethod
    def condition(self, column: Any, name: str) -> ColumnElement[bool]:  # noqa: ANN401 - a mapped column
        """Return the condition that a row's column is as this says."""

    @abstractmethod
    def values(self, name: str) -> dict[str, Any]:
        """Return the values of the condition's parameters."""


class _Choice(Operand):
    any_of: list[Any]

    @override
    def condition(self, column: Any, name: str) -> ColumnElement[bool]:
        return one_of(column, name)

    @override
    def values(self, name: str) -> dict[str, Any]:
        return {name: self.any_of}


class _Range(Operand):
    gte: Any
    lt: Any

    @override
    def condition(self, column: Any, name: str) -> ColumnElement[bool]:
        bounds: list[ColumnElement[bool]] = []
        if self.gte is not None:
            bounds.append(column >= bindparam(f"{name}_gte", None, column.type))
        if self.lt is not None:
            bounds.append(column < bindparam(f"{name}_lt", None, column.type))
        return and_(true(), *bounds)

    @override
    def values(self, name: str) -> dict[str, Any]:
        ends = {f"{name}_gte": self.gte, f"{name}_lt": self.lt}
        return {end: value for end, value in ends.items() if value is not None}


@strawberry.input(description="其中之一。One of these; an empty list fits nothing.")
class Choice(_Choice, Generic[Member]):
    """One of some members of an enumeration."""

    any_of: list[Member] = strawberry.field(name="in")


@strawberry.input(description="其中之一的代码。One of these codes; an empty list fits nothing.")
class CodeChoice(_Choice):
    """One of some codes."""

    any_of: list[str] = strawberry.field(name="in")


@strawberry.input(
    description="时间范围，含起点不含终点，均须带时区。From gte on and before lt, each with its time zone."
)
class DateTimeRange(_Range):
    """A half-open range of moments."""

    gte: datetime | None = None
    lt: datetime | None = None

    @override
    def values(self, name: str) -> dict[str, Any]:
        """Return the ends that are given.

        :raises MomentUnclear: if one is without a time zone, or too far away
        """
        for moment in (self.gte, self.lt):
            if moment is not None and not _is_clear(moment):
                raise MomentUnclear(field="filter", first=FIRST_YEAR, last=LAST_YEAR)
        return super().values(name)


@strawberry.input(
    description="日期范围，含首日不含末日。From the day gte on and before the day lt."
)
class DateRange(_Range):
    """A half-open range of days."""

    gte: date | None = None
    lt: date | None = None


@strawberry.input(
    description="金额范围（分），含下限不含上限。From gte on and below lt, in whole fen."
)
class FenRange(_Range):
    """A half-open range of amounts, in fen."""

    gte: Fen | None = None
    lt: Fen | None = None


class Filter:
    """The base of a list's filter; every field is optional and holds an ``Operand``."""

    __model__: ClassVar[type[Table]]

    @property
    def form(self) -> Hashable:
        """Which fields are given, and which parts of them: all that the condition follows from."""
        return (type(self), *((name, *operand.values(name)) for name, operand in self._given()))

    @property
    def values(self) -> dict[str, Any]:
        """The values of the condition's parameters.

        :raises MomentUnclear: if a moment in it has no time zone
        """
        return {
            place: value
            for name, operand in self._given()
            for place, value in operand.values(f"{_PREFIX}{name}").items()
        }

    def condition(self) -> ColumnElement[bool]:
        """Return the condition that a row is as every given field says."""
        return and_(
            true(),
            *(
                operand.condition(getattr(self.__model__, name), f"{_PREFIX}{name}")
                for name, operand in self._given()
            ),
        )

    def _given(self) -> Iterator[tuple[str, Operand]]:
        for one in fields(self):  # type: ignore[arg-type] # each is an input type
            operand = getattr(self, one.name)
            if operand is not None:
                yield one.name, operand


def one_of(column: Any, name: str) -> ColumnElement[bool]:  # noqa: ANN401 - SQL expressions
    """Return the condition that a column is one of the values of a parameter: one text of SQL however many there are."""
    kind = _ID_ARRAY if isinstance(column.type, Uuid) else ARRAY(column.type)
    condition: ColumnElement[bool] = column == any_(bindparam(name, None, kind))
    return condition


def _is_clear(moment: datetime) -> bool:
    return moment.tzinfo is not None and FIRST_YEAR <= moment.year <= LAST_YEAR
