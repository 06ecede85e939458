"""Compiled operations: what a query asks for is worked out once, and then only read and written down.

The gate of each root field, its resolver and the executor are those that graphql-core would come to; left out is the walk
through every field of every row. Only an answer without errors comes from here. Everything else (a refusal, a null where
none may be, a mutation, introspection) is executed by graphql-core, as if nothing had been tried: what the trial had read
is forgotten with its snapshot, and no receipt of it is written.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

import msgspec
import strawberry
import structlog
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableDefinitionNode,
    get_variable_values,
)
from graphql.execution.values import VariableValues
from strawberry.types.field import StrawberryField

from suxin.kernel.refusals import Refusal
from suxin_graphql.context import Context
from suxin_graphql.execution.arguments import Arguments
from suxin_graphql.execution.completion import (
    TYPENAME,
    Complete,
    Completions,
    Form,
    NotCompiled,
    NotPlain,
)
from suxin_graphql.execution.decisive import decisive_of
from suxin_graphql.execution.executor import Executor
from suxin_graphql.execution.forgetting import FORGETTING
from suxin_graphql.execution.plans import Planner
from suxin_graphql.execution.readings import Reading
from suxin_graphql.execution.records import Record
from suxin_graphql.execution.selection import Selected, asked
from suxin_graphql.execution.statements import CompiledStatements
from suxin_graphql.execution.tally import COMPILED, FELL_BACK, QUERIES
from suxin_graphql.execution.written_pages import is_read_at_once

log = structlog.get_logger("suxin.graphql")

Gate = Callable[[StrawberryField, Context], None]
"""Refuses whoever may not use a root field."""

STATEMENTS: Final = CompiledStatements()
"""The statements of all compiled operations."""

MOST_FORMS: Final = 512
"""How many compiled forms of all operations are remembered: of each one for each set of the values that decide what is read."""

MOST_ASKED: Final = 8
"""For how many sets of variables one operation remembers what they ask for."""

REMEMBERED_BYTES: Final = 512
"""How long the variables of a request may be, as JSON, for what they ask to be remembered."""


@dataclass(frozen=True, slots=True)
class Root:
    """One root field of an operation."""

    key: str
    field: StrawberryField
    definition: GraphQLField
    node: FieldNode
    selected: Selected
    complete: Complete

    def resolved(self, arguments: dict[str, Any], context: Context) -> Any:  # noqa: ANN401 - of any root field
        """Return what the resolver returns; those of queries are plain functions."""
        resolver = self.field.base_resolver
        if resolver is None or resolver.is_async:
            raise NotCompiled
        if resolver.info_parameter is not None:
            arguments[resolver.info_parameter.name] = SimpleNamespace(context=context)
        return resolver(*((None,) if resolver.self_parameter else ()), **arguments)

    def given(self, arguments: Arguments) -> dict[str, Any]:
        """Return the resolver's arguments, as Strawberry's own execution gives them."""
        return arguments.of(self.definition, self.field, self.node)


@dataclass(frozen=True, slots=True)
class TypeName:
    """The name of the root type, which is asked for like a field."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """A query whose fields, plans and completions are made."""

    roots: tuple[Root | TypeName, ...]
    planner: Planner


@dataclass(frozen=True, slots=True)
class Asked:
    """What an operation asks for with the values that its variables have: each root field with what it is given.

    ``arguments`` are those under which the lists below are read.
    """

    compiled: Compiled
    given: tuple[Mapping[str, Any], ...]
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class _Known:
    """What is remembered of one set of variables; the form that they decide may be forgotten meanwhile."""

    decided: bytes
    given: tuple[Mapping[str, Any], ...]
    arguments: Arguments


class Forms:
    """The compiled forms of operations; the one that was not asked for longest gives way.

    An operation may have any number of them, one for each page size of a nested list, so that they are counted together.
    """

    def __init__(self, most: int = MOST_FORMS) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[object, bytes], Compiled | None] = OrderedDict()

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._kept)

    def of(
        self, operation: object, decided: bytes, make: Callable[[], Compiled]
    ) -> Compiled | None:
        """Return the form of an operation for what variables decide; None where it is not compiled."""
        key = (operation, decided)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        try:
            found = make()
        except NotCompiled:
            found = None
        self._kept[key] = found
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
            FORGETTING.note()
        return found


FORMS: Final = Forms()
"""The forms of all operations that this process remembers."""


class Operation:
    """One operation of a document, compiled for the values of the variables that decide what is read.

    The arguments of root fields go to their resolvers.
    """

    def __init__(self, document: DocumentNode, node: OperationDefinitionNode) -> None:
        self._node = node
        self._fragments = {
            one.name.value: one
            for one in document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }
        self._decisive = decisive_of(node, self._fragments.values())
        # Forms outlive the document that is forgotten, and are not to keep it.
        self._mark = object()
        self._asked: OrderedDict[bytes, _Known] = OrderedDict()

    @property
    def kind(self) -> OperationType:
        """Whether it reads, writes or listens."""
        return self._node.operation

    @property
    def root_names(self) -> frozenset[str]:
        """The names of its root fields, also those that stand in fragments."""
        found, waiting = set[str](), [self._node.selection_set]
        while waiting:
            for one in waiting.pop().selections:
                if isinstance(one, FieldNode):
                    found.add(one.name.value)
                elif isinstance(one, InlineFragmentNode):
                    waiting.append(one.selection_set)
                elif isinstance(one, FragmentSpreadNode):
                    waiting.append(self._fragments[one.name.value].selection_set)
        return frozenset(found)

    @property
    def selection_set(self) -> SelectionSetNode:
        """All that is selected at its root."""
        return self._node.selection_set

    @property
    def variable_definitions(self) -> Sequence[VariableDefinitionNode]:
        """The variables that it declares."""
        return self._node.variable_definitions or ()

    async def answer(
        self, schema: strawberry.Schema, gate: Gate, given: Mapping[str, Any], context: Context
    ) -> dict[str, Any] | None:
        """Return the data of an answer that has no errors; None where graphql-core is to execute the operation."""
        if self.kind is OperationType.MUTATION:
            return None
        key = msgspec.json.encode(given)
        known = self._asked.get(key) or self.variables(schema, given)
        if isinstance(known, list):
            return None
        answer = await self._answer(
            _Call(gate, context),
            lambda: (
                self._again(schema, known)
                if isinstance(known, _Known)
                else self._ask(schema, key, known)
            ),
        )
        QUERIES[FELL_BACK if answer is None else COMPILED] += 1
        return answer

    def variables(
        self, schema: strawberry.Schema, given: Mapping[str, Any]
    ) -> VariableValues | list[GraphQLError]:
        """Return the variables' values, or what is wrong with them."""
        return get_variable_values(
            graphql_of(schema), self._node.variable_definitions or (), dict(given)
        )

    async def _answer(
        self, call: "_Call", find: Callable[[], Asked | None]
    ) -> dict[str, Any] | None:
        try:
            found = find()
            return None if found is None else await call.answered(found)
        except (Refusal, GraphQLError, NotPlain):
            # An error of the answer, which is graphql-core's to give.
            await call.context.forget()
            return None
        except Exception as error:  # noqa: BLE001 - whatever it is, graphql-core comes to it again and answers it
            # A defect that only this way has would show in no answer.
            log.warning("a compiled query failed", reason=type(error).__name__)
            await call.context.forget()
            return None

    def _ask(
        self, schema: strawberry.Schema, key: bytes, variables: VariableValues
    ) -> Asked | None:
        """Return what is asked for, and remember it for these variables; None where it is not compiled."""
        decided = self._decisive.key(variables)
        compiled = self._form(schema, decided, variables)
        if compiled is None:
            return None
        arguments = Arguments(schema, variables)
        given = tuple(
            {} if isinstance(root, TypeName) else root.given(arguments) for root in compiled.roots
        )
        if len(key) <= REMEMBERED_BYTES:
            self._asked[key] = _Known(decided, given, arguments)
            if len(self._asked) > MOST_ASKED:
                self._asked.popitem(last=False)
        return Asked(compiled, given, arguments)

    def _again(self, schema: strawberry.Schema, known: _Known) -> Asked | None:
        """Return what is asked for by variables that are remembered."""
        compiled = self._form(schema, known.decided, known.arguments.variables)
        return None if compiled is None else Asked(compiled, known.given, known.arguments)

    def _form(
        self, schema: strawberry.Schema, decided: bytes, variables: VariableValues
    ) -> Compiled | None:
        return FORMS.of(self._mark, decided, lambda: self._compile(schema, variables))

    def _compile(self, schema: strawberry.Schema, variables: VariableValues) -> Compiled:
        root = graphql_of(schema).get_root_type(self.kind)
        if root is None:
            raise NotCompiled
        completions = Completions(schema, self._fragments, variables)
        values = SimpleNamespace(fragments=self._fragments, variable_values=variables)
        roots: list[Root | TypeName] = []
        for key, nodes in completions.fields_of(root, [self._node.selection_set]).items():
            name = nodes[0].name.value
            if name == TYPENAME:
                roots.append(TypeName(key, root.name))
                continue
            field = schema.get_field_for_type(name, root.name)
            if field is None or field.base_resolver is None:
                raise NotCompiled
            definition = root.fields[name]
            form = Form(completions, definition.type, nodes)
            selected = asked(values, nodes)
            roots.append(
                Root(
                    key=key,
                    field=field,
                    definition=definition,
                    node=nodes[0],
                    selected=Selected([one for node in selected for one in node.selections], form),
                    complete=form.complete,
                )
            )
        planner = Planner(schema, STATEMENTS, Arguments(schema, variables))
        return Compiled(tuple(roots), planner)


