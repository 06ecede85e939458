"""Downloading a file of a referral: an address that a link names, for whoever holds it, as long as its bank may read the file."""

import asyncio
from http import HTTPStatus
from typing import Final
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from suxin.kernel.ids import parse_id
from suxin.kernel.refusals import Invalid, Refusal, RefusalKind
from suxin.kernel.sealed_documents import opened_content
from suxin.lending.exchange.callers import linked_bank
from suxin.lending.exchange.links import FileLink, is_signed
from suxin.lending.exchange.models import ATTACHMENT, ATTACHMENT_KEY
from suxin.lending.exchange.queries import attachment_on
from suxin_web.attachment_paths import ATTACHMENT_FILES
from suxin_web.callers import AnyRequest, by_address
from suxin_web.downloads import file_answer
from suxin_web.rate_limits import Limit
from suxin_web.refusals import EdgeRefusal
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime

DOWNLOADS: Final = Limit(name="graphql.attachments", burst=20, per_minute=60)
_MAX_DIGITS: Final = 12
_MAX_SIGNATURE: Final = 64


class AttachmentLinkInvalid(EdgeRefusal):
    """The link is none of ours; which of its parts is wrong is not told."""

    code = "ATTACHMENT_LINK_INVALID"
    kind = RefusalKind.FORBIDDEN
    status = HTTPStatus.FORBIDDEN
    zh = "下载链接无效"
    en = "The link is not valid"


class AttachmentLinkExpired(EdgeRefusal):
    """The link was ours, and its time is over, or the bank may not read the file any more."""

    code = "ATTACHMENT_LINK_EXPIRED"
    kind = RefusalKind.NOT_FOUND
    status = HTTPStatus.GONE
    zh = "下载链接已过期，或材料已不可查阅，请重新获取链接"
    en = "The link has expired, or the file can no longer be read; ask for another link"


@get(
    ATTACHMENT_FILES + "/{referral_id:uuid}/{attachment_id:uuid}",
    include_in_schema=False,
    guards=[by_address(DOWNLOADS)],
)
async def download_attachment(
    request: AnyRequest,
    runtime: GivenRuntime,
    referral_id: FromPath[UUID],
    attachment_id: FromPath[UUID],
) -> Response[bytes]:
    """Send the file that a link is to; the applicant sees who read it.

    :raises AttachmentLinkInvalid: if it is not signed by us for this file, bank and moment
    :raises AttachmentLinkExpired: if its time is over, or the bank has no basis for the file any more
    :raises TenantSuspended: if the bank is suspended
    """
    link = _link_of(request, referral_id, attachment_id)
    if not is_signed(link, sealer=runtime.sealer):
        raise AttachmentLinkInvalid
    now = runtime.clock.now()
    if link.expires <= now.timestamp():
        raise AttachmentLinkExpired
    actor = await linked_bank(
        runtime.database.steps,
        link.tenant_id,
        profiles=runtime.profiles,
        request_id=request_id_of(request),
    )
    if actor is None:
        raise AttachmentLinkExpired
    async with runtime.database.snapshot(actor, now=now + actor.ahead) as session:
        try:
            found = await attachment_on(
                session, actor, referral_id=referral_id, attachment_id=attachment_id
            )
        except Refusal as refusal:
            raise AttachmentLinkExpired from refusal
        content = await asyncio.to_thread(
            opened_content,
            runtime.sealer,
            found,
            purpose=ATTACHMENT,
            key_purpose=ATTACHMENT_KEY,
        )
    return file_answer(content, media_type=found.media_type, name=found.name)


routes: Final[tuple[ControllerRouterHandler, ...]] = (download_attachment,)
"""What the server mounts."""


def _link_of(request: AnyRequest, referral_id: UUID, attachment_id: UUID) -> FileLink:
    given = request.query_params
    expires, signature = given.get("expires", ""), given.get("signature", "")
    plain = expires.isascii() and expires.isdigit() and len(expires) <= _MAX_DIGITS
    if not plain or not 0 < len(signature) <= _MAX_SIGNATURE:
        raise AttachmentLinkInvalid
    try:
        tenant_id = parse_id(given.get("bank"), field="bank")
    except Invalid as unreadable:
        raise AttachmentLinkInvalid from unreadable
    return FileLink(tenant_id, referral_id, attachment_id, int(expires), signature)
