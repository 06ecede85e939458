"""What a village's book says of a month: a line for each household, or for each entry, by one statement each.

An entry counts in the month in which it is effective, in Shanghai. Households that left the register stand there as long as they have
points or had an entry in the month.
"""

from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Date,
    Select,
    String,
    Subquery,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.caps import days_of
from suxin.grid.models import PointClaim
from suxin.grid.posting import HOUSEHOLDS, POSTED_CODE, REVERSED_CODE
from suxin.grid.sheets.layouts import Line, SheetLines
from suxin.grid.states import Period
from suxin.kernel.working_days import SHANGHAI
from suxin.ledger.models import MOVING, LedgerAccount, LedgerTransfer
from suxin.villages.models import Household, HouseholdMember
from suxin.villages.states import HouseholdState

_ZONE: Final = "Asia/Shanghai"
_KINDS: Final = {POSTED_CODE: "入账", REVERSED_CODE: "冲正"}
_OTHER: Final = "其他"


def bounds_of(month: date) -> tuple[datetime, datetime]:
    """Return when a month begins and when the next one does, in Shanghai."""
    first, after = days_of(Period.MONTH, month)
    return datetime.combine(first, time(), SHANGHAI), datetime.combine(after, time(), SHANGHAI)


async def lines_of(
    session: AsyncSession, tenant_id: UUID, month: date, kind: SheetLines, *, most: int
) -> list[Line]:
    """Return the lines of a village's month in the order of its register, at most ``most`` and one more."""
    statement = _HOW[kind](tenant_id, month).limit(most + 1)
    rows = (await session.execute(statement)).mappings().all()
    return [_line(number, row) for number, row in enumerate(rows, start=1)]


async def book_says(session: AsyncSession, tenant_id: UUID, month: date, kind: SheetLines) -> int:
    """Return by another way what a sheet's compared column comes to: from the accounts and their transfers alone."""
    begins, ends = bounds_of(month)
    moved = _moved(tenant_id, ends)
    counted = select(func.coalesce(func.sum(moved.c.amount), 0))
    if kind is SheetLines.ENTRIES:
        counted = counted.where(moved.c.effective_at >= begins)
    return int(await session.scalar(counted) or 0)


def _line(number: int, row: Any) -> Line:  # noqa: ANN401 - a mapping of whatever the statement selects
    line: Line = {"row": number}
    for name, value in row.items():
        if name == "code":
            line["kind"] = _KINDS.get(value, _OTHER)
        elif isinstance(value, date):
            line[name] = value.isoformat()
        else:
            line[name] = value if value is None or isinstance(value, str) else int(value)
    return line


def _moved(tenant_id: UUID, ends: datetime) -> Subquery:
    """Every movement of a household's account before a moment, with its sign, by the account."""

    def side(account: Any, sign: int) -> Any:  # noqa: ANN401 - a column
        return (
            select(
                LedgerAccount.id.label("account_id"),
                LedgerAccount.code.label("account_code"),
                (LedgerTransfer.amount * sign).label("amount"),
                LedgerTransfer.code.label("code"),
                LedgerTransfer.reference,
                LedgerTransfer.effective_at,
                LedgerTransfer.id.label("transfer_id"),
            )
            .join(
                LedgerAccount,
                (LedgerAccount.tenant_id == LedgerTransfer.tenant_id)
                & (LedgerAccount.id == account),
            )
            .where(
                LedgerTransfer.tenant_id == tenant_id,
                LedgerTransfer.phase.in_(MOVING),
                LedgerTransfer.effective_at < ends,
                LedgerAccount.code.startswith(HOUSEHOLDS),
            )
        )

    both = (side(LedgerTransfer.credit_account_id, 1), side(LedgerTransfer.debit_account_id, -1))
    return union_all(*both).subquery("moved")


def _code_of(household: Any) -> Any:  # noqa: ANN401 - SQL expressions
    return literal(HOUSEHOLDS) + func.replace(cast(household.id, String), "-", "")


def _places(tenant_id: UUID) -> Select[str, str, str]:
    return (
        select(
            Household.number.label("household"),
            Household.group_name.label("group"),
            HouseholdMember.name_masked.label("head"),
        )
        .outerjoin(
            HouseholdMember,
            (HouseholdMember.tenant_id == Household.tenant_id)
            & (HouseholdMember.id == Household.head_id),
        )
        .where(Household.tenant_id == tenant_id)
    )


def _households(tenant_id: UUID, month: date) -> Select[Any]:
    begins, ends = bounds_of(month)
    moved = _moved(tenant_id, ends)
    amount, now = moved.c.amount, moved.c.effective_at >= begins
    posted, reversed_ = moved.c.code == POSTED_CODE, moved.c.code == REVERSED_CODE

    def total(condition: Any) -> Any:  # noqa: ANN401 - SQL expressions
        return func.sum(case((condition, amount), else_=0))

    sums = (
        select(
            moved.c.account_code,
            total(~now).label("opening"),
            total(now & posted & (amount > 0)).label("plus"),
            (-total(now & posted & (amount < 0))).label("minus"),
            total(now & reversed_).label("reversed"),
            total(now & ~posted & ~reversed_).label("other"),
            func.sum(amount).label("closing"),
            func.bool_or(now).label("moved"),
        )
        .group_by(moved.c.account_code)
        .subquery("sums")
    )
    names = ("opening", "plus", "minus", "reversed", "other", "closing")
    return (
        _places(tenant_id)
        .add_columns(*(func.coalesce(sums.c[name], 0).label(name) for name in names))
        .outerjoin(sums, sums.c.account_code == _code_of(Household))
        .where(
            or_(
                Household.state == HouseholdState.ACTIVE,
                func.coalesce(sums.c.closing, 0) != 0,
                sums.c.moved,
            )
        )
        .order_by(Household.group_name, Household.number, Household.id)
    )


def _entries(tenant_id: UUID, month: date) -> Select[Any]:
    begins, ends = bounds_of(month)
    moved = _moved(tenant_id, ends)
    return (
        _places(tenant_id)
        .add_columns(
            PointClaim.rule_name.label("rule"),
            PointClaim.happened_on,
            cast(func.timezone(_ZONE, moved.c.effective_at), Date).label("entered_on"),
            moved.c.code,
            moved.c.amount.label("change"),
        )
        .join(moved, moved.c.account_code == _code_of(Household))
        .outerjoin(
            PointClaim,
            (PointClaim.tenant_id == Household.tenant_id)
            & (cast(PointClaim.id, String) == moved.c.reference),
        )
        .where(moved.c.effective_at >= begins)
        .order_by(moved.c.effective_at, moved.c.transfer_id)
    )


_HOW: Final = {SheetLines.HOUSEHOLDS: _households, SheetLines.ENTRIES: _entries}
