"""A book for tests: accounts in the operator's own, and short ways to post into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sample_rows import insert, sample
from small_city import SmallCity

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.ledger import drafts, posting
from suxin.ledger.accounts import AccountDraft, open_in_book
from suxin.ledger.books import Transfer
from suxin.ledger.commands import close_period
from suxin.ledger.drafts import TransferDraft
from suxin.ledger.models import CNY, LedgerAccount, LedgerClosing, Side


@dataclass(frozen=True, kw_only=True)
class SmallLedger:
    """The operator's book: a fund without a floor that pays, and accounts that must not fall below zero."""

    city: SmallCity
    fund: UUID
    pool: UUID
    claims: UUID
    points: UUID

    @property
    def book(self) -> UUID:
        return self.city.operator.own_tenant

    async def post(
        self,
        *transfers: TransferDraft,
        actor: Actor | None = None,
        book: UUID | None = None,
        now: datetime | None = None,
    ) -> Sequence[Transfer]:
        """Post transfers that stand or fall together."""
        moment = now or self.city.now
        return await self.city.database.run(
            actor or self.city.operator,
            lambda session: posting.post(
                session, book=book or self.book, transfers=transfers, now=moment
            ),
            now=moment,
        )

    async def account(self, account_id: UUID) -> LedgerAccount:
        async with self.city.database.snapshot(self.city.operator, now=self.city.now) as session:
            account = await session.get(LedgerAccount, (self.book, account_id))
            assert account is not None
            return account

    async def sums(self, account_id: UUID) -> tuple[int, int, int, int]:
        """Posted debits and credits, pending debits and credits."""
        one = await self.account(account_id)
        return one.posted_debits, one.posted_credits, one.pending_debits, one.pending_credits

    def fund_pool(self, amount: int, **given: Any) -> TransferDraft:
        return drafts.move(
            given.pop("id", None) or new_id(),
            debit=self.fund,
            credit=self.pool,
            amount=amount,
            code="pool.funding",
            **given,
        )

    def pay(self, amount: int, **given: Any) -> TransferDraft:
        return drafts.move(
            given.pop("id", None) or new_id(),
            debit=self.pool,
            credit=self.claims,
            amount=amount,
            code="pool.claim.paid",
            **given,
        )

    def hold(self, amount: int, **given: Any) -> TransferDraft:
        return drafts.hold(
            given.pop("id", None) or new_id(),
            debit=self.pool,
            credit=self.claims,
            amount=amount,
            code="pool.filing.held",
            **given,
        )


async def open_in(
    city: SmallCity, actor: Actor, code: str, side: Side, **given: Any
) -> LedgerAccount:
    """Open an account in the actor's own book."""
    draft = AccountDraft(
        code=code, name=code, asset=given.pop("asset", CNY), normal_side=side, **given
    )
    async with city.database.transaction(actor, now=city.now) as session:
        return await open_in_book(session, book=actor.own_tenant, draft=draft, now=city.now)


async def open_all(city: SmallCity) -> dict[str, UUID]:
    """Open the accounts of the operator's book; return their ids by their names here."""

    async def opened(code: str, side: Side = Side.CREDIT, **given: Any) -> UUID:
        return (await open_in(city, city.operator, code, side, **given)).id

    return {
        "fund": await opened("fund.city", Side.DEBIT),
        "pool": await opened("pool.balance"),
        "claims": await opened("pool.claims", ceiling=1_000_000),
        "points": await opened("village.points", asset="POINT:village"),
    }


async def build_ledger(city: SmallCity) -> SmallLedger:
    return SmallLedger(city=city, **await open_all(city))


@dataclass(frozen=True, kw_only=True)
class FilledLedger(SmallLedger):
    """Books in which everything has happened once, the first bank's too."""

    held: UUID
    banks_account: UUID
    banks_draft: TransferDraft


async def fill_ledgers(city: SmallCity, admin: asyncpg.Connection) -> FilledLedger:
    """Let the operator's book have a closed period, a hold and its end, and the first bank's book a row in each table."""
    bank, held = city.banks[0], new_id()
    accounts = await open_all(city)
    yesterday = city.now - timedelta(days=1)
    await city.act(close_period, city.operator, closed_before=yesterday)
    one = await open_in(city, bank.officer, "bank.one", Side.DEBIT)
    two = await open_in(city, bank.officer, "bank.two", Side.CREDIT)
    ledger = FilledLedger(
        city=city,
        **accounts,
        held=held,
        banks_account=one.id,
        banks_draft=drafts.move(new_id(), debit=one.id, credit=two.id, amount=1, code="bank.own"),
    )
    await ledger.post(
        ledger.fund_pool(100),
        ledger.hold(50, id=held),
        drafts.post(new_id(), pending_id=held, amount=20, code="pool.claim.paid"),
    )
    await ledger.post(ledger.banks_draft, actor=bank.officer, book=bank.tenant_id)
    closing = {"tenant_id": bank.tenant_id, "closed_before": yesterday}
    await insert(admin, LedgerClosing, sample(LedgerClosing, city.now, **closing))
    return ledger
