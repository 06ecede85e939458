"""Documents: parsed, validated and measured once, then remembered.

Integrations send the same few documents over and over; only a caller who has logged in reaches the cache, and it forgets
the least used.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    specified_rules,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document
from typing_extensions import override

from suxin.kernel.refusals import Refusal, RefusalKind
from suxin_graphql.errors import DocumentInvalid, DocumentMalformed
from suxin_graphql.execution.compiled import Operation
from suxin_graphql.execution.forgetting import FORGETTING
from suxin_graphql.limits import (
    MAX_CHARACTERS,
    MAX_COMMENTS,
    MAX_DEPTH,
    MAX_TOKENS,
    NO_BOUNDS,
    Bounds,
    DocumentTooDeep,
    DocumentTooLong,
    check_document,
    check_outline,
    check_variables,
)
from suxin_graphql.prices import Price, price_of
from suxin_graphql.usage import NOTHING, Deprecated, deprecated_in

REMEMBERED: Final = 512


class OperationUnknown(Refusal):
    """The document holds no operation of this name, or several and none is named."""

    code = "OPERATION_UNKNOWN"
    kind = RefusalKind.INVALID
    zh = "文档中没有所指定的操作；含多个操作时须给出 operationName"
    en = "The document has no such operation; with several of them operationName is needed"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that can be executed, or the errors for which it cannot."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    bounds: Bounds = NO_BOUNDS
    introspects: bool = False
    operations: Mapping[str, Operation] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)
    deprecated: Deprecated = NOTHING

    def operation(self, name: str | None) -> Operation | None:
        """Return the operation of this name, or the only one; None where there is none such."""
        return _named(self.operations, name)

    def price(self, name: str | None) -> Price | None:
        """Return the price of the operation of this name, or of the only one; None where there is none such."""
        return _named(self.prices, name)


Found = TypeVar("Found")

_remembered: Final[OrderedDict[str, Prepared]] = OrderedDict()


def _named(found: Mapping[str, Found], name: str | None) -> Found | None:
    if name:
        return found.get(name)
    return next(iter(found.values())) if len(found) == 1 else None


def is_remembered(text: str) -> bool:
    """Tell whether a document is ready, so that nothing of it need be worked out."""
    return text in _remembered


def prepare(schema: GraphQLSchema, text: str) -> Prepared:
    """Return a document parsed, validated and measured; there is one schema, so its text is all that tells it."""
    found = _remembered.get(text)
    if found is None:
        found = _remembered[text] = _prepared(schema, text)
        if len(_remembered) > REMEMBERED:
            _remembered.popitem(last=False)
            FORGETTING.note()
    else:
        _remembered.move_to_end(text)
    return found


def _prepared(schema: GraphQLSchema, text: str) -> Prepared:
    document: DocumentNode | None = None
    introspects = False
    try:
        document = parse(
            text,
            max_lexical_tokens=MAX_TOKENS,
            max_comments=MAX_COMMENTS,
            max_source_length=MAX_CHARACTERS,
        )
        introspects = check_outline(document).introspects
        errors = validate_document(schema, document, tuple(specified_rules))
        if errors:
            coded = tuple(_coded(error, DocumentInvalid) for error in errors)
            return Prepared(document, coded, introspects=introspects)
        bounds = check_document(document)
    except GraphQLSyntaxError as error:
        return Prepared(None, (_of_syntax(error),))
    except RecursionError:
        # Some validation rules descend as deep as the document does.
        return Prepared(None, (_refused(DocumentTooDeep(limit=MAX_DEPTH)),))
    except Refusal as refusal:
        return Prepared(document, (_refused(refusal),), introspects=introspects)
    found = {
        one.name.value if one.name else "": one
        for one in document.definitions
        if isinstance(one, OperationDefinitionNode)
    }
    operations = {name: Operation(document, one) for name, one in found.items()}
    return Prepared(
        document,
        (),
        bounds,
        introspects,
        operations,
        prices={name: price_of(schema, document, one) for name, one in found.items()},
        deprecated=deprecated_in(schema, document),
    )


class PreparedDocuments(SchemaExtension):
    """Gives the schema its documents ready made, and checks variables against what the document bounds."""

    _prepared: Prepared

    @override
    def on_parse(self) -> Iterator[None]:
        """Put the parsed document in place."""
        execution = self.execution_context
        schema = execution.schema._schema  # noqa: SLF001 - Strawberry's own caches reach it the same way
        self._prepared = prepare(schema, execution.query or "")
        if self._prepared.document is None:
            raise self._prepared.errors[0]
        execution.graphql_document = self._prepared.document
        yield

    @override
    def on_validate(self) -> Iterator[None]:
        """Put the outcome of validation in place."""
        execution, prepared = self.execution_context, self._prepared
        errors = list(prepared.errors)
        if not errors:
            try:
                if len(prepared.operations) > 1 and not execution._provided_operation_name:  # noqa: SLF001 - unnamed, Strawberry takes the first
                    raise OperationUnknown
                check_variables(prepared.bounds, execution.variables or {})
            except Refusal as refusal:
                errors = [_refused(refusal)]
        execution.pre_execution_errors = errors
        yield


def _of_syntax(error: GraphQLSyntaxError) -> GraphQLError:
    if "nested too deeply" in error.message:
        return _refused(DocumentTooDeep(limit=MAX_DEPTH))
    if "Parsing aborted" in error.message:
        return _refused(DocumentTooLong(limit=MAX_TOKENS))
    return _coded(error, DocumentMalformed)


def _coded(error: GraphQLError, fault: type[Refusal]) -> GraphQLError:
    error.extensions = {**(error.extensions or {}), "code": fault.code}
    return error


def _refused(refusal: Refusal) -> GraphQLError:
    return GraphQLError(refusal.zh_message, original_error=refusal)
