"""Usage: what of the schema's deprecated elements a document uses, and how often each client sent it.

What a document names is found once, when it is prepared; one that names nothing deprecated costs nothing afterwards. What
variables hold is looked at only where their types have something deprecated in them. Counts stay in this process until
the server writes them down, so that no request waits for a report.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_input_type,
    type_from_ast,
    visit,
)

from suxin.consent.oauth.deprecated_uses import Use
from suxin.consent.oauth.queries import client_key
from suxin.kernel.actor import Actor
from suxin.kernel.working_days import local_day

MAX_NOTED: Final = 10_000
"""How many different uses are held between two writings; what is new beyond that is not counted."""

NOTED: Final[Counter[Use]] = Counter()
"""What this process has seen since it was last written down."""


@dataclass(frozen=True, slots=True)
class Deprecated:
    """What of a document is deprecated: the elements that it names, and the variables in which more may come."""

    coordinates: frozenset[str]
    watched: Mapping[str, GraphQLInputType]

    def used(self, variables: Mapping[str, Any]) -> frozenset[str]:
        """Return the coordinates of every deprecated element that a request uses."""
        found = set(self.coordinates)
        for name, kind in self.watched.items():
            found.update(_in_value(kind, variables.get(name)))
        return frozenset(found)


NOTHING: Final = Deprecated(frozenset(), {})


def deprecated_in(schema: GraphQLSchema, document: DocumentNode) -> Deprecated:
    """Return what of a valid document is deprecated."""
    named = _Named(TypeInfo(schema))
    visit(document, TypeInfoVisitor(named.info, named))
    if not named.coordinates and not named.watched:
        return NOTHING
    return Deprecated(frozenset(named.coordinates), named.watched)


def note(
    deprecated: Deprecated, variables: Mapping[str, Any] | None, actor: Actor, *, now: datetime
) -> None:
    """Count a request of an organisation's client for the day it came on; a desk's own pages are no client of theirs."""
    client_id = None if actor.client_id is None else client_key(actor.client_id)
    if client_id is None or actor.tenant_id is None:
        return
    for coordinate in deprecated.used(variables or {}):
        use = Use(actor.tenant_id, client_id, coordinate, local_day(now))
        if use in NOTED or len(NOTED) < MAX_NOTED:
            NOTED[use] += 1


class _Named(Visitor):
    """Finds the deprecated elements that a document names, and its variables that may hold others."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.coordinates: set[str] = set()
        self.watched: dict[str, GraphQLInputType] = {}

    def enter_field(self, *_: Any) -> None:  # noqa: ANN401 - the visitor's signature
        field, parent = self.info.get_field_def(), self.info.get_parent_type()
        if field is not None and field.deprecation_reason is not None and parent is not None:
            self.coordinates.add(f"{parent.name}.{self._field_name()}")

    def enter_argument(self, *_: Any) -> None:  # noqa: ANN401 - see above
        argument, parent = self.info.get_argument(), self.info.get_parent_type()
        if argument is not None and argument.deprecation_reason is not None and parent is not None:
            named = next(name for name, one in self._arguments().items() if one is argument)
            self.coordinates.add(f"{parent.name}.{self._field_name()}({named}:)")

    def enter_object_field(self, node: Any, *_: Any) -> None:  # noqa: ANN401 - see above
        parent = get_named_type(self.info.get_parent_input_type())
        if isinstance(parent, GraphQLInputObjectType):
            self.coordinates.update(_of_field(parent, node.name.value))

    def enter_enum_value(self, node: Any, *_: Any) -> None:  # noqa: ANN401 - see above
        kind = get_named_type(self.info.get_input_type())
        if isinstance(kind, GraphQLEnumType):
            self.coordinates.update(_of_value(kind, node.value))

    def enter_variable_definition(self, node: Any, *_: Any) -> None:  # noqa: ANN401 - see above
        kind = type_from_ast(self.info._schema, node.type)  # noqa: SLF001 - what it was made with
        if is_input_type(kind) and _holds_deprecated(kind, frozenset()):
            self.watched[node.variable.name.value] = kind

    def _arguments(self) -> Mapping[str, Any]:
        field = self.info.get_field_def()
        return {} if field is None else field.args

    def _field_name(self) -> str:
        field, parent = self.info.get_field_def(), self.info.get_parent_type()
        fields: Mapping[str, Any] = getattr(parent, "fields", {})
        return next(name for name, one in fields.items() if one is field)


def _holds_deprecated(kind: GraphQLInputType, seen: frozenset[str]) -> bool:
    named = get_named_type(kind)
    if isinstance(named, GraphQLEnumType):
        return any(one.deprecation_reason is not None for one in named.values.values())
    if not isinstance(named, GraphQLInputObjectType) or named.name in seen:
        return False
    return any(
        field.deprecation_reason is not None or _holds_deprecated(field.type, seen | {named.name})
        for field in named.fields.values()
    )


def _in_value(kind: GraphQLInputType, value: Any) -> Iterator[str]:  # noqa: ANN401 - as the caller sent it
    bare = get_nullable_type(kind)
    if isinstance(bare, GraphQLList):
        # A value by itself stands for a list of it (GraphQL §3.11).
        for one in value if isinstance(value, list) else [value]:
            yield from _in_value(bare.of_type, one)
    elif isinstance(bare, GraphQLEnumType):
        yield from _of_value(bare, value)
    elif isinstance(bare, GraphQLInputObjectType) and isinstance(value, dict):
        for name, inner in value.items():
            yield from _of_field(bare, name)
            if name in bare.fields:
                yield from _in_value(bare.fields[name].type, inner)


def _of_value(kind: GraphQLEnumType, value: object) -> Iterator[str]:
    member = kind.values.get(value) if isinstance(value, str) else None
    if member is not None and member.deprecation_reason is not None:
        yield f"{kind.name}.{value}"


def _of_field(kind: GraphQLInputObjectType, name: str) -> Iterator[str]:
    field = kind.fields.get(name)
    if field is not None and field.deprecation_reason is not None:
        yield f"{kind.name}.{name}"
