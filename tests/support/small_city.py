"""A small city for tests: an operator, two banks with officers and products, a person and his firm.

Tenants and products come through the commands; subjects and records are loaded as the batch role loads them.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from inspect import signature
from typing import Any
from uuid import UUID

from assessed import file_assessments
from city_rows import add_firm, add_mandate, add_person, add_records

from suxin.consent.giving import Granted
from suxin.consent.notice_texts import current_text
from suxin.consent.purposes import LOAN_MATCH
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.sealing import Keyring, Sealer
from suxin.lending.commands.offers import OfferTerms, make_offer
from suxin.lending.commands.products import draft_product, publish_product
from suxin.lending.commands.referrals import accept_referral
from suxin.lending.commands.requests import (
    RequestForm,
    Submitted,
    consent_to_bank,
    submit_request,
)
from suxin.lending.models import DispatchMode, PopulationCell
from suxin.lending.product_terms import ProductDraft
from suxin.lending.terms import GuaranteeMode, LoanPurpose, RepaymentMethod, RequestTerms
from suxin.tenancy.commands import create_tenant, found_city
from suxin.tenancy.profiles import TenantKind
from suxin_tenants import PROFILES

PASSWORD = "a-long-Demo-pass-1"
FIRM_USCC = "91321302MATE5T017A"
OTHER_USCC = "93321324MATE5T025T"
BANK_USCCS = ("9144030071526726XG", "91330100799655058B")
OPERATOR_USCC = "12321300MBTE5T0617"


@dataclass(frozen=True, kw_only=True)
class Bank:
    """A bank with an officer who may do everything in lending, and one published product."""

    tenant_id: UUID
    staff_id: UUID
    product_id: UUID

    @property
    def officer(self) -> Actor:
        profile = PROFILES[TenantKind.BANK]
        return Actor(
            kind=ActorKind.STAFF,
            request_id="test-bank",
            tenant_id=self.tenant_id,
            tenant_kind="bank",
            staff_id=self.staff_id,
            permissions=profile.permissions_of(frozenset(profile.roles)),
            purposes=profile.purposes,
        )


@dataclass(frozen=True, kw_only=True)
class SmallCity:
    """What was built, and the actors to act with."""

    database: Database
    batch: Database
    now: datetime
    sealer: Sealer
    operator: Actor
    banks: tuple[Bank, Bank]
    person_id: UUID
    firm_id: UUID
    stranger_id: UUID
    stranger_firm_id: UUID
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def applicant(self) -> Actor:
        """The person acting for his firm."""
        return Actor.subject("test-applicant", person_id=self.person_id, subject_id=self.firm_id)

    @property
    def stranger(self) -> Actor:
        """Another person acting for another firm."""
        return Actor.subject(
            "test-stranger", person_id=self.stranger_id, subject_id=self.stranger_firm_id
        )

    async def submit(
        self,
        *,
        mode: DispatchMode = DispatchMode.RECOMMENDED,
        amount_fen: int = 50_000_000,
        actor: Actor | None = None,
        product: tuple[UUID, UUID] | None = None,
        now: datetime | None = None,
    ) -> Submitted:
        """Submit a request of 500,000 yuan over a year, unless said otherwise."""
        moment = now or self.now
        who = actor or self.applicant
        form = RequestForm(
            terms=RequestTerms(
                amount_fen=amount_fen,
                term_months=12,
                purpose=LoanPurpose.WORKING_CAPITAL,
                guarantee_mode=GuaranteeMode.CREDIT,
            ),
            mode=mode,
            product=product,
            first_loan=True,
        )
        return await self.database.run(
            who, lambda session: submit_request(session, who, form=form, now=moment), now=moment
        )

    async def consent(
        self, request_id: UUID, bank: Bank, *, now: datetime | None = None, life_days: int = 30
    ) -> Granted:
        """Let the applicant permit the bank everything the purpose allows."""
        moment = now or self.now
        async with self.database.transaction(self.applicant, now=moment) as session:
            return await consent_to_bank(
                session,
                self.applicant,
                request_id=request_id,
                tenant_id=bank.tenant_id,
                categories=sorted(LOAN_MATCH.categories),
                life_days=life_days,
                notice_version=current_text("loan.match").version,
                now=moment,
            )

    async def act(
        self,
        command: Callable[..., Awaitable[Any]],
        actor: Actor,
        *,
        now: datetime | None = None,
        **arguments: Any,
    ) -> Any:
        """Carry out one command of the actor's in a transaction of its own, and return what it returns.

        What tells no time is given none.
        """
        moment = now or self.now
        if "now" in signature(command).parameters:
            arguments["now"] = moment
        return await self.database.run(
            actor, lambda session: command(session, actor, **arguments), now=moment
        )

    async def referral_to(self, submitted: Submitted, bank: Bank) -> UUID:
        """Return the id of the referral a bank got."""
        return next(
            referral.id for referral in submitted.referrals if referral.tenant_id == bank.tenant_id
        )


def offer_terms(**changes: object) -> OfferTerms:
    """Return an offer of 400,000 yuan over a year at 4.35 %."""
    values: dict[str, object] = {
        "amount_fen": 40_000_000,
        "term_months": 12,
        "rate_bps": 435,
        "repayment_method": RepaymentMethod.EQUAL_INSTALMENT,
        "guarantee": GuaranteeMode.CREDIT,
        **changes,
    }
    return OfferTerms(**values)  # type: ignore[arg-type] # a test's own changes


def product_draft(**changes: object) -> ProductDraft:
    """Return a plain product that the firm of the small city fits."""
    values: dict[str, object] = {
        "code": "P-1",
        "name": "税易贷",
        "min_amount_fen": 1_000_000,
        "max_amount_fen": 300_000_000,
        "min_term_months": 3,
        "max_term_months": 36,
        "min_rate_bps": 380,
        "max_rate_bps": 560,
        "upfront_fee_bps": 100,
        "repayment_methods": (RepaymentMethod.EQUAL_INSTALMENT, RepaymentMethod.BULLET),
        "guarantee_modes": (GuaranteeMode.CREDIT, GuaranteeMode.MORTGAGE),
        "criteria": ({"criterion": "MINIMUM_AGE_MONTHS", "months": 12},),
        **changes,
    }
    return ProductDraft(**values)  # type: ignore[arg-type] # a test's own changes


async def build_small_city(database: Database, batch: Database, *, now: datetime) -> SmallCity:
    """Build the city."""
    operator = await _found(database, now=now)
    await file_assessments(database, operator, now=now)
    banks = [await _bank(database, operator, number, now=now) for number in range(len(BANK_USCCS))]
    sealer = Sealer(Keyring.generate())
    person_id, firm_id, stranger_id, stranger_firm_id = new_id(), new_id(), new_id(), new_id()
    system = Actor.system("test")
    async with batch.transaction(system, now=now) as session:
        add_person(session, sealer, person_id, "王小明", "321302199001010012", now=now)
        add_person(session, sealer, stranger_id, "李四", "321324198512310029", now=now)
        add_firm(session, firm_id, "宿迁市沭河木业有限公司", FIRM_USCC, now=now)
        add_firm(session, stranger_firm_id, "泗洪县大湖家庭农场", OTHER_USCC, now=now)
        await session.flush()
        add_mandate(session, person_id, firm_id, now=now)
        add_mandate(session, stranger_id, stranger_firm_id, now=now)
        add_records(session, firm_id, now=now)
        session.add_all(
            PopulationCell(kind="firm", county_code="321302", industry_section=section, subjects=9)
            for section in ("C", "ALL")
        )
    return SmallCity(
        database=database,
        batch=batch,
        now=now,
        sealer=sealer,
        operator=operator,
        banks=(banks[0], banks[1]),
        person_id=person_id,
        firm_id=firm_id,
        stranger_id=stranger_id,
        stranger_firm_id=stranger_firm_id,
    )


async def _found(database: Database, *, now: datetime) -> Actor:
    system = Actor.system("test")
    async with database.transaction(system, now=now) as session:
        founded = await found_city(
            session,
            name="宿迁市社会信用体系建设办公室（测试）",
            short_name="市信用办",
            uscc=OPERATOR_USCC,
            contact="0527-00000000",
            area_code="321300",
            admin_name="管理员",
            login="operator",
            password=PASSWORD,
            profiles=PROFILES,
            now=now,
        )
    profile = PROFILES[TenantKind.OPERATOR]
    return Actor(
        kind=ActorKind.OPERATOR,
        request_id="test-operator",
        tenant_id=founded.tenant_id,
        tenant_kind="operator",
        staff_id=founded.staff_id,
        permissions=profile.permissions_of(frozenset(profile.roles)),
    )


async def another_bank(city: SmallCity, number: int) -> Bank:
    """Add a bank; one with a higher number (from 2, at most 4) is dearer, so that it ranks behind."""
    return await _bank(city.database, city.operator, number, now=city.now)


async def _bank(database: Database, operator: Actor, number: int, *, now: datetime) -> Bank:
    async with database.transaction(operator, now=now) as session:
        tenant_id = await create_tenant(
            session,
            operator,
            kind=TenantKind.BANK,
            name=f"宿迁第{'一二三四五'[number]}商业银行（测试）",
            short_name=f"{'一二三四五'[number]}行",
            uscc=(*BANK_USCCS, *(f"9132130{seat}MATE0T0000" for seat in "234"))[number],
            contact="95000",
            area_code="321302",
            profiles=PROFILES,
            now=now,
            override_reason="made up for a test",
        )
    bank = Bank(tenant_id=tenant_id, staff_id=new_id(), product_id=new_id())
    officer = bank.officer
    async with database.transaction(officer, now=now) as session:
        # The second bank is the cheapest and the first comes next, so that the ranking is certain.
        draft = product_draft(max_rate_bps=560 + 60 * (number if number > 1 else -number))
        product = await draft_product(session, officer, draft=draft, profiles=PROFILES, now=now)
        await session.flush()
        await publish_product(session, officer, product_id=product.id, now=now)
    return Bank(tenant_id=tenant_id, staff_id=bank.staff_id, product_id=product.id)


async def offered(
    city: SmallCity, bank: Bank, *, now: datetime | None = None
) -> tuple[Submitted, UUID]:
    """Bring a request to the point where a bank has offered; return it and the offer's id."""
    moment = now or city.now
    submitted = await city.submit(now=moment)
    await city.consent(submitted.request.id, bank, now=moment)
    referral_id = await city.referral_to(submitted, bank)
    officer = bank.officer
    async with city.database.transaction(officer, now=moment) as session:
        await accept_referral(session, officer, referral_id=referral_id, now=moment)
        offer = await make_offer(
            session, officer, referral_id=referral_id, terms=offer_terms(), now=moment
        )
    return submitted, offer.id
