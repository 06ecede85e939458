"""Statements: what is read, told by the query of the core that makes it, and compiled once for whoever asks it again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any, Final, Self

from sqlalchemy import DateTime, Select, bindparam

from suxin.kernel.actor import Actor
from suxin.kernel.single_steps import SingleStep
from suxin_graphql.execution.filters import Filter

NOW: Final = bindparam("now", None, DateTime(timezone=True))
"""The time of the request, in a statement that depends on it."""

COMPILED: Final = 2_048
"""How many statements are remembered in compiled form, each with the values that its maker was given."""


class Statement:
    """A SELECT, told by the query that makes it and what that is given.

    The same query makes the same text and the same values of what is the same, and nothing else enters: not the time,
    and not the request. So it need not be made, let alone compiled, to be sent again.
    """

    __slots__ = ("_given", "_make", "_named", "_where")

    def __init__(
        self,
        make: Callable[..., Select[*tuple[Any, ...]]],
        *given: Hashable,
        **named: Hashable,
    ) -> None:
        self._make = make
        self._given = given
        self._named = named
        self._where: Filter | None = None

    def where(self, given: Filter | None) -> Self:
        """Narrow the statement by a filter, where there is one."""
        self._where = given
        return self

    def is_of(self, make: Callable[..., Select[Any]]) -> bool:
        """Tell whether it is made by this query, and perhaps narrowed."""
        return self._make is make

    @property
    def key(self) -> Hashable:
        """What tells this statement from every other."""
        form = None if self._where is None else self._where.form
        return (self._make, *map(_lasting, self._given), *self._named.items(), form)

    @property
    def values(self) -> dict[str, Any]:
        """The values of its filter.

        :raises MomentUnclear: if a moment in it has no time zone
        """
        return {} if self._where is None else self._where.values

    def select(self) -> Select[*tuple[Any, ...]]:
        """Return the SELECT."""
        made = self._make(*self._given, **self._named)
        return made if self._where is None else made.where(self._where.condition())


class CompiledStatements:
    """Statements in compiled form; the one that was not asked for longest gives way."""

    def __init__(self, most: int = COMPILED) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, SingleStep] = OrderedDict()

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._kept)

    def of(self, key: Hashable, make: Callable[[], Select[*tuple[Any, ...]]]) -> SingleStep:
        """Return the compiled form of a statement that is told by its key."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = SingleStep(make())
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found


def _lasting(value: Hashable) -> Hashable:
    """Return what of a value outlives its request."""
    return replace(value, request_id="") if isinstance(value, Actor) else value
