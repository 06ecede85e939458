"""A resident of a test's small city who shows codes, and the counter of its merchant that takes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from small_city import Bank, SmallCity
from small_perks import SmallPerks
from typing_extensions import override

from suxin.consent.notice_texts import current_text
from suxin.consent.purposes import PERK_REDEEM
from suxin.kernel.actor import Actor
from suxin.perks.models import Programme, Redemption
from suxin.perks.presenting import Presentation, hold_by_code, present_code
from suxin.subjects.models import PassKind
from suxin.subjects.presentation_codes import (
    PAPER_WINDOW,
    scanned_code,
    typed_code,
    window_of,
)
from suxin.subjects.presenting import OpenedPass

VERSION = current_text(PERK_REDEEM.code).version


def resident_of(city: SmallCity) -> Actor:
    """Return the city's person acting for himself."""
    return Actor.subject("test-resident", person_id=city.person_id, subject_id=city.person_id)


def code_of(opened: OpenedPass, now: datetime) -> str:
    """Return what the phone, or the paper, of a pass shows at a moment."""
    if opened.kind is PassKind.PAPER:
        return typed_code(opened.key, opened.number, kind=opened.kind, window=PAPER_WINDOW)
    return scanned_code(opened.key, opened.number, window=window_of(now))


@dataclass(frozen=True, kw_only=True)
class SmallCodes:
    """A merchant's programmes, and one resident."""

    perks: SmallPerks
    resident: Actor

    async def present(self, programme: Programme, **arguments: Any) -> Presentation:
        """Open a pass; the present wording is answered unless another is said."""
        values = {
            "agree": None,
            "notice_version": VERSION,
            "kind": PassKind.PHONE,
            "sealer": self.perks.city.sealer,
            **arguments,
        }
        shown: Presentation = await self.perks.city.act(
            present_code, self.resident, programme_id=programme.id, **values
        )
        return shown

    async def scan(self, shown: Presentation, **arguments: Any) -> Redemption:
        """Take a pass's present code at the merchant's counter."""
        city = self.perks.city
        held: Redemption = await city.act(
            hold_by_code,
            self.perks.merchant,
            code=code_of(shown.opened, city.now),
            sealer=city.sealer,
            **arguments,
        )
        return held

    @property
    def shop(self) -> "Shop":
        """The merchant, where people and clients are placed as at a bank."""
        merchant = self.perks.merchant
        return Shop(
            tenant_id=merchant.own_tenant,
            staff_id=merchant.own_staff,
            product_id=merchant.own_staff,
            merchant=merchant,
        )


@dataclass(frozen=True, kw_only=True)
class Shop(Bank):
    """A merchant in the place of a bank."""

    merchant: Actor

    @property
    @override
    def officer(self) -> Actor:
        return self.merchant
