"""Limits: how large a document may be, before anything is executed.

A document is bounded in tokens, depth, aliases and fields, counted with every fragment written out; pages and lists are
bounded wherever their size stands, in the document or in its variables. All figures are proposed defaults.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)

from suxin.kernel.refusals import Refusal, RefusalKind
from suxin_graphql.paging import check_page_size

MAX_TOKENS: Final = 2_000
MAX_DEPTH: Final = 12
MAX_ALIASES: Final = 30
MAX_FIELDS: Final = 1_000
MAX_DIRECTIVES: Final = 4
MAX_REPEATS: Final = 10
MAX_LIST: Final = 100
MAX_VARIABLE_DEPTH: Final = 20
MAX_COMMENTS: Final = 200
MAX_CHARACTERS: Final = 64 * 1024
INTROSPECTION: Final = frozenset({"__schema", "__type"})
"""The fields by which a document asks for the schema; ``__typename`` tells of what is read anyway."""

_PAGE_SIZE: Final = "first"


class DocumentTooLong(Refusal):
    """The document has too many tokens."""

    code = "DOCUMENT_TOO_LONG"
    kind = RefusalKind.LIMITED
    zh = "查询文档超过 {limit} 个词元"
    en = "The document has more than {limit} tokens"


class DocumentTooDeep(Refusal):
    """Fields are nested too deeply."""

    code = "DOCUMENT_TOO_DEEP"
    kind = RefusalKind.LIMITED
    zh = "字段嵌套过深，最多 {limit} 层"
    en = "Fields are nested too deeply; at most {limit} levels are served"


class TooManyAliases(Refusal):
    """Too many fields carry an alias."""

    code = "TOO_MANY_ALIASES"
    kind = RefusalKind.LIMITED
    zh = "别名 {count} 个，最多 {limit} 个"
    en = "The document has {count} aliases; at most {limit} are served"


class TooManyFields(Refusal):
    """With every fragment written out there are too many fields."""

    code = "TOO_MANY_FIELDS"
    kind = RefusalKind.LIMITED
    zh = "展开片段后字段过多，最多 {limit} 个"
    en = "With its fragments written out the document has too many fields; at most {limit} are served"


class TooManyDirectives(Refusal):
    """Too many directives stand at one place."""

    code = "TOO_MANY_DIRECTIVES"
    kind = RefusalKind.LIMITED
    zh = "同一处的指令超过 {limit} 个"
    en = "More than {limit} directives stand at one place"


class FieldRepeated(Refusal):
    """One field is selected over and over at one place."""

    code = "FIELD_REPEATED"
    kind = RefusalKind.LIMITED
    zh = "同一处重复选取字段 {name} 超过 {limit} 次"
    en = "The field {name} is selected more than {limit} times at one place"


class ListTooLong(Refusal):
    """A list that was sent has too many items."""

    code = "LIST_TOO_LONG"
    kind = RefusalKind.LIMITED
    zh = "列表 {count} 项，最多 {limit} 项"
    en = "A list has {count} items; at most {limit} are taken"


class VariablesTooDeep(Refusal):
    """The variables nest lists and objects too deeply."""

    code = "VARIABLES_TOO_DEEP"
    kind = RefusalKind.LIMITED
    zh = "变量嵌套超过 {limit} 层"
    en = "The variables are nested more than {limit} deep"


class CharacterNotStorable(Refusal):
    """A text holds a character that cannot be stored."""

    code = "CHARACTER_NOT_STORABLE"
    kind = RefusalKind.INVALID
    zh = "文字中不能含有空字符（U+0000）"
    en = "A text may not hold the character U+0000"


@dataclass(frozen=True, slots=True)
class _Measure:
    """The size of a selection with its fragments written out."""

    depth: int
    fields: int
    aliases: int


_EMPTY: Final = _Measure(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is left to check once the variables are known: those that say how large a page is."""

    page_sizes: frozenset[str]


NO_BOUNDS: Final = Bounds(frozenset())


def check_outline(document: DocumentNode) -> "Outline":
    """Refuse a document, valid or not, whose repetitions would make its validation long and its errors many.

    :raises TooManyDirectives: if more than ``MAX_DIRECTIVES`` stand at one place
    :raises FieldRepeated: if a field is selected more than ``MAX_REPEATS`` times at one place
    """
    outline = Outline()
    visit(document, outline)
    return outline


def check_document(document: DocumentNode) -> Bounds:
    """Refuse a valid document that is too large.

    :raises DocumentTooDeep, TooManyAliases, TooManyFields: by what is too much
    :raises ListTooLong: if a list in it has more than ``MAX_LIST`` items
    :raises CharacterNotStorable: if a text in it holds the character NUL
    :raises PageSizeOutOfRange: if ``first`` stands in it and is not 1 to 100
    """
    measures = _Measures(document)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            _check_measure(measures.of(definition.selection_set))
    sizes = _Sizes()
    visit(document, sizes)
    for name, value in sizes.defaults:
        if name in sizes.page_sizes:
            _check_literal(value)
    return Bounds(frozenset(sizes.page_sizes))


