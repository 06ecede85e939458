"""The shop's accounts in the village's book: points that were spent, each year's budget, each good's stock.

A redemption is one linked chain: the household's points go to what was spent, the year's budget to what was used of it, and of each good
pieces of the stock to what was given. Each of the three it is taken from has a floor of zero, so that no code that redeems crosses it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.posting import ASSET, household_code
from suxin.kernel.ids import new_id
from suxin.ledger import drafts
from suxin.ledger.accounts import AccountDraft, opened_once
from suxin.ledger.drafts import TransferDraft
from suxin.ledger.models import CNY, LedgerAccount, Side
from suxin.ledger.posting import post, state_of
from suxin.ledger.refusals import PendingExpired, WouldCrossFloor
from suxin.shop.models import ShopGood, ShopLine, ShopRedemption
from suxin.shop.refusals import BudgetUsedUp, HoldTimeOver, SoldOut, TooFewPoints

FEN_PER_POINT: Final = 100
"""One point is one yuan, as in the shops of 爱心超市 and 埇桥."""

HOLD_LIVES: Final = timedelta(minutes=30)
"""How long goods are set aside between the scan and the hand-over. Proposed."""

SPENT: Final = "shop.spent"
HOLD_CODE: Final = "shop.hold"
GIVEN_CODE: Final = "shop.given"
LET_GO_CODE: Final = "shop.let_go"
RETURNED_CODE: Final = "shop.returned"
PUT_UP_CODE: Final = "shop.put_up"
DELIVERED_CODE: Final = "shop.delivered"
WRITTEN_OFF_CODE: Final = "shop.written_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOfBudget:
    """What was put up for a year, what was used, is held and is left, in fen."""

    year: int
    put_up_fen: int
    used_fen: int
    held_fen: int

    @property
    def left_fen(self) -> int:
        """What may still be used."""
        return self.put_up_fen - self.used_fen - self.held_fen


def budget_code(year: int, word: str) -> str:
    """Return the code of one of a year's accounts: ``promised``, ``budget`` or ``used``."""
    return f"shop.y{year}.{word}"


def good_code(good_id: UUID, word: str) -> str:
    """Return the code of one of a good's accounts: ``delivered``, ``stock``, ``given`` or ``lost``."""
    return f"shop.{good_id.hex}.{word}"


async def put_up(
    session: AsyncSession,
    transfer_id: UUID,
    *,
    book: UUID,
    year: int,
    amount_fen: int,
    now: datetime,
) -> None:
    """Add to a year's budget by a transfer of this id."""
    promised = await _budget_account(session, book, year, "promised", now=now)
    budget = await _budget_account(session, book, year, "budget", now=now)
    transfer = drafts.move(
        transfer_id, debit=promised.id, credit=budget.id, amount=amount_fen, code=PUT_UP_CODE
    )
    await post(session, book=book, transfers=[transfer], now=now)


async def deliver(session: AsyncSession, good: ShopGood, pieces: int, *, now: datetime) -> None:
    """Add pieces to a good's stock."""
    delivered = await _good_account(session, good, "delivered", now=now)
    stock = await _good_account(session, good, "stock", now=now)
    transfer = drafts.move(
        new_id(now), debit=delivered.id, credit=stock.id, amount=pieces, code=DELIVERED_CODE
    )
    await post(session, book=good.tenant_id, transfers=[transfer], now=now)


async def write_off(
    session: AsyncSession, good: ShopGood, pieces: int, *, reason: str, now: datetime
) -> None:
    """Take pieces out of a good's stock that nobody gets.

    :raises SoldOut: if there are not so many
    """
    stock = await _good_account(session, good, "stock", now=now)
    lost = await _good_account(session, good, "lost", now=now)
    transfer = drafts.move(
        new_id(now),
        debit=stock.id,
        credit=lost.id,
        amount=pieces,
        code=WRITTEN_OFF_CODE,
        reference=reason,
    )
    try:
        await post(session, book=good.tenant_id, transfers=[transfer], now=now)
    except WouldCrossFloor as refusal:
        raise SoldOut(good=good.name, missing=refusal.facts["missing"]) from refusal


