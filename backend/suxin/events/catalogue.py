"""The kinds of events: declared by the contexts that record them, put together by the edges that tell of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

MAX_FIELDS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class EventField:
    """One field of an event's data; ``of`` names the type of thing whose id it holds, where it holds one."""

    zh: str
    en: str
    of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One kind of event: its name ``context.thing.fact``, what is called so, the type of its object, and its data.

    Data are ids, states, times and numbers that name nobody. ``object`` and ``EventField.of`` are the names that the
    interfaces give to types, because an id is only good with the type it is of.
    """

    name: str
    zh: str
    en: str
    object: str
    fields: Mapping[str, EventField] = field(default_factory=dict)


Catalogue = Mapping[str, EventType]


def catalogue_of(*declared: Iterable[EventType]) -> Catalogue:
    """Return the kinds of events by name, sorted; two of one name are a defect found at import."""
    kinds = sorted((kind for part in declared for kind in part), key=lambda kind: kind.name)
    found = {kind.name: kind for kind in kinds}
    if len(found) != len(kinds):
        message = "two kinds of events have the same name"
        raise ValueError(message)
    return found
