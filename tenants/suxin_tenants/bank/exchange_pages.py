"""What an officer does on a referral besides: ask for more, write, download a file, give the referral to somebody else."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.kernel.sealed_documents import opened_content
from suxin.lending.exchange.asking import ItemAsked, ask_for_material
from suxin.lending.exchange.models import ATTACHMENT, ATTACHMENT_KEY, AttachmentKind
from suxin.lending.exchange.queries import attachment_on
from suxin.lending.exchange.talking import mark_conversation_read, send_message
from suxin.lending.routing.commands import assign_referral
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.bank.referral_pages import show_again
from suxin_tenants.forms import Form
from suxin_tenants.visits import Answer, GivenVisit, Visit, Work, can_be_set_right, errors_of
from suxin_web.downloads import file_answer

_MATERIAL: Final[Mapping[str, str]] = {"items": "kinds", "note": "materialNote"}
_ASSIGN: Final[Mapping[str, str]] = {"reason": "assignReason"}


@post("/referrals/{referral_id:uuid}/material", status_code=200)
async def send_material(visit: GivenVisit, referral_id: FromPath[UUID]) -> Answer:
    """Ask the applicant for more, or show the form again with what is wrong with it."""
    visit.require_kind(TenantKind.BANK)
    form = await visit.form()
    kinds = [AttachmentKind.coded(one) for one in form.texts("kinds") if one in set(AttachmentKind)]
    note = form.text("materialNote")

    async def work(session: AsyncSession) -> dict[str, Any]:
        await ask_for_material(
            session,
            visit.actor,
            referral_id=referral_id,
            items=[ItemAsked(kind) for kind in kinds],
            note=note,
            now=visit.world_now,
        )
        return {}

    done = "已通知申请人补充材料，答复时限顺延"
    return await _sent(visit, referral_id, form, "material", work, done=done, names=_MATERIAL)


@post("/referrals/{referral_id:uuid}/messages", status_code=200)
async def send_text(visit: GivenVisit, referral_id: FromPath[UUID]) -> Answer:
    """Write to the applicant; what he wrote before is read then."""
    visit.require_kind(TenantKind.BANK)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        actor, now = visit.actor, visit.world_now
        text = form.text("text")
        await send_message(session, actor, referral_id=referral_id, text=text, now=now)
        await mark_conversation_read(session, actor, referral_id=referral_id, now=now)
        return {}

    return await _sent(visit, referral_id, form, "message", work, done="已发送")


@post("/referrals/{referral_id:uuid}/messages/read", status_code=200)
async def send_read(visit: GivenVisit, referral_id: FromPath[UUID]) -> Answer:
    """Mark what the applicant wrote as read."""
    visit.require_kind(TenantKind.BANK)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await mark_conversation_read(
            session, visit.actor, referral_id=referral_id, now=visit.world_now
        )
        return {}

    return await visit.press(
        "message.read", work, back=_at(referral_id), done="已标为已读", referral=referral_id
    )


@post("/referrals/{referral_id:uuid}/assign", status_code=200)
async def send_assign(visit: GivenVisit, referral_id: FromPath[UUID]) -> Answer:
    """Give the referral to another officer, or show the form again with what is wrong with it."""
    visit.require_kind(TenantKind.BANK)
    form = await visit.form()
    staff_id = form.id("staffId")
    if staff_id is None:
        form.fail("staffId", "请选择人员")

    async def work(session: AsyncSession) -> dict[str, Any]:
        await assign_referral(
            session,
            visit.actor,
            referral_id=referral_id,
            staff_id=staff_id or referral_id,
            reason=form.text("assignReason"),
            now=visit.world_now,
        )
        return {}

    return await _sent(visit, referral_id, form, "assign", work, done="已改派", names=_ASSIGN)


@get("/referrals/{referral_id:uuid}/attachments/{attachment_id:uuid}")
async def download_file(
    visit: GivenVisit, referral_id: FromPath[UUID], attachment_id: FromPath[UUID]
) -> Response[bytes]:
    """Send a file of the applicant's; he sees who has read it."""
    visit.require_kind(TenantKind.BANK)
    async with visit.reading() as session:
        found = await attachment_on(
            session, visit.actor, referral_id=referral_id, attachment_id=attachment_id
        )
        content = await asyncio.to_thread(
            opened_content,
            visit.runtime.sealer,
            found,
            purpose=ATTACHMENT,
            key_purpose=ATTACHMENT_KEY,
        )
    return file_answer(content, media_type=found.media_type, name=found.name)


async def _sent(
    visit: Visit,
    referral_id: UUID,
    form: Form,
    step: str,
    work: Work,
    *,
    done: str,
    names: Mapping[str, str] | None = None,
) -> Answer:
    if form.errors:
        return await show_again(visit, referral_id, form, form.errors)
    try:
        await visit.once(form, f"referral.{step}", work, referral=referral_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        fields = ("kinds", "materialNote", "text", "staffId", "assignReason")
        return await show_again(
            visit, referral_id, form, errors_of(refusal, dict(names or {}), fields)
        )
    return visit.go(_at(referral_id), done)


def _at(referral_id: UUID) -> str:
    return f"/desk/referrals/{referral_id}"


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    send_material,
    send_text,
    send_read,
    send_assign,
    download_file,
)
