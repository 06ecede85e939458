"""A month's statements: what each household had, earned, lost and spent, worked out from the village's book.

A month is a calendar month in Shanghai. Transfers are never changed and none is posted into the past, so that a month that is over has its
figures for good. What was returned is subtracted from what was spent in the month of the return.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, Text, and_, case, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from suxin.grid.posting import household_code
from suxin.kernel.actor import Actor
from suxin.ledger.models import MOVING, LedgerAccount, LedgerTransfer
from suxin.shop.accounts import SPENT
from suxin.shop.periods import month_of
from suxin.shop.policies import SHOP_READ
from suxin.villages.models import Household


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A household's month in points; ``opening + earned - lost - spent`` is ``closing``, which is what the next month opens with."""

    household_id: UUID
    household_number: str
    opening: int
    earned: int
    lost: int
    spent: int

    @property
    def closing(self) -> int:
        """What is carried over: no point expires."""
        return self.opening + self.earned - self.lost - self.spent


async def statements(
    session: AsyncSession, actor: Actor, *, month: date, household_id: UUID | None = None
) -> Sequence[Statement]:
    """Return the statements of a month of the tenant's households that have an account, or of one of them, by number.

    :raises Forbidden: if the actor may not look at the shop
    """
    actor.require(SHOP_READ)
    start, end = month_of(month)
    other = aliased(LedgerAccount)
    comes = LedgerTransfer.credit_account_id == LedgerAccount.id
    shop = other.code == SPENT
    within = and_(LedgerTransfer.effective_at >= start, LedgerTransfer.effective_at < end)
    signed = case((comes, LedgerTransfer.amount), else_=-LedgerTransfer.amount)
    statement = (
        select(
            Household.id,
            Household.number,
            _sum(signed, LedgerTransfer.effective_at < start),
            _sum(LedgerTransfer.amount, and_(within, comes, ~shop)),
            _sum(LedgerTransfer.amount, and_(within, ~comes, ~shop)),
            _sum(-signed, and_(within, shop)),
        )
        .join(LedgerAccount, _is_of(Household))
        .outerjoin(
            LedgerTransfer,
            and_(
                LedgerTransfer.tenant_id == LedgerAccount.tenant_id,
                LedgerTransfer.phase.in_(MOVING),
                or_(comes, LedgerTransfer.debit_account_id == LedgerAccount.id),
            ),
        )
        .outerjoin(
            other,
            and_(
                other.tenant_id == LedgerAccount.tenant_id,
                other.id
                == case(
                    (comes, LedgerTransfer.debit_account_id),
                    else_=LedgerTransfer.credit_account_id,
                ),
            ),
        )
        .where(Household.tenant_id == actor.own_tenant, LedgerAccount.opened_at < end)
        .group_by(Household.id, Household.number)
        .order_by(Household.number)
    )
    if household_id is not None:
        statement = statement.where(Household.id == household_id)
    return [
        Statement(
            household_id=one,
            household_number=number,
            opening=opening,
            earned=earned,
            lost=lost,
            spent=spent,
        )
        for one, number, opening, earned, lost, spent in await session.execute(statement)
    ]


def _is_of(household: type[Household]) -> ColumnElement[bool]:
    """Return that an account is a household's; ``household_code`` in SQL."""
    prefix = household_code(UUID(int=0)).removesuffix(UUID(int=0).hex)
    hexed = func.replace(cast(household.id, Text), "-", "")
    return and_(
        LedgerAccount.tenant_id == household.tenant_id, LedgerAccount.code == prefix + hexed
    )


def _sum(what: SQLColumnExpression[int], where: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(what).filter(where), 0).cast(LedgerTransfer.amount.type)
