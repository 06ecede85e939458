"""My data: what the platform holds about the subject acted for, in overview, as a file for machines, and as one to read."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.holdings import Kept, Portion
from suxin.kernel.refusals import Invalid
from suxin.rights.portions import portion_named, portions_of
from suxin.rights.queries.holdings import (
    FORMAT,
    ROWS_A_PORTION,
    Told,
    count,
    download,
    told,
)
from suxin.subjects.queries import subject_row
from suxin_mini_program.answering import MEDIA_TYPE, answer
from suxin_mini_program.contract import Contract
from suxin_mini_program.data_words import shown_rows
from suxin_mini_program.pages import PAGES
from suxin_mini_program.paging import (
    DEFAULT_PAGE,
    After,
    First,
    cursor_of,
    place_of,
)
from suxin_mini_program.reading import AnyRequest, read_query
from suxin_web.callers import GivenActor
from suxin_web.rate_limits import DATA_DOWNLOAD
from suxin_web.runtime import GivenRuntime, Runtime

TAG: Final = "我的数据"
NOTES: Final = (
    "本文件载有平台持有的、关于下述主体的全部个人信息与数据，依《个人信息保护法》第四十五条向您提供。",
    "姓名、身份证号、手机号以脱敏形式列出：文件可能被转存转发，而完整号码您本人知悉。",
    f"每一部分最多列出最近 {ROWS_A_PORTION} 条；count 为总数，未列完的从 nextCursor 起经 /my-data/rows 继续读取。",
    "登录令牌、验证码与密钥只以不可还原的摘要值保存，不列入本文件。",
)


class KeptWhy(msgspec.Struct, rename="camel", kw_only=True):
    """Why something is kept: the ground in Chinese and English, the article, and until when."""

    why_zh: str
    why_en: str
    law: str
    until: str


class HeldPart(msgspec.Struct, rename="camel", kw_only=True):
    """One part of what is held; ``erasable`` says that some of it goes at the subject's wish, ``kept`` why not all."""

    code: str
    zh: str
    en: str
    count: int
    erasable: bool
    kept: KeptWhy | None


class Holdings(msgspec.Struct, rename="camel", kw_only=True):
    """What is held about the subject acted for, by parts."""

    subject_id: UUID
    subject_name: str
    parts: list[HeldPart]


class DataPart(msgspec.Struct, rename="camel", kw_only=True):
    """One part with its rows, the latest first; ``nextCursor`` is where the rest begins, nothing where it is complete."""

    code: str
    zh: str
    en: str
    fields: dict[str, str]
    count: int
    rows: list[dict[str, Any]]
    next_cursor: str | None


class DataOwner(msgspec.Struct, rename="camel", kw_only=True):
    """The subject that the data is about."""

    id: UUID
    kind: str
    name: str


class MyData(msgspec.Struct, rename="camel", kw_only=True):
    """Everything held about one subject; ``format`` names this shape and its version."""

    format: str
    generated_at: datetime
    subject: DataOwner
    notes: list[str]
    parts: list[DataPart]


class ShownValue(msgspec.Struct, rename="camel", kw_only=True):
    """One value of a row as a person reads it, under its Chinese name."""

    name: str
    value: str


class DataRows(msgspec.Struct, rename="camel", kw_only=True):
    """One page of a part: the rows as they are held, and as a person reads them, in the same order."""

    items: list[dict[str, Any]]
    shown: list[list[ShownValue]]
    next_cursor: str | None


