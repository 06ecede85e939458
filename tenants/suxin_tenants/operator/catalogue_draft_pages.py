"""Another release of the catalogue: sent as a file, shown by what it would change, then activated or put away."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.notice_texts import CATEGORY_ZH
from suxin.kernel.refusals import Refusal
from suxin.subjects import queries
from suxin.subjects.catalogue import COLUMNS
from suxin.subjects.catalogue_drafts import (
    CATALOGUE_LOAD,
    MAX_FILE_BYTES,
    MAX_SOURCE,
    activate_release,
    catalogue_of,
    differences,
    discard_release,
    draft_release,
)
from suxin.subjects.catalogue_releases import DRAFT_STATES_ZH, DraftState
from suxin.subjects.catalogue_terms import Publication, Sensitivity
from suxin.subjects.ingestion.policies import INGESTION_READ
from suxin.subjects.models import DataCategory, LawfulChannel
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import Said

PLACE: Final = "/desk/catalogue/drafts"
MAX_FORM_BYTES: Final = 2 * MAX_FILE_BYTES
"""A file that is a little too large is told so beside its field; what is much larger is not read at all."""

CHANNELS: Final[dict[StrEnum, str]] = {
    LawfulChannel.PUBLICLY_DISCLOSED: "依法公开",
    LawfulChannel.AUTHORISED_PUBLIC: "授权查询",
    LawfulChannel.FILED_BY_SUBJECT: "本人申报",
    LawfulChannel.LICENSED: "持牌征信",
}
SENSITIVITIES: Final[dict[Sensitivity, Said]] = {
    Sensitivity.PUBLIC: ("公开", "good"),
    Sensitivity.SHARED: ("有据共享", "info"),
    Sensitivity.CONFIDENTIAL: ("授权可见", "warn"),
    Sensitivity.SENSITIVE: ("敏感，单独授权", "bad"),
}
STATES: Final[dict[DraftState, Said]] = {
    DraftState.DRAFT: (DRAFT_STATES_ZH[DraftState.DRAFT], "info"),
    DraftState.ACTIVATED: (DRAFT_STATES_ZH[DraftState.ACTIVATED], "info"),
    DraftState.IN_FORCE: (DRAFT_STATES_ZH[DraftState.IN_FORCE], "good"),
    DraftState.FAILED: (DRAFT_STATES_ZH[DraftState.FAILED], "bad"),
    DraftState.DISCARDED: (DRAFT_STATES_ZH[DraftState.DISCARDED], "plain"),
}
_PUBLICATIONS: Final[dict[StrEnum, str]] = {
    Publication.NEVER: "不公示",
    Publication.PUBLISHED: "公示",
    Publication.BY_PENALTY: "按处罚轻重公示",
}
_COLUMNS_ZH: Final = {
    "record_class": "类别",
    "name": "名称",
    "department": "来源部门",
    "category": "数据类别",
    "channel": "渠道",
    "validity_months": "有效期（月）",
    "sensitivity": "知悉范围",
    "publication": "公示",
    "publication_months": "公示期（月）",
    "of_persons": "含自然人",
    "basis": "依据",
}
_FIELDS: Final = ("release", "source", "file")


@get("/catalogue/drafts/new")
async def show_new_draft(visit: GivenVisit) -> Answer:
    """Show the form in which a release is sent."""
    return await _show_form(visit, Form({}), {}, status=200)


@post("/catalogue/drafts/new", status_code=200, request_max_body_size=MAX_FORM_BYTES)
async def send_draft(visit: GivenVisit) -> Answer:
    """Take a file in as a draft, and show what it would change."""
    _require(visit)
    form, file = await visit.form_with_bytes("file")
    form.require("release", "source")
    if file is None:
        form.fail("file", "请选择文件")
    if file is None or form.errors:
        return await _show_form(visit, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        draft = await draft_release(
            session,
            visit.actor,
            release=form.text("release"),
            source=form.text("source"),
            file=file.content,
            now=visit.now,
        )
        return {"id": str(draft.id)}

    try:
        taken = await visit.once(form, "catalogue.draft", work)
    except Refusal as refusal:
        # What the law forbids is said beside the file that holds it, though nobody's right is lacking.
        if not can_be_set_right(refusal) and refusal.field != "file":
            raise
        return await _show_form(visit, form, errors_of(refusal, {}, _FIELDS), status=422)
    return visit.go(f"{PLACE}/{taken['id']}", "已上传，请核对变化后启用")


@get("/catalogue/drafts/{draft_id:uuid}")
async def show_draft(visit: GivenVisit, draft_id: FromPath[UUID]) -> Answer:
    """Show what a draft would change of the catalogue in force."""
    return await _show(visit, draft_id, {}, status=200)


@post("/catalogue/drafts/{draft_id:uuid}/activate", status_code=200)
async def send_activate(visit: GivenVisit, draft_id: FromPath[UUID]) -> Answer:
    """Have a draft put in force."""
    return await _decide(visit, draft_id, activated=True)


@post("/catalogue/drafts/{draft_id:uuid}/discard", status_code=200)
async def send_discard(visit: GivenVisit, draft_id: FromPath[UUID]) -> Answer:
    """Put a draft away."""
    return await _decide(visit, draft_id, activated=False)


async def _decide(visit: Visit, draft_id: UUID, *, activated: bool) -> Answer:
    _require(visit)
    form = await visit.form()
    decide = activate_release if activated else discard_release

    async def work(session: AsyncSession) -> dict[str, Any]:
        await decide(session, visit.actor, draft_id=draft_id, now=visit.now)
        return {}

    step = "activate" if activated else "discard"
    try:
        await visit.once(form, f"catalogue.{step}", work, draft=draft_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, draft_id, errors_of(refusal, {}, ()), status=422)
    done = "正在启用，片刻后生效" if activated else "草稿已作废"
    return visit.go(f"{PLACE}/{draft_id}", done)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(CATALOGUE_LOAD)


async def _show_form(
    visit: Visit, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        context = {
            "typed": typed,
            "errors": errors,
            "columns": "、".join(COLUMNS),
            "max_source": MAX_SOURCE,
        }
        page = "operator/catalogue_draft_new.html"
        return await visit.page(session, page, context, status=status)


async def _show(visit: Visit, draft_id: UUID, errors: Mapping[str, str], *, status: int) -> Answer:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(INGESTION_READ)
    async with visit.reading() as session:
        draft = await queries.catalogue_draft(session, draft_id)
        waits = draft.state is DraftState.DRAFT
        in_force = (await session.scalars(queries.catalogue())).all()
        found = differences(in_force, catalogue_of(draft)) if waits else None
        context = {
            "draft": draft,
            "state": STATES[draft.state],
            "waits": waits,
            "may_decide": waits and visit.actor.may(CATALOGUE_LOAD),
            "found": found,
            "unchanged": 0
            if found is None
            else draft.item_count - len(found.added) - len(found.changed),
            "columns": _COLUMNS_ZH,
            "shown": _shown,
            "errors": errors,
        }
        return await visit.page(session, "operator/catalogue_draft.html", context, status=status)


def _shown(value: object) -> str:
    """Return what an item holds in a column, as people read it."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, StrEnum):
        return _coded(value)
    return str(value)


def _coded(value: StrEnum) -> str:
    words: Mapping[StrEnum, str] = {
        **CHANNELS,
        **_PUBLICATIONS,
        **{one: said for one, (said, _) in SENSITIVITIES.items()},
        **{one: CATEGORY_ZH[one.value] for one in DataCategory},
    }
    return words[value]


HANDLERS: Final[list[ControllerRouterHandler]] = [
    show_new_draft,
    send_draft,
    show_draft,
    send_activate,
    send_discard,
]
