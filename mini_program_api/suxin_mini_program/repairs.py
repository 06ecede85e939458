"""Credit repair: what may be repaired, the documents, the application that is relayed to the national window, and its way."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid
from suxin.kernel.sealed_documents import (
    MAX_DOCUMENT_BYTES,
    MAX_NAME,
    DocumentTooLarge,
    DocumentTypeRefused,
)
from suxin.kernel.working_days import local_day
from suxin.repair import queries
from suxin.repair.commands import (
    MAX_DOCUMENTS,
    MAX_STATEMENT,
    RepairAsked,
    RepairDocumentMissing,
    TooManyRepairs,
    apply_for_repair,
    supplement_application,
    withdraw_application,
)
from suxin.repair.documents import TooManyLoose, put_down_document
from suxin.repair.models import (
    DocumentKind,
    RepairApplication,
    RepairNotHere,
)
from suxin.repair.periods import (
    NothingToRepair,
    RepairElsewhere,
    RepairNotCounting,
    RepairTooEarly,
)
from suxin.subjects.models import CreditRecord
from suxin_mini_program.answering import answer, write_once
from suxin_mini_program.contract import Contract
from suxin_mini_program.paging import Page, PageQuery, newest_first
from suxin_mini_program.reading import AnyRequest, path_id, read_body, read_query
from suxin_mini_program.repair_views import (
    RepairableRecord,
    RepairView,
    application_view,
    record_view,
)
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "信用修复"
MAX_UPLOAD_BYTES: Final = MAX_DOCUMENT_BYTES * 4 // 3 + 4096
"""A document in Base64, with its name and kind."""

Statement = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_STATEMENT)]
Documents = Annotated[list[UUID], msgspec.Meta(max_length=MAX_DOCUMENTS)]


class DocumentGiven(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A document: PDF, JPEG or PNG of at most two megabytes, its content in Base64."""

    kind: DocumentKind
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME)]
    content: bytes


class DocumentKept(msgspec.Struct, rename="camel", kw_only=True):
    """The document's id; one that no application has taken within a day is erased."""

    id: UUID


