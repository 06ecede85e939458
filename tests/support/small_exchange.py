"""A referral on which bank and applicant have given each other something: a file, a request for material, messages; and a replay."""

from dataclasses import dataclass
from uuid import UUID

from small_city import SmallCity, product_draft

from suxin.lending.commands.products import draft_product
from suxin.lending.commands.referrals import accept_referral, record_contact
from suxin.lending.commands.requests import Submitted
from suxin.lending.exchange.asking import ItemAsked, ask_for_material
from suxin.lending.exchange.attachments import FileGiven, attach_file
from suxin.lending.exchange.models import AttachmentKind
from suxin.lending.exchange.talking import send_message, write_to_bank
from suxin.lending.replays.commands import ask_replay
from suxin_tenants import PROFILES

PDF = b"%PDF-1.7 a licence"
FILE = FileGiven(kind=AttachmentKind.BUSINESS_LICENCE, name="营业执照.pdf", content=PDF)


@dataclass(frozen=True, kw_only=True)
class Exchanged:
    """The ids of what was exchanged, and of a replay that was asked for."""

    submitted: Submitted
    referral_id: UUID
    attachment_id: UUID
    material_id: UUID
    replay_id: UUID


async def contacted(city: SmallCity) -> tuple[Submitted, UUID]:
    """Bring a new request to the point where the first bank has contacted its applicant; return it and the referral."""
    bank = city.banks[0]
    submitted = await city.submit()
    await city.consent(submitted.request.id, bank)
    referral_id = await city.referral_to(submitted, bank)
    await city.act(accept_referral, bank.officer, referral_id=referral_id)
    await city.act(record_contact, bank.officer, referral_id=referral_id)
    return submitted, referral_id


async def exchange(city: SmallCity, *, product_id: UUID | None = None) -> Exchanged:
    """Let the first bank and the applicant exchange one of everything; replay a draft, a new one unless it is said which."""
    officer, applicant = city.banks[0].officer, city.applicant
    submitted, referral_id = await contacted(city)
    attachment = await city.act(
        attach_file,
        applicant,
        request_id=submitted.request.id,
        file=FILE,
        tenant_id=city.banks[0].tenant_id,
        sealer=city.sealer,
    )
    asked = await city.act(
        ask_for_material,
        officer,
        referral_id=referral_id,
        items=[ItemAsked(AttachmentKind.TAX_CERTIFICATE, "近一年")],
        note="谢谢",
    )
    await city.act(send_message, officer, referral_id=referral_id, text="请问厂房是自有吗？")
    await city.act(write_to_bank, applicant, referral_id=referral_id, text="是自有。")
    draft_id = product_id
    if draft_id is None:
        draft = await city.act(
            draft_product, officer, draft=product_draft(code="P-9"), profiles=PROFILES
        )
        draft_id = draft.id
    replay = await city.act(ask_replay, officer, product_id=draft_id)
    return Exchanged(
        submitted=submitted,
        referral_id=referral_id,
        attachment_id=attachment.id,
        material_id=asked.id,
        replay_id=replay.id,
    )