class RowsQuery(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Which rows of which part are asked for."""

    part: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    first: First = DEFAULT_PAGE
    after: After | None = None


HOLDINGS: Final = Contract(
    tag=TAG,
    zh="平台持有当前主体的哪些数据，各能否删除、依法保留的理由",
    en="What is held about the subject acted for, what of it may be erased, and why the rest is kept",
    answer=Holdings,
)
DOWNLOAD: Final = Contract(
    tag=TAG,
    zh="下载我的数据（JSON，每部分最多 500 条；下载本身记入办理记录）",
    en="Download everything held about the subject as JSON, at most 500 rows a part; the download is put on record",
    answer=MyData,
)
DOCUMENT: Final = Contract(
    tag=TAG,
    zh="下载我的数据（可阅读、可打印的网页文件）",
    en="Download the same as a page to read and print, which needs nothing else to be shown",
    page=True,
)
ROWS: Final = Contract(
    tag=TAG,
    zh="逐页读取我的数据的一个部分，最新在前",
    en="Read on in one part of one's data, the latest first",
    query=RowsQuery,
    answer=DataRows,
    refusals=(Invalid,),
)


@get("/my-data", opt=HOLDINGS.opt)
async def show_holdings(runtime: GivenRuntime, actor: GivenActor) -> Response[bytes]:
    """Show what is held, by parts."""
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        subject = await subject_row(session, actor.own_subject)
        parts = [
            held_part(portion, await count(session, actor, portion))
            for portion in portions_of(actor)
        ]
        return answer(Holdings(subject_id=subject.id, subject_name=subject.name, parts=parts))


@get("/my-data/export", opt=DOWNLOAD.opt)
async def download_data(runtime: GivenRuntime, actor: GivenActor) -> Response[bytes]:
    """Answer everything as a file for machines."""
    await runtime.limits.take(DATA_DOWNLOAD, f"person:{actor.person_id}")
    now = runtime.clock.now()
    async with runtime.database.snapshot(actor, now=now) as session:
        owner, parts = await _everything(session, runtime, actor)
        content = msgspec.json.encode(
            MyData(
                format=FORMAT,
                generated_at=now,
                subject=owner,
                notes=list(NOTES),
                parts=[_data_part(one) for one in parts],
            )
        )
    return Response(
        content,
        status_code=HTTPStatus.OK,
        media_type=MEDIA_TYPE,
        headers={"Content-Disposition": 'attachment; filename="my-data.json"'},
    )


@get("/my-data/document", opt=DOCUMENT.opt)
async def download_document(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """Answer everything as a page that stands by itself."""
    await runtime.limits.take(DATA_DOWNLOAD, f"person:{actor.person_id}")
    now = runtime.clock.now()
    async with runtime.database.snapshot(actor, now=now) as session:
        owner, parts = await _everything(session, runtime, actor)
        context = {
            "owner": owner,
            "generated_at": now,
            "notes": NOTES[:2] + NOTES[3:],
            "parts": [
                {"portion": one.portion, "count": one.count, "rows": shown_rows(one)}
                for one in parts
            ],
        }
    return PAGES.render(
        request,
        "my_data.html",
        context,
        headers={"Content-Disposition": 'attachment; filename="my-data.html"'},
    )


@get("/my-data/rows", opt=ROWS.opt)
async def list_rows(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """Read on in one part."""
    query = read_query(request, RowsQuery)
    portion = portion_named(actor, query.part)
    after = None if query.after is None else place_of(query.after, _name(portion), list[str | int])
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        found = await told(session, actor, portion, runtime.sealer, limit=query.first, after=after)
        return answer(
            DataRows(
                items=found.rows,
                shown=[
                    [ShownValue(name=name, value=value) for name, value in row]
                    for row in shown_rows(found)
                ],
                next_cursor=_cursor(found),
            )
        )


def held_part(portion: Portion, rows: int) -> HeldPart:
    """Return one part in overview."""
    return HeldPart(
        code=portion.code,
        zh=portion.zh,
        en=portion.en,
        count=rows,
        erasable=portion.erase is not None,
        kept=None if portion.kept is None else kept_why(portion.kept),
    )


def kept_why(kept: Kept) -> KeptWhy:
    """Return why something is kept, as a caller reads it."""
    return KeptWhy(why_zh=kept.why_zh, why_en=kept.why_en, law=kept.law_zh, until=kept.until_zh)


async def _everything(
    session: AsyncSession, runtime: Runtime, actor: Actor
) -> tuple[DataOwner, Sequence[Told]]:
    subject = await subject_row(session, actor.own_subject)
    owner = DataOwner(id=subject.id, kind=subject.kind.value, name=subject.name)
    return owner, await download(session, actor, runtime.sealer)


def _data_part(found: Told) -> DataPart:
    portion = found.portion
    return DataPart(
        code=portion.code,
        zh=portion.zh,
        en=portion.en,
        fields=portion.names,
        count=found.count,
        rows=found.rows,
        next_cursor=_cursor(found),
    )


def _cursor(found: Told) -> str | None:
    place = found.next_place
    return None if place is None else cursor_of(_name(found.portion), place)


def _name(portion: Portion) -> str:
    return f"my-data.{portion.code}"


HANDLERS: Final = (show_holdings, download_data, download_document, list_rows)
