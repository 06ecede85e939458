"""A guarantor for tests, with three people who have a second factor, and short ways from the bank's request to its answer."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from small_city import SmallCity, offer_terms, product_draft
from small_claims import code_at, enrol
from sqlalchemy import select

from suxin.consent.models import Consent, ConsentState
from suxin.consent.notice_texts import current_text
from suxin.consent.purposes import GUARANTEE_ASSESS
from suxin.consent.requests import approve_request
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.lending.commands.offers import accept_offer, make_offer
from suxin.lending.commands.products import draft_product, publish_product
from suxin.lending.commands.referrals import accept_referral
from suxin.lending.guarantees.asking import ask_guarantor
from suxin.lending.guarantees.deciding import (
    LetterDraft,
    approve_guarantee,
    ask_applicant,
    underwrite_guarantee,
)
from suxin.lending.guarantees.limits import LimitDraft, set_limits
from suxin.lending.guarantees.models import GuaranteeRequest
from suxin.lending.guarantees.queries import requests_shown
from suxin.lending.guarantees.states import GuarantorForm
from suxin.lending.models import DispatchMode, LoanProduct
from suxin.lending.terms import GuaranteeMode
from suxin.tenancy.commands import create_tenant
from suxin.tenancy.profiles import TenantKind
from suxin_tenants import PROFILES

USCCS = ("91321302MATE0T0050", "91321302MATE0T0051")
NET_ASSETS_FEN = 400_000_000
SHARE_BPS = 8_000
LETTER_FEN = 32_000_000
LETTER = LetterDraft(
    number="担保函-x",
    fee_bps=100,
    starts_on=date(2026, 11, 20),
    ends_on=date(2028, 11, 20),
    opinion="同意",
)


@dataclass(kw_only=True)
class SmallGuarantor:
    """A guarantor with its people; the moment goes on with each code, because each is good once."""

    city: SmallCity
    tenant_id: UUID
    underwriter: Actor
    approver: Actor
    secrets: dict[UUID, str]
    now: datetime
    letters: int = 0

    async def act(self, command: Any, actor: Actor, **given: Any) -> Any:
        return await self.city.act(command, actor, **{"now": self.now, **given})

    async def asked(self, offer_id: UUID | None = None, **given: Any) -> GuaranteeRequest:
        """Let the first bank ask about an accepted offer of 400,000 yuan."""
        if offer_id is None:
            offer_id = await guaranteed(self.city)
        request: GuaranteeRequest = await self.act(
            ask_guarantor,
            self.city.banks[0].officer,
            offer_id=offer_id,
            **({"guarantor_id": self.tenant_id, "share_bps": SHARE_BPS} | given),
        )
        return request

    async def requests(self) -> list[GuaranteeRequest]:
        """Return what the guarantor was asked, the latest first."""
        async with self.city.database.snapshot(self.underwriter, now=self.now) as session:
            return list(await session.scalars(requests_shown(self.underwriter)))

    async def permit_waiting(self) -> None:
        """Let the applicant say yes to what the guarantor has asked him for."""
        async with self.city.database.snapshot(self.city.applicant, now=self.now) as session:
            waiting = select(Consent.id).where(
                Consent.tenant_id == self.tenant_id, Consent.state == ConsentState.REQUESTED
            )
            consent_id = (await session.scalars(waiting)).one()
        await self.permit(consent_id)

    async def permit(self, consent_id: UUID) -> None:
        await self.act(
            approve_request,
            self.city.applicant,
            consent_id=consent_id,
            categories=sorted(GUARANTEE_ASSESS.categories),
            life_days=60,
            notice_version=current_text(GUARANTEE_ASSESS.code).version,
        )

    async def permitted(self, request: GuaranteeRequest) -> UUID:
        """Let the guarantor ask the applicant, and him say yes to all of it; return the consent's id."""
        asked = await self.act(ask_applicant, self.underwriter, request_id=request.id)
        await self.permit(asked.consent_id)
        consent_id: UUID = asked.consent_id
        return consent_id

    def letter(self, **changes: Any) -> LetterDraft:
        self.letters += 1
        today = local_day(self.now)
        values: dict[str, Any] = {
            "number": f"担保函-{self.letters}",
            "fee_bps": 100,
            "starts_on": today,
            "ends_on": today + timedelta(days=730),
            "opinion": "经营正常，同意担保",
        }
        return LetterDraft(**(values | changes))

    async def underwritten(self, request: GuaranteeRequest, **changes: Any) -> GuaranteeRequest:
        done: GuaranteeRequest = await self.act(
            underwrite_guarantee,
            self.underwriter,
            request_id=request.id,
            draft=self.letter(**changes),
        )
        return done

    async def approved(
        self, request: GuaranteeRequest, *, by: Actor | None = None
    ) -> GuaranteeRequest:
        """Let the approver approve with a fresh code."""
        who = by or self.approver
        self.now += timedelta(minutes=1)
        done: GuaranteeRequest = await self.act(
            approve_guarantee,
            who,
            request_id=request.id,
            code=code_at(self.secrets[who.own_staff], self.now),
            sealer=self.city.sealer,
        )
        return done

    async def another_approver(self) -> Actor:
        """Take in somebody else who approves."""
        who = guarantors(self.tenant_id, len(self.secrets) + 1)
        self.secrets[who.own_staff] = await enrol(self.city, who, now=self.city.now)
        return who

    async def committed(self, offer_id: UUID | None = None, **given: Any) -> GuaranteeRequest:
        """Bring a request to the point where the guarantor is bound."""
        request = await self.asked(offer_id, **given)
        await self.permitted(request)
        await self.underwritten(request)
        return await self.approved(request)


