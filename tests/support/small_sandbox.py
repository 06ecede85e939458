"""The sandbox of the small city's first bank, as it stands once it was made: a product on its shelf, and its cast."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from small_city import BANK_USCCS, Bank, SmallCity, product_draft
from sqlalchemy import select

from suxin.kernel import performing
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.messaging import Delivery
from suxin.kernel.sandbox_clocks import SandboxClock
from suxin.kernel.signing import ensure_signing_keys
from suxin.lending.commands.products import draft_product, publish_product
from suxin.lending.commands.requests import Submitted
from suxin.sandboxes.models import SandboxApplicant, SandboxEvent, SandboxOutcome
from suxin.sandboxes.playing import trigger_event
from suxin.tenancy.commands import create_tenant
from suxin.tenancy.profiles import TenantKind
from suxin_server.jobs import handlers
from suxin_tenants import PROFILES


class Heard:
    """A channel that keeps the numbers that text messages went to, and sends nothing."""

    def __init__(self) -> None:
        self.phones: list[str] = []

    async def send_subscribe_message(self, **_message: Any) -> Delivery:
        return Delivery.taken(None)

    async def send_sms(self, *, phone: str, **_message: Any) -> Delivery:
        self.phones.append(phone)
        return Delivery.taken(None)


def form(**changes: Any) -> dict[str, Any]:
    return {
        "kind": TenantKind.BANK,
        "name": "宿迁第一商业银行（沙箱）",
        "short_name": "一行沙箱",
        "uscc": BANK_USCCS[0],
        "contact": "95000",
        "area_code": "321302",
        "profiles": PROFILES,
        "sandbox": True,
        **changes,
    }


@dataclass(frozen=True)
class Sandbox:
    """A sandbox, and how to act in it; ``ahead`` is how far its clock is."""

    city: SmallCity
    bank: Bank
    cast: dict[SandboxOutcome, SandboxApplicant]
    heard: Heard
    ahead: timedelta = timedelta(0)

    @property
    def officer(self) -> Actor:
        return replace(self.bank.officer, sandbox_id=self.bank.tenant_id, ahead=self.ahead)

    @property
    def now(self) -> datetime:
        """What its clock says."""
        return self.city.now + self.ahead

    @property
    def applicant(self) -> Actor:
        """The first of its cast, acting for his firm."""
        part = self.cast[SandboxOutcome.ACCEPTS_AT_ONCE]
        actor = Actor.subject("test-cast", person_id=part.person_id, subject_id=part.subject_id)
        return replace(actor, sandbox_id=self.bank.tenant_id, ahead=self.ahead)

    async def submit(self, **how: Any) -> Submitted:
        return await self.city.submit(actor=self.applicant, now=self.now, **how)

    async def act(self, command: Any, **given: Any) -> Any:
        """Carry out a command of its staff."""
        return await self.city.act(command, self.officer, now=self.now, **given)

    async def trigger(
        self, outcome: SandboxOutcome, event: SandboxEvent | None = None
    ) -> SandboxApplicant:
        """Have one of the cast do something."""
        return await self.act(trigger_event, applicant_id=self.cast[outcome].id, event=event)

    async def as_it_stands(self) -> "Sandbox":
        """Return it with its clock as it is now."""
        async with self.city.database.snapshot(self.officer, now=self.now) as session:
            clock = await session.get_one(SandboxClock, self.bank.tenant_id)
        return replace(self, ahead=timedelta(seconds=clock.ahead_s))

    async def work(self) -> int:
        """Do what is due in the city and in the sandbox, as a worker does by the machine's clock; return how much it was."""
        return await work(self.city, self.heard)


async def work(city: SmallCity, heard: Heard, *, now: datetime | None = None) -> int:
    """Do what is due, and what follows from it at once."""
    moment, done = now or city.now, 0
    known = handlers(sealer=city.sealer, channel=heard)
    while True:
        async with city.database.transaction(Actor.system("test"), now=moment) as session:
            claimed = await performing.claim(session, now=moment)
        if not claimed:
            return done
        for row in claimed:
            done += await performing.perform(city.database, row.id, known, now=moment)


async def build_sandbox(city: SmallCity) -> Sandbox:
    """Make the sandbox as the operator does, and let its cast enter."""
    tenant_id = await city.act(create_tenant, city.operator, **form())
    heard, system = Heard(), Actor.system("test")
    async with city.database.transaction(system, now=city.now) as session:
        await ensure_signing_keys(session, sealer=city.sealer, now=city.now)
    await work(city, heard)
    bank = Bank(tenant_id=tenant_id, staff_id=new_id(), product_id=new_id())
    made = Sandbox(city, bank, {}, heard)
    product = await made.act(draft_product, draft=product_draft(), profiles=PROFILES)
    await made.act(publish_product, product_id=product.id)
    async with city.database.snapshot(made.officer, now=city.now) as session:
        cast = {one.outcome: one for one in await session.scalars(select(SandboxApplicant))}
    return replace(made, bank=replace(bank, product_id=product.id), cast=cast)
