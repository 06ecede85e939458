"""Presenting: a resident shows a code for one programme, and the merchant's counter holds what it stands for.

The notice and the answer come before the code, on the phone, so that nobody waits at the counter. What the clerk scans is
the same whether the tier may be weighed or not, and so is what he sees.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.fetches import use_within
from suxin.consent.models import Consent, ConsentState
from suxin.consent.queries import tenants_consents
from suxin.consent.single_use import close_used
from suxin.consent.uses import ConsentNotActive
from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.kernel.sealing import Sealer
from suxin.perks.first_use import CATEGORIES, decline, give_once, leave, settle_answer
from suxin.perks.limits import require_open
from suxin.perks.models import Programme, Redemption
from suxin.perks.policies import REDEMPTION_GRANT
from suxin.perks.redeeming import hold_redemption, redeem_at_once
from suxin.perks.showing.queries import open_programme
from suxin.subjects.models import PassKind
from suxin.subjects.presenting import (
    LIVES,
    OpenedPass,
    Presented,
    left_pass,
    open_pass,
    take_code,
)


class Redeem(Protocol):
    """What is done with a code once it is known whose it is: lock what applies, or redeem it in one step."""

    async def __call__(
        self,
        session: AsyncSession,
        actor: Actor,
        *,
        programme_id: UUID,
        subject_id: UUID | None,
        persons: int,
        consent_id: UUID | None,
        now: datetime,
    ) -> Redemption:
        """Return the redemption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """A pass with the programme it is for; ``weighed`` is whether the tier may be weighed for it."""

    opened: OpenedPass
    programme: Programme
    weighed: bool


async def present_code(
    session: AsyncSession,
    actor: Actor,
    *,
    programme_id: UUID,
    agree: bool | None,
    notice_version: str | None,
    kind: PassKind,
    sealer: Sealer,
    now: datetime,
) -> Presentation:
    """Open a pass of the acting subject's for a programme, with a one-time consent if he says yes, or said so last time.

    :raises NotFound: if there is no such programme
    :raises ProgrammeNotOpen: if nothing is redeemed of it now
    :raises FirstUseNoticeNeeded: if he has not said yet whether his tier may be weighed for this merchant
    :raises NoticeOutdated: if he answers another wording than the one in force
    :raises AssessmentMissing, RecipientUnknown, NoNumberFree: see ``grant_consent`` and ``open_pass``
    Source: PIPL art. 6, 13(1), 14, 16, 23
    """
    programme = await open_programme(session, programme_id)
    if kind is PassKind.PHONE:
        # Paper is written before one goes, perhaps while the place is closed.
        require_open(programme, now=now)
    tenant_id = programme.tenant_id
    weighed = await settle_answer(
        session, actor, tenant_id=tenant_id, agree=agree, notice_version=notice_version
    )
    await _leave_last(session, actor, programme, kind=kind, now=now)
    consent_id = None
    if weighed:
        consent_id = await give_once(
            session,
            actor,
            tenant_id=tenant_id,
            programme_id=programme.id,
            needed_for=LIVES[kind],
            now=now,
        )
    else:
        await decline(session, actor, tenant_id=tenant_id, programme_id=programme.id, now=now)
    opened = await open_pass(
        session,
        actor,
        tenant_id=tenant_id,
        context_id=programme.id,
        consent_id=consent_id,
        kind=kind,
        sealer=sealer,
        now=now,
    )
    return Presentation(opened=opened, programme=programme, weighed=weighed)


