"""Who is told about a guarantor's part and the transfers about it; and the audit stream."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.catalogue import EventType
from suxin.events.feed import record_event
from suxin.kernel import notices
from suxin.kernel.audit import append_act
from suxin.kernel.database import actor_of
from suxin.kernel.money import format_yuan
from suxin.risk_pool.claims.policies import CLAIM_APPROVE_FUND, CLAIM_CHECK, CLAIM_MAKE
from suxin.risk_pool.guarantor_parts.event_types import LATE
from suxin.risk_pool.guarantor_parts.models import GuarantorPart, GuarantorTransfer
from suxin.risk_pool.guarantor_parts.policies import PART_CONFIRM, PART_READ


async def tell_guarantor(
    session: AsyncSession, part: GuarantorPart, kind: EventType, *, now: datetime
) -> None:
    """Tell the guarantor's systems and people what is asked of it, or not any more."""
    _record(session, part, kind, tenant_id=part.guarantor_id, now=now)
    await notices.notify_tenant(
        session,
        tenant_id=part.guarantor_id,
        permission=PART_READ,
        template="guarantor_part_moved",
        title=kind.zh,
        body=f"合同 {part.contract_number}：应分担 {format_yuan(part.amount_fen)} 元，{part.state.zh}。",
        link=f"/desk/guarantor-parts/{part.id}",
        now=now,
    )


async def tell_bank(
    session: AsyncSession, part: GuarantorPart, kind: EventType, *, now: datetime
) -> None:
    """Tell the bank's systems and people what the guarantor says."""
    _record(session, part, kind, tenant_id=part.tenant_id, now=now)
    await notices.notify_tenant(
        session,
        tenant_id=part.tenant_id,
        permission=CLAIM_MAKE,
        template="guarantor_part_moved",
        title=kind.zh,
        body=f"合同 {part.contract_number}：{kind.zh}。" + (part.note or ""),
        link=f"/desk/claims/{part.claim_id}",
        now=now,
    )


async def tell_operator(
    session: AsyncSession, part: GuarantorPart, kind: EventType, *, now: datetime
) -> None:
    """Tell the operator's people what the guarantor says; of silence also who approves, because the claim waits no more."""
    wanted = (CLAIM_CHECK, CLAIM_APPROVE_FUND) if kind is LATE else (CLAIM_CHECK,)
    for permission in wanted:
        await notices.notify_tenant(
            session,
            tenant_id=part.operator_id,
            permission=permission,
            template="guarantor_part_moved",
            title=kind.zh,
            body=f"合同 {part.contract_number}：{kind.zh}。" + (part.note or ""),
            link=f"/desk/pool-claims/{part.claim_id}",
            now=now,
        )


async def tell_of_transfer(
    session: AsyncSession,
    transfer: GuarantorTransfer,
    kind: EventType,
    *,
    to_guarantor: bool,
    link: str,
    now: datetime,
) -> None:
    """Tell the other side of a transfer what was done about it."""
    tenant_id = transfer.guarantor_id if to_guarantor else transfer.tenant_id
    _record(session, transfer, kind, tenant_id=tenant_id, now=now)
    await notices.notify_tenant(
        session,
        tenant_id=tenant_id,
        permission=PART_READ if to_guarantor else PART_CONFIRM,
        template="guarantor_transfer_moved",
        title=kind.zh,
        body=f"{transfer.kind.zh} {transfer.reference}：{format_yuan(transfer.amount_fen)} 元，{transfer.state.zh}。"
        + (transfer.note or ""),
        link=link,
        now=now,
    )


def record_part(session: AsyncSession, part: GuarantorPart, what: str, *, now: datetime) -> None:
    """Put on record what was done about a part, with whoever did it."""
    _act(session, part, f"risk_pool.part.{what}", "guarantor_part", claim_id=part.claim_id, now=now)


def record_transfer(
    session: AsyncSession, transfer: GuarantorTransfer, what: str, *, now: datetime
) -> None:
    """Put on record what was done about a transfer, with whoever did it."""
    _act(
        session,
        transfer,
        f"risk_pool.transfer.{what}",
        "guarantor_transfer",
        claim_id=transfer.claim_id,
        now=now,
    )


def _act(
    session: AsyncSession,
    thing: GuarantorPart | GuarantorTransfer,
    action: str,
    object_type: str,
    *,
    claim_id: UUID,
    now: datetime,
) -> None:
    append_act(
        session,
        action=action,
        now=now,
        tenant_id=actor_of(session).tenant_id or thing.tenant_id,
        object_type=object_type,
        object_id=thing.id,
        detail={
            "bank": str(thing.tenant_id),
            "guarantor": str(thing.guarantor_id),
            "claim": str(claim_id),
            "amount_fen": thing.amount_fen,
        },
    )


def _record(
    session: AsyncSession,
    thing: GuarantorPart | GuarantorTransfer,
    kind: EventType,
    *,
    tenant_id: UUID,
    now: datetime,
) -> None:
    record_event(
        session,
        kind,
        tenant_id=tenant_id,
        object_id=thing.id,
        now=now,
        amountFen=thing.amount_fen,
        state=thing.state.value,
    )
