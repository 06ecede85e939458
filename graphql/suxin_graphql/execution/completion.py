"""Completion: functions, made once for a selection, that turn an answered value into what its JSON holds.

They know values that are as their types say. Anything else (a null where none may be, a refusal among the values, a number
that does not fit) raises ``NotPlain``, and the operation is executed by graphql-core, whose errors are then the answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import strawberry
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLID,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionSetNode,
)
from graphql.execution.values import VariableValues, get_directive_values
from graphql.type import GraphQLBoolean, GraphQLIncludeDirective, GraphQLSkipDirective
from strawberry.types.base import get_object_definition

from suxin_graphql.execution.records import is_read

Complete = Callable[[Any], Any]
TYPENAME: Final = "__typename"
_TEXTS: Final = (GraphQLString, GraphQLID)
MIN_INT: Final = -(2**31)
MAX_INT: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Form:
    """The form a field's value has in the JSON: its type in the schema, and what is asked of it."""

    completions: "Completions"
    type: GraphQLOutputType
    nodes: list[FieldNode]

    @property
    def complete(self) -> Complete:
        """What turns an answered value into this form."""
        return self.completions.of(self.type, self.nodes)

    def fields(self, kind: GraphQLObjectType) -> dict[str, "Form"]:
        """Return the forms of the fields asked of an object of this very type, by response key."""
        selections = [node.selection_set for node in self.nodes if node.selection_set is not None]
        return {
            key: Form(self.completions, _type_of(kind, nodes[0].name.value), nodes)
            for key, nodes in self.completions.fields_of(kind, selections).items()
        }

    @property
    def name(self) -> str:
        """The field's name."""
        return self.nodes[0].name.value


def _type_of(kind: GraphQLObjectType, name: str) -> GraphQLOutputType:
    return GraphQLNonNull(GraphQLString) if name == TYPENAME else kind.fields[name].type


class NotPlain(Exception):
    """A value is not what these functions know."""


class NotCompiled(Exception):
    """The operation asks for what these functions are not made for."""


