"""What a guarantor may answer for: set by the operator, and held by the ceilings of two accounts in the operator's book.

A commitment is one transfer from the client's account to the guarantor's, as a filing is from a bank's quota to a pool's commitments
(decision 44): the ceiling of the one is the limit for one client, that of the other the limit in all, so that no code that commits crosses
either. Ceilings are set where something is committed; what is committed already stays.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.money import check_amount_fen, format_yuan
from suxin.kernel.refusals import Invalid
from suxin.ledger import drafts, posting
from suxin.ledger.accounts import AccountDraft, open_in_book, opened_once
from suxin.ledger.models import CNY, LedgerAccount, Side
from suxin.ledger.posting import state_of
from suxin.ledger.refusals import WouldCrossCeiling
from suxin.lending.guarantees import queries
from suxin.lending.guarantees.models import GuaranteeRequest, GuarantorLimit
from suxin.lending.guarantees.policies import GUARANTOR_LIMIT
from suxin.lending.guarantees.refusals import (
    GuaranteeClientLimitReached,
    GuaranteeLimitReached,
    GuarantorLimitMissing,
)
from suxin.lending.guarantees.states import GuarantorForm
from suxin.tenancy.models import Tenant

MAX_MULTIPLE: Final = 15
"""Ten times net assets, and fifteen where small firms and farmers are its business (融资担保公司监督管理条例 art. 15)."""
MAX_CLIENT_BPS: Final = 1_000
"""A tenth of net assets for one client (融资担保公司监督管理条例 art. 16)."""
COMMITMENT_CODE: Final = "guarantee.commitment"
RELEASE_CODE: Final = "guarantee.release"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitDraft:
    """What the operator holds a guarantor to: its form, net assets in fen, their multiple in all, and their part for one client."""

    form: GuarantorForm
    net_assets_fen: int
    multiple: int = 10
    client_bps: int = MAX_CLIENT_BPS


async def set_limits(
    session: AsyncSession, actor: Actor, *, guarantor_id: UUID, draft: LimitDraft, now: datetime
) -> GuarantorLimit:
    """Set what a guarantor may answer for; what it is committed to already stays, also where it is more.

    :raises Forbidden, NotFound: if the actor may not, or there is no such guarantor
    :raises AmountOutOfRange, Invalid: naming the field at fault
    Source: 融资担保公司监督管理条例 art. 15, 16
    """
    actor.require(GUARANTOR_LIMIT)
    check_amount_fen(draft.net_assets_fen, field="netAssetsFen")
    _within(draft.multiple, MAX_MULTIPLE, "multiple")
    _within(draft.client_bps, MAX_CLIENT_BPS, "clientBps")
    guarantor = await queries.guarantor_row(session, guarantor_id)
    limit = await queries.lock_limit(
        session, operator_id=actor.own_tenant, guarantor_id=guarantor_id
    )
    if limit is None:
        limit = GuarantorLimit(
            tenant_id=actor.own_tenant,
            guarantor_id=guarantor_id,
            committed_id=await _open_whole(session, actor.own_tenant, guarantor, now=now),
        )
        session.add(limit)
    limit.form = draft.form
    limit.net_assets_fen, limit.multiple = draft.net_assets_fen, draft.multiple
    limit.client_bps, limit.changed_at, limit.changed_by = draft.client_bps, now, actor.own_staff
    append_act(
        session,
        action="lending.guarantor.limited",
        now=now,
        object_type="tenant",
        object_id=guarantor_id,
        detail={
            "net_assets_fen": draft.net_assets_fen,
            "multiple": draft.multiple,
            "client_bps": draft.client_bps,
        },
    )
    await session.flush()
    return limit


async def commit_guarantee(
    session: AsyncSession,
    limit: GuarantorLimit,
    request: GuaranteeRequest,
    *,
    subject_id: UUID,
    now: datetime,
) -> UUID:
    """Commit a letter's principal within both limits, with the operator's rows; return the account of this client.

    :raises GuaranteeLimitReached, GuaranteeClientLimitReached: if it would cross one
    """
    client_id = await _client_account(session, limit, subject_id, now=now)
    await _set_ceilings(session, limit, client_id)
    move = drafts.move(
        new_id(now),
        debit=limit.committed_id,
        credit=client_id,
        amount=request.letter_fen or 0,
        code=COMMITMENT_CODE,
        reference=request.number,
    )
    try:
        await posting.post(session, book=limit.tenant_id, transfers=[move], now=now)
    except WouldCrossCeiling as refusal:
        missing = format_yuan(int(str(refusal.facts["excess"])))
        if refusal.facts["account"] == account_code(limit.guarantor_id, "committed"):
            raise GuaranteeLimitReached(missing=missing) from refusal
        raise GuaranteeClientLimitReached(missing=missing) from refusal
    return client_id


async def give_back(
    session: AsyncSession, request: GuaranteeRequest, given_fen: int, *, now: datetime
) -> None:
    """Give back what a guarantor answers for no more, with the operator's rows or as the platform.

    :raises GuarantorLimitMissing: if nothing was ever committed
    """
    if not given_fen:
        return
    if request.operator_id is None or request.client_account_id is None:
        raise GuarantorLimitMissing
    limit = await session.get_one(GuarantorLimit, (request.operator_id, request.guarantor_id))
    move = drafts.move(
        new_id(now),
        debit=request.client_account_id,
        credit=limit.committed_id,
        amount=given_fen,
        code=RELEASE_CODE,
        reference=request.number,
    )
    await posting.post(session, book=limit.tenant_id, transfers=[move], now=now)


def account_code(guarantor_id: UUID, word: str) -> str:
    """Return the code of one of a guarantor's accounts."""
    return f"guarantor.{guarantor_id.hex}.{word}"


async def _open_whole(
    session: AsyncSession, book: UUID, guarantor: Tenant, *, now: datetime
) -> UUID:
    draft = AccountDraft(
        code=account_code(guarantor.id, "committed"),
        name=f"{guarantor.short_name} 担保责任余额",
        asset=CNY,
        normal_side=Side.DEBIT,
        ceiling=0,
    )
    return (await open_in_book(session, book=book, draft=draft, now=now)).id


async def _client_account(
    session: AsyncSession, limit: GuarantorLimit, subject_id: UUID, *, now: datetime
) -> UUID:
    """Return the account of what a guarantor answers for one client; the book does not say who that is."""
    client = uuid5(limit.guarantor_id, subject_id.hex).hex
    code = account_code(limit.guarantor_id, f"of-{client}")
    draft = AccountDraft(
        code=code, name="单户担保责任余额", asset=CNY, normal_side=Side.CREDIT, ceiling=0
    )
    return (await opened_once(session, book=limit.tenant_id, draft=draft, now=now)).id


async def _set_ceilings(session: AsyncSession, limit: GuarantorLimit, client_id: UUID) -> None:
    found = await session.scalars(
        select(LedgerAccount)
        .where(
            LedgerAccount.tenant_id == limit.tenant_id,
            LedgerAccount.id.in_((limit.committed_id, client_id)),
        )
        .order_by(LedgerAccount.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    wanted = {limit.committed_id: limit.whole_fen, client_id: limit.client_fen}
    for account in found:
        account.ceiling = max(wanted[account.id], state_of(account).expected)
    await session.flush()


def _within(value: int, highest: int, field: str) -> None:
    if type(value) is not int or not 1 <= value <= highest:
        raise Invalid(
            field=field,
            reason_zh=f"应为 1 至 {highest:,} 的整数",
            reason_en=f"a whole number from 1 to {highest:,}",
        )
