"""The incentive accounts of the operator's book, opened when first needed.

What came in stands against the custodian's account; what banks have earned is owed to them until it is paid out there.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.ledger.accounts import AccountDraft, opened_once
from suxin.ledger.models import CNY, LedgerAccount, Side

CUSTODY: Final = "incentive.custody"
FUNDS: Final = "incentive.funds"


async def fund_accounts(
    session: AsyncSession, *, book: UUID, now: datetime
) -> tuple[LedgerAccount, LedgerAccount]:
    """Return the custodian's account in the mirror and the incentive funds, which never fall below zero."""
    custody = await _opened(session, book, CUSTODY, "激励资金托管账户", Side.DEBIT, now=now)
    funds = await _opened(session, book, FUNDS, "考核激励资金", Side.CREDIT, now=now)
    return custody, funds


async def owed_accounts(
    session: AsyncSession, *, book: UUID, banks: Mapping[UUID, str], now: datetime
) -> dict[UUID, UUID]:
    """Return by bank the account of what it is owed; ``banks`` are their names."""
    found = {}
    for bank_id, name in sorted(banks.items()):
        account = await _opened(
            session,
            book,
            f"incentive.owed.{bank_id.hex}",
            f"应付激励：{name}",
            Side.CREDIT,
            now=now,
        )
        found[bank_id] = account.id
    return found


async def _opened(
    session: AsyncSession, book: UUID, code: str, name: str, side: Side, *, now: datetime
) -> LedgerAccount:
    draft = AccountDraft(code=code, name=name, asset=CNY, normal_side=side)
    return await opened_once(session, book=book, draft=draft, now=now)
