"""What a person is told: who read the subject's data, and notices."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.queries import reads_of
from suxin.kernel.actor import Actor
from suxin.kernel.audit import AuditEntry
from suxin.kernel.notices import Notice, mark_read
from suxin.kernel.queries import inbox_of_person
from suxin.subjects.queries import subject_row
from suxin.tenancy.models import Tenant
from suxin_mini_program.answering import answer, newest_page, write_once
from suxin_mini_program.contract import Contract
from suxin_mini_program.labels import Label, category
from suxin_mini_program.paging import MAX_PAGE, Page, PageQuery, page_of, place_of
from suxin_mini_program.reading import AnyRequest, read_body, read_query
from suxin_mini_program.recipients import purpose_label, recipient_view
from suxin_mini_program.reference import BankView
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "查阅记录与消息"
_READS: Final = "data-reads"
_SELF: Final = Label("self", "本人", "yourself")
_Seen = tuple[AuditEntry, Tenant | None, Label]


class DataRead(msgspec.Struct, rename="camel", kw_only=True):
    """One reading: by whom, for what, on which consent or contract, which categories and fields, how many rows.

    ``about`` says whose data was read: the acting person's own (``self``), or those of the subject he acts for.
    """

    id: UUID
    at: datetime
    about: Label
    reader: BankView | None
    purpose: Label
    consent_id: UUID | None
    contract_id: UUID | None
    categories: list[Label]
    fields: list[str]
    row_count: int


class NoticeView(msgspec.Struct, rename="camel", kw_only=True):
    """A notice to the person; ``link`` is a page of the mini program."""

    id: UUID
    template: str
    title: str
    body: str
    link: str
    created_at: datetime
    read_at: datetime | None


class NoticesRead(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """The notices that were read."""

    ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=MAX_PAGE)]


class Marked(msgspec.Struct, rename="camel", kw_only=True):
    """The notices that count as read now; ids of others' notices change nothing."""

    ids: list[UUID]


READS: Final = Contract(
    tag=TAG,
    zh="谁看过我和我代理的主体的资料，最新在前",
    en="Who read the subject's data or the acting person's own, newest first",
    query=PageQuery,
    answer=Page[DataRead],
)
NOTICES: Final = Contract(
    tag=TAG,
    zh="我的消息，最新在前",
    en="My notices, newest first",
    query=PageQuery,
    answer=Page[NoticeView],
)
MARK_READ: Final = Contract(
    tag=TAG,
    zh="把消息标为已读（最多 100 条）",
    en="Mark notices as read, a hundred at most",
    body=NoticesRead,
    answer=Marked,
    keyed=True,
)


@get("/data-reads", opt=READS.opt)
async def list_reads(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """List who read the subject's data, and one's own: whoever applies is read about too.

    The acting person reads about himself as himself: a mandate for a firm opens only what is about the firm.
    """
    query, now = read_query(request, PageQuery), runtime.clock.now()
    himself = Actor.subject(
        actor.request_id, person_id=actor.own_person, subject_id=actor.own_person
    )
    seen: list[_Seen] = []
    async with runtime.database.snapshot(himself, now=now) as session:
        seen += await _reads(session, himself, query, _SELF)
    if actor.own_subject != actor.own_person:
        async with runtime.database.snapshot(actor, now=now) as session:
            firm = await subject_row(session, actor.own_subject)
            seen += await _reads(session, actor, query, Label("subject", firm.name, firm.name))
    seen.sort(key=lambda one: one[0].id, reverse=True)
    return answer(
        page_of(
            seen, query, name=_READS, key=lambda one: one[0].id, view=lambda one: _read_view(*one)
        )
    )


async def _reads(
    session: AsyncSession, actor: Actor, query: PageQuery, about: Label
) -> list[_Seen]:
    """Return one reading more than the page may hold, about the subject the actor acts for."""
    statement = reads_of(actor.own_subject)
    if query.after is not None:
        statement = statement.where(AuditEntry.id < place_of(query.after, _READS, UUID))
    rows = await session.execute(statement.limit(query.first + 1))
    return [(row[0], row[1], about) for row in rows]


@get("/notices", opt=NOTICES.opt)
async def list_notices(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """List the person's notices."""
    return await newest_page(
        request,
        runtime,
        actor,
        inbox_of_person(actor.own_person),
        name="notices",
        by=Notice.id,
        view=lambda row: _notice_view(row[0]),
    )


@post("/notices/read", status_code=200, opt=MARK_READ.opt)
async def mark_notices(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """Mark notices as read."""
    given, now = await read_body(request, NoticesRead), runtime.clock.now()

    async def work(session: AsyncSession) -> msgspec.Struct:
        await mark_read(session, notice_ids=given.ids, now=now)
        own = inbox_of_person(actor.own_person).where(Notice.id.in_(given.ids))
        return Marked(ids=[notice.id for notice in await session.scalars(own)])

    return await write_once(request, runtime, actor, work, body=given)


def _read_view(entry: AuditEntry, tenant: Tenant | None, about: Label) -> DataRead:
    reader = None if entry.tenant_id is None else recipient_view(entry.tenant_id, tenant)
    return DataRead(
        id=entry.id,
        at=entry.at,
        about=about,
        reader=reader,
        purpose=purpose_label(entry.purpose or ""),
        consent_id=entry.consent_id,
        contract_id=entry.contract_id,
        categories=[category(code) for code in entry.categories],
        fields=entry.fields,
        row_count=entry.row_count,
    )


def _notice_view(notice: Notice) -> NoticeView:
    return NoticeView(
        id=notice.id,
        template=notice.template,
        title=notice.title,
        body=notice.body,
        link=notice.link,
        created_at=notice.created_at,
        read_at=notice.read_at,
    )


HANDLERS: Final = (list_reads, list_notices, mark_notices)
