"""The papers of a claim: handed in with it or added before anybody decides, and erased when their time is over."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.ids import new_id
from suxin.kernel.sealed_documents import Seals, SentFile, handed_in, sealed_row
from suxin.kernel.sealing import Sealer
from suxin.perks.covers.models import DOCUMENT, DOCUMENT_KEY, CoverClaim, CoverPaper
from suxin.perks.covers.refusals import CoverTooManyPapers

MAX_PAPERS: Final = 5
KEPT_FOR: Final = timedelta(days=3 * 365)
"""How long what a paper holds is kept once its claim has ended: the period of limitation, 《民法典》第一百八十八条."""

FORGET_TOPIC: Final = "perks.cover_claim.forget"
_SEALS: Final = Seals(content=DOCUMENT, key=DOCUMENT_KEY)


async def keep_paper(
    session: AsyncSession, claim: CoverClaim, paper: SentFile, *, sealer: Sealer, now: datetime
) -> UUID:
    """Keep a paper with a claim, which the session holds locked; return its id.

    :raises Invalid, DocumentTooLarge, DocumentTypeRefused: see ``sealed_documents.handed_in``
    :raises CoverTooManyPapers: if the claim has as many as are kept
    """
    given, paper_id = handed_in(paper.name, paper.content), new_id(now)
    there = select(func.count()).select_from(CoverPaper)
    there = there.where(CoverPaper.tenant_id == claim.tenant_id, CoverPaper.claim_id == claim.id)
    if (await session.scalar(there) or 0) >= MAX_PAPERS:
        raise CoverTooManyPapers(field="paper", limit=MAX_PAPERS)
    session.add(
        CoverPaper(
            tenant_id=claim.tenant_id,
            id=paper_id,
            claim_id=claim.id,
            **sealed_row(sealer, paper_id, given, seals=_SEALS, now=now),
        )
    )
    await session.flush()
    return paper_id


async def keep_ended(
    session: AsyncSession, claim: CoverClaim, *, kept_for: timedelta = KEPT_FOR, now: datetime
) -> None:
    """Have what a claim's papers hold erased when its time is over."""
    await outbox.post(
        session,
        FORGET_TOPIC,
        {"tenant_id": claim.tenant_id, "claim_id": claim.id},
        now=now,
        tenant_id=claim.tenant_id,
        not_before=now + kept_for,
    )


async def erase_papers(session: AsyncSession, *, tenant_id: UUID, claim_id: UUID) -> None:
    """Erase what a claim's papers hold; their names and digests stay with it."""
    await session.execute(
        update(CoverPaper)
        .where(CoverPaper.tenant_id == tenant_id, CoverPaper.claim_id == claim_id)
        .values(key_sealed=None, content=None)
    )
