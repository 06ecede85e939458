"""A referral to the first bank whose applicant lets it know him, with the ways to exchange something on it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from small_city import Bank, SmallCity

from suxin.kernel.actor import Actor
from suxin.kernel.sealed_documents import opened_content
from suxin.lending.commands.referrals import (
    accept_referral,
    record_contact,
)
from suxin.lending.exchange import queries
from suxin.lending.exchange.asking import (
    ItemAsked,
    ask_for_material,
    supply_material,
)
from suxin.lending.exchange.attachments import (
    FileGiven,
    attach_file,
)
from suxin.lending.exchange.models import ATTACHMENT, ATTACHMENT_KEY, Attachment, AttachmentKind

PDF = b"%PDF-1.7 a licence"
FILE = FileGiven(kind=AttachmentKind.BUSINESS_LICENCE, name="营业执照.pdf", content=PDF)
ITEMS = (
    ItemAsked(AttachmentKind.ACCOUNT_STATEMENT, "近六个月"),
    ItemAsked(AttachmentKind.TAX_CERTIFICATE),
)
DAY = timedelta(days=1)
# Dispatched on Friday 20 November; five working days are to Friday the 27th.
FRIDAY = datetime(2026, 11, 27, 15, 59, 59, tzinfo=UTC)


class Case:
    """A referral to the first bank, whose applicant lets it know him and was contacted."""

    def __init__(self, city: SmallCity) -> None:
        self.city, self.bank = city, city.banks[0]
        self.request_id = self.referral_id = self.consent_id = uuid4()

    async def build(self) -> "Case":
        submitted = await self.city.submit()
        self.request_id = submitted.request.id
        self.referral_id = await self.city.referral_to(submitted, self.bank)
        self.consent_id = (await self.city.consent(self.request_id, self.bank)).consent_id
        await self.by_bank(accept_referral)
        await self.by_bank(record_contact)
        return self

    async def by_bank(self, command: Any, *, bank: Bank | None = None, **given: Any) -> Any:
        officer = (bank or self.bank).officer
        return await self.city.act(command, officer, referral_id=self.referral_id, **given)

    async def by_applicant(self, command: Any, **given: Any) -> Any:
        return await self.city.act(command, self.city.applicant, **given)

    async def attach(self, **changes: Any) -> Attachment:
        given = {"file": FILE, "tenant_id": None, "request_id": self.request_id} | changes
        return await self.by_applicant(attach_file, sealer=self.city.sealer, **given)

    async def ask(self, **given: Any) -> Any:
        return await self.by_bank(ask_for_material, **{"items": ITEMS, "note": "谢谢"} | given)

    async def supply(self, material_id: UUID, number: int, **given: Any) -> Any:
        named = {"material_id": material_id, "number": number, "file": FILE}
        return await self.by_applicant(supply_material, sealer=self.city.sealer, **named | given)

    async def seen(self, bank: Bank) -> list[str]:
        async with self.city.database.snapshot(bank.officer, now=self.city.now) as session:
            found = await session.scalars(
                queries.attachments_of(self.city.firm_id, self.request_id)
            )
            return sorted(row.name for row in found)

    async def opened(self, attachment_id: UUID, actor: Actor | None = None) -> bytes:
        who = actor or self.bank.officer
        async with self.city.database.snapshot(who, now=self.city.now) as session:
            found = await queries.attachment_on(
                session, who, referral_id=self.referral_id, attachment_id=attachment_id
            )
            return opened_content(
                self.city.sealer, found, purpose=ATTACHMENT, key_purpose=ATTACHMENT_KEY
            )
