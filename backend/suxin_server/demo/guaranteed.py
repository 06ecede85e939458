"""The guarantor of the demo city: its limits, and what banks ask it about offers that wait for their contracts.

The worker does it after the start by the product's own commands, in each one's own name: one request waits to be looked at, of another the
applicant lets the guarantor know him and it waits to be approved, which takes a person with a code of his own. A city whose guarantor has
limits is left as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from suxin.consent.notice_texts import current_text
from suxin.consent.purposes import GUARANTEE_ASSESS
from suxin.consent.requests import approve_request
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.working_days import local_day
from suxin.lending.guarantees.asking import ask_guarantor
from suxin.lending.guarantees.deciding import LetterDraft, ask_applicant, underwrite_guarantee
from suxin.lending.guarantees.limits import LimitDraft, set_limits
from suxin.lending.guarantees.models import GuaranteeRequest, GuarantorLimit
from suxin.lending.guarantees.states import GuarantorForm
from suxin.lending.models import LoanRequest, Offer, OfferState, RequestState
from suxin.subjects.models import NATURAL_PERSONS, Subject
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import Profiles, TenantKind
from suxin_server.demo.book import REQUEST_ID
from suxin_server.demo.office import SYSTEM, people_of

KEEPER: Final = ("operator.admin",)
UNDERWRITER: Final = ("guarantor.review",)
ASKED: Final = 3
"""About how many offers the guarantor is asked, the newest of them."""
KNOWN: Final = 2
"""How many of those applicants let it know them; of the first it has an opinion."""

_WAN: Final = 1_000_000
_SHARE_BPS: Final = 8_000


@dataclass(frozen=True, slots=True)
class GuaranteedCity:
    """The database of a demo city, with what its people may do."""

    database: Database
    profiles: Profiles

    async def guarantee(self, *, now: datetime) -> bool:
        """Set the guarantor's limits and have it asked; return whether there was anything to do."""
        async with self.database.transaction(SYSTEM, now=now) as session:
            if await session.scalar(select(GuarantorLimit.guarantor_id).limit(1)):
                return False
            kinds = (TenantKind.OPERATOR, TenantKind.GUARANTOR)
            houses = {
                kind: await session.scalar(select(Tenant.id).where(Tenant.kind == kind).limit(1))
                for kind in kinds
            }
        operator, guarantor = (houses[kind] for kind in kinds)
        if operator is None or guarantor is None:
            return False
        keepers = await people_of(self.database, self.profiles, operator, KEEPER, now=now)
        underwriters = await people_of(
            self.database, self.profiles, guarantor, UNDERWRITER, now=now
        )
        if not keepers or not underwriters:
            return False
        await self._limit(keepers[0], guarantor, now=now)
        for number, (offer, person_id) in enumerate(await self._offers(now=now)):
            asked = await self._ask(offer, guarantor, now=now)
            if number < KNOWN:
                await self._permit(underwriters[0], asked, offer, person_id, now=now)
            if number == 0:
                await self._underwrite(underwriters[0], asked, offer, now=now)
        return True

    async def _limit(self, keeper: Actor, guarantor: UUID, *, now: datetime) -> None:
        draft = LimitDraft(
            form=GuarantorForm.GUARANTEE_COMPANY, net_assets_fen=20_000 * _WAN, multiple=15
        )
        async with self.database.transaction(keeper, now=now) as session:
            await set_limits(session, keeper, guarantor_id=guarantor, draft=draft, now=now)

    async def _offers(self, *, now: datetime) -> Sequence[tuple[Offer, UUID]]:
        """Return the newest accepted offers to organisations that wait for their contracts, with who asked for them."""
        same = (LoanRequest.subject_id == Offer.subject_id) & (LoanRequest.id == Offer.request_id)
        async with self.database.transaction(SYSTEM, now=now) as session:
            rows = await session.execute(
                select(Offer, LoanRequest.person_id)
                .join(LoanRequest, same)
                .join(Subject, Subject.id == Offer.subject_id)
                .join(Tenant, Tenant.id == Offer.tenant_id)
                .where(
                    Offer.state == OfferState.CHOSEN,
                    LoanRequest.state == RequestState.ACCEPTED,
                    Subject.kind.not_in(NATURAL_PERSONS),
                    Tenant.sandbox.is_(False),
                )
                .order_by(Offer.id.desc())
                .limit(ASKED)
            )
            return [(row[0], row[1]) for row in rows]

    async def _ask(self, offer: Offer, guarantor: UUID, *, now: datetime) -> GuaranteeRequest:
        (officer,) = await people_of(self.database, self.profiles, offer.tenant_id, None, now=now)
        async with self.database.transaction(officer, now=now) as session:
            return await ask_guarantor(
                session,
                officer,
                offer_id=offer.id,
                guarantor_id=guarantor,
                share_bps=_SHARE_BPS,
                now=now,
            )

    async def _permit(
        self,
        underwriter: Actor,
        request: GuaranteeRequest,
        offer: Offer,
        person_id: UUID,
        *,
        now: datetime,
    ) -> None:
        async with self.database.transaction(underwriter, now=now) as session:
            asked = await ask_applicant(session, underwriter, request_id=request.id, now=now)
        applicant = Actor.subject(REQUEST_ID, person_id=person_id, subject_id=offer.subject_id)
        async with self.database.transaction(applicant, now=now) as session:
            await approve_request(
                session,
                applicant,
                consent_id=asked.consent_id,
                categories=sorted(GUARANTEE_ASSESS.categories),
                life_days=GUARANTEE_ASSESS.max_life_days,
                notice_version=current_text(GUARANTEE_ASSESS.code).version,
                now=now,
            )

    async def _underwrite(
        self, underwriter: Actor, request: GuaranteeRequest, offer: Offer, *, now: datetime
    ) -> None:
        today = local_day(now)
        draft = LetterDraft(
            number=f"宿诚保字〔{today.year}〕001号",
            fee_bps=80,
            starts_on=today,
            ends_on=today + timedelta(days=31 * offer.term_months + 180),
            opinion="已核对登记、纳税和环保信息，同意按申请比例担保，放款前须落实反担保。",
        )
        async with self.database.transaction(underwriter, now=now) as session:
            await underwrite_guarantee(
                session, underwriter, request_id=request.id, draft=draft, now=now
            )
