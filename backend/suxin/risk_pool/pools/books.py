"""A pool's accounts in the operator's book, and the ceilings by which the ledger bounds what is committed.

What a filing commits is one transfer from the bank's quota account to the pool's commitment account: the ceiling of the one is
the quota, that of the other the capacity, so that neither can be crossed by any code that files. Ceilings follow the pool's money; since what
is committed already stays committed when money leaves, a ceiling is never below that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.ledger.accounts import AccountDraft, open_in_book, opened_once
from suxin.ledger.books import AccountState
from suxin.ledger.models import CNY, LedgerAccount, Side
from suxin.ledger.posting import state_of
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.signing.models import PoolAgreement

FUNDING_CODE: Final = "pool.funding"
COMMITMENT_CODE: Final = "pool.commitment"
RELEASE_CODE: Final = "pool.release"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolBalance:
    """What a pool has, in fen: on its account, held for claims, and what of its capacity is committed."""

    balance_fen: int
    held_fen: int
    committed_fen: int
    multiple: int

    @property
    def available_fen(self) -> int:
        """What nothing is held of."""
        return self.balance_fen - self.held_fen

    @property
    def capacity_fen(self) -> int:
        """How much principal it may stand behind."""
        return self.available_fen * self.multiple

    @property
    def free_fen(self) -> int:
        """How much principal may still be filed."""
        return max(0, self.capacity_fen - self.committed_fen)

    @property
    def used_bps(self) -> int:
        """Which part of the capacity is used; the whole where something is committed and there is none."""
        if not self.capacity_fen:
            return 10_000 if self.committed_fen else 0
        return min(10_000, self.committed_fen * 10_000 // self.capacity_fen)


async def open_accounts(
    session: AsyncSession, *, book: UUID, pool_id: UUID, name: str, now: datetime
) -> dict[str, UUID]:
    """Open a pool's accounts; return their ids by the columns that keep them.

    The money's account grows with what comes in, and has no less than nothing; the commitment account may hold nothing until the pool has money.
    """
    drafts = {
        "custody_id": ("custody", "托管账户", Side.DEBIT, 0, None),
        "compensated_id": ("compensated", "代偿支出", Side.DEBIT, None, None),
        "recovered_id": ("recovered", "追偿收回", Side.CREDIT, None, None),
        "committed_id": ("committed", "占用担保容量", Side.DEBIT, 0, 0),
    }
    opened = {}
    for column, (word, zh, side, floor, ceiling) in drafts.items():
        draft = AccountDraft(
            code=account_code(pool_id, word),
            name=f"{name} {zh}",
            asset=CNY,
            normal_side=side,
            floor=floor,
            ceiling=ceiling,
        )
        opened[column] = (await open_in_book(session, book=book, draft=draft, now=now)).id
    return opened


async def open_partner(
    session: AsyncSession, *, pool: RiskPool, partner_id: UUID, name: str, now: datetime
) -> UUID:
    """Open the account on which stands what a partner paid in; return its id."""
    draft = AccountDraft(
        code=account_code(pool.id, f"partner-{partner_id.hex}"),
        name=f"{pool.name} 出资 {name}",
        asset=CNY,
        normal_side=Side.CREDIT,
    )
    return (await open_in_book(session, book=pool.tenant_id, draft=draft, now=now)).id


async def quota_account(
    session: AsyncSession, *, pool: RiskPool, bank_id: UUID, bank_name: str, now: datetime
) -> UUID:
    """Return the account of what a bank has committed of a pool, opened if there is none; it may hold nothing at first."""
    code = account_code(pool.id, f"quota-{bank_id.hex}")
    draft = AccountDraft(
        code=code,
        name=f"{pool.name} 额度 {bank_name}",
        asset=CNY,
        normal_side=Side.CREDIT,
        ceiling=0,
    )
    return (await opened_once(session, book=pool.tenant_id, draft=draft, now=now)).id


def account_code(pool_id: UUID, word: str) -> str:
    """Return the code of one of a pool's accounts."""
    return f"pool.{pool_id.hex}.{word}"


async def lock_accounts(
    session: AsyncSession, *, book: UUID, ids: Sequence[UUID]
) -> dict[UUID, LedgerAccount]:
    """Return accounts locked as for posting, in the order in which posting locks them."""
    found = await session.scalars(
        select(LedgerAccount)
        .where(LedgerAccount.tenant_id == book, LedgerAccount.id.in_(ids))
        .order_by(LedgerAccount.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {account.id: account for account in found}


async def set_ceilings(
    session: AsyncSession, pool: RiskPool, agreements: Sequence[PoolAgreement]
) -> PoolBalance:
    """Let the ceilings of a pool and of the banks of these agreements follow its money; return what it has.

    A bank's ceiling is its quota, and no more than the pool's money times its own multiple. Called with the operator's
    rows, before something is committed: the ceilings are then right whatever happened since.
    """
    quotas = {one.quota_account_id: one for one in agreements if one.quota_account_id is not None}
    ids = [pool.custody_id, pool.committed_id, *quotas]
    accounts = await lock_accounts(session, book=pool.tenant_id, ids=ids)
    balance = _balance(pool, accounts)
    _set_ceiling(accounts[pool.committed_id], balance.capacity_fen)
    for account_id, agreement in quotas.items():
        own_fen = balance.available_fen * agreement.agreed.multiple
        _set_ceiling(accounts[account_id], min(agreement.quota_fen, own_fen))
    await session.flush()
    return balance


async def balance_of(session: AsyncSession, pool: RiskPool) -> PoolBalance:
    """Return what a pool has, as the operator or the platform reads it."""
    found = await session.scalars(
        select(LedgerAccount).where(
            LedgerAccount.tenant_id == pool.tenant_id,
            LedgerAccount.id.in_((pool.custody_id, pool.committed_id)),
        )
    )
    return _balance(pool, {account.id: account for account in found})


def _balance(pool: RiskPool, accounts: dict[UUID, LedgerAccount]) -> PoolBalance:
    custody: AccountState = state_of(accounts[pool.custody_id])
    return PoolBalance(
        balance_fen=custody.balance,
        held_fen=custody.held_out,
        committed_fen=state_of(accounts[pool.committed_id]).balance,
        multiple=pool.multiple,
    )


def _set_ceiling(account: LedgerAccount, wanted_fen: int) -> None:
    ceiling = max(wanted_fen, state_of(account).expected)
    if account.ceiling != ceiling:
        account.ceiling = ceiling
