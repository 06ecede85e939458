"""The bank's side of risk pools: agreements to answer, quota, filings, and filing by file."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.row_files import ACCEPTED, FORMATS_ZH
from suxin.lending.loans.models import Loan
from suxin.lending.loans.states import LoanState
from suxin.lending.policies import LOAN_READ
from suxin.risk_pool.filings import queries
from suxin.risk_pool.filings.files import HEADING, MAX_FILE_BYTES, file_list
from suxin.risk_pool.filings.filing import MAX_FILINGS, file_loan
from suxin.risk_pool.filings.models import FilingFile, PoolFiling
from suxin.risk_pool.policies import AGREEMENT_ACCEPT, FILING_MAKE, FILING_READ
from suxin.risk_pool.pools.queries import joined_pool, joined_pools
from suxin.risk_pool.signing.answering import accept_agreement, decline_agreement
from suxin.risk_pool.signing.queries import agreement_in_force, own_agreements
from suxin.risk_pool.stopping.queries import own_stop_losses
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.operator.pool_words import (
    AGREEMENT_STATES,
    FILING_STATES,
    STOP_LOSS_STATES,
    lists_of,
)
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

PLACE: Final = "/desk/pool-filings"
LISTED: Final = 50
_KIB: Final = 1024


@get("/pool-filings")
async def show_pools(visit: GivenVisit) -> Answer:
    """Show the agreements that were offered to the bank, and the pools that it may file in."""
    _require(visit)
    async with visit.reading() as session:
        agreements = (await session.scalars(own_agreements(visit.actor).limit(LISTED))).all()
        pools = (await session.scalars(joined_pools(visit.actor).limit(LISTED))).all()
        context = {
            "agreements": agreements,
            "states": AGREEMENT_STATES,
            "lists_of": lists_of,
            "pools": {pool.id: pool for pool in pools},
            "may_answer": visit.actor.may(AGREEMENT_ACCEPT),
        }
        return await visit.page(session, "bank/pool_agreements.html", context)


@get("/pool-filings/{pool_id:uuid}")
async def show_filings(visit: GivenVisit, pool_id: FromPath[UUID]) -> Answer:
    """Show the bank's filings in a pool, what is left of its quota, and its stop-losses there."""
    return await _show(visit, pool_id, {}, status=200)


@post("/pool-filings/{pool_id:uuid}/files", status_code=200)
async def send_file(visit: GivenVisit, pool_id: FromPath[UUID]) -> Answer:
    """File the loans of a file, or show the page again with what is wrong with it."""
    _require(visit)
    visit.actor.require(FILING_MAKE)
    form, sent = await visit.form_with_bytes("file")
    if sent is None:
        return await _show(visit, pool_id, {"file": "请选择文件"}, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        file = await file_list(
            session,
            visit.actor,
            pool_id=pool_id,
            name=sent.name,
            content=sent.content,
            now=visit.now,
        )
        return {"id": str(file.id)}

    try:
        done = await visit.once(form, "risk_pool.file", work, pool=pool_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return await _show(visit, pool_id, errors_of(refusal, {}, ("file",)), status=422)
    return visit.go(f"{PLACE}/files/{done['id']}", "备案清单已处理")


@get("/pool-filings/files/{file_id:uuid}")
async def show_file(visit: GivenVisit, file_id: FromPath[UUID]) -> Answer:
    """Show what came of a file, with each line that was not taken and why."""
    _require(visit)
    async with visit.reading() as session:
        file = await session.scalar(queries.own_files(visit.actor).where(FilingFile.id == file_id))
        if file is None:
            raise NotFound(thing_zh="备案清单", thing_en="file of filings")
        return await visit.page(session, "bank/filing_file.html", {"file": file})


@post("/pool-filings/{pool_id:uuid}/loans/{loan_id:uuid}")
async def send_loan(visit: GivenVisit, pool_id: FromPath[UUID], loan_id: FromPath[UUID]) -> Answer:
    """File one loan in a pool."""
    _require(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await file_loan(session, visit.actor, pool_id=pool_id, loan_id=loan_id, now=visit.now)
        return {}

    return await visit.press(
        "risk_pool.file_loan",
        work,
        back=f"/desk/loans/{loan_id}",
        done="已备案",
        pool=pool_id,
        loan=loan_id,
    )


@post("/pool-filings/agreements/{agreement_id:uuid}/accept")
async def send_accept(visit: GivenVisit, agreement_id: FromPath[UUID]) -> Answer:
    """Accept an agreement."""
    _require(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await accept_agreement(session, visit.actor, agreement_id=agreement_id, now=visit.now)
        return {}

    return await visit.press(
        "risk_pool.accept", work, back=PLACE, done="协议已生效", agreement=agreement_id
    )


@post("/pool-filings/agreements/{agreement_id:uuid}/decline")
async def send_decline(visit: GivenVisit, agreement_id: FromPath[UUID]) -> Answer:
    """Decline an agreement."""
    _require(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await decline_agreement(
            session, visit.actor, agreement_id=agreement_id, note="银行谢绝", now=visit.now
        )
        return {}

    return await visit.press(
        "risk_pool.decline", work, back=PLACE, done="已谢绝", agreement=agreement_id
    )


async def filing_of(session: AsyncSession, actor: Actor, loan: Loan) -> dict[str, object]:
    """Return what a loan's page shows of risk pools: its filing, or the pools in which the officer may file it."""
    if not actor.may(FILING_READ):
        return {"filing": None, "pools": []}
    filing = await queries.filing_of_loan(session, tenant_id=loan.tenant_id, loan_id=loan.id)
    pools = (await session.scalars(joined_pools(actor).limit(LISTED))).all()
    fileable = actor.may(FILING_MAKE) and loan.state in (
        LoanState.DISBURSED,
        LoanState.PERFORMING,
    )
    return {
        "filing": filing,
        "filed_in": next((one for one in pools if filing and one.id == filing.pool_id), None),
        "pools": [] if filing or not fileable else pools,
    }


async def _show(visit: Visit, pool_id: UUID, errors: Mapping[str, str], *, status: int) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        pool = await joined_pool(session, visit.actor, pool_id)
        statement = queries.filings_in_reach(visit.actor, pool_id=pool_id)
        agreement = await agreement_in_force(session, visit.actor, pool_id=pool_id, now=visit.now)
        committed = await queries.committed_of(session, visit.actor, pool_id=pool_id)
        files = queries.own_files(visit.actor).where(FilingFile.pool_id == pool_id)
        context = {
            "pool": pool,
            "agreement": agreement,
            "committed": committed,
            "left_fen": max(0, agreement.quota_fen - committed.committed_fen) if agreement else 0,
            "page": await read_page(session, visit.request, statement, PoolFiling.id),
            "states": FILING_STATES,
            "stop_losses": (
                await session.scalars(own_stop_losses(visit.actor, pool_id=pool_id))
            ).all(),
            "stop_loss_states": STOP_LOSS_STATES,
            "files": (await session.scalars(files.limit(LISTED))).all(),
            "errors": errors,
            "heading": HEADING,
            "formats": FORMATS_ZH,
            "accepted": ACCEPTED,
            "max_kib": MAX_FILE_BYTES // _KIB,
            "max_rows": MAX_FILINGS,
            "may_file": visit.actor.may(FILING_MAKE),
            "reads_loans": visit.actor.may(LOAN_READ),
        }
        return await visit.page(session, "bank/pool_filings.html", context, status=status)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(FILING_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_pools,
    show_filings,
    send_file,
    show_file,
    send_loan,
    send_accept,
    send_decline,
)
