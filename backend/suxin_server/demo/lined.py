"""Whole-village credit of the demo city: one round in progress in a village of its own, with a household of the cast whose line is in force.

The worker does it after the ratings are there. Each step is a command of the product, at a moment before now; a city in which it was
begun is left as it is.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.notice_texts import current_text
from suxin.consent.purposes import RURAL_CREDIT
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.doorways import doorway
from suxin.kernel.sealing import Sealer
from suxin.lending.commands.products import draft_product, publish_product
from suxin.lending.criteria import SubjectKindIn, criteria_to_builtins
from suxin.lending.models import LoanProduct
from suxin.lending.product_terms import ProductDraft
from suxin.lending.terms import ApplicantKind, GuaranteeMode, RepaymentMethod
from suxin.subjects.identity import PersonProof
from suxin.subjects.models import WeChatAccount
from suxin.subjects.persons import checked_claim, write_person
from suxin.tenancy.commands import set_credit_licence
from suxin.tenancy.models import Tenant
from suxin.tenancy.policies import TENANT_MANAGE
from suxin.tenancy.profiles import Profiles
from suxin.village_credit.deciding import decide_lines
from suxin.village_credit.joining import join_round, object_to_line
from suxin.village_credit.models import CreditRound, RoundMember
from suxin.village_credit.rounds import accept_round, confirm_round, propose_round, sign_round
from suxin.villages.linking import link_by_resident_id
from suxin.villages.models import Household, Village
from suxin.villages.notice import CURRENT
from suxin.villages.subjecthood import agree_household_subject
from suxin_server.demo import cast
from suxin_server.demo.book import REQUEST_ID
from suxin_server.demo.office import SYSTEM, credit_office, people_of
from suxin_server.demo.rated import FACTS, RatedCity, in_year_before, put_fact
from suxin_server.demo.villages import CHECKER, PANEL
from suxin_server.lining import line_all
from suxin_server.stand_ins.wechat import DEMO, openid_of

VILLAGE: Final = "321324102299"
PRODUCTS: Final = (("HONGZE-60", "洪泽整村授信贷"), ("HONGZE-61", "洪泽兴农贷"))
"""With the first the round in progress is; the second is for whoever tries another."""

RULES: Final = {
    "AAA": 30_000_000,
    "AA": 25_000_000,
    "A": 20_000_000,
    "B": 15_000_000,
    "C": 2_000_000,
}
NEIGHBOURS: Final = 11
DECIDED: Final = 6
"""How many of the neighbours have been decided on since; the last of them objects, and the others wait."""

_NOTICE: Final = timedelta(days=12)
"""Past a notice of seven working days in that December."""
_LATER: Final = timedelta(days=28)
_LONGEST_NOTICE: Final = timedelta(days=20)
_AGO: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class LinedCity:
    """The databases of a demo city, how its people are sealed, what they may do, and the mini program that they open."""

    database: Database
    batch: Database
    sealer: Sealer
    profiles: Profiles
    wechat_app_id: str

    async def fill(self, *, now: datetime) -> bool:
        """Rate the village, and take a round of it on; return whether there was anything to do."""
        office = await credit_office(self.database, rights=frozenset({TENANT_MANAGE}), now=now)
        village, bank_id = await self._parties(now=now)
        if village is None or bank_id is None or not office:
            return False
        admin, *others = await self._people(
            village.tenant_id, ["dianhu.admin", *(one.login for one in PANEL), CHECKER.login], now
        )
        *panel, checker = others
        bankers = await self._people(bank_id, ["hongze.loan", "hongze.head", "hongze.admin"], now)
        began = in_year_before(now)
        settled = began + (_LATER if began + _LATER + _NOTICE <= now else _NOTICE)
        rated = RatedCity(self.database, self.batch, self.sealer, self.profiles)
        head = await self._head(village, now=began)
        neighbours = await rated.households(village, now=began, most=NEIGHBOURS)
        subjects = [head, *neighbours]
        await rated.rate([admin, *panel], checker, subjects, began=began, settled=settled)
        await self._act(
            set_credit_licence, office[0], tenant_id=bank_id, licensed=True, reason="演示：持牌渠道", now=settled,
        )  # fmt: skip
        products = [await self._product(bankers[2], *one, now=settled) for one in PRODUCTS]
        opened = max(settled, now - _AGO)
        found = await self._round(bankers, admin, checker, products[0], now=opened)
        # Those of whom more is known are decided on first.
        neighbours.reverse()
        first, *joined = [await self._join(found, one, opened) for one in (head, *neighbours)]
        await self._decide(found, bankers[1], [first], now=opened)
        await line_all(self.database, now=min(now, opened + _LONGEST_NOTICE))
        await self._decide(found, bankers[1], joined[:DECIDED], now=now)
        await self._object(neighbours[DECIDED - 1], joined[DECIDED - 1], now=now)
        await line_all(self.database, now=now)
        return True

    async def _parties(self, *, now: datetime) -> tuple[Village | None, UUID | None]:
        """Return the village and the bank, unless somebody's household there is a subject: this was begun before then."""
        async with self.database.transaction(SYSTEM, now=now) as session:
            bank_id = await session.scalar(
                select(Tenant.id).where(Tenant.name == cast.HONGZE.name, Tenant.sandbox.is_(False))
            )
            village = await session.scalar(select(Village).where(Village.code == VILLAGE))
            begun = None
            if village is not None:
                linked = Household.tenant_id == village.tenant_id, Household.subject_id.is_not(None)
                begun = await session.scalar(select(Household.id).where(*linked).limit(1))
        return (village, bank_id) if begun is None else (None, None)

    async def _people(self, tenant_id: UUID, log_ins: list[str], now: datetime) -> list[Actor]:
        return await people_of(self.database, self.profiles, tenant_id, log_ins, now=now)

    async def _head(self, village: Village, *, now: datetime) -> tuple[UUID, UUID]:
        """Prove the household's head as her phone would, and let her make it a subject; return it, and her."""
        who = cast.ZHOU_GUILAN
        claim = checked_claim(name=who.name, resident_id=who.resident_id, phone=who.phone, now=now)
        proof = PersonProof(proof_ref="demo-household", method="demo", proved_at=now)
        anonymous = Actor.anonymous(REQUEST_ID)
        async with self.database.transaction(anonymous, now=now) as session:
            person_id = await write_person(
                session, claim, proof, detail={}, sealer=self.sealer, now=now
            )
            openid = openid_of(self.wechat_app_id, who.wechat.removeprefix(DEMO))
            async with doorway(session):
                account = await session.get(WeChatAccount, openid)
                if account is None:
                    account = WeChatAccount(openid=openid, created_at=now)
                    session.add(account)
                account.person_id = person_id
        person = Actor.subject(REQUEST_ID, person_id=person_id, subject_id=person_id)
        linked = await link_by_resident_id(self.database, person, sealer=self.sealer, now=now)
        subject_id = await agree_household_subject(
            self.database,
            person,
            tenant_id=village.tenant_id,
            household_id=linked[0].household_id,
            notice_version=CURRENT.version,
            now=now,
        )
        async with self.batch.transaction(SYSTEM, now=now) as session:
            for item, content in FACTS:
                await put_fact(session, subject_id, item, content, now=now)
        return subject_id, person_id

    async def _product(self, actor: Actor, code: str, name: str, *, now: datetime) -> LoanProduct:
        draft = ProductDraft(
            code=code,
            name=name,
            summary="面向整村授信农户的信用贷款：先授信、后用款，用款时审批。",
            min_amount_fen=1_000_000,
            max_amount_fen=30_000_000,
            min_term_months=3,
            max_term_months=36,
            min_rate_bps=385,
            max_rate_bps=485,
            repayment_methods=(RepaymentMethod.BULLET, RepaymentMethod.INTEREST_MONTHLY),
            guarantee_modes=(GuaranteeMode.CREDIT,),
            criteria=tuple(criteria_to_builtins((SubjectKindIn((ApplicantKind.HOUSEHOLD,)),))),
        )
        drafted = await self._act(
            draft_product, actor, draft=draft, profiles=self.profiles, now=now
        )
        made: LoanProduct = await self._act(publish_product, actor, product_id=drafted.id, now=now)
        return made

    async def _round(
        self,
        bankers: Sequence[Actor],
        admin: Actor,
        checker: Actor,
        product: LoanProduct,
        *,
        now: datetime,
    ) -> CreditRound:
        made = await self._act(
            propose_round,
            bankers[0],
            village_code=VILLAGE,
            product_id=product.id,
            rules=RULES,
            now=now,
        )
        named = {"round_id": made.id, "now": now}
        await self._act(sign_round, bankers[1], **named)
        await self._act(accept_round, admin, **named)
        opened: CreditRound = await self._act(confirm_round, checker, **named)
        return opened

    async def _join(self, found: CreditRound, who: tuple[UUID, UUID], now: datetime) -> RoundMember:
        joined: RoundMember = await self._act(
            join_round,
            _speaker(who),
            round_id=found.id,
            notice_version=current_text(RURAL_CREDIT.code).version,
            now=now,
        )
        return joined

    async def _decide(
        self, found: CreditRound, actor: Actor, members: Sequence[RoundMember], *, now: datetime
    ) -> None:
        chosen = [one.id for one in members]
        await self._act(decide_lines, actor, round_id=found.id, member_ids=chosen, now=now)

    async def _object(self, who: tuple[UUID, UUID], member: RoundMember, *, now: datetime) -> None:
        reason = "去年新增的大棚收入没有计入，请复核"
        await self._act(object_to_line, _speaker(who), member_id=member.id, reason=reason, now=now)

    async def _act(
        self,
        command: Callable[..., Awaitable[Any]],
        actor: Actor,
        *,
        now: datetime,
        **given: object,
    ) -> Any:  # noqa: ANN401 - what the command returns
        async def work(session: AsyncSession) -> Any:  # noqa: ANN401 - see above
            return await command(session, actor, now=now, **given)

        return await self.database.run(actor, work, now=now)


def _speaker(who: tuple[UUID, UUID]) -> Actor:
    subject_id, person_id = who
    return Actor.subject(REQUEST_ID, person_id=person_id, subject_id=subject_id)
