"""Ingestion: batches with their progress and rejects, sending a file, and how good each source is."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.subjects.ingestion import limits, queries
from suxin.subjects.ingestion.columns import EITHER, OPTIONAL, REQUIRED, field_zh, named_zh
from suxin.subjects.ingestion.commands import MAX_REASON, cancel_batch, receive_batch
from suxin.subjects.ingestion.deliveries import Delivery
from suxin.subjects.ingestion.models import BatchState, IngestionBatch, SourceQuality
from suxin.subjects.ingestion.policies import INGESTION_READ, RECORD_INGEST
from suxin.subjects.ingestion.quality import measures, share_bps
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form
from suxin_tenants.paging import asked_line, read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import Said

REJECTS_A_PAGE: Final = 50
FIELDS: Final = ("source", "batchKey", "file")
STATES: Final[Mapping[BatchState, Said]] = {
    BatchState.RECEIVED: ("等待", "plain"),
    BatchState.RUNNING: ("归集中", "info"),
    BatchState.COMPLETED: ("完成", "good"),
    BatchState.FAILED: ("失败", "bad"),
    BatchState.CANCELLED: ("已取消", "plain"),
}
MEASURES: Final[Mapping[str, str]] = {
    "completeness": "完整性",
    "consistency": "一致性",
    "timeliness": "及时性",
    "coverage": "组织覆盖率",
    "persons": "个人覆盖率",
}
ENCODINGS: Final[Mapping[str, str]] = {"utf-8": "UTF-8", "gb18030": "GB18030（含 GBK）"}
_MEBIBYTE: Final = 1024**2
# A file that is a little too large is told so beside its field; what is much larger is not read at all.
MAX_FORM_BYTES: Final = limits.MAX_FILE_BYTES + _MEBIBYTE


@get("/ingestion")
async def show_ingestion(visit: GivenVisit) -> Answer:
    """Show the batches, the sources' quality, and the form to send a file where the reader may."""
    return await _show(visit, Form({}), {}, status=200)


