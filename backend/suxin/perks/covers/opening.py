"""Opening a cover, putting money in, and closing it: the operator's, in its own book."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.money import check_amount_fen
from suxin.kernel.refusals import Invalid
from suxin.perks.covers import books, queries
from suxin.perks.covers.models import Cover
from suxin.perks.covers.policies import COVER_MANAGE
from suxin.perks.covers.refusals import CoverExists, CoverReferenceUsed
from suxin.perks.covers.rules import MAX_WAIT_DAYS, WAIT_DAYS, WITHIN_DAYS
from suxin.perks.covers.telling import record_cover
from suxin.perks.limits import checked_reference
from suxin.perks.queries import programme_seen
from suxin.perks.states import FunderKind

MAX_NAME: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverDraft:
    """A cover to be opened; ``programme_id`` where it stands behind one programme alone. Caps are in fen, days calendar days."""

    name: str
    funder: FunderKind
    funder_name: str
    per_claim_fen: int
    merchant_year_fen: int
    wait_days: int = WAIT_DAYS
    within_days: int = WITHIN_DAYS
    programme_id: UUID | None = None


async def open_cover(
    session: AsyncSession, actor: Actor, *, draft: CoverDraft, now: datetime
) -> Cover:
    """Open a cover with accounts of its own and nothing in them.

    :raises Forbidden: if the actor keeps no covers
    :raises Invalid, AmountOutOfRange: naming the field that is missing, too long or out of bounds
    :raises NotFound: if there is no such programme
    :raises CoverExists: if there is an open one of this funder, or for this programme
    """
    actor.require(COVER_MANAGE)
    name, funder_name = _checked(draft)
    merchant_id = None
    if draft.programme_id is not None:
        merchant_id = (await programme_seen(session, draft.programme_id)).tenant_id
    # Two who open the same at once take turns; the second finds the first one's.
    key = func.hashtextextended(f"perks.cover:{actor.own_tenant}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))
    same = select(Cover.id).where(
        Cover.closed_at.is_(None),
        Cover.funder == draft.funder,
        Cover.funder_name == funder_name,
        Cover.programme_id.is_not_distinct_from(draft.programme_id),
    )
    if await session.scalar(same.limit(1)) is not None:
        raise CoverExists
    cover_id = new_id(now)
    accounts = await books.open_accounts(
        session, book=actor.own_tenant, cover_id=cover_id, name=name, now=now
    )
    cover = Cover(
        tenant_id=actor.own_tenant,
        id=cover_id,
        name=name,
        funder=draft.funder,
        funder_name=funder_name,
        merchant_id=merchant_id,
        programme_id=draft.programme_id,
        per_claim_fen=draft.per_claim_fen,
        merchant_year_fen=draft.merchant_year_fen,
        wait_days=draft.wait_days,
        within_days=draft.within_days,
        opened_by=actor.own_staff,
        opened_at=now,
        **accounts,
    )
    session.add(cover)
    await session.flush()
    record_cover(session, cover, "opened", now=now)
    return cover


async def fund_cover(
    session: AsyncSession,
    actor: Actor,
    *,
    cover_id: UUID,
    amount_fen: int,
    reference: str,
    now: datetime,
) -> Cover:
    """Note what a funder put in, by the reference of a payment made elsewhere, each once.

    :raises Forbidden: if the actor keeps no covers
    :raises NotFound: if there is none
    :raises AmountOutOfRange, Invalid: if the amount is nothing, or the reference missing or too long
    :raises CoverClosed: if it is closed
    :raises CoverReferenceUsed: if a payment of this reference was noted before
    """
    cover = await queries.lock_cover_kept(session, actor, cover_id)
    check_amount_fen(amount_fen, field="amountFen", minimum=1)
    number = checked_reference(reference)
    cover.require_open()
    if await books.is_put_in(session, cover, number):
        raise CoverReferenceUsed(field="reference", reference=number)
    await books.put_in(session, cover, amount_fen, reference=number, now=now)
    record_cover(session, cover, "funded", now=now, amount_fen=amount_fen, reference=number)
    return cover


async def close_cover(
    session: AsyncSession, actor: Actor, *, cover_id: UUID, now: datetime
) -> Cover:
    """Let a cover take no new claim; those on it go on.

    :raises Forbidden: if the actor keeps no covers
    :raises NotFound: if there is none
    :raises CoverClosed: if it is closed
    """
    cover = await queries.lock_cover_kept(session, actor, cover_id)
    cover.require_open()
    cover.closed_at = now
    record_cover(session, cover, "closed", now=now)
    return cover


def _checked(draft: CoverDraft) -> tuple[str, str]:
    texts = []
    for field, given in (("name", draft.name), ("funderName", draft.funder_name)):
        said = given.strip()
        if not 1 <= len(said) <= MAX_NAME:
            raise _invalid(field, f"应为 1 至 {MAX_NAME} 字", f"it has 1 to {MAX_NAME} characters")
        texts.append(said)
    if draft.funder is FunderKind.MERCHANT:
        raise _invalid("funder", "商户不能为自己出资", "a merchant does not cover itself")
    check_amount_fen(draft.per_claim_fen, field="perClaimFen", minimum=1)
    check_amount_fen(draft.merchant_year_fen, field="merchantYearFen", minimum=draft.per_claim_fen)
    for field, days in (("waitDays", draft.wait_days), ("withinDays", draft.within_days)):
        if not 1 <= days <= MAX_WAIT_DAYS:
            raise _invalid(field, f"应为 1 至 {MAX_WAIT_DAYS} 天", f"1 to {MAX_WAIT_DAYS} days")
    return texts[0], texts[1]


def _invalid(field: str, zh: str, en: str) -> Invalid:
    return Invalid(field=field, reason_zh=zh, reason_en=en)
