"""A risk pool for tests: funded, with an agreement that the first bank accepted, and short ways to file in it."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from sample_rows import insert, sample
from small_city import Bank, SmallCity
from small_loans import NUMBER

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.risk_pool.filings.files import file_list
from suxin.risk_pool.filings.filing import Outcome, file_loans
from suxin.risk_pool.pools.books import PoolBalance, balance_of
from suxin.risk_pool.pools.commands import PartnerDraft, PoolDraft, add_partner, open_pool
from suxin.risk_pool.pools.funding import FundingDraft, confirm_funding, record_funding
from suxin.risk_pool.pools.models import PoolFunding, PoolPartner, RiskPool
from suxin.risk_pool.pools.states import PartnerKind
from suxin.risk_pool.signing.answering import accept_agreement
from suxin.risk_pool.signing.drafting import AgreementDraft, draft_agreement, sign_agreement
from suxin.risk_pool.signing.models import PoolAgreement
from suxin.risk_pool.stopping.models import PoolStopLossChange

MONEY_FEN = 100_000_000
"""A million yuan: with the multiple of ten it stands behind ten."""
ACCOUNT = "6228480000001234567"


def another(operator: Actor) -> Actor:
    """Return another member of the operator's staff."""
    return replace(operator, staff_id=new_id())


def pool_draft(**changes: Any) -> PoolDraft:
    values = {
        "name": "宿易贷风险补偿资金池",
        "custodian": "宿迁农村商业银行营业部",
        "account": ACCOUNT,
        "required_fen": MONEY_FEN,
    }
    return PoolDraft(**{**values, **changes})


def agreement_draft(**changes: Any) -> AgreementDraft:
    """An agreement on the small city's product, which leaves nothing else out."""
    values = {
        "products": ("P-1",),
        "quota_fen": 500_000_000,
        "principal_cap_fen": 100_000_000,
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2027, 1, 1),
    }
    return AgreementDraft(**{**values, **changes})


def partner_draft(**changes: Any) -> PartnerDraft:
    values = {
        "name": "宿迁市财政局",
        "kind": PartnerKind.CITY,
        "pledged_fen": MONEY_FEN,
        "share_bps": 6_000,
        "due_on": date(2026, 12, 31),
    }
    return PartnerDraft(**{**values, **changes})


@dataclass(frozen=True, kw_only=True)
class SmallPool:
    """A pool with a partner who paid in, and the agreement in force with the first bank."""

    city: SmallCity
    pool: RiskPool
    partner: PoolPartner
    funding: PoolFunding
    agreement: PoolAgreement

    async def file(
        self, *numbers: str, bank: Bank | None = None, now: datetime | None = None
    ) -> list[Outcome]:
        """File the bank's loans of these contract numbers."""
        found: list[Outcome] = await self.city.act(
            file_loans,
            (bank or self.city.banks[0]).officer,
            pool_id=self.pool.id,
            contract_numbers=numbers,
            now=now or self.city.now,
        )
        return found

    async def balance(self) -> PoolBalance:
        async with self.city.database.snapshot(self.city.operator, now=self.city.now) as session:
            return await balance_of(session, self.pool)


async def fund(
    city: SmallCity, pool: RiskPool, partner: PoolPartner, amount_fen: int, reference: str
) -> PoolFunding:
    """Let one record a payment and another confirm it."""
    draft = FundingDraft(
        partner_id=partner.id,
        reference=reference,
        amount_fen=amount_fen,
        paid_on=date(2026, 11, 1),
    )
    funding = await city.act(record_funding, city.operator, pool_id=pool.id, draft=draft)
    confirmed: PoolFunding = await city.act(
        confirm_funding, another(city.operator), funding_id=funding.id
    )
    return confirmed


async def agree(city: SmallCity, pool_id: UUID, bank: Bank, **changes: Any) -> PoolAgreement:
    """Let two people sign an agreement and the bank accept it."""
    agreement = await signed(city, pool_id, bank, **changes)
    accepted: PoolAgreement = await city.act(
        accept_agreement, bank.officer, agreement_id=agreement.id
    )
    return accepted


async def signed(city: SmallCity, pool_id: UUID, bank: Bank, **changes: Any) -> PoolAgreement:
    """Let two people sign an agreement for the bank to answer."""
    agreement = await city.act(
        draft_agreement,
        city.operator,
        pool_id=pool_id,
        bank_id=bank.tenant_id,
        draft=agreement_draft(**changes),
    )
    await city.act(sign_agreement, city.operator, agreement_id=agreement.id)
    offered: PoolAgreement = await city.act(
        sign_agreement, another(city.operator), agreement_id=agreement.id
    )
    return offered


async def build_pool(
    city: SmallCity,
    *,
    money_fen: int = MONEY_FEN,
    name: str = "宿易贷风险补偿资金池",
    **changes: Any,
) -> SmallPool:
    """Open a pool, fund it, and agree with the first bank; ``changes`` are of the agreement."""
    draft = pool_draft(name=name)
    pool = await city.act(open_pool, city.operator, draft=draft, sealer=city.sealer)
    partner = await city.act(add_partner, city.operator, pool_id=pool.id, draft=partner_draft())
    funding = await fund(city, pool, partner, money_fen, "CZ-1")
    agreement = await agree(city, pool.id, city.banks[0], **changes)
    return SmallPool(city=city, pool=pool, partner=partner, funding=funding, agreement=agreement)


FILE = f"合同编号\n{NUMBER}\nHT-none\n".encode()
FILE_SHA256 = hashlib.sha256(FILE).hexdigest()


@dataclass(frozen=True, kw_only=True)
class FilledPool:
    """A pool in which everything has happened once."""

    small: SmallPool
    offered_id: UUID
    drafted_id: UUID
    recorded_id: UUID
    filing_id: UUID
    stop_loss_id: UUID


async def fill_pools(city: SmallCity, admin: asyncpg.Connection) -> FilledPool:
    """File the first bank's loan by file; leave a payment to confirm, and agreements to sign and to answer."""
    bank = city.banks[0]
    small = await build_pool(city)
    await city.act(file_list, bank.officer, pool_id=small.pool.id, name="备案.csv", content=FILE)
    draft = FundingDraft(
        partner_id=small.partner.id, reference="CZ-2", amount_fen=1, paid_on=date(2026, 11, 2)
    )
    recorded = await city.act(record_funding, city.operator, pool_id=small.pool.id, draft=draft)
    about = {"pool_id": small.pool.id, "bank_id": bank.tenant_id, "draft": agreement_draft()}
    drafted = await city.act(draft_agreement, city.operator, **about)
    stop_loss_id = await admin.fetchval("select id from pool_stop_losses")
    given = {
        "tenant_id": city.operator.own_tenant,
        "stop_loss_id": stop_loss_id,
        "bank_id": bank.tenant_id,
    }
    await insert(admin, PoolStopLossChange, sample(PoolStopLossChange, city.now, **given))
    return FilledPool(
        small=small,
        offered_id=(await signed(city, small.pool.id, bank)).id,
        drafted_id=drafted.id,
        recorded_id=recorded.id,
        filing_id=await admin.fetchval("select id from pool_filings"),
        stop_loss_id=stop_loss_id,
    )