def check_variables(bounds: Bounds, variables: Mapping[str, Any]) -> None:
    """Refuse variables that ask for too much.

    :raises PageSizeOutOfRange: if a page size is not 1 to 100
    :raises ListTooLong: if a list has more than ``MAX_LIST`` items, however deep it lies
    :raises VariablesTooDeep: if lists and objects are nested more than ``MAX_VARIABLE_DEPTH`` deep
    :raises CharacterNotStorable: if a text holds the character NUL
    """
    for name in bounds.page_sizes:
        value = variables.get(name)
        # What is no whole number at all is for the coercion of variables to say.
        if type(value) is int:
            check_page_size(value)
    for found in _each(variables.values()):
        if isinstance(found, list):
            check_list("variables", found)
        elif isinstance(found, str):
            check_text(found)


def check_list(field: str, items: list[Any]) -> None:
    """Refuse a list of more than ``MAX_LIST`` items.

    :raises ListTooLong: if it is one
    """
    if len(items) > MAX_LIST:
        raise ListTooLong(field=field, count=len(items), limit=MAX_LIST)


def check_text(text: str) -> None:
    """Refuse a text with the character NUL, which PostgreSQL stores in no text.

    :raises CharacterNotStorable: if it has one
    """
    if "\0" in text:
        raise CharacterNotStorable


def _check_measure(found: _Measure) -> None:
    if found.depth > MAX_DEPTH:
        raise DocumentTooDeep(limit=MAX_DEPTH)
    if found.aliases > MAX_ALIASES:
        raise TooManyAliases(count=found.aliases, limit=MAX_ALIASES)
    if found.fields > MAX_FIELDS:
        raise TooManyFields(limit=MAX_FIELDS)


def _check_literal(value: ValueNode) -> None:
    if isinstance(value, IntValueNode):
        check_page_size(int(value.value))


def _each(values: Iterable[Any]) -> Iterator[Any]:
    """Yield every value and what lies in it, without recursion: the caller chose how deep it is."""
    waiting = [(value, 1) for value in values]
    while waiting:
        value, depth = waiting.pop()
        yield value
        if depth > MAX_VARIABLE_DEPTH:
            raise VariablesTooDeep(limit=MAX_VARIABLE_DEPTH)
        if isinstance(value, list):
            waiting.extend((inner, depth + 1) for inner in value)
        elif isinstance(value, dict):
            waiting.extend((inner, depth + 1) for inner in (*value, *value.values()))


class Outline(Visitor):
    """What can be said of a document before it is validated."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        super().__init__()
        self.introspects = False
        """Whether it asks for the schema."""

    def enter(self, node: Node, *_: Any) -> None:  # noqa: ANN401 - the visitor's signature
        """Count what stands at this place."""
        if len(getattr(node, "directives", None) or ()) > MAX_DIRECTIVES:
            raise TooManyDirectives(limit=MAX_DIRECTIVES)
        if isinstance(node, SelectionSetNode):
            fields = [one for one in node.selections if isinstance(one, FieldNode)]
            self.introspects |= any(one.name.value in INTROSPECTION for one in fields)
            names = Counter((one.alias or one.name).value for one in fields)
            for name, times in names.most_common(1):
                if times > MAX_REPEATS:
                    raise FieldRepeated(name=name, limit=MAX_REPEATS)


class _Measures:
    """Measures selections; each fragment once, however often it is spread."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._known: dict[str, _Measure] = {}

    def of(self, selection_set: SelectionSetNode) -> _Measure:
        parts = [self._of(selection) for selection in selection_set.selections]
        return _Measure(
            depth=max((part.depth for part in parts), default=0),
            fields=sum(part.fields for part in parts),
            aliases=sum(part.aliases for part in parts),
        )

    def _of(self, selection: SelectionNode) -> _Measure:
        if isinstance(selection, FieldNode):
            return self._of_field(selection)
        if isinstance(selection, FragmentSpreadNode):
            name = selection.name.value
            if name not in self._known:
                self._known[name] = self.of(self._fragments[name].selection_set)
            return self._known[name]
        return self.of(cast("InlineFragmentNode", selection).selection_set)

    def _of_field(self, field: FieldNode) -> _Measure:
        # Introspection is deep by nature; graphql-core bounds how far it may nest lists of itself.
        if field.name.value in INTROSPECTION:
            return _Measure(1, 1, field.alias is not None)
        inner = self.of(field.selection_set) if field.selection_set else _EMPTY
        return _Measure(
            inner.depth + 1, inner.fields + 1, inner.aliases + (field.alias is not None)
        )


class _Sizes(Visitor):
    """Finds page sizes and lists in a document."""

    def __init__(self) -> None:
        super().__init__()
        self.page_sizes: set[str] = set()
        self.defaults: list[tuple[str, ValueNode]] = []

    def enter_argument(self, node: Any, *_: Any) -> None:  # noqa: ANN401 - the visitor's signature
        if node.name.value != _PAGE_SIZE:
            return
        if isinstance(node.value, VariableNode):
            self.page_sizes.add(node.value.name.value)
        else:
            _check_literal(node.value)

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:  # noqa: ANN401 - see above
        if node.default_value is not None:
            self.defaults.append((node.variable.name.value, node.default_value))

    def enter_list_value(self, node: ListValueNode, *_: Any) -> None:  # noqa: ANN401 - see above
        if len(node.values) > MAX_LIST:
            raise ListTooLong(count=len(node.values), limit=MAX_LIST)

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:  # noqa: ANN401 - see above
        check_text(node.value)
