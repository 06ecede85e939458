"""What bank and applicant give each other on a referral, in the schema: files, requests for material, messages."""

from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.lending import policies
from suxin.lending.exchange import models
from suxin.lending.exchange.asking import MAX_ITEMS
from suxin.lending.exchange.links import link_to
from suxin.lending.exchange.models import AttachmentKind, Author, ItemState, MaterialState
from suxin.lending.exchange.queries import (
    attachment_on,
    attachments_on,
    material_in_reach,
    messages_on,
)
from suxin.lending.models import Referral
from suxin.lending.queries.referrals import own_referral, party_of
from suxin_graphql.context import Context
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.execution.filters import Choice, Filter
from suxin_graphql.execution.records import (
    Asked,
    Part,
    Record,
    Source,
    Told,
    ToldPage,
    column,
    read_field,
    told_page,
)
from suxin_graphql.node import Node, global_id
from suxin_graphql.paging import Connection
from suxin_web.attachment_paths import ATTACHMENT_FILES

ATTACHMENTS: Final = Ordering("lending.attachments/1", (Key(models.Attachment.id, UUID),))
MESSAGES: Final = Ordering("lending.messages/1", (Key(models.ReferralMessage.id, UUID),))


@strawberry.input(
    description="补充材料要求的筛选条件，同时满足。Which requests for material; every given field must fit."
)
class MaterialRequestFilter(Filter):
    """Which requests for material."""

    __model__: ClassVar = models.MaterialRequest

    state: Choice[MaterialState] | None = None