async def guaranteed(city: SmallCity) -> UUID:
    """Let the first bank offer on its guaranteed product, and the applicant accept; return the offer's id."""
    bank = city.banks[0]
    submitted = await city.submit(
        mode=DispatchMode.NAMED, product=(bank.tenant_id, await _product(city))
    )
    await city.consent(submitted.request.id, bank)
    referral_id = await city.referral_to(submitted, bank)
    await city.act(accept_referral, bank.officer, referral_id=referral_id)
    terms = offer_terms(guarantee=GuaranteeMode.GUARANTEE_COMPANY)
    offer = await city.act(make_offer, bank.officer, referral_id=referral_id, terms=terms)
    await city.act(accept_offer, city.applicant, offer_id=offer.id)
    offer_id: UUID = offer.id
    return offer_id


async def _product(city: SmallCity) -> UUID:
    officer = city.banks[0].officer
    async with city.database.snapshot(officer, now=city.now) as session:
        found = await session.scalar(select(LoanProduct.id).where(LoanProduct.code == "P-D"))
    if found is not None:
        return found
    draft = product_draft(
        code="P-D",
        name="担保贷",
        guarantee_modes=(GuaranteeMode.CREDIT, GuaranteeMode.GUARANTEE_COMPANY),
    )
    product = await city.act(draft_product, officer, draft=draft, profiles=PROFILES)
    product_id: UUID = product.id
    await city.act(publish_product, officer, product_id=product_id)
    return product_id


async def build_guarantor(
    city: SmallCity, *, number: int = 0, limit: LimitDraft | None = None
) -> SmallGuarantor:
    """Let the operator take a guarantor in, with net assets of 4,000,000 yuan and the limits of the regulation."""
    tenant_id = await city.act(
        create_tenant,
        city.operator,
        kind=TenantKind.GUARANTOR,
        name=f"宿迁市第{'一二'[number]}融资担保有限公司（测试）",
        short_name=f"{'一二'[number]}担保",
        uscc=USCCS[number],
        contact="0527-2",
        area_code="321300",
        profiles=PROFILES,
        override_reason="made up for a test",
    )
    people = [guarantors(tenant_id, number * 10 + one) for one in (1, 2)]
    draft = limit or LimitDraft(form=GuarantorForm.GUARANTEE_COMPANY, net_assets_fen=NET_ASSETS_FEN)
    await city.act(set_limits, city.operator, guarantor_id=tenant_id, draft=draft)
    return SmallGuarantor(
        city=city,
        tenant_id=tenant_id,
        underwriter=people[0],
        approver=people[1],
        secrets={who.own_staff: await enrol(city, who, now=city.now) for who in people},
        now=city.now,
    )


def guarantors(tenant_id: UUID, number: int) -> Actor:
    """Return somebody who may do everything at a guarantor's."""
    profile = PROFILES[TenantKind.GUARANTOR]
    return Actor(
        kind=ActorKind.STAFF,
        request_id=f"test-guarantor-{number}",
        tenant_id=tenant_id,
        tenant_kind="guarantor",
        staff_id=new_id(),
        permissions=profile.permissions_of(frozenset(profile.roles)),
        purposes=profile.purposes,
    )
