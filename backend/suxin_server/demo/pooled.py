"""The risk pool of the demo city: two partners who paid in, agreements with the banks that lend, and their loans filed.

The worker does it after the start by the product's own commands, in the operator's and the banks' own names, as of when each
would have been done: the pool is older than the oldest loan, which its bank filed the day after it paid it out. All of it is one
transaction; a city that has a pool is left as it is.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.sealing import Sealer
from suxin.kernel.together import Together, together
from suxin.kernel.working_days import SHANGHAI, local_day
from suxin.lending.loans.models import Loan
from suxin.lending.loans.standing import JUDGED
from suxin.lending.models import LoanProduct
from suxin.risk_pool.agreements import MAX_FILING_DAYS, AgreementTerms
from suxin.risk_pool.filings.filing import MAX_FILINGS, file_loans
from suxin.risk_pool.pools.commands import PartnerDraft, PoolDraft, add_partner, open_pool
from suxin.risk_pool.pools.funding import FundingDraft, confirm_funding, record_funding
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.pools.states import PartnerKind
from suxin.risk_pool.signing.answering import accept_agreement
from suxin.risk_pool.signing.drafting import AgreementDraft, draft_agreement, sign_agreement
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import Profiles, TenantKind
from suxin_server.demo.book import REQUEST_ID
from suxin_server.demo.custodian import ACCOUNT
from suxin_server.demo.office import people_of

KEEPERS: Final = ("operator.admin", "operator.review")
"""Who keeps the pool: one records and signs, the other confirms and signs as well."""
BANKS: Final = 3
"""With how many of the banks that have paid loans out the pool has an agreement."""
OPENED_BEFORE: Final = timedelta(days=200)
"""How long there has been a pool: since before the oldest loans were asked for."""

_SYSTEM: Final = Actor.system(REQUEST_ID)
_DAY: Final = timedelta(days=1)
_MONTH: Final = timedelta(days=30)
_YEAR: Final = timedelta(days=365)
_FILED_AT: Final = time(9, 30)
_WAN: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class PooledCity:
    """The database of a demo city, with what seals the pool's account and what its people may do."""

    database: Database
    sealer: Sealer
    profiles: Profiles

    async def fill(self, *, now: datetime) -> bool:
        """Open and fill the pool; return whether there was anything to do."""
        async with self.database.transaction(_SYSTEM, now=now) as session:
            known = await session.scalar(select(RiskPool.id).limit(1))
            operator = await session.scalar(
                select(Tenant.id).where(Tenant.kind == TenantKind.OPERATOR)
            )
            lenders = await _lenders(session)
        if known is not None or operator is None:
            return False
        keepers = await self._people(operator, KEEPERS, now=now)
        if len(keepers) < len(KEEPERS):
            return False
        began = now - OPENED_BEFORE
        banks = [(await self._people(bank_id, None, now=now))[0] for bank_id in lenders]
        async with together(self.database, now=now) as one:
            turns = _Turns(one, self.sealer)
            pool_id = await turns.open(keepers, now=began, due_on=local_day(now) + _MONTH)
            for bank in banks:
                await turns.join(keepers, pool_id, bank, began=began, now=now)
            await turns.file(pool_id, banks, now=now)
        return True

    async def _people(
        self, tenant_id: UUID, log_ins: Sequence[str] | None, *, now: datetime
    ) -> Sequence[Actor]:
        return await people_of(self.database, self.profiles, tenant_id, log_ins, now=now)


