"""A round of whole-village credit: proposed and signed by a bank's two people, accepted and confirmed by a village's two, and its end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import record_event
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.texts import bounded_text
from suxin.lending.commands.requests import ProductNotOffered
from suxin.lending.models import LoanProduct
from suxin.lending.queries.requests import offered_products
from suxin.tenancy.models import Tenant
from suxin.village_credit import queries
from suxin.village_credit.event_types import ROUND_STEPS
from suxin.village_credit.lines import LEAST_FEN, checked_rules
from suxin.village_credit.models import CreditRound
from suxin.village_credit.policies import (
    ROUND_ACCEPT,
    ROUND_CONFIRM,
    ROUND_PROPOSE,
    ROUND_SIGN,
)
from suxin.village_credit.refusals import (
    BankNotLicensed,
    RoundRunning,
    RoundSecondPerson,
    VillageUnknown,
)
from suxin.village_credit.states import RoundState
from suxin.village_credit.turns import end_turn
from suxin.villages.queries import village_at

MAX_REASON: Final = 200
_ENDED: Final = (RoundState.CLOSED, RoundState.CALLED_OFF)


async def propose_round(
    session: AsyncSession,
    actor: Actor,
    *,
    village_code: str,
    product_id: UUID,
    rules: Mapping[str, int],
    now: datetime,
) -> CreditRound:
    """Propose a round of the actor's bank in a village, for one of its published products, with its lines by grade in fen.

    :raises Forbidden: if the actor may not propose rounds
    :raises BankNotLicensed: if the bank may not read households' grades, or is a sandbox
    :raises LineOutOfBounds: see ``lines.checked_rules``
    :raises VillageUnknown: if no village keeps a register under the code
    :raises ProductNotOffered: if the product is not one that the bank publishes
    :raises RoundRunning: if there is one with this product in this village
    Source: 征信业管理条例 art. 7 (a licensed channel); docs/whole-village.md
    """
    actor.require(ROUND_PROPOSE)
    bank = await session.get_one(Tenant, actor.own_tenant)
    # Villages have no sandbox to play in.
    if bank.sandbox or not bank.credit_licensed:
        raise BankNotLicensed
    lines = checked_rules(rules)
    village = await village_at(session, village_code.strip())
    if village is None:
        raise VillageUnknown(field="villageCode")
    product = await session.scalar(
        offered_products().where(
            LoanProduct.tenant_id == actor.own_tenant, LoanProduct.id == product_id
        )
    )
    if product is None or product.max_amount_fen < LEAST_FEN:
        raise ProductNotOffered(field="productId")
    await _take_turn(session, actor.own_tenant, village.tenant_id)
    running = await session.scalar(
        select(CreditRound.id).where(
            CreditRound.tenant_id == actor.own_tenant,
            CreditRound.village_tenant_id == village.tenant_id,
            CreditRound.product_id == product_id,
            CreditRound.state.not_in(_ENDED),
        )
    )
    if running is not None:
        raise RoundRunning(field="villageCode")
    made = CreditRound(
        tenant_id=actor.own_tenant,
        id=new_id(now),
        village_tenant_id=village.tenant_id,
        village_code=village.code,
        product_id=product.id,
        product_name=product.name,
        rules=lines,
        most_fen=product.max_amount_fen,
        state=RoundState.PROPOSED,
        proposed_by=actor.own_staff,
        proposed_at=now,
    )
    session.add(made)
    record(session, actor, made, "proposed", now=now)
    await session.flush()
    return made


async def sign_round(
    session: AsyncSession, actor: Actor, *, round_id: UUID, now: datetime
) -> CreditRound:
    """Sign a round for the bank, as somebody else than whoever proposed it; the village then has it before it.

    :raises Forbidden: if the actor may not sign rounds
    :raises NotFound: if the bank has no such round
    :raises RoundNotAt: if it was signed, or has ended
    :raises RoundSecondPerson: if the actor proposed it
    """
    actor.require(ROUND_SIGN)
    found = await queries.lock_round(session, actor, round_id)
    if found.proposed_by == actor.own_staff:
        raise RoundSecondPerson
    found.sign(by=actor.own_staff, now=now)
    record(session, actor, found, "signed", now=now)
    return found


async def accept_round(
    session: AsyncSession, actor: Actor, *, round_id: UUID, now: datetime
) -> CreditRound:
    """Accept a round for the village; another of its people confirms that.

    :raises Forbidden: if the actor may not accept rounds
    :raises NotFound: if the village has no such round
    :raises RoundNotAt: if it does not wait for that
    """
    actor.require(ROUND_ACCEPT)
    found = await queries.lock_round(session, actor, round_id)
    found.accept(by=actor.own_staff, now=now)
    record(session, actor, found, "accepted", now=now)
    return found


async def confirm_round(
    session: AsyncSession, actor: Actor, *, round_id: UUID, now: datetime
) -> CreditRound:
    """Confirm for the village what another has accepted: its households may join from now on.

    :raises Forbidden: if the actor may not confirm rounds
    :raises NotFound: if the village has no such round
    :raises RoundNotAt: if it does not wait for that
    :raises RoundSecondPerson: if the actor accepted it
    """
    actor.require(ROUND_CONFIRM)
    found = await queries.lock_round(session, actor, round_id)
    if found.accepted_by == actor.own_staff:
        raise RoundSecondPerson
    found.confirm(by=actor.own_staff, now=now)
    record(session, actor, found, "opened", now=now)
    return found


async def end_round(
    session: AsyncSession, actor: Actor, *, round_id: UUID, reason: str, now: datetime
) -> CreditRound:
    """End a round, from either side, with the reason: nobody joins any more; a line that was decided on stays.

    :raises Forbidden: if the actor may neither sign nor accept rounds
    :raises NotFound: if the actor's bank or village has no such round
    :raises RoundNotAt: if it has ended
    :raises Invalid: if the reason is missing or too long
    """
    if not actor.may(ROUND_SIGN):
        actor.require(ROUND_ACCEPT)
    said = bounded_text(reason, "reason", most=MAX_REASON)
    await end_turn(session, round_id)
    found = await queries.lock_round(session, actor, round_id)
    found.end(said, now=now)
    record(session, actor, found, "ended", now=now)
    return found


async def _take_turn(session: AsyncSession, bank_id: UUID, village_id: UUID) -> None:
    """Let one round of a bank in a village be proposed at a time."""
    key = func.hashtextextended(f"village_credit:{bank_id}:{village_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


def record(
    session: AsyncSession, actor: Actor, found: CreditRound, step: str, *, now: datetime
) -> None:
    """Put a step of a round on record of whichever side took it, and tell both sides' systems."""
    if (kind := ROUND_STEPS.get(step)) is not None:
        for tenant_id in (found.tenant_id, found.village_tenant_id):
            record_event(
                session,
                kind,
                tenant_id=tenant_id,
                object_id=found.id,
                now=now,
                state=found.state.value,
            )
    append_act(
        session,
        action=f"village_credit.round.{step}",
        now=now,
        tenant_id=actor.own_tenant,
        object_type="credit_round",
        object_id=found.id,
        detail={"village": found.village_code},
    )
