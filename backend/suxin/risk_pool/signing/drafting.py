"""What the operator does about agreements: drafting a version, signing it by two people, taking it back, ending it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.money import check_amount_fen
from suxin.kernel.refusals import Invalid, NotFound
from suxin.lending.guarantees.queries import guarantor_row
from suxin.lending.industries import is_section_or_division
from suxin.lending.terms import MAX_RATE_BPS, LoanPurpose
from suxin.risk_pool.agreements import AgreementIncoherent, AgreementTerms, check_agreement
from suxin.risk_pool.policies import AGREEMENT_ACCEPT, AGREEMENT_SIGN
from suxin.risk_pool.pools import books
from suxin.risk_pool.pools.commands import check_text
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.pools.queries import lock_own_pool
from suxin.risk_pool.pools.refusals import PoolNotOpen, SecondPersonNeeded
from suxin.risk_pool.pools.states import PoolState
from suxin.risk_pool.signing import queries
from suxin.risk_pool.signing.models import PoolAgreement
from suxin.risk_pool.signing.states import AgreementState, RateBasis
from suxin.risk_pool.stopping.opening import open_stop_losses
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import TenantKind

MAX_LISTED: Final = 50
MAX_NOTE: Final = 300
MAX_CODE: Final = 40
_AREA_DIGITS: Final = (6, 9, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementDraft:
    """What an agreement says; ``quota_fen`` and ``principal_cap_fen`` bound a bank's whole and one loan's principal, in fen.

    Of industries, areas and purposes an empty list leaves nothing out. A guarantor is named where it bears a share.
    """

    products: tuple[str, ...]
    quota_fen: int
    principal_cap_fen: int
    starts_on: date
    ends_on: date
    terms: AgreementTerms = field(default_factory=AgreementTerms)
    rate_basis: RateBasis = RateBasis.AVERAGE
    rate_ceiling_bps: int | None = None
    industries: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    purposes: tuple[LoanPurpose, ...] = ()
    guarantor_id: UUID | None = None


async def draft_agreement(
    session: AsyncSession,
    actor: Actor,
    *,
    pool_id: UUID,
    bank_id: UUID,
    draft: AgreementDraft,
    now: datetime,
) -> PoolAgreement:
    """Draft the next version of what a pool and a bank agree on.

    :raises Forbidden, NotFound: if the actor may not, or there is no such pool, bank or guarantor
    :raises AgreementIncoherent, Invalid, AmountOutOfRange: naming the field at fault
    :raises PoolNotOpen: if the pool is closed
    """
    actor.require(AGREEMENT_SIGN)
    pool = await lock_own_pool(session, actor, pool_id)
    if pool.state is PoolState.CLOSED:
        raise PoolNotOpen(name=pool.name)
    await _bank(session, bank_id)
    check_draft(draft)
    if draft.guarantor_id is not None:
        await guarantor_row(session, draft.guarantor_id)
    version = await queries.last_version(session, actor, pool_id=pool_id, bank_id=bank_id)
    agreement = PoolAgreement(
        tenant_id=pool.tenant_id,
        id=new_id(now),
        pool_id=pool.id,
        bank_id=bank_id,
        guarantor_id=draft.guarantor_id,
        version=version + 1,
        state=AgreementState.DRAFT,
        terms=msgspec.to_builtins(draft.terms),
        rate_basis=draft.rate_basis,
        products=list(draft.products),
        industries=list(draft.industries),
        areas=list(draft.areas),
        purposes=[one.value for one in draft.purposes],
        principal_cap_fen=draft.principal_cap_fen,
        rate_ceiling_bps=draft.rate_ceiling_bps,
        quota_fen=draft.quota_fen,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        drafted_at=now,
        drafted_by=actor.own_staff,
    )
    session.add(agreement)
    record(session, "risk_pool.agreement.drafted", agreement, now=now)
    return agreement


async def sign_agreement(
    session: AsyncSession, actor: Actor, *, agreement_id: UUID, now: datetime
) -> PoolAgreement:
    """Sign an agreement for the operator; the second signature, by another person, offers it to the bank.

    :raises Forbidden, NotFound: if the actor may not
    :raises SecondPersonNeeded: if he has signed it before
    :raises StepNotPossible: if two have signed it, or it has ended
    """
    actor.require(AGREEMENT_SIGN)
    agreement = await queries.lock_keepers_agreement(session, actor, agreement_id)
    staff_id = actor.own_staff
    if agreement.state is AgreementState.SIGNED_ONCE and staff_id == agreement.first_signed_by:
        raise SecondPersonNeeded
    if agreement.state is AgreementState.SIGNED_ONCE:
        pool = await session.get_one(RiskPool, (agreement.tenant_id, agreement.pool_id))
        bank = await _bank(session, agreement.bank_id)
        agreement.quota_account_id = await books.quota_account(
            session, pool=pool, bank_id=bank.id, bank_name=bank.short_name, now=now
        )
        await open_stop_losses(session, agreement, now=now)
        await _offer(session, agreement, pool, now=now)
    agreement.sign(staff_id=staff_id, now=now)
    record(session, "risk_pool.agreement.signed", agreement, now=now)
    return agreement


async def withdraw_agreement(
    session: AsyncSession, actor: Actor, *, agreement_id: UUID, note: str, now: datetime
) -> PoolAgreement:
    """Take an agreement back that the bank has not answered.

    :raises Forbidden, NotFound: if the actor may not
    :raises Invalid: if the note is empty or too long
    :raises StepNotPossible: if the bank has answered, or it has ended
    """
    actor.require(AGREEMENT_SIGN)
    said = check_text("note", note, MAX_NOTE)
    agreement = await queries.lock_keepers_agreement(session, actor, agreement_id)
    agreement.withdraw(note=said, now=now)
    record(session, "risk_pool.agreement.withdrawn", agreement, now=now)
    return agreement


async def end_agreement(
    session: AsyncSession, actor: Actor, *, agreement_id: UUID, note: str, now: datetime
) -> PoolAgreement:
    """End an agreement in force: nothing more is filed under it, and what was filed stays covered by it.

    :raises Forbidden, NotFound: if the actor may not
    :raises Invalid: if the note is empty or too long
    :raises StepNotPossible: if it is not in force
    """
    actor.require(AGREEMENT_SIGN)
    said = check_text("note", note, MAX_NOTE)
    agreement = await queries.lock_keepers_agreement(session, actor, agreement_id)
    agreement.end(note=said, now=now)
    record(session, "risk_pool.agreement.ended", agreement, now=now)
    return agreement


async def _offer(
    session: AsyncSession, agreement: PoolAgreement, pool: RiskPool, *, now: datetime
) -> None:
    """Tell whoever is to answer: the bank, and the guarantor where there is one."""
    for tenant_id, permission, link in (
        (agreement.bank_id, AGREEMENT_ACCEPT, "/desk/pool-filings"),
        (agreement.guarantor_id, AGREEMENT_ACCEPT, "/desk/guaranteed-agreements"),
    ):
        if tenant_id is None:
            continue
        await notices.notify_tenant(
            session,
            tenant_id=tenant_id,
            permission=permission,
            template="pool_agreement_offered",
            title="有合作协议待接受",
            body=f"“{pool.name}”的合作协议（第 {agreement.version} 版）已由运营机构两人签署，请查看并答复。",
            link=link,
            now=now,
        )


def check_draft(draft: AgreementDraft) -> None:
    """Accept only what an agreement can say.

    :raises AgreementIncoherent, Invalid, AmountOutOfRange: naming the field at fault
    """
    check_agreement(draft.terms)
    if (draft.guarantor_id is None) != (draft.terms.shares.guarantor_bps == 0):
        raise AgreementIncoherent(
            field="guarantorId",
            reason_zh="担保机构及其分担比例应同时填写",
            reason_en="a guarantor and its share come together",
        )
    check_amount_fen(draft.quota_fen, field="quotaFen")
    check_amount_fen(draft.principal_cap_fen, field="principalCapFen")
    if draft.starts_on >= draft.ends_on:
        raise Invalid(
            field="endsOn", reason_zh="终止日应晚于起始日", reason_en="must be after startsOn"
        )
    if draft.rate_ceiling_bps is not None and not 1 <= draft.rate_ceiling_bps <= MAX_RATE_BPS:
        raise Invalid(
            field="rateCeilingBps",
            reason_zh=f"利率上限应在 0.01% 至 {MAX_RATE_BPS / 100:.0f}% 之间",
            reason_en=f"must be from 1 to {MAX_RATE_BPS}",
        )
    for name, listed in (
        ("products", draft.products),
        ("industries", draft.industries),
        ("areas", draft.areas),
        ("purposes", draft.purposes),
    ):
        _check_list(name, listed, least=1 if name == "products" else 0)
    if not all(map(is_section_or_division, draft.industries)):
        raise Invalid(
            field="industries",
            reason_zh="行业应为国民经济行业门类或大类代码",
            reason_en="an industry is a section or division of GB/T 4754",
        )
    if not all(code.isdigit() and len(code) in _AREA_DIGITS for code in draft.areas):
        raise Invalid(
            field="areas",
            reason_zh="区域应为 6、9 或 12 位行政区划代码",
            reason_en="an area is a code of 6, 9 or 12 digits",
        )


def record(session: AsyncSession, action: str, agreement: PoolAgreement, *, now: datetime) -> None:
    """Put on record what became of an agreement."""
    append_act(
        session,
        action=action,
        now=now,
        object_type="pool_agreement",
        object_id=agreement.id,
        detail={"bank": str(agreement.bank_id), "version": agreement.version},
    )


def _check_list(field: str, listed: tuple[str, ...], *, least: int) -> None:
    sizes = all(1 <= len(one) <= MAX_CODE for one in listed)
    if not least <= len(listed) <= MAX_LISTED or len(set(listed)) != len(listed) or not sizes:
        raise Invalid(
            field=field,
            reason_zh=f"应为 {least} 至 {MAX_LISTED} 项，不重复",
            reason_en=f"must be {least} to {MAX_LISTED} different entries",
        )


async def _bank(session: AsyncSession, bank_id: UUID) -> Tenant:
    bank = await session.scalar(
        select(Tenant).where(
            Tenant.id == bank_id, Tenant.kind == TenantKind.BANK, Tenant.sandbox.is_(False)
        )
    )
    if bank is None:
        raise NotFound(thing_zh="银行", thing_en="bank")
    return bank
