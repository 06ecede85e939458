"""Documents that can be exported: one list, whose pages the job turns by the very variables that a caller would use."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationType,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    get_variable_values,
    visit,
)
from graphql.execution.values import VariableValues
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from suxin.kernel.actor import Permission
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin_graphql.documents import Prepared, prepare
from suxin_graphql.execution.compiled import Operation, graphql_of
from suxin_graphql.execution.records import is_told
from suxin_graphql.fields import PERMISSION
from suxin_graphql.limits import check_variables
from suxin_graphql.paging import MAX_PAGE, Connection

_PAGING: Final = ("first", "after")
_EDGES, _NODE, _PAGE_INFO, _TOTAL = "edges", "node", "pageInfo", "totalCount"
_DECLARED_AND_USED: Final = 2
_PLACES: Final = ("hasNextPage", "endCursor")


class ExportDocumentUnfit(Refusal):
    """The document is not one list that a job can page through, or reads what is not exported."""

    code = "EXPORT_DOCUMENT_UNFIT"
    kind = RefusalKind.INVALID
    zh = "该文档不能导出：{reason_zh}"
    en = "This document cannot be exported: {reason_en}"


@dataclass(frozen=True, slots=True)
class ExportQuery:
    """A document that can be exported, with its variables; ``key`` is the response key of its list."""

    text: str
    operation: Operation
    field: StrawberryField
    key: str
    first: str
    after: str
    variables: Mapping[str, Any]

    @property
    def needs(self) -> Permission | None:
        """The right that the list needs, if it needs one."""
        needs = self.field.metadata[PERMISSION]
        return needs if isinstance(needs, Permission) else None

    def page_variables(self, after: str | None) -> dict[str, Any]:
        """Return the variables of one page."""
        return {**self.variables, self.first: MAX_PAGE, self.after: after}


def export_query(schema: strawberry.Schema, text: str, variables: Mapping[str, Any]) -> ExportQuery:
    """Return a document as it is exported.

    It is valid as it stands, a query of one list, and pages by variables that the caller leaves to the job; so the same document
    also reads pages, and may be a trusted one.

    :raises ExportDocumentUnfit: if it is not
    """
    prepared = prepare(graphql_of(schema), text)
    document, operation = _only_query(prepared)
    root = _only_root(operation)
    query = graphql_of(schema).query_type
    field = None if query is None else schema.get_field_for_type(root.name.value, query.name)
    if query is None or field is None:
        raise _unfit("没有这样的列表", "there is no such list")
    kind = schema.get_type_by_name(str(query.fields[root.name.value].type).rstrip("!"))
    if not _is_connection(kind):
        raise _unfit("根字段不是列表", "its root field is no connection")
    _require_lines(document, root)
    _require_plain(schema, document)
    first, after = _paging_variables(document, root, variables)
    key = (root.alias or root.name).value
    found = ExportQuery(text, operation, field, key, first, after, variables)
    _require_variables(schema, prepared, found)
    return found


def _only_query(prepared: Prepared) -> tuple[DocumentNode, Operation]:
    if prepared.document is None or prepared.errors:
        raise _of_error(prepared.errors[0])
    operation = prepared.operation(None)
    if operation is None or operation.kind is not OperationType.QUERY:
        raise _unfit("须恰有一个查询操作", "it must hold one query and no other operation")
    return prepared.document, operation


def _only_root(operation: Operation) -> FieldNode:
    selections = operation.selection_set.selections
    root = selections[0]
    if len(selections) != 1 or not isinstance(root, FieldNode) or root.directives:
        raise _unfit(
            "须恰有一个根字段", "it must have one root field, without fragment or directive"
        )
    return root


def _is_connection(kind: object) -> bool:
    return (
        isinstance(kind, StrawberryObjectDefinition)
        and (kind.concrete_of or kind).origin is Connection
    )


def _require_lines(document: DocumentNode, root: FieldNode) -> None:
    """Refuse a document whose pages hold no lines to write, or do not say where the next one begins."""
    fragments = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    page = _plain_fields(root.selection_set, fragments)
    if _TOTAL in page:
        raise _unfit("不能含 totalCount", "totalCount would be counted at every page")
    edges = _plain_fields(page.get(_EDGES), fragments)
    info = _plain_fields(page.get(_PAGE_INFO), fragments)
    if _NODE not in edges or not set(_PLACES) <= info.keys():
        raise _unfit(
            "须含 edges { node } 与 pageInfo { hasNextPage endCursor }，不用别名和指令",
            "edges { node } and pageInfo { hasNextPage endCursor } are needed, without alias or directive",
        )


def _plain_fields(
    selections: SelectionSetNode | None, fragments: Mapping[str, FragmentDefinitionNode]
) -> dict[str, SelectionSetNode | None]:
    """Return what is selected under its own name and always, with what is selected beneath it the first time."""
    found: dict[str, SelectionSetNode | None] = {}
    for one in () if selections is None else selections.selections:
        if one.directives:
            continue
        if isinstance(one, FieldNode):
            if one.alias is None:
                found.setdefault(one.name.value, one.selection_set)
            continue
        if isinstance(one, FragmentSpreadNode):
            inner = fragments[one.name.value].selection_set
        else:
            inner = cast("InlineFragmentNode", one).selection_set
        found = _plain_fields(inner, fragments) | found
    return found


def _require_plain(schema: strawberry.Schema, document: DocumentNode) -> None:
    """Refuse what a query of the core tells about one record: a subject's data, which leaves receipts, or a link.

    Reading about people is a matter of single cases; what a system may have of them it gets by fetches, each a use of a consent.
    """
    types = TypeInfo(graphql_of(schema))

    class Told(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:  # noqa: ANN401 - the visitor's own
            parent = types.get_parent_type()
            if parent is None:
                return
            field = schema.get_field_for_type(node.name.value, parent.name)
            if field is not None and is_told(field):
                raise _unfit(
                    f"{node.name.value} 逐条查阅并留痕，不能批量导出",
                    f"{node.name.value} is read case by case, on record, and not in bulk",
                )

    visit(document, TypeInfoVisitor(types, Told()))


def _paging_variables(
    document: DocumentNode, root: FieldNode, variables: Mapping[str, Any]
) -> tuple[str, str]:
    used: Counter[str] = Counter()

    class Uses(Visitor):
        def enter_variable(self, node: VariableNode, *_: Any) -> None:  # noqa: ANN401 - the visitor's own
            used[node.name.value] += 1

    visit(document, Uses())
    given = {one.name.value: one.value for one in root.arguments or ()}
    names: list[str] = []
    for argument in _PAGING:
        value = given.get(argument)
        if not isinstance(value, VariableNode) or used[value.name.value] != _DECLARED_AND_USED:
            raise _unfit(
                f"列表的 {argument} 须是一个不另作他用的变量",
                f"{argument} of the list must be a variable with no other use",
            )
        names.append(value.name.value)
    if names[0] == names[1] or set(names) & variables.keys():
        raise _unfit(
            f"变量 {names[0]}、{names[1]} 由导出任务给出，请勿填写",
            f"the job gives the variables {names[0]} and {names[1]}; leave them out",
            field="variables",
        )
    return names[0], names[1]


def _require_variables(schema: strawberry.Schema, prepared: Prepared, found: ExportQuery) -> None:
    asked = found.page_variables(None)
    try:
        check_variables(prepared.bounds, asked)
    except Refusal as refusal:
        raise _unfit(refusal.zh_message, refusal.en_message, field="variables") from None
    coerced = get_variable_values(graphql_of(schema), found.operation.variable_definitions, asked)
    if not isinstance(coerced, VariableValues):
        raise _of_error(coerced[0], field="variables")


def _of_error(error: GraphQLError, *, field: str = "document") -> ExportDocumentUnfit:
    cause = error.original_error
    if isinstance(cause, Refusal):
        return _unfit(cause.zh_message, cause.en_message, field=field)
    # As in errors: without a guess at names that the caller did not know.
    words, _, _ = error.message.partition(" Did you mean ")
    return _unfit(words, words, field=field)


def _unfit(reason_zh: str, reason_en: str, *, field: str = "document") -> ExportDocumentUnfit:
    return ExportDocumentUnfit(field=field, reason_zh=reason_zh, reason_en=reason_en)
