"""A referral on which bank and applicant have given each other something: a file, a request for material, messages; and a replay."""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import asyncpg
from small_city import SmallCity, product_draft

from suxin.kernel.working_days import local_day
from suxin.lending.commands.products import draft_product
from suxin.lending.commands.referrals import accept_referral, record_contact
from suxin.lending.commands.requests import Submitted
from suxin.lending.exchange.asking import ItemAsked, ask_for_material
from suxin.lending.exchange.attachments import FileGiven, attach_file
from suxin.lending.exchange.models import AttachmentKind
from suxin.lending.exchange.talking import send_message, write_to_bank
from suxin.lending.models import DispatchMode
from suxin.lending.replays.commands import ask_replay
from suxin.lending.routing.commands import set_product_branch
from suxin.tenancy.leaves import record_leave
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
    product_id: UUID
    replay_id: UUID
    leave_id: UUID | None = None


async def contacted(city: SmallCity) -> tuple[Submitted, UUID]:
    """Bring a new request to the point where the first bank has contacted its applicant; return it and the referral."""
    bank = city.banks[0]
    product = (bank.tenant_id, bank.product_id)
    submitted = await city.submit(mode=DispatchMode.NAMED, product=product)
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
            draft_product, officer, draft=product_draft(code="P-EX"), profiles=PROFILES
        )
        draft_id = draft.id
    replay = await city.act(ask_replay, officer, product_id=draft_id)
    return Exchanged(
        submitted=submitted,
        referral_id=referral_id,
        attachment_id=attachment.id,
        material_id=asked.id,
        product_id=draft_id,
        replay_id=replay.id,
    )


async def fill_exchange(
    city: SmallCity, admin: asyncpg.Connection, *, staff_id: UUID, branch_id: UUID
) -> Exchanged:
    """Exchange one of everything, give the product a branch, let an officer take leave, and count a replay."""
    bank = city.banks[0]
    given = await exchange(city)
    await city.act(
        set_product_branch, bank.officer, product_id=bank.product_id, branch_id=branch_id
    )
    today = local_day(city.now)
    other = await admin.fetchval(
        "insert into staff select (jsonb_populate_record(s, jsonb_build_object("
        "'id', gen_random_uuid(), 'login', 'covering.one'))).* from staff s where id = $1 returning id",
        staff_id,
    )
    await admin.execute(
        "insert into memberships select (jsonb_populate_record(m, jsonb_build_object("
        "'id', gen_random_uuid(), 'staff_id', $2::uuid))).* from memberships m where staff_id = $1",
        staff_id,
        other,
    )
    leave = await city.act(
        record_leave,
        bank.officer,
        staff_id=staff_id,
        cover_id=other,
        starts_on=today + timedelta(days=30),
        ends_on=today + timedelta(days=31),
    )
    await admin.execute(
        "insert into replay_counts values ($1, $2, 'after', '2026-07-01', $3)",
        bank.tenant_id,
        given.replay_id,
        secrets.token_bytes(2),
    )
    return replace(given, leave_id=leave.id)