class RepairAskedFor(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The record, what has been done about it, and the documents: a proof and a commitment at least."""

    record_id: UUID
    statement: Statement
    documents: Documents


class Supplement(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What is said now, and the documents that come besides those that were sent before."""

    statement: Statement
    documents: Documents


RECORDS: Final = Contract(
    tag=TAG,
    zh="对本主体不利的记录，能否、自何日起可申请修复",
    en="What speaks against the subject, and whether and from when its repair may be asked for",
    query=PageQuery,
    answer=Page[RepairableRecord],
)
PUT_DOWN: Final = Contract(
    tag=TAG,
    zh="上传一份修复材料（PDF、JPG、PNG，2 MB 以内），一日内未提交申请即删除",
    en="Put down a document for an application; it is erased after a day unless one takes it",
    body=DocumentGiven,
    answer=DocumentKept,
    status=201,
    keyed=True,
    refusals=(Invalid, DocumentTooLarge, DocumentTypeRefused, TooManyLoose),
)
APPLY: Final = Contract(
    tag=TAG,
    zh="申请信用修复（平台一个工作日内转送国家窗口，由认定单位决定）",
    en="Apply for repair; the platform relays within a working day, and the department decides",
    body=RepairAskedFor,
    answer=RepairView,
    status=201,
    keyed=True,
    refusals=(
        Invalid,
        NothingToRepair,
        RepairNotCounting,
        RepairElsewhere,
        RepairTooEarly,
        RepairDocumentMissing,
        RepairAsked,
        TooManyRepairs,
    ),
)
LIST: Final = Contract(
    tag=TAG,
    zh="我的修复申请，最新在前",
    en="My applications for repair, newest first",
    query=PageQuery,
    answer=Page[RepairView],
)
SUPPLEMENT: Final = Contract(
    tag=TAG,
    zh="补正被退回的修复申请",
    en="Supplement an application that was returned",
    body=Supplement,
    answer=RepairView,
    keyed=True,
    refusals=(Invalid, RepairNotHere),
)
WITHDRAW: Final = Contract(
    tag=TAG,
    zh="撤回尚未转送或被退回的修复申请，材料随即删除",
    en="Take an application back that the window does not have, or has returned; its documents are erased",
    answer=RepairView,
    keyed=True,
    refusals=(RepairNotHere,),
)


@get("/repairs/records", opt=RECORDS.opt)
async def list_repairable(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """List what speaks against the subject."""
    query, now = read_query(request, PageQuery), runtime.clock.now()
    async with runtime.database.snapshot(actor, now=now) as session:
        asked = await queries.open_records(session, actor.own_subject)
        return answer(
            await newest_first(
                session,
                queries.bad_records_of(actor.own_subject),
                query,
                name="repairable",
                by=CreditRecord.id,
                view=lambda row: record_view(*row, asked=asked, today=local_day(now)),
            )
        )


@post(
    "/repairs/documents", status_code=201, opt=PUT_DOWN.opt, request_max_body_size=MAX_UPLOAD_BYTES
)
async def put_down(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """Keep a document for an application."""
    given, now = await read_body(request, DocumentGiven), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        document_id = await put_down_document(
            session,
            actor,
            kind=given.kind,
            name=given.name,
            content=given.content,
            sealer=runtime.sealer,
            now=now,
        )
        return DocumentKept(id=document_id)

    return await write_once(request, runtime, actor, work, body=given, status=201)


@post("/repairs", status_code=201, opt=APPLY.opt)
async def ask_repair(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """Apply for the repair of a record."""
    given, now = await read_body(request, RepairAskedFor), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        application = await apply_for_repair(
            session,
            actor,
            record_id=given.record_id,
            statement=given.statement,
            document_ids=given.documents,
            now=now,
        )
        return await _shown(session, application)

    return await write_once(request, runtime, actor, work, body=given, status=201)


@get("/repairs", opt=LIST.opt)
async def list_repairs(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """List the subject's applications."""
    query = read_query(request, PageQuery)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        found: Page[RepairApplication] = await newest_first(
            session,
            queries.applications_of(actor.own_subject),
            query,
            name="repairs",
            by=RepairApplication.id,
            view=lambda row: row[0],
        )
        documents = await queries.documents_in(
            session, actor.own_subject, [application.id for application in found.items]
        )
        items = [application_view(application, documents) for application in found.items]
        return answer(Page(items=items, next_cursor=found.next_cursor))


@post("/repairs/{application_id:str}/supplement", status_code=200, opt=SUPPLEMENT.opt)
async def supplement_repair(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, application_id: FromPath[str]
) -> Response[bytes]:
    """Supplement an application."""
    wanted, now = path_id(application_id), runtime.clock.now()
    given = await read_body(request, Supplement)

    async def work(session: AsyncSession) -> msgspec.Struct:
        application = await supplement_application(
            session,
            actor,
            application_id=wanted,
            statement=given.statement,
            document_ids=given.documents,
            now=now,
        )
        return await _shown(session, application)

    return await write_once(request, runtime, actor, work, body=given)


@post("/repairs/{application_id:str}/withdrawal", status_code=200, opt=WITHDRAW.opt)
async def take_repair_back(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, application_id: FromPath[str]
) -> Response[bytes]:
    """Take an application back."""
    wanted, now = path_id(application_id), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        application = await withdraw_application(session, actor, application_id=wanted, now=now)
        return await _shown(session, application)

    return await write_once(request, runtime, actor, work)


async def _shown(session: AsyncSession, application: RepairApplication) -> RepairView:
    documents = await queries.documents_in(session, application.subject_id, [application.id])
    return application_view(application, documents)


HANDLERS: Final = (
    list_repairable,
    put_down,
    ask_repair,
    list_repairs,
    supplement_repair,
    take_repair_back,
)
