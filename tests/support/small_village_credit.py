"""A round of whole-village credit in a test's small city: the first bank and the small village, its steps taken by who may."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from small_city import SmallCity
from small_rural import AFTER_NOTICE, VILLAGE_CODE, SmallVillage, build_village

from suxin.consent.notice_texts import current_text
from suxin.kernel.actor import Actor
from suxin.lending.terms import LoanPurpose
from suxin.tenancy.profiles import TenantKind
from suxin.village_credit.deciding import decide_lines
from suxin.village_credit.joining import join_round
from suxin.village_credit.models import CreditRound, RoundMember
from suxin.village_credit.requesting import LineRequest
from suxin.village_credit.rounds import accept_round, confirm_round, propose_round, sign_round
from suxin_server.lining import line_all
from suxin_tenants import PROFILES

NOTICE = current_text("bank.credit").version
RULES = {"AAA": 20_000_000, "AA": 15_000_000, "A": 10_000_000, "B": 5_000_000, "C": 3_000_000}
OTHERS = (UUID(int=901), UUID(int=902))
WHOLE_NOTICE = timedelta(days=12)
"""Past the seven working days of a batch's notice."""


@dataclass(frozen=True, kw_only=True)
class SmallRound:
    """The bank and the village, and the moment from which households have grades."""

    city: SmallCity
    village: SmallVillage
    now: datetime

    def banker(self, number: int, role: str = "loan_officer") -> Actor:
        """Return one of the bank's people: 0 is the small city's officer, 1 and 2 are others."""
        bank = self.city.banks[0]
        staff_id = bank.officer.own_staff if number == 0 else OTHERS[number - 1]
        return replace(
            bank.officer,
            staff_id=staff_id,
            permissions=PROFILES[TenantKind.BANK].permissions_of(frozenset({role})),
        )

    async def act(
        self, command: Any, actor: Actor, *, after: timedelta = timedelta(), **given: Any
    ) -> Any:
        return await self.city.act(command, actor, now=self.now + after, **given)

    async def propose(self, **changes: Any) -> CreditRound:
        given = {
            "village_code": VILLAGE_CODE,
            "product_id": self.city.banks[0].product_id,
            "rules": RULES,
        }
        made: CreditRound = await self.act(propose_round, self.banker(0), **given | changes)
        return made

    async def open(self) -> CreditRound:
        """Take a round through its four signatures."""
        made = await self.propose()
        await self.act(sign_round, self.banker(1, "branch_head"), round_id=made.id)
        await self.act(accept_round, self.village.manager, round_id=made.id)
        opened: CreditRound = await self.act(confirm_round, self.village.checker, round_id=made.id)
        return opened

    async def join(self, found: CreditRound, number: int) -> RoundMember:
        made: RoundMember = await self.act(
            join_round, self.village.head(number), round_id=found.id, notice_version=NOTICE
        )
        return made

    async def decide(self, found: CreditRound, *members: RoundMember) -> Any:
        return await self.act(
            decide_lines, self.banker(2), round_id=found.id, member_ids=[one.id for one in members]
        )

    async def work(self, after: timedelta = timedelta()) -> int:
        """Let the worker do what is due."""
        return await line_all(self.city.database, now=self.now + after)


async def build_round(
    city: SmallCity, admin: asyncpg.Connection, *, graded: bool = True
) -> SmallRound:
    """Build the village, license the bank, and let two households be graded."""
    village = await build_village(city)
    await admin.execute(
        "update tenants set credit_licensed = true where id = $1", city.banks[0].tenant_id
    )
    # A farm has no day of registration, which the small city's product asks for.
    await admin.execute("update loan_products set criteria = '[]'")
    now = city.now
    if graded:
        await village.noticed()
        now = city.now + AFTER_NOTICE
        await village.work(now)
        await village.work(now)
    return SmallRound(city=city, village=village, now=now)


def asked(amount_fen: int = 1_000_000, **changes: Any) -> LineRequest:
    """Return what a household asks for on its line."""
    given = {
        "amount_fen": amount_fen,
        "term_months": 12,
        "purpose": LoanPurpose.WORKING_CAPITAL,
        "notice_version": current_text("loan.match").version,
    }
    return LineRequest(**given | changes)


async def in_force(small: SmallRound, number: int = 0) -> RoundMember:
    """Take a household to a line in force, past its notice."""
    found = await small.open()
    member = await small.join(found, number)
    await small.decide(found, member)
    await small.work(WHOLE_NOTICE)
    return member