@dataclass(frozen=True, slots=True)
class _Call:
    """One request for an operation."""

    gate: Gate
    context: Context

    async def answered(self, found: Asked) -> dict[str, Any]:
        """Return what the JSON holds of the root fields, with everything selected beneath them."""
        return {
            root.key: root.name
            if isinstance(root, TypeName)
            else root.complete(await self._value(root, given, found))
            for root, given in zip(found.compiled.roots, found.given, strict=True)
        }

    async def _value(self, root: Root, given: Mapping[str, Any], asked_for: Asked) -> Any:  # noqa: ANN401 - of any root field
        context, planner = self.context, asked_for.compiled.planner
        self.gate(root.field, context)
        found = root.resolved(dict(given), context)
        if not isinstance(found, Reading | Record):
            return found
        if len(asked_for.compiled.roots) == 1 and is_read_at_once(planner, found, root.selected):
            executor = Executor(context.alone(), context, planner, asked_for.arguments)
            return await executor.answer(found, root.selected)
        async with context.snapshot.turn() as snapshot:
            executor = Executor(snapshot, context, planner, asked_for.arguments)
            return await executor.answer(found, root.selected)


def graphql_of(schema: strawberry.Schema) -> GraphQLSchema:
    """Return the schema as graphql-core has it."""
    return schema._schema  # noqa: SLF001 - Strawberry gives no other way to it
