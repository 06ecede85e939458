"""Default cover of the demo city: money that the city set aside for umbrellas lent without a deposit, and a merchant's claims on it.

The worker does it after the start by the product's own commands, as of when each would have been done: one claim was paid and a part came back,
which the office has to confirm, and one was filed a working day ago. All of it is one transaction; a city that has a cover is left as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.sealed_documents import SentFile
from suxin.kernel.sealing import Sealer
from suxin.kernel.together import Together, together
from suxin.kernel.working_days import SHANGHAI, local_day
from suxin.perks.covers.claiming import file_claim
from suxin.perks.covers.deciding import check_claim, decide_claim, note_cover_payment
from suxin.perks.covers.models import Cover
from suxin.perks.covers.opening import CoverDraft, fund_cover, open_cover
from suxin.perks.covers.recovering import RecoveryDraft, report_recovery
from suxin.perks.covers.states import CoverGround
from suxin.perks.drafts import from_template
from suxin.perks.orders.commands import complete_order, confirm_order, open_order
from suxin.perks.orders.opening import open_service
from suxin.perks.orders.rules import Completion, OrderDraft, OrderLine, ServiceTerms
from suxin.perks.orders.states import ServiceOrderMode
from suxin.perks.redeeming import complete_redemption, grant_redemption, hold_redemption
from suxin.perks.scenarios.templates import benefit
from suxin.perks.states import BenefitKind, FunderKind, RiskFundName, Sector
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import Profiles
from suxin_server.demo.dice import Dice
from suxin_server.demo.office import SYSTEM
from suxin_server.demo.office_hours import OfficeHours
from suxin_server.demo.on_funds import FUNDER, OFFICE, keeper_of, office_of, open_programme

KEEPER: Final = "mall.admin"
SCENARIO: Final = "shop.umbrella"
SERVICE: Final = "demo-umbrella"
PUT_IN_FEN: Final = 5_000_000
DEPOSIT_FEN: Final = 4_900
"""What an umbrella is worth: the deposit that is waived, and the most that may be claimed for one."""

LOST_FEN: Final = 3_900
BACK_FEN: Final = 1_500
"""What was asked for an umbrella and is claimed, and how much of that came back."""

_BEGAN_DAYS_AGO: Final = 60
_LENDING: Final = time(10, 40)
_BUDGET_FEN: Final = 1_000_000
_CLAIM_CAP_FEN: Final = 20_000
_YEAR_CAP_FEN: Final = 500_000
_DAY: Final = timedelta(days=1)
_YEAR: Final = timedelta(days=365)
_PAPER: Final = b"%PDF-1.4\n% a made-up paper of the demo city\n%%EOF\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredCity:
    """The database of a demo city, how papers are sealed, and what its people may do."""

    database: Database
    sealer: Sealer
    profiles: Profiles

    async def fill(self, *, now: datetime) -> bool:
        """Open and fund the cover, and let the merchant claim on it twice; return whether there was anything to do."""
        async with self.database.transaction(SYSTEM, now=now) as session:
            known = await session.scalar(select(Cover.id).limit(1))
        office = await office_of(self.database, self.profiles, now=now)
        found = await keeper_of(self.database, self.profiles, KEEPER, now=now)
        if known is not None or found is None or len(office) < len(OFFICE):
            return False
        shop, keeper = found
        async with together(self.database, now=now) as one:
            turns = _Turns(one, keeper, office, self.sealer, _Times(now))
            programme_id = await turns.begin(shop)
            unpaid = await turns.lend(programme_id, "DEMO-U1", days_ago=58)
            await turns.complete(*unpaid, days_ago=57)
            away, _ = await turns.lend(programme_id, "DEMO-U2", days_ago=46)
            await turns.pay(await turns.claim_unpaid(unpaid[0], worked=8))
            await turns.claim_lost(away, worked=1)
        return True


class _Times:
    """When it was done: the shop is open on every day, and its claims and what the office does about them are of working days."""

    def __init__(self, now: datetime) -> None:
        self._today = local_day(now)
        self._hours = OfficeHours(now)
        self._dice = Dice("covers")

    def days_ago(self, days: int) -> datetime:
        """Return the moment of a day at which the shop lends umbrellas."""
        return datetime.combine(self._today - days * _DAY, _LENDING, SHANGHAI)

    def worked_ago(self, days: int) -> datetime:
        """Return a moment in the office hours of the working day that many working days ago."""
        return self._hours.moment(self._dice, days)


@dataclass(frozen=True, slots=True)
class _Turns:
    """What the merchant and the office do in their turns."""

    one: Together
    keeper: Actor
    office: Sequence[Actor]
    sealer: Sealer
    times: _Times

    async def begin(self, shop: Tenant) -> UUID:
        """Open the programme, the service that lends its umbrellas, and the cover, and put the city's money in; return the programme's id."""
        at, first = self.times.days_ago(_BEGAN_DAYS_AGO), self.office[0]
        starts_on = local_day(at)
        draft = from_template(
            SCENARIO,
            name="惠民免押雨伞",
            summary="市级专项资金支持的免押借用，人人可借；未归还的，由先行赔付账户赔付商户。",
            fallback=benefit(BenefitKind.DEPOSIT_WAIVER, "免押借用，免 49 元押金", DEPOSIT_FEN),
            funder=FunderKind.CITY,
            funder_name=FUNDER,
            venue=shop.name,
            areas=(shop.area_code,),
            starts_on=starts_on,
            ends_before=starts_on + _YEAR,
            budget_fen=_BUDGET_FEN,
        )
        programme_id = await open_programme(self.one, self.keeper, first, draft=draft, now=at)
        terms = ServiceTerms(
            mode=ServiceOrderMode.DEPOSIT_FREE, ceiling_fen=DEPOSIT_FEN, unmanned=False
        )
        async with self.one.transaction(SYSTEM, now=at) as session:
            await open_service(
                session,
                SYSTEM,
                tenant_id=shop.id,
                code=SERVICE,
                name="免押雨伞借用",
                terms=terms,
                sector=Sector.SHOP,
                now=at,
            )
        cover = CoverDraft(
            name="市级先行赔付（演示）",
            funder=FunderKind.CITY,
            funder_name=FUNDER,
            per_claim_fen=_CLAIM_CAP_FEN,
            merchant_year_fen=_YEAR_CAP_FEN,
        )
        opened = await self._do(open_cover, first, at, draft=cover)
        put_in = {"amount_fen": PUT_IN_FEN, "reference": f"ZJ{starts_on:%Y%m%d}001"}
        await self._do(fund_cover, first, at, cover_id=opened.id, **put_in)
        return programme_id

    async def lend(self, programme_id: UUID, number: str, *, days_ago: int) -> tuple[UUID, UUID]:
        """Lend an umbrella for a day to somebody who shows no code; return the ids of its order and of its redemption."""
        at = self.times.days_ago(days_ago)
        held = await self._do(
            hold_redemption, self.keeper, at, programme_id=programme_id, subject_id=None
        )
        await self._do(grant_redemption, self.keeper, at, redemption_id=held.id)
        draft = OrderDraft(
            service_code=SERVICE,
            number=number,
            introduction="雨伞借用一日",
            fund_name=RiskFundName.DEPOSIT,
            fund_fen=DEPOSIT_FEN,
            ends_at=at + _DAY,
            redemption_id=held.id,
        )
        opened = await self._do(open_order, self.keeper, at, draft=draft)
        await self._do(confirm_order, self.keeper, at, order_id=opened.order.id)
        return opened.order.id, held.id

    async def complete(self, order_id: UUID, redemption_id: UUID, *, days_ago: int) -> None:
        """Ask for the umbrella that came back broken, which nobody pays."""
        at = self.times.days_ago(days_ago)
        await self._do(complete_redemption, self.keeper, at, redemption_id=redemption_id)
        asked = Completion(payments=(OrderLine(name="雨伞损坏赔偿", amount_fen=LOST_FEN),))
        await self._do(complete_order, self.keeper, at, order_id=order_id, completion=asked)

    async def claim_unpaid(self, order_id: UUID, *, worked: int) -> UUID:
        """File a claim on the order that stayed unpaid; return its id."""
        return await self._claim(
            order_id, CoverGround.UNPAID, LOST_FEN, "多次提醒未支付", "催付记录", worked=worked
        )

    async def claim_lost(self, order_id: UUID, *, worked: int) -> None:
        """File a claim for the umbrella that did not come back, which waits for the office."""
        said = "超过约定归还时间三十日仍未归还"
        await self._claim(
            order_id, CoverGround.NOT_RETURNED, DEPOSIT_FEN, said, "借用登记", worked=worked
        )

    async def pay(self, claim_id: UUID) -> None:
        """Let two people approve a claim, the second pay it, and a part come back."""
        (first, second), about = self.office, {"claim_id": claim_id}
        given = {"granted_fen": LOST_FEN, "answer": "材料齐全，同意赔付"}
        await self._do(decide_claim, first, self.times.worked_ago(7), **about, **given)
        await self._do(check_claim, second, self.times.worked_ago(6), **about, upheld=True)
        at = self.times.worked_ago(5)
        paid = {"paid_on": local_day(at), "reference": "YS-PF-1"}
        await self._do(note_cover_payment, second, at, **about, **paid)
        at = self.times.worked_ago(2)
        back = RecoveryDraft(
            received_fen=BACK_FEN, cost_fen=0, recovered_on=local_day(at), number="ZS-1"
        )
        await self._do(report_recovery, self.keeper, at, **about, draft=back)

    async def _claim(
        self,
        order_id: UUID,
        ground: CoverGround,
        amount_fen: int,
        reason: str,
        paper: str,
        *,
        worked: int,
    ) -> UUID:
        filed = await self._do(
            file_claim,
            self.keeper,
            self.times.worked_ago(worked),
            order_id=order_id,
            ground=ground,
            amount_fen=amount_fen,
            reason=reason,
            paper=SentFile(name=f"{paper}（演示）.pdf", content=_PAPER),
            sealer=self.sealer,
        )
        claim_id: UUID = filed.id
        return claim_id

    async def _do(self, command: Any, actor: Actor, at: datetime, **given: Any) -> Any:  # noqa: ANN401 - whatever the command returns
        async with self.one.transaction(actor, now=at) as session:
            return await command(session, actor, now=at, **given)
