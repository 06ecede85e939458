"""A cover in a test's small city, an order that it stands behind, and claims on it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from small_city import SmallCity
from small_orders import asking, build_service, opened
from small_perks import SmallPerks
from small_settlements import programme_on_funds

from suxin.kernel.actor import Actor
from suxin.kernel.sealed_documents import SentFile
from suxin.perks.covers.claiming import file_claim
from suxin.perks.covers.deciding import check_claim, decide_claim, note_cover_payment
from suxin.perks.covers.models import Cover, CoverClaim
from suxin.perks.covers.opening import CoverDraft, fund_cover, open_cover
from suxin.perks.covers.states import CoverGround
from suxin.perks.models import Programme
from suxin.perks.orders.commands import complete_order, confirm_order
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.redeeming import grant_redemption
from suxin.perks.scenarios.templates import benefit
from suxin.perks.states import BenefitKind, FunderKind

FUNDER = "市信用办"
PAPER = SentFile(name="未归还证明.pdf", content=b"%PDF-1.7 not returned")
WAITED = timedelta(days=31)
DRAFT = CoverDraft(
    name="市级先行赔付",
    funder=FunderKind.CITY,
    funder_name=FUNDER,
    per_claim_fen=15_000,
    merchant_year_fen=20_000,
)


@dataclass(frozen=True, kw_only=True)
class SmallCover:
    """A cover with money, a merchant whose programme it stands behind, and two people who decide."""

    perks: SmallPerks
    programme: Programme
    cover: Cover

    @property
    def city(self) -> SmallCity:
        return self.perks.city

    @property
    def second(self) -> Actor:
        """Another person of the operator."""
        return replace(self.city.operator, staff_id=uuid4())

    async def order(self, number: str = "BIKE-1", subject_id: UUID | None = None) -> ServiceOrder:
        """Open an order on the programme, and let its user confirm it."""
        merchant, city = self.perks.merchant, self.city
        held = await self.perks.hold(self.programme, subject_id)
        granted = await city.act(grant_redemption, merchant, redemption_id=held.id)
        order = await opened(city, merchant, number=number, redemption_id=granted.id)
        confirmed: ServiceOrder = await city.act(confirm_order, merchant, order_id=order.id)
        return confirmed

    async def unpaid(self, number: str = "BIKE-1", **arguments: Any) -> ServiceOrder:
        """Open an order and complete it with 180 yuan that nobody pays."""
        order = await self.order(number, **arguments)
        done: ServiceOrder = await self.city.act(
            complete_order, self.perks.merchant, order_id=order.id, completion=asking(18_000)
        )
        return done

    async def claim(self, order: ServiceOrder, amount_fen: int = 12_000, **said: Any) -> CoverClaim:
        """File a claim on an order once the time to wait is over."""
        given: dict[str, Any] = {
            "order_id": order.id,
            "ground": CoverGround.UNPAID,
            "amount_fen": amount_fen,
            "reason": "多次提醒未支付",
            "paper": PAPER,
            "sealer": self.city.sealer,
            "now": self.city.now + WAITED,
        }
        filed: CoverClaim = await self.city.act(file_claim, self.perks.merchant, **given | said)
        return filed

    async def approved(self, claim: CoverClaim, granted_fen: int = 12_000) -> CoverClaim:
        """Let two people approve a claim."""
        about = {"claim_id": claim.id, "now": self.city.now + WAITED}
        await self.city.act(
            decide_claim,
            self.city.operator,
            granted_fen=granted_fen,
            answer="材料齐全",
            **about,
        )
        checked: CoverClaim = await self.city.act(check_claim, self.second, upheld=True, **about)
        return checked

    async def paid(self, claim: CoverClaim, granted_fen: int = 12_000) -> CoverClaim:
        """Let a claim be approved and paid."""
        await self.approved(claim, granted_fen)
        now = self.city.now + WAITED
        done: CoverClaim = await self.city.act(
            note_cover_payment,
            self.city.operator,
            claim_id=claim.id,
            paid_on=now.date(),
            reference="P-1",
            now=now,
        )
        return done


async def build_cover(
    perks: SmallPerks, *, funded_fen: int = 100_000, draft: CoverDraft = DRAFT
) -> SmallCover:
    """Let a merchant hire bicycles out on the city's money, with a cover behind that."""
    city = perks.city
    await build_service(city, perks.merchant)
    waived = benefit(BenefitKind.DEPOSIT_WAIVER, "免 99 元押金", 9_900)
    programme = await programme_on_funds(perks, "travel.bike", fallback=waived)
    cover = await city.act(open_cover, city.operator, draft=draft)
    if funded_fen:
        about = {"cover_id": cover.id, "amount_fen": funded_fen, "reference": "F-1"}
        await city.act(fund_cover, city.operator, **about)
    return SmallCover(perks=perks, programme=programme, cover=cover)
