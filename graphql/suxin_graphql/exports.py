"""Exports: starting, watching and cancelling them, and a link to the file of each."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Final
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.scalars import JSON

from suxin.exports import commands, models
from suxin.exports.callers import require_as_started
from suxin.exports.commands import ExportOrder, record_link
from suxin.exports.links import link_to
from suxin.exports.models import ExportState
from suxin.exports.policies import EXPORT_RUN
from suxin.exports.queries import own_export, own_exports
from suxin.exports.refusals import ExportEnded, ExportRunning, TooManyExports
from suxin.kernel.actor import Actor
from suxin.kernel.database import before_answer
from suxin.kernel.refusals import Invalid
from suxin_graphql.admission import Admission, DocumentNotTrusted, DocumentUnknown
from suxin_graphql.context import Context, Info
from suxin_graphql.cursors import Key, Ordering
from suxin_graphql.execution.readings import Page
from suxin_graphql.execution.records import Record, Source, Told, column, read_field, to_one
from suxin_graphql.execution.statements import Statement
from suxin_graphql.export_documents import ExportDocumentUnfit, export_query
from suxin_graphql.fields import commit, mutation, query, require_allowed
from suxin_graphql.ids import local_id
from suxin_graphql.node import Node, global_id
from suxin_graphql.paging import Connection
from suxin_graphql.payloads import INPUT, REPLAYED, Payload, idempotency_key
from suxin_graphql.requests import GraphQLRequest
from suxin_graphql.trusted import document_id
from suxin_web.export_paths import EXPORT_FILES

EXPORTS: Final = Ordering("exports.exports/1", (Key(models.Export.id, UUID),))


@strawberry.type(
    description="下载链接，凭链接即可下载，15 分钟内有效。A link to the file; who holds it needs nothing else, for 15 minutes."
)
class ExportLink(Record):
    """A link to the file of an export."""

    url: str
    expires_at: datetime


async def tell_link(session: AsyncSession, context: Context, record: Record) -> ExportLink | None:
    """Return a link to the file, or nothing where there is none; that it was issued is on record.

    :raises ExportReachChanged, Forbidden: if the caller may not read any more what is in it
    """
    export = await own_export(session, context.actor, record.__dict__["_id"])
    link = link_to(export, sealer=context.runtime.sealer, now=context.now)
    if link is None:
        return None
    require_as_started(export, context.actor)

    async def issue(writing: AsyncSession) -> None:
        await record_link(writing, context.actor, export_id=export.id, now=context.now)

    before_answer(session, issue)
    address = f"{context.runtime.public_url}{EXPORT_FILES}/{export.id}"
    url = f"{address}?expires={link.expires}&signature={link.signature}"
    return ExportLink.given(url=url, expires_at=link.expires_at)


def _document_id(stored: str, _: Context) -> str:
    return document_id(stored)


@strawberry.type(
    description="批量导出任务。A list that is run to its end by a job, and kept for a day as a file of lines."
)
class Export(Node):
    """One export of the caller's."""

    __model__: ClassVar = models.Export
    __source__: ClassVar = Source(own_exports, models.Export.id, EXPORT_RUN)

    id: strawberry.ID = global_id("Export")
    state: ExportState
    document_id: str = column(
        lambda: models.Export.document,
        convert=_document_id,
        description="所导出文档的编号。The id of the document that is exported.",
    )
    rows: int = column(
        lambda: models.Export.row_count,
        description="已写入的行数。How many rows are in the file so far.",
    )
    bytes: int = column(
        lambda: models.Export.byte_count,
        description="已写入的字节数（未压缩）。How many bytes of text are in the file so far, before compression.",
    )
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None = strawberry.field(
        description="文件到期删除的时间。When the file is erased."
    )
    erased_at: datetime | None
    sha256: str | None = strawberry.field(
        description="文件内容（未压缩）的摘要。SHA-256 of the text, before compression."
    )
    failure_code: str | None = strawberry.field(
        description="失败原因的代码。The code of the refusal that ended it."
    )
    failure_zh: str | None
    failure_en: str | None
    link: ExportLink | None = read_field(
        Told(lambda: ExportLink, tell_link, needs=("id",)),
        description="下载链接；每次查询都会新签发一个并留痕，没有文件时为空。"
        "A new link each time it is asked for, on record; nothing while there is no file.",
    )