async def hold_by_code(
    session: AsyncSession,
    actor: Actor,
    *,
    code: str,
    persons: int = 1,
    sealer: Sealer,
    now: datetime,
) -> Redemption:
    """Take a code shown at a counter of the actor's tenant, and lock what applies; the one-time consent ends with it.

    Whatever stands in the way leaves the code unused. The answer is a redemption, which names nobody.

    :raises Forbidden: if the actor may not redeem
    :raises CodeUnreadable, CodeNotGenuine, CodeTriedTooOften, CodeExpired, CodeForAnotherMerchant, CodeReplayed: see ``take_code``
    :raises GroupTooLarge, ProgrammeNotOpen, PersonLimitReached, DayLimitReached: see ``hold_redemption``
    :raises StockExhausted, BudgetExhausted: see ``hold_redemption``
    Source: PIPL art. 6, 16
    """
    return await _by_code(
        session, actor, hold_redemption, code=code, persons=persons, sealer=sealer, now=now
    )


async def redeem_by_code(
    session: AsyncSession,
    actor: Actor,
    *,
    code: str,
    persons: int = 1,
    sealer: Sealer,
    now: datetime,
) -> Redemption:
    """Take a code shown at a till of the actor's tenant, and redeem what applies in one step; else as ``hold_by_code``.

    :raises Forbidden: if the actor may not redeem
    :raises CodeUnreadable, CodeNotGenuine, CodeTriedTooOften, CodeExpired, CodeForAnotherMerchant, CodeReplayed: see ``take_code``
    :raises NotAtOnce: see ``redeem_at_once``
    :raises GroupTooLarge, ProgrammeNotOpen, PersonLimitReached, DayLimitReached: see ``hold_redemption``
    :raises StockExhausted, BudgetExhausted: see ``hold_redemption``
    Source: PIPL art. 6, 16; docs/decisions/0072
    """
    return await _by_code(
        session, actor, redeem_at_once, code=code, persons=persons, sealer=sealer, now=now
    )


async def _by_code(
    session: AsyncSession,
    actor: Actor,
    redeem: Redeem,
    *,
    code: str,
    persons: int,
    sealer: Sealer,
    now: datetime,
) -> Redemption:
    actor.require(REDEMPTION_GRANT)
    presented = await take_code(session, actor, code=code, sealer=sealer, now=now)
    consent = await _consent_held(session, actor, presented, now=now)
    # Only this very consent is read on; of who said no, none is: there is no consent with the programme's id.
    narrowed = replace(actor, consent_id=presented.context_id if consent is None else consent.id)
    redemption = await redeem(
        session,
        narrowed,
        programme_id=presented.context_id,
        subject_id=presented.subject_id,
        persons=persons,
        consent_id=None if consent is None else consent.id,
        now=now,
    )
    if consent is not None:
        async with act_for(session, subject_id=presented.subject_id, reason="perk code used"):
            await close_used(session, consent, now=now)
    return redemption


async def _leave_last(
    session: AsyncSession, actor: Actor, programme: Programme, *, kind: PassKind, now: datetime
) -> None:
    """End the consent that went with the pass which the new one takes the place of, unless it is for the same programme."""
    last = await left_pass(session, actor, kind=kind, now=now)
    if last is None or last.consent_id is None or last.context_id == programme.id:
        return
    await leave(session, actor, tenant_id=last.tenant_id, programme_id=last.context_id, now=now)


def still_given(consent: Consent, *, now: datetime) -> bool:
    """Return whether the one-time consent of a pass was neither paused nor taken back, and has not run out."""
    return consent.state is ConsentState.ACTIVE and consent.expires_at > now


async def _consent_held(
    session: AsyncSession, actor: Actor, presented: Presented, *, now: datetime
) -> Consent | None:
    """Return the one-time consent of a pass, its use counted under its basis' lock; none if it was not given, or was taken back meanwhile."""
    if presented.consent_id is None:
        return None
    consent = await session.scalar(
        tenants_consents(actor).where(
            Consent.subject_id == presented.subject_id, Consent.id == presented.consent_id
        )
    )
    if consent is None or not still_given(consent, now=now):
        return None
    try:
        await use_within(session, actor, consent_id=consent.id, categories=CATEGORIES, now=now)
    except ConsentNotActive:
        # Taken back between the two statements.
        return None
    return consent
