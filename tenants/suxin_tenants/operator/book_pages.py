"""The operator's book: its accounts and what each asset adds up to; one account, what it had at a date, and its transfers."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from litestar import get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from suxin.kernel.money import format_yuan
from suxin.kernel.working_days import SHANGHAI
from suxin.ledger import queries
from suxin.ledger.models import CNY, LedgerAccount, LedgerTransfer, Phase
from suxin.ledger.policies import BOOK_READ
from suxin.ledger.posting import state_of
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit
from suxin_tenants.words import Said

ACCOUNTS_A_PAGE: Final = 50
TRANSFERS_A_PAGE: Final = 50
NOT_A_DAY: Final = "请填写日期，如 2026-11-30"

PHASES: Final[Mapping[Phase, Said]] = {
    Phase.SINGLE: ("入账", "good"),
    Phase.PENDING: ("冻结", "warn"),
    Phase.POSTED: ("冻结入账", "good"),
    Phase.VOIDED: ("撤销冻结", "plain"),
    Phase.EXPIRED: ("冻结到期", "plain"),
}
_UNITS: Final = {"POINT": "分", "STOCK": "件"}


@get("/book")
async def show_book(visit: GivenVisit) -> Answer:
    """Show the accounts, newest first, with what each asset of the book adds up to."""
    _require(visit)
    async with visit.reading() as session:
        page = await read_page(
            session,
            visit.request,
            queries.own_accounts(visit.actor),
            LedgerAccount.id,
            size=ACCOUNTS_A_PAGE,
        )
        context = {
            "page": page,
            "states": {row[0].id: state_of(row[0]) for row in page.rows},
            "sums": await queries.trial_balance(session, visit.actor),
            "closed_before": await queries.closed_before(session, book=visit.actor.own_tenant),
            "amount": amount_words,
            "counted": asset_words,
        }
        return await visit.page(session, "operator/book.html", context)


@get("/book/{account_id:uuid}")
async def show_account(visit: GivenVisit, account_id: FromPath[UUID]) -> Answer:
    """Show one account: what it has, what it had at the end of a day by what was recorded at the end of another, its transfers."""
    _require(visit)
    asked = visit.request.query_params
    days = {name: asked.get(name, "").strip() for name in ("effective", "recorded")}
    moments = {name: _end_of(text, visit.now) for name, text in days.items()}
    async with visit.reading() as session:
        account = await queries.own_account(session, visit.actor, account_id)
        page = await read_page(
            session,
            visit.request,
            queries.own_transfers(visit.actor, account_id=account_id),
            LedgerTransfer.id,
            kept={name: text for name, text in days.items() if text},
            size=TRANSFERS_A_PAGE,
        )
        effective, recorded = moments.values()
        context = {
            "account": account,
            "state": state_of(account),
            "page": page,
            "days": days,
            "errors": {name: NOT_A_DAY for name, moment in moments.items() if moment is None},
            "then": None
            if effective is None or recorded is None or not any(days.values())
            else await queries.balance_at(
                session,
                visit.actor,
                account_id=account_id,
                effective_at=effective,
                recorded_at=recorded,
            ),
            "phases": PHASES,
            "amount": amount_words,
            "counted": asset_words,
        }
        status = 422 if context["errors"] else 200
        return await visit.page(session, "operator/book_account.html", context, status=status)


def amount_words(amount: int, asset: str) -> str:
    """Write an amount of an asset: money in yuan, points and pieces in whole ones."""
    if asset == CNY:
        return f"{format_yuan(amount)}元"
    return f"{amount:,}{_UNITS[asset.partition(':')[0]]}"


def asset_words(asset: str) -> str:
    """Say what an account counts."""
    kind, _, name = asset.partition(":")
    return {"CNY": "人民币", "POINT": f"积分 {name}", "STOCK": f"库存 {name}"}[kind]


def _end_of(text: str, now: datetime) -> datetime | None:
    """Return the last moment of a day of Shanghai; now where no day is asked for, and nothing for what is none."""
    if not text:
        return now
    try:
        day = date.fromisoformat(text)
        following = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    except (ValueError, OverflowError):
        return None
    return following - timedelta(microseconds=1)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(BOOK_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_book, show_account)