class Completions:
    """Makes the functions of one operation, under the values of its variables."""

    def __init__(
        self,
        schema: strawberry.Schema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: VariableValues,
    ) -> None:
        self._schema = schema
        self._graphql: GraphQLSchema = schema._schema  # noqa: SLF001 - Strawberry gives no other way to it
        self._fragments = fragments
        self._variables = variables

    def fields_of(
        self, kind: GraphQLObjectType, selections: list[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """Return the fields asked of an object of this very type, by response key (GraphQL §6.3.2)."""
        found: dict[str, list[FieldNode]] = {}
        for selection in selections:
            self._collect(kind, selection, found)
        return found

    def of(self, kind: GraphQLOutputType, nodes: list[FieldNode]) -> Complete:
        """Return what completes a value of a type, asked for by these fields.

        :raises NotCompiled: if the selection holds what is not known here
        """
        if isinstance(kind, GraphQLNonNull):
            return self._present(kind.of_type, nodes)
        inner = self._present(kind, nodes)
        return lambda value: None if value is None else inner(value)

    def _present(self, kind: Any, nodes: list[FieldNode]) -> Complete:  # noqa: ANN401 - any nullable type
        """Return what completes a value that is there."""
        if isinstance(kind, GraphQLList):
            return _each(self.of(kind.of_type, nodes))
        if isinstance(kind, GraphQLScalarType):
            return _scalar(kind)
        if isinstance(kind, GraphQLEnumType):
            return _enumeration(kind)
        selections = [node.selection_set for node in nodes if node.selection_set is not None]
        if isinstance(kind, GraphQLObjectType):
            return self._object(kind, selections)
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            return self._one_of(selections)
        raise NotCompiled

    def _one_of(self, selections: list[SelectionSetNode]) -> Complete:
        """Return what completes an object of whichever type it turns out to be of."""
        known: dict[type, Complete] = {}

        def complete(value: Any) -> Any:  # noqa: ANN401 - an object of the schema
            if value.__class__ is dict:
                return value
            of_type = known.get(type(value))
            if of_type is None:
                definition = get_object_definition(type(value))
                kind = None if definition is None else self._graphql.get_type(definition.name)
                if not isinstance(kind, GraphQLObjectType):
                    raise NotPlain
                of_type = known[type(value)] = self._object(kind, selections)
            return of_type(value)

        return complete

    def _object(self, kind: GraphQLObjectType, selections: list[SelectionSetNode]) -> Complete:
        steps = [
            (key, *self._step(kind, key, nodes))
            for key, nodes in self.fields_of(kind, selections).items()
        ]

        def complete(value: Any) -> dict[str, Any]:  # noqa: ANN401 - an object of the schema
            if value.__class__ is dict:
                # It was written as such when its row was read.
                return cast("dict[str, Any]", value)
            if isinstance(value, Exception) or value is None:
                raise NotPlain
            return {key: step(get(value)) for key, get, step in steps}

        return complete

    def _step(
        self, kind: GraphQLObjectType, key: str, nodes: list[FieldNode]
    ) -> tuple[Callable[[Any], Any], Complete]:
        """Return how a field's value is found in its object, and what completes it."""
        name = nodes[0].name.value
        if name == TYPENAME:
            return lambda _: kind.name, lambda value: value
        field = self._schema.get_field_for_type(name, kind.name)
        if field is None:
            raise NotCompiled
        complete = self.of(kind.fields[name].type, nodes)
        if is_read(field):
            return _read_under(key), complete
        if field.base_resolver is not None or field.extensions:
            raise NotCompiled
        return _attribute(field.python_name), complete

    def _collect(
        self,
        kind: GraphQLObjectType,
        selection: SelectionSetNode,
        found: dict[str, list[FieldNode]],
    ) -> None:
        for node in selection.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                found.setdefault(key, []).append(node)
                continue
            fragment: FragmentDefinitionNode | InlineFragmentNode
            if isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
            else:
                fragment = cast("InlineFragmentNode", node)
            condition = fragment.type_condition
            if condition is None or self._applies(condition.name.value, kind):
                self._collect(kind, fragment.selection_set, found)

    def _applies(self, condition: str, kind: GraphQLObjectType) -> bool:
        named = self._graphql.get_type(condition)
        if isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
            return self._graphql.is_sub_type(named, kind)
        return named is kind

    def _included(self, node: Any) -> bool:  # noqa: ANN401 - any selection
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self._variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self._variables)
        return not (skip and skip["if"]) and not (include and not include["if"])


def _attribute(name: str) -> Callable[[Any], Any]:
    def get(value: Any) -> Any:  # noqa: ANN401 - of any field
        try:
            return getattr(value, name)
        except AttributeError:
            raise NotPlain from None

    return get


def _read_under(key: str) -> Callable[[Any], Any]:
    def get(value: Any) -> Any:  # noqa: ANN401 - of any field
        found = value.read[key]
        if isinstance(found, Exception):
            raise NotPlain
        return found

    return get


def _each(inner: Complete) -> Complete:
    def complete(value: Any) -> list[Any]:  # noqa: ANN401 - a list of anything
        if not isinstance(value, list | tuple):
            raise NotPlain
        return [inner(one) for one in value]

    return complete


def _scalar(kind: GraphQLScalarType) -> Complete:
    serialize = kind.serialize

    def complete(value: Any) -> Any:  # noqa: ANN401 - of any scalar
        # What is as its type says stays as it is; the rest is the type's own matter.
        if value.__class__ is str and kind in _TEXTS:
            return value
        if value.__class__ is bool and kind is GraphQLBoolean:
            return value
        if value.__class__ is int and kind is GraphQLInt and MIN_INT <= value <= MAX_INT:
            return value
        if value is None:
            raise NotPlain
        try:
            return serialize(value)
        except (GraphQLError, TypeError, ValueError, AttributeError):
            raise NotPlain from None

    return complete


def _enumeration(kind: GraphQLEnumType) -> Complete:
    known: dict[Any, str] = {}

    def complete(value: Any) -> str:  # noqa: ANN401 - a member, or its value
        found = known.get(value)
        if found is None:
            try:
                found = known[value] = kind.serialize(value)
            except (GraphQLError, TypeError):
                raise NotPlain from None
        return found

    return complete
