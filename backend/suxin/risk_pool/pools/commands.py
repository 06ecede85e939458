"""What the operator does about its pools: opening, pausing, closing them, and naming who funds them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.masks import mask_account
from suxin.kernel.money import BPS_WHOLE, check_amount_fen, format_yuan
from suxin.kernel.refusals import Invalid
from suxin.kernel.sealing import Sealer
from suxin.risk_pool.agreements import MAX_MULTIPLE
from suxin.risk_pool.policies import POOL_MANAGE
from suxin.risk_pool.pools import books, queries
from suxin.risk_pool.pools.models import CUSTODY_ACCOUNT, PoolPartner, RiskPool
from suxin.risk_pool.pools.refusals import (
    PartnerNameTaken,
    PoolNameTaken,
    PoolNotOpen,
    PoolStillCommitted,
    SharesExceeded,
    TooManyPartners,
)
from suxin.risk_pool.pools.states import PartnerKind, PoolState

MAX_NAME: Final = 100
MAX_PARTNERS: Final = 20
_ACCOUNT_DIGITS: Final = (8, 32)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolDraft:
    """What a pool is: its name, custodian and account there, what it is to hold in fen, and its multiple."""

    name: str
    custodian: str
    account: str
    required_fen: int
    multiple: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerDraft:
    """Who funds a pool: what he pledges in fen until a day, and which share of the pool that is."""

    name: str
    kind: PartnerKind
    pledged_fen: int
    share_bps: int
    due_on: date


async def open_pool(
    session: AsyncSession, actor: Actor, *, draft: PoolDraft, sealer: Sealer, now: datetime
) -> RiskPool:
    """Open a pool without money, with its accounts in the operator's book.

    :raises Forbidden: if the actor may not keep pools
    :raises Invalid, AmountOutOfRange: naming the field at fault
    :raises PoolNameTaken: if the operator has one of that name
    """
    actor.require(POOL_MANAGE)
    name, account = check_text("name", draft.name), _account(draft.account)
    custodian = check_text("custodian", draft.custodian)
    check_amount_fen(draft.required_fen, field="requiredFen")
    if not 1 <= draft.multiple <= MAX_MULTIPLE:
        raise Invalid(
            field="multiple",
            reason_zh=f"放大倍数应为 1 至 {MAX_MULTIPLE}",
            reason_en=f"must be from 1 to {MAX_MULTIPLE}",
        )
    if await queries.pool_named(session, actor, name) is not None:
        raise PoolNameTaken(field="name", name=name)
    book, pool_id = actor.own_tenant, new_id(now)
    pool = RiskPool(
        tenant_id=book,
        id=pool_id,
        name=name,
        custodian=custodian,
        account_sealed=sealer.seal(account, purpose=CUSTODY_ACCOUNT, row=pool_id),
        account_mask=mask_account(account),
        multiple=draft.multiple,
        required_fen=draft.required_fen,
        state=PoolState.OPEN,
        opened_at=now,
        opened_by=actor.own_staff,
        low_told=False,
        capacity_told_bps=0,
        **await books.open_accounts(session, book=book, pool_id=pool_id, name=name, now=now),
    )
    session.add(pool)
    _record(session, "risk_pool.pool.opened", pool, now=now)
    return pool


async def pause_pool(
    session: AsyncSession, actor: Actor, *, pool_id: UUID, now: datetime
) -> RiskPool:
    """Let a pool take no new loans until it is resumed.

    :raises Forbidden, NotFound: if the actor may not keep it
    :raises StepNotPossible: if it is not open
    """
    actor.require(POOL_MANAGE)
    pool = await queries.lock_own_pool(session, actor, pool_id)
    pool.pause()
    _record(session, "risk_pool.pool.paused", pool, now=now)
    return pool


async def resume_pool(
    session: AsyncSession, actor: Actor, *, pool_id: UUID, now: datetime
) -> RiskPool:
    """Let a paused pool take loans again.

    :raises Forbidden, NotFound: if the actor may not keep it
    :raises StepNotPossible: if it is not paused
    """
    actor.require(POOL_MANAGE)
    pool = await queries.lock_own_pool(session, actor, pool_id)
    pool.resume()
    _record(session, "risk_pool.pool.resumed", pool, now=now)
    return pool


async def close_pool(
    session: AsyncSession, actor: Actor, *, pool_id: UUID, now: datetime
) -> RiskPool:
    """Close a paused pool that stands behind nothing; its accounts stay in the book.

    :raises Forbidden, NotFound: if the actor may not keep it
    :raises StepNotPossible: if it is not paused
    :raises PoolStillCommitted: if it stands behind loans, or something is held for claims
    """
    actor.require(POOL_MANAGE)
    pool = await queries.lock_own_pool(session, actor, pool_id)
    pool.close(now=now)
    balance = await books.balance_of(session, pool)
    if balance.committed_fen or balance.held_fen:
        raise PoolStillCommitted(
            committed=format_yuan(max(balance.committed_fen, balance.held_fen))
        )
    _record(session, "risk_pool.pool.closed", pool, now=now)
    return pool


async def add_partner(
    session: AsyncSession, actor: Actor, *, pool_id: UUID, draft: PartnerDraft, now: datetime
) -> PoolPartner:
    """Name who funds a pool, with an account of what he pays in.

    :raises Forbidden, NotFound: if the actor may not keep the pool
    :raises Invalid, AmountOutOfRange: naming the field at fault
    :raises PoolNotOpen: if it is closed
    :raises PartnerNameTaken, TooManyPartners: if the pool has one of that name, or has enough
    :raises SharesExceeded: if the shares come to more than the whole
    """
    actor.require(POOL_MANAGE)
    pool = await queries.lock_own_pool(session, actor, pool_id)
    if pool.state is PoolState.CLOSED:
        raise PoolNotOpen(name=pool.name)
    name = check_text("name", draft.name)
    check_amount_fen(draft.pledged_fen, field="pledgedFen")
    partners = [one for one, _ in await queries.partners_of(session, actor, pool_id)]
    if len(partners) >= MAX_PARTNERS:
        raise TooManyPartners(limit=MAX_PARTNERS)
    if any(one.name == name for one in partners):
        raise PartnerNameTaken(field="name", name=name)
    shares_bps = sum(one.share_bps for one in partners) + draft.share_bps
    if draft.share_bps < 1 or shares_bps > BPS_WHOLE:
        raise SharesExceeded(field="shareBps", sum=f"{shares_bps / 100:.2f}")
    partner_id = new_id(now)
    partner = PoolPartner(
        tenant_id=pool.tenant_id,
        id=partner_id,
        pool_id=pool.id,
        name=name,
        kind=draft.kind,
        pledged_fen=draft.pledged_fen,
        share_bps=draft.share_bps,
        due_on=draft.due_on,
        account_id=await books.open_partner(
            session, pool=pool, partner_id=partner_id, name=name, now=now
        ),
        added_at=now,
        late_told=False,
    )
    session.add(partner)
    _record(session, "risk_pool.pool.partner_added", pool, now=now)
    return partner


def check_text(field: str, value: str, longest: int = MAX_NAME) -> str:
    """Return a text without the blanks around it.

    :raises Invalid: if it is empty or too long
    """
    said = value.strip()
    if not 1 <= len(said) <= longest:
        raise Invalid(
            field=field,
            reason_zh=f"应为 1 至 {longest} 个字",
            reason_en=f"must be 1 to {longest} characters",
        )
    return said


def _account(value: str) -> str:
    compact = "".join(value.split())
    shortest, longest = _ACCOUNT_DIGITS
    if not (compact.isascii() and compact.isdigit() and shortest <= len(compact) <= longest):
        raise Invalid(
            field="account",
            reason_zh=f"托管账号应为 {shortest} 至 {longest} 位数字",
            reason_en=f"an account number has {shortest} to {longest} digits",
        )
    return compact


def _record(session: AsyncSession, action: str, pool: RiskPool, *, now: datetime) -> None:
    append_act(
        session,
        action=action,
        now=now,
        object_type="risk_pool",
        object_id=pool.id,
        detail={"name": pool.name},
    )
