"""Admission (准入): which documents are taken from whom, and by which method, before anything is executed.

Trusted documents are taken from every caller. Documents of a caller's own, and questions about the schema, are taken
from everyone where the installation says so, else from whoever may compose documents. An address (GET) carries queries
alone, and of trusted documents: it is kept, logged and prefetched by what lies between, and a reading leaves its trace.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from graphql import OperationType

from suxin.consent.oauth.policies import DOCUMENT_COMPOSE
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin_graphql.documents import Prepared
from suxin_graphql.requests import GraphQLRequest
from suxin_graphql.trusted import TRUSTED, document_id
from suxin_web.document_rules import DocumentRules
from suxin_web.refusals import EdgeRefusal

_ID_CHARACTERS: Final = 80


class DocumentUnknown(Refusal):
    """No trusted document has this id."""

    code = "DOCUMENT_UNKNOWN"
    kind = RefusalKind.NOT_FOUND
    zh = "没有编号为 {id} 的可信文档"
    en = "No trusted document has the id {id}"


class DocumentNotTrusted(Refusal):
    """The document is the caller's own, and he may not compose any here."""

    code = "DOCUMENT_NOT_TRUSTED"
    kind = RefusalKind.FORBIDDEN
    zh = "此处只接受可信文档；自拟文档须有“自拟接口文档”权限"
    en = "Only trusted documents are taken here; one of your own needs consent.document.compose"


class DocumentNotByGet(EdgeRefusal):
    """The document is not a trusted one, which alone are taken by GET."""

    code = "DOCUMENT_NOT_BY_GET"
    kind = RefusalKind.INVALID
    status = HTTPStatus.METHOD_NOT_ALLOWED
    zh = "GET 只接受可信文档，其他文档请用 POST"
    en = "GET takes trusted documents alone; send others by POST"


class OperationNotByGet(EdgeRefusal):
    """The operation writes, which GET never does."""

    code = "OPERATION_NOT_BY_GET"
    kind = RefusalKind.INVALID
    status = HTTPStatus.METHOD_NOT_ALLOWED
    zh = "GET 只能查询，办理请用 POST"
    en = "GET takes queries alone; send mutations by POST"


class OperationNeedsStream(EdgeRefusal):
    """The operation is a subscription, which is told as a stream and not in one answer."""

    code = "OPERATION_NEEDS_STREAM"
    kind = RefusalKind.INVALID
    status = HTTPStatus.NOT_ACCEPTABLE
    zh = "订阅请使用 WebSocket（graphql-transport-ws），或以 Accept: text/event-stream 提交"
    en = "Subscribe over a WebSocket (graphql-transport-ws), or with Accept: text/event-stream"


class StreamNeedsSubscription(EdgeRefusal):
    """The operation is no subscription, which alone are told as a stream."""

    code = "STREAM_NEEDS_SUBSCRIPTION"
    kind = RefusalKind.INVALID
    status = HTTPStatus.BAD_REQUEST
    zh = "此处只接受订阅；查询和办理请用 POST"
    en = "Only subscriptions are taken here; send queries and mutations by POST"


class IntrospectionClosed(Refusal):
    """The document asks for the schema, and the caller may not compose documents here."""

    code = "INTROSPECTION_CLOSED"
    kind = RefusalKind.FORBIDDEN
    zh = "此处不提供内省；模式文件见 /graphql/schema.graphql"
    en = "Introspection is closed here; the schema is at /graphql/schema.graphql"


@dataclass(frozen=True, slots=True)
class Admission:
    """What is taken from one caller by one method."""

    rules: DocumentRules
    actor: Actor
    by_get: bool = False
    streamed: bool = False

    def text(self, given: GraphQLRequest) -> str:
        """Return the text of the document that is asked for.

        :raises DocumentUnknown: if it is named by an id that no trusted document has
        :raises DocumentNotByGet: if it is not trusted and comes by GET
        :raises DocumentNotTrusted: if it is not trusted and the caller may send no other
        """
        if given.document_id is not None:
            found = _by_id(self.rules.trusted, given.document_id)
            if found is None:
                raise DocumentUnknown(field="documentId", id=given.document_id[:_ID_CHARACTERS])
            return found
        text = given.query or ""
        free = self.rules.ad_hoc or self.actor.may(DOCUMENT_COMPOSE)
        if (free and not self.by_get) or self.is_trusted(text):
            return text
        raise DocumentNotByGet if self.by_get else DocumentNotTrusted

    def is_trusted(self, text: str) -> bool:
        """Tell whether a document is a trusted one."""
        return _by_id(self.rules.trusted, document_id(text)) is not None

    def require(self, prepared: Prepared, operation_name: str | None) -> None:
        """Refuse a document that asks for what this caller is not told, or by this method nobody.

        :raises IntrospectionClosed: if it asks for the schema, which is closed to him
        :raises OperationNotByGet: if it comes by GET and its operation is no query
        :raises OperationNeedsStream: if it is a subscription and is to be answered at once
        :raises StreamNeedsSubscription: if it is none and is to be answered as a stream
        """
        if prepared.introspects and not (
            self.rules.introspection or self.actor.may(DOCUMENT_COMPOSE)
        ):
            raise IntrospectionClosed
        # What names no operation of the document is told so where it would be executed, by whatever method it came.
        operation = prepared.operation(operation_name)
        if operation is None:
            return
        if self.by_get and operation.kind is not OperationType.QUERY:
            raise OperationNotByGet
        if (operation.kind is OperationType.SUBSCRIPTION) is not self.streamed:
            raise StreamNeedsSubscription if self.streamed else OperationNeedsStream


def _by_id(more: Mapping[str, str], identifier: str) -> str | None:
    return TRUSTED.get(identifier) or more.get(identifier)
