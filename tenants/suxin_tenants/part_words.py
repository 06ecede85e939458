"""Guarantors' parts of claims in words, and what the pages about one claim show of them."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.guarantor_parts.queries import parts_of, transfers_of
from suxin.risk_pool.guarantor_parts.states import PartState, TransferState
from suxin.tenancy.models import Tenant
from suxin_tenants.words import Said

_PART_TONES: Final[Mapping[PartState, str]] = {
    PartState.ASKED: "warn",
    PartState.AGREED: "good",
    PartState.REFUSED: "bad",
    PartState.WITHDRAWN: "plain",
}
_TRANSFER_TONES: Final[Mapping[TransferState, str]] = {
    TransferState.NOTED: "warn",
    TransferState.CONFIRMED: "good",
    TransferState.DENIED: "bad",
    TransferState.RETURNED: "plain",
}
PART_STATES: Final[Mapping[PartState, Said]] = {
    state: (state.zh, tone) for state, tone in _PART_TONES.items()
}
TRANSFER_STATES: Final[Mapping[TransferState, Said]] = {
    state: (state.zh, tone) for state, tone in _TRANSFER_TONES.items()
}


async def part_context(session: AsyncSession, claim: PoolClaim) -> dict[str, Any]:
    """Return what a page about a claim shows of its guarantor: what it was asked each time, and what was paid either way."""
    guarantor = (
        None if claim.guarantor_id is None else await session.get(Tenant, claim.guarantor_id)
    )
    return {
        "guarantor": "" if guarantor is None else guarantor.name,
        "parts": await parts_of(session, tenant_id=claim.tenant_id, claim_id=claim.id),
        "part_states": PART_STATES,
        "transfers": await transfers_of(session, tenant_id=claim.tenant_id, claim_id=claim.id),
        "transfer_states": TRANSFER_STATES,
    }