@post("/ingestion", status_code=200, request_max_body_size=MAX_FORM_BYTES)
async def send_batch(visit: GivenVisit) -> Answer:
    """Take a file in as a batch of its source."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(RECORD_INGEST)
    form, file = await visit.form_with_bytes("file")
    form.require("source", "batchKey")
    if file is None:
        form.fail("file", "请选择文件")
    if file is None or form.errors:
        return await _show(visit, form, form.errors, status=422)
    delivery = Delivery(
        source=form.text("source"),
        batch_key=form.text("batchKey"),
        file_name=file.name,
        content=file.content,
    )

    async def work(session: AsyncSession) -> dict[str, Any]:
        batch = await receive_batch(
            session,
            visit.actor,
            delivery=delivery,
            sealer=visit.runtime.sealer,
            now=visit.now,
        )
        return {"id": str(batch.id)}

    try:
        taken = await visit.once(form, "ingestion.send", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {"fileName": "file"}, FIELDS)
        return await _show(visit, form, errors, status=422)
    return visit.go(f"/desk/ingestion/{taken['id']}", "文件已接收，正在归集")


@get("/ingestion/{batch_id:uuid}")
async def show_batch(visit: GivenVisit, batch_id: FromPath[UUID]) -> Answer:
    """Show one batch: how far it has come, and which of its rows were not taken."""
    return await _show_batch(visit, batch_id, Form({}), {}, status=200)


@post("/ingestion/{batch_id:uuid}/cancel", status_code=200)
async def send_cancel(visit: GivenVisit, batch_id: FromPath[UUID]) -> Answer:
    """Have a batch read no further."""
    _require_reader(visit)
    visit.actor.require(RECORD_INGEST)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        await cancel_batch(
            session, visit.actor, batch_id=batch_id, reason=form.text("reason"), now=visit.now
        )
        return {}

    try:
        await visit.once(form, "ingestion.cancel", work, batch=batch_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, ("reason",))
        return await _show_batch(visit, batch_id, form, errors, status=422)
    return visit.go(f"/desk/ingestion/{batch_id}", "批次已取消，已归集的记录保留")


async def _show_batch(
    visit: Visit, batch_id: UUID, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    _require_reader(visit)
    async with visit.reading() as session:
        batch = await queries.ingestion_batch(session, batch_id)
        from_line = asked_line(visit.request)
        statement = queries.ingestion_rejects(batch_id, from_line=from_line)
        found = (await session.scalars(statement.limit(REJECTS_A_PAGE + 1))).all()
        context = {
            **_told(batch),
            "rejects": found[:REJECTS_A_PAGE],
            "field_zh": field_zh,
            "next_line": found[REJECTS_A_PAGE].line if len(found) > REJECTS_A_PAGE else None,
            "from_line": from_line,
            "max_kept": limits.MAX_REJECTS_KEPT,
            "may_cancel": batch.is_open and visit.actor.may(RECORD_INGEST),
            "max_reason": MAX_REASON,
            "typed": typed,
            "errors": errors,
        }
        return await visit.page(session, "operator/ingestion_batch.html", context, status=status)


@get("/ingestion/{batch_id:uuid}/progress")
async def show_progress(visit: GivenVisit, batch_id: FromPath[UUID]) -> Answer:
    """Show how far a batch has come, as a part of its page; once it has ended, the page is shown anew."""
    _require_reader(visit)
    async with visit.reading() as session:
        batch = await queries.ingestion_batch(session, batch_id)
        ended = {} if batch.is_open else {"HX-Refresh": "true"}
        return visit.part("operator/ingestion_progress.html", _told(batch), headers=ended)


def _require_reader(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(INGESTION_READ)


def _told(batch: IngestionBatch) -> dict[str, object]:
    return {
        "batch": batch,
        "state": STATES[batch.state],
        "encodings": ENCODINGS,
        "read_bps": share_bps(batch.bytes_read, batch.bytes_total),
        "counts": {
            "已读": batch.rows_read,
            "新增": batch.rows_added,
            "更新": batch.rows_changed,
            "未变": batch.rows_unchanged,
            "退回": batch.rows_rejected,
        },
    }


def _measured(quality: SourceQuality) -> dict[str, int | None]:
    """Return a source's shares by their names; nothing where they would be of subjects that it never tells of."""
    shares: dict[str, int | None] = dict(measures(quality))
    if not quality.persons_covered:
        shares["persons"] = None
    elif not quality.subjects_covered:
        shares["coverage"] = None
    return {MEASURES[name]: share for name, share in shares.items()}


async def _show(visit: Visit, typed: Form, errors: Mapping[str, str], *, status: int) -> Answer:
    _require_reader(visit)
    async with visit.reading() as session:
        qualities = (await session.scalars(queries.source_qualities())).all()
        batches = await read_page(
            session, visit.request, queries.ingestion_batches(), IngestionBatch.id
        )
        context = {
            "page": batches,
            "states": STATES,
            "qualities": [(one, _measured(one)) for one in qualities],
            "measures": list(MEASURES.values()),
            "sources": [one.source for one in qualities],
            "typed": typed,
            "errors": errors,
            "columns": "、".join(named_zh(name) for name in (EITHER, *REQUIRED)),
            "optional": "、".join(named_zh(name) for name in OPTIONAL),
            "timely_days": limits.TIMELY_DAYS,
            "max_mib": limits.MAX_FILE_BYTES // _MEBIBYTE,
            "may_send": visit.actor.may(RECORD_INGEST),
        }
        return await visit.page(session, "operator/ingestion.html", context, status=status)


HANDLERS: Final[list[ControllerRouterHandler]] = [
    show_ingestion,
    send_batch,
    show_batch,
    send_cancel,
    show_progress,
]
