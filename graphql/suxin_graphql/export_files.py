"""Downloading files: an address that a link names, for whoever holds it, without a cookie or a token of its own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from typing import Final
from uuid import UUID

from litestar import get
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from suxin.exports.callers import caller_of
from suxin.exports.links import Link, is_kept, is_signed
from suxin.exports.models import Export
from suxin.exports.progress import opened_file, record_download
from suxin.exports.queries import export_linked
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import RefusalKind
from suxin_web.callers import AnyRequest, by_address
from suxin_web.export_paths import EXPORT_FILES
from suxin_web.rate_limits import Limit
from suxin_web.refusals import EdgeRefusal
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime, Runtime

MEDIA_TYPE: Final = "application/jsonl"
DOWNLOADS: Final = Limit(name="graphql.exports", burst=20, per_minute=60)
_MAX_DIGITS: Final = 12
_MAX_SIGNATURE: Final = 64


class ExportLinkInvalid(EdgeRefusal):
    """The link is none of ours; which of its parts is wrong is not told."""

    code = "EXPORT_LINK_INVALID"
    kind = RefusalKind.FORBIDDEN
    status = HTTPStatus.FORBIDDEN
    zh = "下载链接无效"
    en = "The link is not valid"


class ExportLinkExpired(EdgeRefusal):
    """The link was ours, and its time is over, or its file's."""

    code = "EXPORT_LINK_EXPIRED"
    kind = RefusalKind.NOT_FOUND
    status = HTTPStatus.GONE
    zh = "下载链接已过期，或文件已删除，请重新获取链接"
    en = "The link has expired or the file is erased; ask for another link"


@get(EXPORT_FILES + "/{export_id:uuid}", include_in_schema=False, guards=[by_address(DOWNLOADS)])
async def download_export(
    request: AnyRequest, runtime: GivenRuntime, export_id: FromPath[UUID]
) -> Stream:
    """Send the file that a link is to, as JSON Lines in gzip.

    :raises ExportLinkInvalid: if it is not signed by us for this export and moment
    :raises ExportLinkExpired: if its time is over, or the file's
    :raises Refusal: whatever stops its owner from reading now (``caller_of``)
    """
    link = _link_of(request, export_id)
    export = await _linked(runtime, link)
    await caller_of(
        runtime.database.steps,
        export,
        profiles=runtime.profiles,
        request_id=request_id_of(request),
        now=runtime.clock.now(),
    )
    parts = await asyncio.to_thread(_opened, runtime, export)
    await _record(request, runtime, export)
    return Stream(
        _sent(parts),
        media_type=MEDIA_TYPE,
        headers={
            "Content-Encoding": "gzip",
            "Content-Disposition": f'attachment; filename="export-{export.id}.jsonl"',
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )


routes: Final[tuple[ControllerRouterHandler, ...]] = (download_export,)
"""What the server mounts."""


def _link_of(request: AnyRequest, export_id: UUID) -> Link:
    expires = request.query_params.get("expires", "")
    signature = request.query_params.get("signature", "")
    plain = expires.isascii() and expires.isdigit() and len(expires) <= _MAX_DIGITS
    if not plain or not 0 < len(signature) <= _MAX_SIGNATURE:
        raise ExportLinkInvalid
    return Link(export_id, int(expires), signature)


async def _linked(runtime: Runtime, link: Link) -> Export:
    now = runtime.clock.now()
    async with runtime.database.snapshot(Actor.system("export-download"), now=now) as session:
        export = await export_linked(session, export_id=link.export_id)
    if export is None or not is_signed(link, export, sealer=runtime.sealer):
        raise ExportLinkInvalid
    if link.expires <= now.timestamp() or not is_kept(export, now=now):
        raise ExportLinkExpired
    return export


def _opened(runtime: Runtime, export: Export) -> Iterator[bytes]:
    """Return the parts of the file, which is open then, and stays so when its name is deleted meanwhile."""
    file = opened_file(export, folder=runtime.exports_folder, sealer=runtime.sealer)
    if file is None:
        raise ExportLinkExpired
    try:
        return file.gzip(until=export.position, crc=export.crc, length=export.byte_count)
    except FileNotFoundError as gone:
        raise ExportLinkExpired from gone


async def _record(request: AnyRequest, runtime: Runtime, export: Export) -> None:
    now, system = runtime.clock.now(), Actor.system(request_id_of(request))
    async with runtime.database.transaction(system, now=now) as session:
        record_download(session, export=export, now=now)


async def _sent(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (part := await asyncio.to_thread(next, parts, None)) is not None:
        yield part