async def hold(
    session: AsyncSession,
    redemption: ShopRedemption,
    lines: Sequence[ShopLine],
    goods: Sequence[ShopGood],
    *,
    now: datetime,
) -> None:
    """Set points, budget and pieces aside until the redemption's time is over, all or nothing.

    :raises TooFewPoints, BudgetUsedUp, SoldOut: what does not reach
    """
    book = redemption.tenant_id
    points = await opened_once(session, book=book, draft=_points_of(redemption), now=now)
    spent = await opened_once(session, book=book, draft=_SPENT, now=now)
    budget = await _budget_account(session, book, redemption.year, "budget", now=now)
    used = await _budget_account(session, book, redemption.year, "used", now=now)
    sides = [
        (redemption.points_hold_id, points, spent, redemption.points),
        (redemption.budget_hold_id, budget, used, redemption.points * FEN_PER_POINT),
    ]
    for line, good in zip(lines, goods, strict=True):
        stock = await _good_account(session, good, "stock", now=now)
        given = await _good_account(session, good, "given", now=now)
        sides.append((line.hold_id, stock, given, line.asked))
    transfers = [
        drafts.hold(
            hold_id,
            debit=debit.id,
            credit=credit.id,
            amount=amount,
            code=HOLD_CODE,
            expires_at=redemption.held_until,
            reference=str(redemption.id),
        )
        for hold_id, debit, credit, amount in sides
    ]
    await _post(session, redemption, lines, transfers, now=now)


async def give(
    session: AsyncSession,
    redemption: ShopRedemption,
    lines: Sequence[ShopLine],
    *,
    now: datetime,
) -> tuple[UUID, UUID]:
    """Post what of a hold was given, and let the rest go; return the transfers of points and of budget.

    :raises HoldTimeOver: if the time of the hold is over
    """
    points = sum(line.given * line.price_points for line in lines)
    given = (new_id(now), new_id(now))
    transfers = [
        _given(given[0], redemption.points_hold_id, points, redemption),
        _given(given[1], redemption.budget_hold_id, points * FEN_PER_POINT, redemption),
    ]
    for line in lines:
        if line.given:
            line.given_id = new_id(now)
            transfers.append(_given(line.given_id, line.hold_id, line.given, redemption))
        else:
            transfers.append(drafts.void(new_id(now), pending_id=line.hold_id, code=LET_GO_CODE))
    await _post(session, redemption, lines, transfers, now=now)
    return given


async def let_go(
    session: AsyncSession,
    redemption: ShopRedemption,
    lines: Sequence[ShopLine],
    *,
    now: datetime,
) -> None:
    """Let all that is held go.

    :raises HoldTimeOver: if the time of the hold is over
    """
    holds = [redemption.points_hold_id, redemption.budget_hold_id, *(one.hold_id for one in lines)]
    transfers = [drafts.void(new_id(now), pending_id=one, code=LET_GO_CODE) for one in holds]
    await _post(session, redemption, lines, transfers, now=now)


async def take_back(
    session: AsyncSession,
    redemption: ShopRedemption,
    lines: Sequence[ShopLine],
    *,
    now: datetime,
) -> None:
    """Reverse what was given: points, budget and pieces are as before."""
    given = [redemption.points_given_id, redemption.budget_given_id, *(one.given_id for one in lines)]  # fmt: skip
    transfers = [
        drafts.reverse(
            new_id(now), reverses_id=one, code=RETURNED_CODE, reference=str(redemption.id)
        )
        for one in given
        if one is not None
    ]
    await _post(session, redemption, lines, transfers, now=now)


