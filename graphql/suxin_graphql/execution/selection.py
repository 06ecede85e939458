"""Selections: which fields of an object are asked for, with fragments and conditions worked out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import strawberry
from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionNode
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.nodes import (
    FragmentSpread,
    InlineFragment,
    SelectedField,
    Selection,
    convert_directives,
)

from suxin_graphql.execution.completion import Form
from suxin_graphql.execution.records import Record, interface_names

Selections = Sequence[Selection]


@dataclass(frozen=True, slots=True)
class Selected:
    """What is asked of a value: its selections, and its form in the JSON where the operation is compiled."""

    selections: Selections
    form: Form | None = None


@dataclass
class AskedField(SelectedField):
    """A field with its node, by which its arguments are read anew for each request (``arguments.Arguments``)."""

    node: FieldNode | None = None


@dataclass(slots=True)
class Wanted:
    """One field of the answer: the GraphQL field with its node, and what is asked of its value."""

    name: str
    node: FieldNode
    selections: list[Selection] = field(default_factory=list)


def asked(info: Any, nodes: Iterable[SelectionNode]) -> list[Selection]:  # noqa: ANN401 - whatever has the operation's fragments and variables
    """Return what some nodes ask for: as Strawberry has it, but with each field's node instead of its arguments."""
    found: list[Selection] = []
    for node in nodes:
        directives = convert_directives(info, node.directives)
        if isinstance(node, FieldNode):
            inner = asked(info, node.selection_set.selections) if node.selection_set else []
            alias = node.alias.value if node.alias else None
            found.append(AskedField(node.name.value, directives, {}, inner, alias, node))
        elif isinstance(node, InlineFragmentNode):
            condition = node.type_condition.name.value if node.type_condition else None
            inner = asked(info, node.selection_set.selections)
            found.append(InlineFragment(condition, inner, directives))
        else:
            name = cast("FragmentSpreadNode", node).name.value
            fragment = info.fragments[name]
            inner = asked(info, fragment.selection_set.selections)
            condition = fragment.type_condition.name.value
            found.append(FragmentSpread(name, condition, directives, inner))
    return found


def fields_of(
    selections: Selections, cls: type[Record], schema: strawberry.Schema
) -> dict[str, Wanted]:
    """Return the fields asked of an object of a type, by response key."""
    found: dict[str, Wanted] = {}
    for selected in _flattened(selections, cls, schema):
        key = selected.alias or selected.name
        wanted = found.setdefault(key, Wanted(selected.name, cast("FieldNode", selected.node)))
        wanted.selections.extend(selected.selections)
    return found


def named(fields: Iterable[Wanted], name: str) -> bool:
    """Return whether a field is asked for under any key."""
    return any(wanted.name == name for wanted in fields)


def _flattened(
    selections: Selections, cls: type[Record], schema: strawberry.Schema
) -> Iterable[AskedField]:
    for selection in selections:
        if not _included(selection.directives):
            continue
        if isinstance(selection, AskedField):
            yield selection
        elif isinstance(selection, SelectedField):
            continue
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
