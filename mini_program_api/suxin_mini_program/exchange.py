"""What an applicant and a bank give each other: files of a request, what the bank asks for besides, and the conversation."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Invalid, NotFound
from suxin.kernel.sealed_documents import (
    MAX_DOCUMENT_BYTES,
    MAX_NAME,
    DocumentTooLarge,
    DocumentTypeRefused,
)
from suxin.lending.exchange import queries
from suxin.lending.exchange.asking import MAX_ITEMS, decline_material, supply_material
from suxin.lending.exchange.asking import MAX_NOTE as MAX_WORDS
from suxin.lending.exchange.attachments import (
    FileGiven,
    TooManyAttachments,
    attach_file,
)
from suxin.lending.exchange.models import (
    Attachment,
    AttachmentKind,
    MaterialRequest,
    ReferralMessage,
)
from suxin.lending.exchange.standing import ReferralEnded
from suxin.lending.exchange.talking import (
    MAX_TEXT,
    TooManyMessages,
    mark_bank_read,
    write_to_bank,
)
from suxin.lending.models import StepNotPossible
from suxin.lending.queries.requests import own_request
from suxin_mini_program.answering import answer, write_once
from suxin_mini_program.contract import Contract
from suxin_mini_program.exchange_views import (
    AttachmentView,
    Marked,
    MaterialView,
    MessageView,
    attachment_view,
    material_view,
    message_view,
)
from suxin_mini_program.paging import Page, PageQuery, newest_first
from suxin_mini_program.reading import AnyRequest, path_id, read_body, read_query
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "材料与对话"
MAX_UPLOAD_BYTES: Final = MAX_DOCUMENT_BYTES * 4 // 3 + 4096
"""A file in Base64, with its name and kind."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME)]
Number = Annotated[int, msgspec.Meta(ge=1, le=MAX_ITEMS)]