async def stock_left(session: AsyncSession, tenant_id: UUID) -> dict[str, int]:
    """Return how many pieces of each good are available, by the code of its account, as far as the session sees the book."""
    accounts = await session.scalars(
        select(LedgerAccount).where(
            LedgerAccount.tenant_id == tenant_id,
            LedgerAccount.code.startswith("shop.", autoescape=True),
            LedgerAccount.code.endswith(".stock", autoescape=True),
        )
    )
    return {one.code: state_of(one).available for one in accounts}


async def year_of_budget(session: AsyncSession, tenant_id: UUID, year: int) -> YearOfBudget:
    """Return how a year's budget stands, as far as the session sees the book; zeros where nothing was put up."""
    codes = {word: budget_code(year, word) for word in ("promised", "budget", "used")}
    rows = await session.scalars(
        select(LedgerAccount).where(
            LedgerAccount.tenant_id == tenant_id, LedgerAccount.code.in_(codes.values())
        )
    )
    found = {one.code: state_of(one) for one in rows}
    promised, budget, used = (found.get(code) for code in codes.values())
    return YearOfBudget(
        year=year,
        put_up_fen=0 if promised is None else promised.balance,
        used_fen=0 if used is None else used.balance,
        held_fen=0 if budget is None else budget.balance - budget.available,
    )


def _given(
    transfer_id: UUID, hold_id: UUID, amount: int, redemption: ShopRedemption
) -> TransferDraft:
    return drafts.post(
        transfer_id,
        pending_id=hold_id,
        code=GIVEN_CODE,
        amount=amount,
        reference=str(redemption.id),
    )


_SPENT: Final = AccountDraft(
    code=SPENT, name="已兑换积分", asset=ASSET, normal_side=Side.CREDIT, floor=0
)


def _points_of(redemption: ShopRedemption) -> AccountDraft:
    return AccountDraft(
        code=household_code(redemption.household_id),
        name="农户积分",
        asset=ASSET,
        normal_side=Side.CREDIT,
        floor=0,
    )


_YEARS: Final = {
    "promised": ("预算来源", Side.DEBIT, None),
    "budget": ("预算", Side.CREDIT, 0),
    "used": ("预算已用", Side.CREDIT, 0),
}
_GOODS: Final = {
    "delivered": ("进货", Side.DEBIT, None),
    "stock": ("库存", Side.CREDIT, 0),
    "given": ("已发放", Side.CREDIT, 0),
    "lost": ("报损", Side.CREDIT, 0),
}


async def _budget_account(
    session: AsyncSession, book: UUID, year: int, word: str, *, now: datetime
) -> LedgerAccount:
    zh, side, floor = _YEARS[word]
    draft = AccountDraft(
        code=budget_code(year, word),
        name=f"积分超市 {year} 年{zh}",
        asset=CNY,
        normal_side=side,
        floor=floor,
    )
    return await opened_once(session, book=book, draft=draft, now=now)


async def _good_account(
    session: AsyncSession, good: ShopGood, word: str, *, now: datetime
) -> LedgerAccount:
    zh, side, floor = _GOODS[word]
    draft = AccountDraft(
        code=good_code(good.id, word),
        name=f"{good.name} {zh}",
        asset=f"STOCK:{good.id.hex}",
        normal_side=side,
        floor=floor,
    )
    return await opened_once(session, book=good.tenant_id, draft=draft, now=now)


async def _post(
    session: AsyncSession,
    redemption: ShopRedemption,
    lines: Sequence[ShopLine],
    transfers: Sequence[TransferDraft],
    *,
    now: datetime,
) -> None:
    try:
        await post(session, book=redemption.tenant_id, transfers=transfers, now=now)
    except WouldCrossFloor as refusal:
        account, missing = refusal.facts["account"], refusal.facts["missing"]
        if account == household_code(redemption.household_id):
            raise TooFewPoints(points=redemption.points, missing=missing) from refusal
        for line in lines:
            if account == good_code(line.good_id, "stock"):
                raise SoldOut(good=line.name, missing=missing) from refusal
        raise BudgetUsedUp(year=redemption.year) from refusal
    except PendingExpired as refusal:
        raise HoldTimeOver from refusal