class MaterialRequestOrder(Order):
    """The order of what a bank asked for."""

    NEWEST = (
        Ordering("lending.material/1", (Key(models.MaterialRequest.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(description="一项要求补充的材料。One thing that a bank asks for.")
class MaterialItem:
    """One thing that a bank asks for."""

    number: int
    kind: AttachmentKind
    note: str
    state: ItemState
    words: str | None = strawberry.field(
        description="申请人不提供的说明。What the applicant says where he hands nothing in."
    )
    answered_at: datetime | None


def _items(stored: Any, _: Context) -> list[MaterialItem]:  # noqa: ANN401 - a JSON column
    return [
        MaterialItem(
            number=number,
            kind=AttachmentKind.coded(item["kind"]),
            note=item["note"],
            state=ItemState.coded(item["state"]),
            words=item["words"],
            answered_at=None if item["at"] is None else datetime.fromisoformat(item["at"]),
        )
        for number, item in enumerate(stored, start=1)
    ]


@strawberry.type(
    description="要求申请人补充材料；等待期间银行的答复时限不计。"
    "What the applicant is asked for besides; the bank's time to decide stands still meanwhile."
)
class MaterialRequest(Node):
    """What an applicant is asked for besides."""

    __model__: ClassVar = models.MaterialRequest
    __source__: ClassVar = Source(
        material_in_reach, models.MaterialRequest.id, policies.REFERRAL_READ
    )

    id: strawberry.ID = global_id("MaterialRequest")
    state: MaterialState
    note: str
    items: list[MaterialItem] = column(convert=_items, items=MAX_ITEMS)
    asked_at: datetime
    closes_at: datetime = strawberry.field(
        description="最迟答复时间。Until when the applicant may answer."
    )
    ended_at: datetime | None


@strawberry.type(
    description="材料下载链接，凭链接即可下载，15 分钟内有效，且须授权仍然有效。"
    "A link to a file; who holds it needs nothing else, for 15 minutes and while the basis stands."
)
class AttachmentLink(Record):
    """A link to a file."""

    url: str
    expires_at: datetime


async def tell_file_link(
    session: AsyncSession, context: Context, attachment: Record
) -> AttachmentLink | None:
    """Return a link to a file, or nothing where it is erased; issuing it leaves a receipt as reading it does."""
    row: models.Attachment = attachment.__dict__["_row"]
    referral: Referral = attachment.__dict__["_referral"]
    if row.content is None:
        return None
    await attachment_on(session, context.actor, referral_id=referral.id, attachment_id=row.id)
    sealer, now = context.runtime.sealer, context.now
    link = link_to(referral.tenant_id, referral.id, row.id, sealer=sealer, now=now)
    address = f"{context.runtime.public_url}{ATTACHMENT_FILES}/{referral.id}/{row.id}"
    url = f"{address}?bank={referral.tenant_id}&expires={link.expires}&signature={link.signature}"
    return AttachmentLink.given(url=url, expires_at=link.expires_at)


@strawberry.type(description="申请人提交的一份材料。A file that the applicant handed in.")
class Attachment(Record):
    """A file that the applicant handed in."""

    __model__: ClassVar = models.Attachment

    kind: AttachmentKind
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    uploaded_at: datetime
    erased_at: datetime | None
    link: AttachmentLink | None = read_field(
        Told(lambda: AttachmentLink, tell_file_link, needs=()),
        description="下载链接；每次查询都会新签发一个并留痕，已删除时为空。"
        "A new link each time it is asked for, on record; nothing once the file is erased.",
    )


@strawberry.type(description="对接中的一条消息。A message of a referral's conversation.")
class ReferralMessage(Record):
    """A message of a referral's conversation."""

    __model__: ClassVar = models.ReferralMessage

    author: Author
    text: str | None = strawberry.field(description="到期删除后为空。Nothing once it is erased.")
    sent_at: datetime
    read_at: datetime | None


async def tell_attachments(
    session: AsyncSession, context: Context, exchange: Record, asked: Asked
) -> Part:
    """Return a page of the files of a referral; it leaves its receipt."""
    referral: Referral = exchange.__dict__["_referral"]
    page = await attachments_on(
        session,
        context.actor,
        referral,
        first=asked.first,
        after=_after(asked),
        counted=asked.counted,
    )
    nodes = [
        ((row.id,), Attachment.of_row(row, context, _row=row, _referral=referral))
        for row in page.rows
    ]
    return Part(nodes=nodes, more=page.more, total=page.total)


async def tell_messages(
    session: AsyncSession, context: Context, exchange: Record, asked: Asked
) -> Part:
    """Return a page of a referral's conversation; it leaves its receipt."""
    referral: Referral = exchange.__dict__["_referral"]
    page = await messages_on(
        session,
        context.actor,
        referral,
        first=asked.first,
        after=_after(asked),
        counted=asked.counted,
    )
    nodes = [((row.id,), ReferralMessage.of_row(row, context)) for row in page.rows]
    return Part(nodes=nodes, more=page.more, total=page.total)


def _after(asked: Asked) -> UUID | None:
    return None if asked.after is None else asked.after[0]


@strawberry.type(
    description="银行与申请人之间的材料与消息。What bank and applicant give each other on a referral."
)
class Exchange(Record):
    """What bank and applicant give each other on a referral."""

    attachments: Connection[Attachment] = told_page(
        ToldPage(lambda: Attachment, lambda: ATTACHMENTS, tell_attachments),
        description="申请人提交给本行的材料，新的在前；查阅会留痕。"
        "The files that this bank sees, newest first; reading them leaves a receipt.",
    )
    messages: Connection[ReferralMessage] = told_page(
        ToldPage(lambda: ReferralMessage, lambda: MESSAGES, tell_messages),
        description="对话，新的在前；查阅会留痕。The conversation, newest first; reading it leaves a receipt.",
    )


async def tell_exchange(
    session: AsyncSession, context: Context, referral: Record
) -> Exchange | None:
    """Return what was exchanged on a referral, or nothing where the bank may not know its applicant.

    :raises OutsideOwnArea: if the referral lies outside the caller's branch or areas
    """
    row, _ = await own_referral(session, context.actor, referral.__dict__["_id"])
    policies.require_in_reach(context.actor, row)
    if await party_of(session, row.lead_id) is None:
        return None
    return Exchange.given(_referral=row)