@dataclass(frozen=True, slots=True)
class _Turns:
    """What the keepers and the banks do in their turns."""

    one: Together
    sealer: Sealer

    async def open(self, keepers: Sequence[Actor], *, now: datetime, due_on: date) -> UUID:
        first, second = keepers
        draft = PoolDraft(
            name="宿易贷风险补偿资金池（演示）",
            custodian="宿迁市商业银行营业部（演示）",
            account=ACCOUNT,
            required_fen=3_000 * _WAN,
        )
        partners = (
            ("宿迁市财政局（演示）", PartnerKind.CITY, 1_800, 6_000, 1_800),
            ("沭阳县财政局（演示）", PartnerKind.COUNTY, 1_200, 4_000, 800),
        )
        async with self.one.transaction(first, now=now) as session:
            pool = await open_pool(session, first, draft=draft, sealer=self.sealer, now=now)
            fundings = []
            for number, (name, kind, pledged, share_bps, paid) in enumerate(partners, start=1):
                partner = PartnerDraft(
                    name=name,
                    kind=kind,
                    pledged_fen=pledged * _WAN,
                    share_bps=share_bps,
                    due_on=due_on,
                )
                added = await add_partner(session, first, pool_id=pool.id, draft=partner, now=now)
                funding = FundingDraft(
                    partner_id=added.id,
                    reference=f"TG{local_day(now):%Y%m%d}{number:03}",
                    amount_fen=paid * _WAN,
                    paid_on=local_day(now),
                )
                fundings.append(
                    await record_funding(session, first, pool_id=pool.id, draft=funding, now=now)
                )
        for one in fundings:
            async with self.one.transaction(second, now=now) as session:
                await confirm_funding(session, second, funding_id=one.id, now=now)
        return pool.id

    async def join(
        self,
        keepers: Sequence[Actor],
        pool_id: UUID,
        bank: Actor,
        *,
        began: datetime,
        now: datetime,
    ) -> None:
        """Agree with a bank on all that it offers."""
        first, second = keepers
        async with self.one.transaction(_SYSTEM, now=now) as session:
            codes = await session.scalars(
                select(LoanProduct.code).where(LoanProduct.tenant_id == bank.own_tenant).distinct()
            )
            draft = AgreementDraft(
                products=tuple(sorted(codes)),
                quota_fen=8_000 * _WAN,
                principal_cap_fen=1_000 * _WAN,
                starts_on=local_day(now - _YEAR),
                ends_on=local_day(now + _YEAR),
                terms=AgreementTerms(filing_days=MAX_FILING_DAYS),
            )
        async with self.one.transaction(first, now=began) as session:
            agreement = await draft_agreement(
                session, first, pool_id=pool_id, bank_id=bank.own_tenant, draft=draft, now=began
            )
            await sign_agreement(session, first, agreement_id=agreement.id, now=began)
        async with self.one.transaction(second, now=began) as session:
            await sign_agreement(session, second, agreement_id=agreement.id, now=began)
        async with self.one.transaction(bank, now=began) as session:
            await accept_agreement(session, bank, agreement_id=agreement.id, now=began)

    async def file(self, pool_id: UUID, banks: Sequence[Actor], *, now: datetime) -> None:
        """Let the banks file what they have paid out, each loan the day after, in the order of time."""
        async with self.one.transaction(_SYSTEM, now=now) as session:
            found = await session.execute(
                select(Loan.tenant_id, Loan.first_drawn_on, Loan.contract_number)
                .where(
                    Loan.tenant_id.in_([bank.own_tenant for bank in banks]),
                    Loan.state.in_(JUDGED),
                    Loan.sandbox_id.is_(None),
                )
                .order_by(Loan.first_drawn_on, Loan.id)
                .limit(MAX_FILINGS)
            )
            days: defaultdict[tuple[date, UUID], list[str]] = defaultdict(list)
            for bank_id, day, number in found:
                if day is not None:
                    days[day, bank_id].append(number)
        by_id = {bank.own_tenant: bank for bank in banks}
        for (day, bank_id), numbers in days.items():
            at = min(now, datetime.combine(day, _FILED_AT, SHANGHAI) + _DAY)
            bank = by_id[bank_id]
            async with self.one.transaction(bank, now=at) as session:
                await file_loans(session, bank, pool_id=pool_id, contract_numbers=numbers, now=at)


async def _lenders(session: AsyncSession) -> list[UUID]:
    """Return the banks that have paid loans out, those first that did so first."""
    found = await session.scalars(
        select(Loan.tenant_id)
        .where(Loan.state.in_(JUDGED), Loan.sandbox_id.is_(None))
        .group_by(Loan.tenant_id)
        .order_by(func.min(Loan.first_drawn_on), Loan.tenant_id)
        .limit(BANKS)
    )
    return list(found)