class NewAttachment(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A file: PDF, JPEG or PNG of at most two megabytes, its content in Base64; for one bank, or for every bank that may know you."""

    kind: AttachmentKind
    name: Name
    content: bytes
    bank_id: UUID | None = None


class Supplied(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The file for one thing that was asked for, which is counted from one; that bank alone sees it."""

    number: Number
    name: Name
    content: bytes


class NotSupplied(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Which thing is not handed in, and why, if you wish."""

    number: Number
    words: Annotated[str, msgspec.Meta(max_length=MAX_WORDS)] = ""


class NewMessage(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What is written."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]


_FILES: Final = (Invalid, DocumentTooLarge, DocumentTypeRefused, TooManyAttachments)
ATTACH: Final = Contract(
    tag=TAG,
    zh="为申请提交一份材料（PDF、JPG、PNG，2 MB 以内），仅您授权的银行可见",
    en="Hand in a file for a request; only banks that you have permitted see it",
    body=NewAttachment,
    answer=AttachmentView,
    status=201,
    keyed=True,
    refusals=(NotFound, ReferralEnded, *_FILES),
)
FILES: Final = Contract(
    tag=TAG,
    zh="申请的材料，最新在前",
    en="The files of a request, newest first",
    query=PageQuery,
    answer=Page[AttachmentView],
    refusals=(NotFound,),
)
ASKED: Final = Contract(
    tag=TAG,
    zh="银行要求补充的材料，最新在前",
    en="What banks ask for besides, newest first",
    query=PageQuery,
    answer=Page[MaterialView],
    refusals=(NotFound,),
)
SUPPLY: Final = Contract(
    tag=TAG,
    zh="提供银行要求补充的一项材料，仅该银行可见",
    en="Hand in one thing that a bank asked for, for that bank alone",
    body=Supplied,
    answer=MaterialView,
    keyed=True,
    refusals=(NotFound, StepNotPossible, ReferralEnded, *_FILES),
)
DECLINE: Final = Contract(
    tag=TAG,
    zh="说明不提供银行要求补充的一项材料",
    en="Decline to hand in one thing that a bank asked for",
    body=NotSupplied,
    answer=MaterialView,
    keyed=True,
    refusals=(NotFound, StepNotPossible, ReferralEnded, Invalid),
)
MESSAGES: Final = Contract(
    tag=TAG,
    zh="与一家银行的对话，最新在前",
    en="The conversation with one bank, newest first",
    query=PageQuery,
    answer=Page[MessageView],
    refusals=(NotFound,),
)
WRITE: Final = Contract(
    tag=TAG,
    zh="给已授权的银行发送消息",
    en="Write to a bank that you have permitted",
    body=NewMessage,
    answer=MessageView,
    status=201,
    keyed=True,
    refusals=(NotFound, Invalid, ReferralEnded, TooManyMessages),
)
READ: Final = Contract(
    tag=TAG,
    zh="把银行的消息标为已读",
    en="Mark what a bank wrote as read",
    answer=Marked,
    keyed=True,
    refusals=(NotFound,),
)


@post(
    "/loan-requests/{request_id:str}/attachments",
    status_code=201,
    opt=ATTACH.opt,
    request_max_body_size=MAX_UPLOAD_BYTES,
)
async def attach(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, request_id: FromPath[str]
) -> Response[bytes]:
    """Hand in a file for a request."""
    wanted, now = path_id(request_id), runtime.clock.now()
    given = await read_body(request, NewAttachment)

    async def work(session: AsyncSession) -> msgspec.Struct:
        attachment = await attach_file(
            session,
            actor,
            request_id=wanted,
            file=FileGiven(kind=given.kind, name=given.name, content=given.content),
            tenant_id=given.bank_id,
            sealer=runtime.sealer,
            now=now,
        )
        return attachment_view(attachment)

    return await write_once(request, runtime, actor, work, body=given, status=201)


@get("/loan-requests/{request_id:str}/attachments", opt=FILES.opt)
async def list_attachments(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, request_id: FromPath[str]
) -> Response[bytes]:
    """List the files of a request."""
    wanted, query = path_id(request_id), read_query(request, PageQuery)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        await own_request(session, actor, wanted)
        return answer(
            await newest_first(
                session,
                queries.attachments_of(actor.own_subject, wanted),
                query,
                name=f"attachments:{wanted}",
                by=Attachment.id,
                view=lambda row: attachment_view(row[0]),
            )
        )


@get("/loan-requests/{request_id:str}/material-requests", opt=ASKED.opt)
async def list_material(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, request_id: FromPath[str]
) -> Response[bytes]:
    """List what banks ask for besides."""
    wanted, query = path_id(request_id), read_query(request, PageQuery)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        await own_request(session, actor, wanted)
        found: Page[MaterialRequest] = await newest_first(
            session,
            queries.material_asked(actor.own_subject, wanted),
            query,
            name=f"material:{wanted}",
            by=MaterialRequest.id,
            view=lambda row: row[0],
        )
        items = [await material_view(session, one) for one in found.items]
        return answer(Page(items=items, next_cursor=found.next_cursor))


@post(
    "/material-requests/{material_id:str}/supply",
    status_code=200,
    opt=SUPPLY.opt,
    request_max_body_size=MAX_UPLOAD_BYTES,
)
async def supply(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, material_id: FromPath[str]
) -> Response[bytes]:
    """Hand in one thing that a bank asked for."""
    wanted, now = path_id(material_id), runtime.clock.now()
    given = await read_body(request, Supplied)

    async def work(session: AsyncSession) -> msgspec.Struct:
        asked = await supply_material(
            session,
            actor,
            material_id=wanted,
            number=given.number,
            file=FileGiven(kind=AttachmentKind.OTHER, name=given.name, content=given.content),
            sealer=runtime.sealer,
            now=now,
        )
        return await material_view(session, asked)

    return await write_once(request, runtime, actor, work, body=given)


@post("/material-requests/{material_id:str}/decline", status_code=200, opt=DECLINE.opt)
async def decline(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, material_id: FromPath[str]
) -> Response[bytes]:
    """Decline to hand in one thing that a bank asked for."""
    wanted, now = path_id(material_id), runtime.clock.now()
    given = await read_body(request, NotSupplied)

    async def work(session: AsyncSession) -> msgspec.Struct:
        asked = await decline_material(
            session, actor, material_id=wanted, number=given.number, words=given.words, now=now
        )
        return await material_view(session, asked)

    return await write_once(request, runtime, actor, work, body=given)


@get("/referrals/{referral_id:str}/messages", opt=MESSAGES.opt)
async def list_messages(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, referral_id: FromPath[str]
) -> Response[bytes]:
    """List a conversation."""
    wanted, query = path_id(referral_id), read_query(request, PageQuery)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        referral, _ = await queries.referral_of_own(session, actor, wanted)
        return answer(
            await newest_first(
                session,
                queries.messages_of(referral.tenant_id, wanted),
                query,
                name=f"messages:{wanted}",
                by=ReferralMessage.id,
                view=lambda row: message_view(row[0]),
            )
        )


@post("/referrals/{referral_id:str}/messages", status_code=201, opt=WRITE.opt)
async def write(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, referral_id: FromPath[str]
) -> Response[bytes]:
    """Write to a bank."""
    wanted, now = path_id(referral_id), runtime.clock.now()
    given = await read_body(request, NewMessage)

    async def work(session: AsyncSession) -> msgspec.Struct:
        return message_view(
            await write_to_bank(session, actor, referral_id=wanted, text=given.text, now=now)
        )

    return await write_once(request, runtime, actor, work, body=given, status=201)


@post("/referrals/{referral_id:str}/messages/read", status_code=200, opt=READ.opt)
async def mark_read(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, referral_id: FromPath[str]
) -> Response[bytes]:
    """Mark what a bank wrote as read."""
    wanted, now = path_id(referral_id), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        return Marked(count=await mark_bank_read(session, actor, referral_id=wanted, now=now))

    return await write_once(request, runtime, actor, work)


HANDLERS: Final = (
    attach,
    list_attachments,
    list_material,
    supply,
    decline,
    list_messages,
    write,
    mark_read,
)
