"""What is put on record of covers and claims, and who is told."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import record_event
from suxin.kernel import notices
from suxin.kernel.actor import Permission
from suxin.kernel.audit import append_act
from suxin.perks.covers.event_types import CLAIM_STEPS
from suxin.perks.covers.models import Cover, CoverClaim
from suxin.perks.covers.policies import COVER_DECIDE, COVER_READ

_TEMPLATE: Final = "perk_cover"
_GRANTED_KNOWN: Final = frozenset({"approved", "paid", "recovery_confirmed"})
"""What one person decided is no amount to tell of before another agrees."""

OPERATOR_PAGE: Final = "/desk/cover-approvals"
MERCHANT_PAGE: Final = "/desk/cover-claims"


def record_cover(
    session: AsyncSession, cover: Cover, act: str, *, now: datetime, **detail: object
) -> None:
    """Put on record what was done about a cover."""
    append_act(
        session,
        action=f"perks.cover.{act}",
        now=now,
        tenant_id=cover.tenant_id,
        object_type="cover",
        object_id=cover.id,
        detail={"name": cover.name, **detail},
    )


def record_claim(
    session: AsyncSession, claim: CoverClaim, act: str, *, now: datetime, **detail: object
) -> None:
    """Put on record what was done about a claim, and tell the merchant's systems what is theirs to know."""
    append_act(
        session,
        action=f"perks.cover_claim.{act}",
        now=now,
        tenant_id=claim.tenant_id,
        object_type="cover_claim",
        object_id=claim.id,
        detail={"order": claim.order_number, "asked_fen": claim.asked_fen, **detail},
    )
    kind = CLAIM_STEPS.get(act)
    if kind is not None:
        record_event(
            session,
            kind,
            tenant_id=claim.tenant_id,
            object_id=claim.order_id,
            now=now,
            number=claim.order_number,
            askedFen=claim.asked_fen,
            grantedFen=(claim.granted_fen or 0) if act in _GRANTED_KNOWN else 0,
        )


async def tell_operator(
    session: AsyncSession,
    claim: CoverClaim,
    *,
    title: str,
    body: str,
    now: datetime,
    to: Permission = COVER_DECIDE,
) -> None:
    """Tell those of the operator who decide on claims, or who hold another right."""
    await notices.notify_tenant(
        session,
        tenant_id=claim.operator_id,
        permission=to,
        template=_TEMPLATE,
        title=f"先行赔付：{title}",
        body=f"订单 {claim.order_number}：{body}",
        link=f"{OPERATOR_PAGE}/{claim.id}",
        now=now,
    )


async def tell_merchant(
    session: AsyncSession, claim: CoverClaim, *, title: str, body: str, now: datetime
) -> None:
    """Tell those of the merchant who see its claims."""
    await notices.notify_tenant(
        session,
        tenant_id=claim.tenant_id,
        permission=COVER_READ,
        template=_TEMPLATE,
        title=f"先行赔付：{title}",
        body=f"订单 {claim.order_number}：{body}",
        link=f"{MERCHANT_PAGE}/{claim.id}",
        now=now,
    )
