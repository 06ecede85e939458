"""Selections: which fields of an object are asked for, with fragments and conditions worked out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import strawberry
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.nodes import FragmentSpread, InlineFragment, SelectedField, Selection

from suxin_graphql.execution.completion import Form
from suxin_graphql.execution.records import Record, interface_names

Selections = Sequence[Selection]


@dataclass(frozen=True, slots=True)
class Selected:
    """What is asked of a value: its selections, and its form in the JSON where the operation is compiled."""

    selections: Selections
    form: Form | None = None


@dataclass(slots=True)
class Wanted:
    """One field of the answer: the GraphQL field, its arguments, and what is asked of its value."""

    name: str
    arguments: dict[str, Any]
    selections: list[Selection] = field(default_factory=list)


def fields_of(
    selections: Selections, cls: type[Record], schema: strawberry.Schema
) -> dict[str, Wanted]:
    """Return the fields asked of an object of a type, by response key."""
    found: dict[str, Wanted] = {}
    for selected in _flattened(selections, cls, schema):
        key = selected.alias or selected.name
        wanted = found.setdefault(key, Wanted(selected.name, selected.arguments))
        wanted.selections.extend(selected.selections)
    return found


def named(fields: Iterable[Wanted], name: str) -> bool:
    """Return whether a field is asked for under any key."""
    return any(wanted.name == name for wanted in fields)


def _flattened(
    selections: Selections, cls: type[Record], schema: strawberry.Schema
) -> Iterable[SelectedField]:
    for selection in selections:
        if not _included(selection.directives):
            continue
        if isinstance(selection, SelectedField):
            yield selection
        elif _applies(selection, cls, schema):
            yield from _flattened(selection.selections, cls, schema)


def _applies(
    fragment: FragmentSpread | InlineFragment, cls: type[Record], schema: strawberry.Schema
) -> bool:
    """Return whether a fragment speaks about this type; one on a union always does, as far as validation let it in."""
    condition = fragment.type_condition
    if not condition or condition in interface_names(cls):
        return True
    named = schema.get_type_by_name(condition)
    if not isinstance(named, StrawberryObjectDefinition):
        return True
    # A page of referrals is a type of its own in the schema, and one class here with every other page.
    return (named.concrete_of or named).origin is cls


def _included(directives: dict[str, Any]) -> bool:
    skip, include = directives.get("skip", {}), directives.get("include", {})
    return not skip.get("if", False) and bool(include.get("if", True))
