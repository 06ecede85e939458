"""The documents of a case: opened one by one at the office that deals with it, and on record each time."""

from http import HTTPStatus
from typing import Final
from urllib.parse import quote
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from suxin.rights.policies import CASE_READ
from suxin.rights.queries.cases import opened_document
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.visits import Answer, GivenVisit

_ENDINGS: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@get("/cases/{case_id:uuid}/documents/{document_id:uuid}")
async def download_document(
    visit: GivenVisit, case_id: FromPath[UUID], document_id: FromPath[UUID]
) -> Answer:
    """Send a document as a file; it is never shown within the desk, because somebody else made it."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(CASE_READ)
    async with visit.reading() as session:
        document, content = await opened_document(
            session,
            visit.actor,
            visit.runtime.sealer,
            case_id=case_id,
            document_id=document_id,
        )
        plain = f"{document.id}.{_ENDINGS[document.media_type]}"
        named = (
            f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(document.name, safe='')}"
        )
        media_type = document.media_type
    return Response(
        content,
        status_code=HTTPStatus.OK,
        media_type=media_type,
        headers={"Content-Disposition": named, "Cache-Control": "no-store"},
    )
