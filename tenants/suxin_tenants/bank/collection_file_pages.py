"""Files of a bank's collection attempts: attached from the claim's page, and opened by the bank alone."""

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.risk_pool.claims import commands, queries
from suxin.risk_pool.claims.policies import CLAIM_MAKE, CLAIM_READ
from suxin.risk_pool.claims.states import WITH_BANK
from suxin.risk_pool.collection_files.attaching import attach_file
from suxin.risk_pool.collection_files.queries import opened_file
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.bank.claim_pages import show_claim_with
from suxin_tenants.visits import Answer, GivenVisit, can_be_set_right, errors_of

_NAMES: Final = {"content": "file", "name": "file"}
_FIELDS: Final = ("attemptId", "file")
_ENDINGS: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@post("/claims/{claim_id:uuid}/files", status_code=200)
async def send_collection_file(visit: GivenVisit, claim_id: FromPath[UUID]) -> Answer:
    """Attach a file to a collection attempt, and put a claim that lies with the bank together anew."""
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(CLAIM_MAKE)
    form, sent = await visit.form_with_bytes("file")
    form.require("attemptId")
    attempt_id = form.id("attemptId")
    if sent is None:
        form.fail("file", "请选择文件")
    if form.errors or sent is None or attempt_id is None:
        return await show_claim_with(visit, claim_id, form, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        claim = await queries.own_claim(session, visit.actor, claim_id)
        file = await attach_file(
            session,
            visit.actor,
            attempt_id=attempt_id,
            name=sent.name,
            content=sent.content,
            sealer=visit.runtime.sealer,
            now=visit.world_now,
        )
        if claim.state in WITH_BANK:
            await commands.draft_claim(
                session, visit.actor, loan_id=claim.loan_id, now=visit.world_now
            )
        return {"id": str(file.id)}

    try:
        await visit.once(form, "claim.file", work, about=claim_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        for name, message in errors_of(refusal, _NAMES, _FIELDS).items():
            form.fail(name, message)
        return await show_claim_with(visit, claim_id, form, status=422)
    return visit.go(f"/desk/claims/{claim_id}", "催收材料已上传")


@get("/collection-files/{file_id:uuid}")
async def download_collection_file(visit: GivenVisit, file_id: FromPath[UUID]) -> Answer:
    """Send a file as a download; it is never shown within the desk."""
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(CLAIM_READ)
    async with visit.reading() as session:
        opened = await opened_file(session, visit.actor, visit.runtime.sealer, file_id=file_id)
        plain = f"{opened.file.id}.{_ENDINGS[opened.file.media_type]}"
        named = quote(opened.file.name, safe="")
        media_type = opened.file.media_type
    return Response(
        opened.content,
        status_code=HTTPStatus.OK,
        media_type=media_type,
        headers={
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{named}",
            "Cache-Control": "no-store",
        },
    )


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    send_collection_file,
    download_collection_file,
)
