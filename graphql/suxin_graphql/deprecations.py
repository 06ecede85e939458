"""Deprecations: how long what is deprecated is served, as its reason in the schema says.

The reason is a sentence for people with two dates in it, which the report per client and the tests read again.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from graphql import GraphQLNamedType, GraphQLSchema

LEAST_TIME: Final = timedelta(days=365)
"""How long what is deprecated is served at least (proposed default): a year of an integration's own releases."""

_DATES: Final = re.compile(r"Deprecated since (\d{4}-\d\d-\d\d), served until (\d{4}-\d\d-\d\d)")

REASONS: Final[dict[str, str]] = {}
"""Why each deprecated element of the schema is, by its coordinate; filled once the schema is made."""


class Served(NamedTuple):
    """Since when something is deprecated, and the day before which it is not removed."""

    since: date
    until: date


def deprecated(*, since: date, until: date, zh: str, en: str) -> str:
    """Return the reason of a deprecation: its dates, and what to use instead.

    :raises ValueError: if it would be served for less than ``LEAST_TIME``
    """
    if until - since < LEAST_TIME:
        raise ValueError(f"deprecated for less than {LEAST_TIME.days} days")
    return (
        f"{since} 起弃用，至少保留至 {until}：{zh}。"
        f"Deprecated since {since}, served until {until} at least: {en}."
    )


def served(reason: str) -> Served | None:
    """Return the dates in a reason that ``deprecated`` made."""
    found = _DATES.search(reason)
    return Served(*map(date.fromisoformat, found.groups())) if found else None


def reasons_in(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Yield every deprecated element of a schema by its coordinate, with its reason."""
    for kind in schema.type_map.values():
        for name, element in _elements(kind):
            if element.deprecation_reason is not None and not kind.name.startswith("__"):
                yield f"{kind.name}.{name}", element.deprecation_reason


def _elements(kind: GraphQLNamedType) -> Iterator[tuple[str, Any]]:
    """Yield what of a type can be deprecated: its fields, their arguments, its values."""
    yield from getattr(kind, "values", {}).items()
    for name, field in getattr(kind, "fields", {}).items():
        yield name, field
        for argument, one in getattr(field, "args", {}).items():
            yield f"{name}({argument}:)", one
