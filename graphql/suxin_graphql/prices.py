"""Prices: what an operation may cost at the most, worked out from its document before anything is executed.

The formula, in points; one point is about one row that is read:

- a root field of a query: 1, or what it declares (``fields.query``); of a mutation: 10; ``__schema`` and ``__type``: 100
- a scalar or an enumeration, ``pageInfo``, a cursor: 0
- an object: 1, and what is selected of it
- a connection: 1 + ``first`` × (1 + what is selected of its node), nested as deep as it is; ``totalCount``: 10 more
- an object or a page that a query of the core tells (``Told``, ``ToldPage``) with a receipt of its own: 10 instead of the 1
- a list of things by their ids: as many as there are ids
- a list within an object: its bound, ten of its items to a point
- of a type that may be one of several: the dearest of them

Fragments are written out, fields under one response key count once, conditions count as if they held. All of it is worked
out once for a document but the sizes of pages and lists that stand in variables. ``Context.spent`` counts the same
weights while rows are read, so that what was spent is never more than the price.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)

from suxin.kernel.refusals import Refusal, RefusalKind
from suxin_graphql.execution.records import RELATION, WEIGHT, Told, ToldPage
from suxin_graphql.execution.weights import COUNTED, INTROSPECTED, MUTATION, ROOT, TOLD
from suxin_graphql.limits import INTROSPECTION, MAX_LIST
from suxin_graphql.paging import MAX_PAGE

MAX_COST: Final = 2_500
"""What one operation may cost at the most, in points (proposed default)."""

LEAST: Final = 1
"""What is taken for every request, also for one that is refused before it is executed."""

CHARACTERS_A_POINT: Final = 100
"""Reading a document that this process does not remember costs a point for so many of its characters."""

_FIRST, _IDS = "first", "ids"


class OperationTooDear(Refusal):
    """The operation may cost more than any one operation may."""

    code = "OPERATION_TOO_DEAR"
    kind = RefusalKind.LIMITED
    zh = "该操作的查询成本为 {cost} 点，单次操作最多 {limit} 点；请减小分页或减少嵌套"
    en = "The operation may cost {cost} points; one may cost at most {limit}: ask for smaller pages, or nest less"


@dataclass(frozen=True, slots=True)
class Sized:
    """How often something is counted: as a variable says, a page size or the length of a list."""

    variable: str
    otherwise: int

    def of(self, variables: Mapping[str, Any]) -> int:
        """Return the number; what is not one that is served counts as the most, and is refused elsewhere."""
        value = variables.get(self.variable, self.otherwise)
        if type(value) is int and 0 <= value <= MAX_PAGE:
            return value
        return min(len(value), MAX_LIST) if type(value) is list else MAX_PAGE


@dataclass(frozen=True, slots=True)
class Price:
    """A sum: what is fixed, what is counted as often as a variable says, and the dearest of several."""

    fixed: int = 0
    repeated: "tuple[tuple[Sized | int, Price], ...]" = ()
    one_of: "tuple[tuple[Price, ...], ...]" = ()

    @property
    def is_fixed(self) -> bool:
        """Whether no variable changes it."""
        return not self.repeated and not self.one_of

    def of(self, variables: Mapping[str, Any]) -> int:
        """Return the price under the values of the variables, in points."""
        total = self.fixed
        for times, inner in self.repeated:
            number = times if type(times) is int else cast("Sized", times).of(variables)
            total += number * (inner.fixed if inner.is_fixed else inner.of(variables))
        for several in self.one_of:
            total += max(one.of(variables) for one in several)
        return total


def price_of(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> Price:
    """Return the price of an operation of a valid document that is within the limits."""
    return _Prices(schema, document, operation).price


class _Prices:
    """Works out the price of one operation."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self._schema = schema
        self._fragments = {
            one.name.value: one
            for one in document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }
        self._defaults = {
            one.variable.name.value: one.default_value
            for one in operation.variable_definitions or ()
            if one.default_value is not None
        }
        root = schema.get_root_type(operation.operation)
        self._root_weight = MUTATION if operation.operation is OperationType.MUTATION else ROOT
        fields = {} if root is None else self._fields(root, [operation.selection_set])
        self.price = _sum(self._root(root, nodes) for nodes in fields.values() if root is not None)

    def _root(self, root: GraphQLObjectType, nodes: list[FieldNode]) -> Price:
        name = nodes[0].name.value
        if name in INTROSPECTION:
            return Price(INTROSPECTED)
        if name not in root.fields:
            return Price()
        field = root.fields[name]
        own = Price(_declared(field).get(WEIGHT, self._root_weight))
        if _FIRST in field.args:
            return _sum([own, self._page(field, nodes)])
        inner = self._selected(field, nodes)
        if not is_composite_type(get_named_type(field.type)):
            return own
        one = _sum([Price(1), inner])
        return _sum([own, _times(self._size(nodes[0], _IDS), one) if _is_list(field) else one])

    def _field(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Price:
        field = kind.fields.get(nodes[0].name.value)
        if field is None or not is_composite_type(get_named_type(field.type)):
            return Price()
        declared = _declared(field)
        relation, listed = declared.get(RELATION), declared.get(WEIGHT, 0)
        told = isinstance(relation, Told | ToldPage)
        own = Price(TOLD if told else listed if relation is None else 1)
        return _sum(
            [
                own,
                self._page(field, nodes) if _FIRST in field.args else self._selected(field, nodes),
            ]
        )

    def _page(self, field: GraphQLField, nodes: list[FieldNode]) -> Price:
        """Return the price of a page without its own point."""
        kind = cast("GraphQLObjectType", get_named_type(field.type))
        counted, rows = 0, [Price(1)]
        for inner in self._fields(kind, _sets(nodes)).values():
            name = inner[0].name.value
            counted = COUNTED if name == "totalCount" else counted
            if name == "edges":
                edge = cast("GraphQLObjectType", get_named_type(kind.fields[name].type))
                rows += [
                    self._selected(edge.fields["node"], one)
                    for one in self._fields(edge, _sets(inner)).values()
                    if one[0].name.value == "node"
                ]
        return _sum([Price(counted), _times(self._size(nodes[0], _FIRST), _sum(rows))])

    def _selected(self, field: GraphQLField, nodes: list[FieldNode]) -> Price:
        """Return the price of what is selected of one object."""
        kind, sets = get_named_type(field.type), _sets(nodes)
        if isinstance(kind, GraphQLObjectType):
            return self._of_object(kind, sets)
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            members = self._schema.get_possible_types(kind)
            return _dearest([self._of_object(member, sets) for member in members])
        return Price()

    def _of_object(self, kind: GraphQLObjectType, sets: list[SelectionSetNode]) -> Price:
        return _sum(self._field(kind, nodes) for nodes in self._fields(kind, sets).values())

    def _size(self, node: FieldNode, argument: str) -> Sized | int:
        for given in node.arguments or ():
            if given.name.value != argument:
                continue
            if isinstance(given.value, VariableNode):
                name = given.value.name.value
                return Sized(name, _number(self._defaults.get(name)))
            return _number(given.value)
        return MAX_PAGE

    def _fields(
        self, kind: GraphQLObjectType, sets: list[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """Return the fields that may be asked of an object of this type, by response key."""
        found: dict[str, list[FieldNode]] = {}
        for selections in sets:
            self._collect(kind, selections, found)
        return found

    def _collect(
        self,
        kind: GraphQLObjectType,
        selections: SelectionSetNode,
        found: dict[str, list[FieldNode]],
    ) -> None:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                found.setdefault((node.alias or node.name).value, []).append(node)
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
        named = self._schema.get_type(condition)
        if isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
            return self._schema.is_sub_type(named, kind)
        return named is kind


def _declared(field: GraphQLField) -> Mapping[str, Any]:
    """Return what Strawberry's field says of itself."""
    found = field.extensions.get("strawberry-definition")
    return getattr(found, "metadata", {})


def _is_list(field: GraphQLField) -> bool:
    kind = field.type
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)


def _sets(nodes: Iterable[FieldNode]) -> list[SelectionSetNode]:
    return [node.selection_set for node in nodes if node.selection_set is not None]


def _number(value: ValueNode | None) -> int:
    """Return the size that stands in the document, where it is one."""
    if isinstance(value, IntValueNode):
        return min(max(int(value.value), 0), MAX_PAGE)
    return len(value.values) if isinstance(value, ListValueNode) else MAX_PAGE


def _times(number: Sized | int, inner: Price) -> Price:
    if type(number) is int and inner.is_fixed:
        return Price(number * inner.fixed)
    return Price(0, ((number, inner),))


def _dearest(several: list[Price]) -> Price:
    if all(one.is_fixed for one in several):
        return Price(max((one.fixed for one in several), default=0))
    return Price(0, (), (tuple(several),))


def _sum(parts: Iterable[Price]) -> Price:
    fixed = 0
    repeated: list[tuple[Sized | int, Price]] = []
    one_of: list[tuple[Price, ...]] = []
    for part in parts:
        fixed += part.fixed
        repeated += part.repeated
        one_of += part.one_of
    return Price(fixed, tuple(repeated), tuple(one_of))
