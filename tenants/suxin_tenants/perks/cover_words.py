"""A claim on a cover as both desks show it, and its papers as files."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import quote
from uuid import UUID

from litestar import Response
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.sealed_documents import opened_content
from suxin.perks.covers import queries
from suxin.perks.covers.models import DOCUMENT, DOCUMENT_KEY
from suxin.perks.covers.states import AT_OPERATOR, CoverClaimState, CoverRecoveryState
from suxin_tenants.visits import Answer, Visit
from suxin_tenants.words import Said

STATES: Final[Mapping[CoverClaimState, Said]] = {
    CoverClaimState.SUBMITTED: ("待审核", "warn"),
    CoverClaimState.DECIDED: ("待复核", "warn"),
    CoverClaimState.APPROVED: ("待付款", "info"),
    CoverClaimState.REJECTED: ("不予赔付", "bad"),
    CoverClaimState.PAID: ("已赔付", "good"),
    CoverClaimState.WITHDRAWN: ("已撤回", "plain"),
}
RECOVERY_STATES: Final[Mapping[CoverRecoveryState, Said]] = {
    CoverRecoveryState.REPORTED: ("待确认到账", "warn"),
    CoverRecoveryState.CONFIRMED: ("已入账", "good"),
}
_ENDINGS: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


async def claim_context(session: AsyncSession, visit: Visit, claim_id: UUID) -> dict[str, object]:
    """Return one claim with its papers and what came back of it."""
    claim = await queries.claim_seen(session, visit.actor, claim_id)
    return {
        "claim": claim,
        "state": STATES[claim.state],
        "running": claim.state in AT_OPERATOR,
        "papers": await queries.papers_of(session, visit.actor, claim_id),
        "recoveries": await queries.recoveries_of(session, visit.actor, claim_id),
        "recovery_states": RECOVERY_STATES,
    }


async def paper_file(visit: Visit, claim_id: UUID, paper_id: UUID) -> Answer:
    """Give a paper as a file; it is never shown within the desk, because somebody else made it."""
    async with visit.reading() as session:
        paper = await queries.paper_seen(session, visit.actor, claim_id=claim_id, paper_id=paper_id)
        content = opened_content(
            visit.runtime.sealer, paper, purpose=DOCUMENT, key_purpose=DOCUMENT_KEY
        )
        plain = f"{paper.id}.{_ENDINGS[paper.media_type]}"
        named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(paper.name, safe='')}"
        media_type = paper.media_type
    return Response(
        content,
        status_code=HTTPStatus.OK,
        media_type=media_type,
        headers={"Content-Disposition": named, "Cache-Control": "no-store"},
    )
