"""Which variables decide how an operation is read: it is compiled once for each set of what they decide.

Those in directives decide what is asked for. Those in arguments below the root fields decide whether the rows of a list come
with those of its level, and how many: a page size and an order by their values, a cursor and a filter only by whether
they are given, because such a list is read after its level. The arguments of root fields change no plan.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from graphql import (
    SKIP,
    ArgumentNode,
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    VisitorAction,
    visit,
)
from graphql.execution.values import VariableValues

READ_AFTER: Final = frozenset({"after", "filter"})
"""The arguments with which a list is read after its level, whatever they hold."""


@dataclass(frozen=True, slots=True)
class Decisive:
    """The names of the variables that decide by their values, and of those that decide by being given."""

    values: tuple[str, ...]
    presence: tuple[str, ...]

    def key(self, variables: VariableValues) -> bytes:
        """Return what the variables of a request decide, the same for requests that are read alike."""
        given = variables.coerced
        decided = (
            [given.get(name) for name in self.values],
            [given.get(name) is None for name in self.presence],
        )
        return msgspec.json.encode(decided, enc_hook=str)


class _Names(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.values: set[str] = set()
        self.presence: set[str] = set()

    def enter_argument(self, argument: ArgumentNode, *_: Any) -> VisitorAction:  # noqa: ANN401 - the visitor's own
        if argument.name.value not in READ_AFTER:
            return None
        if isinstance(argument.value, VariableNode):
            self.presence.add(argument.value.name.value)
        return SKIP

    def enter_variable(self, variable: VariableNode, *_: Any) -> None:  # noqa: ANN401 - as above
        self.values.add(variable.name.value)


def decisive_of(
    node: OperationDefinitionNode, fragments: Iterable[FragmentDefinitionNode]
) -> Decisive:
    """Return which variables of an operation decide how it is read."""
    names = _Names()
    for fragment in fragments:
        visit(fragment, names)
    for selection in node.selection_set.selections:
        for directive in selection.directives or ():
            visit(directive, names)
        if isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
            visit(selection.selection_set, names)
    return Decisive(tuple(sorted(names.values)), tuple(sorted(names.presence - names.values)))
