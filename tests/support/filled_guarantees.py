"""A guarantor in the filled city, bound for the offer that was chosen, for the proofs as two tenants."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg
from sample_rows import insert, sample
from small_city import SmallCity
from small_guarantees import build_guarantor

from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.lending.commands.requests import Submitted
from suxin.lending.guarantees.models import GuaranteeRequest


@dataclass(frozen=True, kw_only=True)
class Guaranteed:
    """Who guarantees, by which request, about which lead."""

    guarantor_id: UUID
    request_id: UUID
    lead_id: UUID


async def fill_guarantees(
    city: SmallCity,
    admin: asyncpg.Connection,
    chosen: Submitted,
    referral_id: UUID,
    offer_id: UUID,
) -> Guaranteed:
    """Let a guarantor be bound for more than the loan on the chosen offer needs by now."""
    guarantor = await build_guarantor(city)
    assert chosen.lead is not None
    today = local_day(city.now)
    row = sample(
        GuaranteeRequest,
        city.now,
        tenant_id=city.banks[0].tenant_id,
        guarantor_id=guarantor.tenant_id,
        offer_id=offer_id,
        referral_id=referral_id,
        lead_id=chosen.lead.id,
        state="APPROVED",
        share_bps=1,
        amount_band=chosen.lead.amount_band,
        term_band=chosen.lead.term_band,
        letter_number="担保函-x",
        letter_fen=1_000_000,
        committed_fen=1_000_000,
        fee_bps=100,
        starts_on=today,
        ends_on=today + timedelta(days=400),
        opinion="同意",
        underwritten_at=city.now,
        underwritten_by=new_id(),
        approved_at=city.now,
        approved_by=new_id(),
        sign_by=city.now + timedelta(days=60),
        operator_id=city.operator.own_tenant,
        client_account_id=new_id(),
    )
    await insert(admin, GuaranteeRequest, row)
    return Guaranteed(
        guarantor_id=guarantor.tenant_id, request_id=row["id"], lead_id=chosen.lead.id
    )
