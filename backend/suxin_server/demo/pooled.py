"""The risk pool of the demo city: two partners who paid in, agreements with the banks that lend, and their loans filed.

The worker does it after the start by the product's own commands, in the operator's and the banks' own names. A city that has a
pool is left as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.database import Database, act_for
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import local_day
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
from suxin.tenancy.models import StaffMember, Tenant
from suxin.tenancy.profiles import Profiles, TenantKind
from suxin_server.demo.book import REQUEST_ID

KEEPERS: Final = ("operator.admin", "operator.review")
"""Who keeps the pool: one records and signs, the other confirms and signs as well."""
BANKS: Final = 3
"""With how many of the banks that have paid loans out the pool has an agreement."""

_SYSTEM: Final = Actor.system(REQUEST_ID)
_YEAR: Final = timedelta(days=365)
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
        keepers = await self._people(operator, TenantKind.OPERATOR, KEEPERS, now=now)
        if len(keepers) < len(KEEPERS):
            return False
        pool_id = await self._open(keepers, now=now)
        for bank_id in lenders:
            await self._join(keepers, pool_id, bank_id, now=now)
        return True

    async def _open(self, keepers: Sequence[Actor], *, now: datetime) -> UUID:
        first, second = keepers
        draft = PoolDraft(
            name="宿易贷风险补偿资金池（演示）",
            custodian="宿迁市商业银行营业部（演示）",
            account="6230000000002026",
            required_fen=3_000 * _WAN,
        )
        partners = (
            ("宿迁市财政局（演示）", PartnerKind.CITY, 1_800, 6_000, 1_800),
            ("沭阳县财政局（演示）", PartnerKind.COUNTY, 1_200, 4_000, 800),
        )
        async with self.database.transaction(first, now=now) as session:
            pool = await open_pool(session, first, draft=draft, sealer=self.sealer, now=now)
            fundings = []
            for number, (name, kind, pledged, share_bps, paid) in enumerate(partners, start=1):
                partner = PartnerDraft(
                    name=name,
                    kind=kind,
                    pledged_fen=pledged * _WAN,
                    share_bps=share_bps,
                    due_on=local_day(now) + timedelta(days=30),
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
            async with self.database.transaction(second, now=now) as session:
                await confirm_funding(session, second, funding_id=one.id, now=now)
        return pool.id

    async def _join(
        self, keepers: Sequence[Actor], pool_id: UUID, bank_id: UUID, *, now: datetime
    ) -> None:
        """Agree with a bank, and let it file what it has paid out."""
        first, second = keepers
        async with self.database.transaction(_SYSTEM, now=now) as session:
            codes = await session.scalars(
                select(LoanProduct.code).where(LoanProduct.tenant_id == bank_id).distinct()
            )
            draft = AgreementDraft(
                products=tuple(sorted(codes)),
                quota_fen=8_000 * _WAN,
                principal_cap_fen=1_000 * _WAN,
                starts_on=local_day(now - _YEAR),
                ends_on=local_day(now + _YEAR),
                terms=AgreementTerms(filing_days=MAX_FILING_DAYS),
            )
            numbers = await session.scalars(
                select(Loan.contract_number)
                .where(Loan.tenant_id == bank_id, Loan.state.in_(JUDGED))
                .order_by(Loan.id)
                .limit(MAX_FILINGS)
            )
            contract_numbers = numbers.all()
        async with self.database.transaction(first, now=now) as session:
            agreement = await draft_agreement(
                session, first, pool_id=pool_id, bank_id=bank_id, draft=draft, now=now
            )
            await sign_agreement(session, first, agreement_id=agreement.id, now=now)
        async with self.database.transaction(second, now=now) as session:
            await sign_agreement(session, second, agreement_id=agreement.id, now=now)
        staff = await self._people(bank_id, TenantKind.BANK, None, now=now)
        async with self.database.transaction(staff[0], now=now) as session:
            await accept_agreement(session, staff[0], agreement_id=agreement.id, now=now)
        async with self.database.transaction(staff[0], now=now) as session:
            await file_loans(
                session, staff[0], pool_id=pool_id, contract_numbers=contract_numbers, now=now
            )

    async def _people(
        self, tenant_id: UUID, kind: TenantKind, log_ins: Sequence[str] | None, *, now: datetime
    ) -> list[Actor]:
        """Return some of an organisation's people by their log-ins, or its first, with every right that its profile has."""
        profile = self.profiles[kind]
        async with (
            self.database.transaction(_SYSTEM, now=now) as session,
            act_for(session, tenant_id=tenant_id, reason="demo city"),
        ):
            found = (await session.scalars(select(StaffMember).order_by(StaffMember.login))).all()
        chosen = found[:1] if log_ins is None else [one for one in found if one.login in log_ins]
        return [
            Actor(
                kind=ActorKind.OPERATOR if kind is TenantKind.OPERATOR else ActorKind.STAFF,
                request_id=REQUEST_ID,
                tenant_id=tenant_id,
                tenant_kind=kind.value,
                staff_id=one.id,
                permissions=profile.permissions_of(frozenset(profile.roles)),
                purposes=profile.purposes,
            )
            for one in chosen
        ]


async def _lenders(session: AsyncSession) -> list[UUID]:
    """Return the banks that have paid loans out, those first that were there first."""
    found = await session.scalars(
        select(Loan.tenant_id)
        .where(Loan.state.in_(JUDGED), Loan.sandbox_id.is_(None))
        .distinct()
        .order_by(Loan.tenant_id)
        .limit(BANKS)
    )
    return list(found)