@strawberry.input(
    description="导出哪个列表：文档或可信文档编号，以及除翻页外的变量。"
    "Which list: its document, or the id of a trusted one, and its variables without those of paging."
)
class StartExportInput:
    """Which list is to be exported."""

    document: str | None = None
    document_id: str | None = None
    variables: JSON | None = None
    idempotency_key: str = idempotency_key()


@strawberry.input(description="取消哪个导出任务。Which export to cancel.")
class CancelExportInput:
    """Which export to cancel."""

    id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.type
class ExportPayload(Payload):
    """An export that was written."""

    export: Export = to_one(lambda: Export, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="已开始的导出任务。The export that was started.")
class StartExportPayload(ExportPayload):
    """The export that was started."""


@strawberry.type(description="已取消的导出任务。The export that was cancelled.")
class CancelExportPayload(ExportPayload):
    """The export that was cancelled."""


@strawberry.type
class ExportQueries:
    """Queries of exports."""

    @query(
        EXPORT_RUN,
        Connection[Export],
        description="本人（或本客户端）的导出任务，新的在前。The caller's own exports, newest first.",
    )
    def exports(self, info: Info, first: int, after: str | None = None) -> Page:
        """Return the caller's own exports."""
        statement = Statement(own_exports, info.context.actor)
        return Page(type=Export, statement=statement, ordering=EXPORTS, first=first, after=after)


@strawberry.type
class ExportMutations:
    """Mutations of exports."""

    @mutation(
        EXPORT_RUN,
        StartExportPayload,
        refusals=(
            Invalid,
            DocumentUnknown,
            DocumentNotTrusted,
            ExportDocumentUnfit,
            ExportRunning,
            TooManyExports,
        ),
        description="开始批量导出；文档须恰为一个列表，翻页变量由任务给出。"
        "Start an export of one list; the job gives the variables of paging.",
    )
    async def start_export(
        self, info: Info, given: Annotated[StartExportInput, INPUT]
    ) -> StartExportPayload:
        """Start an export."""
        order = _order(info, given)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            return (await commands.start_export(session, actor, order=order, now=now)).id

        return StartExportPayload.of(await commit(info, given, work))

    @mutation(
        EXPORT_RUN,
        CancelExportPayload,
        refusals=(ExportEnded,),
        description="取消导出任务，已写入的内容即行删除。Cancel an export; what it wrote is erased.",
    )
    async def cancel_export(
        self, info: Info, given: Annotated[CancelExportInput, INPUT]
    ) -> CancelExportPayload:
        """Cancel an export."""
        export_id = local_id(given.id, "Export", info.context.actor, field="id")

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await commands.cancel_export(session, actor, export_id=export_id, now=now)
            return done.id

        return CancelExportPayload.of(await commit(info, given, work))


def _order(info: Info, given: StartExportInput) -> ExportOrder:
    """Return what is to be exported, if it is taken from this caller and he may read it.

    :raises Invalid: if there is not exactly one document, or the variables are no object
    :raises DocumentUnknown, DocumentNotTrusted: see ``Admission``
    :raises ExportDocumentUnfit: if it is not one list
    :raises Forbidden: if he may not read that list
    """
    context = info.context
    if (given.document is None) == (given.document_id is None):
        raise Invalid(
            field="document",
            reason_zh="文档与文档编号须填其一",
            reason_en="give either a document or the id of one",
        )
    variables = _variables(given.variables)
    asked = GraphQLRequest(query=given.document, document_id=given.document_id)
    text = Admission(context.runtime.documents, context.actor, by_get=False).text(asked)
    found = export_query(info.schema, text, variables)
    require_allowed(found.field, context)
    return ExportOrder(
        document=text, document_id=document_id(text), variables=variables, needs=found.needs
    )


def _variables(given: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise Invalid(field="variables", reason_zh="应为对象", reason_en="must be an object")
    return given
