"""Anything anybody may do to a book, in any order, beside a reference book: after each step all invariants hold.

On the real database, one for all runs, each with accounts of its own in a book of its own. ``SUXIN_LEDGER_RUNS`` makes it deeper: the default
takes some seconds.
"""

import asyncio
import os
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Run
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from ledger_reference import ReferenceAccount, ReferenceBook

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.ledger import drafts, posting, queries
from suxin.ledger.accounts import AccountDraft
from suxin.ledger.commands import close_account, close_period, open_account
from suxin.ledger.drafts import TransferDraft
from suxin.ledger.models import MOVING, LedgerAccount, Phase, Side
from suxin.ledger.policies import ACCOUNT_MANAGE, BOOK_READ, PERIOD_CLOSE
from suxin.ledger.posting_queue import PostingQueue
from suxin.ledger.refusals import AccountClosed, AccountNotEmpty, PostingRefused

RUNS = int(os.environ.get("SUXIN_LEDGER_RUNS", "12"))
STEPS = 30
START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)

SIDES = (
    ("a", "CNY", Side.DEBIT, None, None),
    ("b", "CNY", Side.CREDIT, 0, None),
    ("c", "CNY", Side.CREDIT, 0, 60),
    ("d", "CNY", Side.DEBIT, -20, 40),
    ("e", "POINT:x", Side.CREDIT, None, None),
    ("f", "POINT:x", Side.DEBIT, 0, 50),
)
AMOUNTS = st.integers(1, 40)
# Mostly two accounts of one unit, so that most of what is tried comes to the rules about amounts.
PAIRS = st.sampled_from(
    [pair for pair in permutations(range(4), 2) for _ in range(3)]
    + [pair for pair in permutations((4, 5), 2) for _ in range(3)]
    + [(0, 4), (5, 1), (2, 2)]
)
ACCOUNTS = st.integers(0, len(SIDES) - 1)
LINES = st.integers(0, 30)


class Books(RuleBasedStateMachine):
    """A book, and the reference beside it."""

    database: Database
    queue: PostingQueue
    loop: asyncio.AbstractEventLoop

    chains = Bundle("chains")

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.actor = Actor(
            kind=ActorKind.OPERATOR,
            request_id="test",
            tenant_id=uuid4(),
            tenant_kind="operator",
            staff_id=uuid4(),
            permissions=frozenset({ACCOUNT_MANAGE, BOOK_READ, PERIOD_CLOSE}),
        )
        self.reference = ReferenceBook()
        self.ids: list[UUID] = []
        self.seen: dict[UUID, object] = {}

    def wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    async def _command(self, command: Any, **given: Any) -> Any:
        async with self.database.transaction(self.actor, now=self.now) as session:
            return await command(session, self.actor, **given, now=self.now)

    @initialize()
    def open(self) -> None:
        for code, asset, side, floor, ceiling in SIDES:
            draft = AccountDraft(
                code=code, name=code, asset=asset, normal_side=side, floor=floor, ceiling=ceiling
            )
            account = self.wait(self._command(open_account, draft=draft))
            self.ids.append(account.id)
            self.reference.accounts[account.id] = ReferenceAccount(
                asset, side is Side.DEBIT, floor, ceiling
            )
        self.post([self.move(0, 1, 60), self.move(0, 2, 30), self.move(5, 4, 30)])

    async def _try(self, chain: list[TransferDraft]) -> Any:
        async with self.database.transaction(self.actor, now=self.now) as session:
            return await posting.try_posting(
                session, book=self.actor.own_tenant, transfers=chain, now=self.now
            )

    async def _post(self, chain: list[TransferDraft]) -> Any:
        return await self.queue.post(
            self.actor, book=self.actor.own_tenant, transfers=chain, now=self.now
        )

    def said(self, work: Coroutine[Any, Any, Any]) -> Any:
        try:
            return self.wait(work)
        except PostingRefused as refusal:
            return type(refusal).__name__, refusal.index

    def post(self, chain: list[TransferDraft]) -> list[TransferDraft]:
        """Post on both sides, by the queue; a dry run in a session before it says the same and leaves nothing."""
        self.now += timedelta(seconds=1)
        tried = self.said(self._try(chain))
        expected = self.reference.post(chain, self.now)
        found = self.said(self._post(chain))
        if expected is None:
            assert not isinstance(found, tuple), found
            assert tried == found
        else:
            assert found == tried == expected
        return chain

    def line(self, number: int, *phases: Phase) -> UUID:
        """Return a transfer that exists, or the id of none; mostly one of these phases."""
        some = [one.id for one in self.reference.lines if one.phase in phases]
        some = some or [one.id for one in self.reference.lines]
        return some[number % len(some)] if some else uuid4()

    def move(self, one: int, other: int, amount: int, back: int = 0) -> TransferDraft:
        return drafts.move(
            new_id(),
            debit=self.ids[one],
            credit=self.ids[other],
            amount=amount,
            code="test.move",
            effective_at=self.now - back * DAY if back else None,
        )

    def hold(self, one: int, other: int, amount: int, days: int | None) -> TransferDraft:
        over = None if days is None else self.now + days * DAY
        return drafts.hold(
            new_id(),
            debit=self.ids[one],
            credit=self.ids[other],
            amount=amount,
            code="test.hold",
            expires_at=over,
        )

    @rule(target=chains, pair=PAIRS, amount=AMOUNTS, back=st.integers(0, 3))
    def moves(self, pair: tuple[int, int], amount: int, back: int) -> list[TransferDraft]:
        return self.post([self.move(*pair, amount, back)])

    @rule(
        target=chains,
        pair=PAIRS,
        amount=AMOUNTS,
        days=st.none() | st.integers(1, 2),
    )
    def holds(self, pair: tuple[int, int], amount: int, days: int | None) -> list[TransferDraft]:
        return self.post([self.hold(*pair, amount, days)])

    @rule(target=chains, number=LINES, amount=st.none() | AMOUNTS)
    def posts_a_hold(self, number: int, amount: int | None) -> list[TransferDraft]:
        about = self.line(number, Phase.PENDING)
        return self.post([drafts.post(new_id(), pending_id=about, code="test.post", amount=amount)])

    @rule(target=chains, number=LINES)
    def voids_a_hold(self, number: int) -> list[TransferDraft]:
        about = self.line(number, Phase.PENDING)
        return self.post([drafts.void(new_id(), pending_id=about, code="test.void")])

    @rule(target=chains, number=LINES)
    def reverses(self, number: int) -> list[TransferDraft]:
        about = self.line(number, *MOVING)
        return self.post([drafts.reverse(new_id(), reverses_id=about, code="test.back")])

    @rule(
        target=chains,
        legs=st.lists(st.tuples(PAIRS, AMOUNTS), min_size=2, max_size=4),
        ending=st.sampled_from(["", "post", "void", "reverse"]),
    )
    def chains_them(
        self, legs: list[tuple[tuple[int, int], int]], ending: str
    ) -> list[TransferDraft]:
        chain = [self.move(*pair, amount) for pair, amount in legs]
        if ending in ("post", "void"):
            held = self.hold(*legs[0][0], legs[0][1], 1)
            make = {"post": drafts.post, "void": drafts.void}[ending]
            chain += [held, make(new_id(), pending_id=held.id, code="test.end")]
        if ending == "reverse":
            chain.append(drafts.reverse(new_id(), reverses_id=chain[0].id, code="test.back"))
        return self.post(chain)

    @rule(chain=consumes(chains))
    def sends_it_once_more(self, chain: list[TransferDraft]) -> None:
        self.post(chain)

    @rule(hours=st.integers(1, 30))
    def time_passes_and_holds_expire(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for one in list(self.reference.lines):
            if one.phase is Phase.PENDING:
                self.wait(self._expire(one.id, over=one.expires_at))

    async def _expire(self, pending_id: UUID, over: datetime | None) -> None:
        if over is None or over > self.now:
            return
        before = self.reference.end_of(pending_id)
        async with self.database.transaction(self.actor, now=self.now) as session:
            done = await posting.expire_hold(
                session, book=self.actor.own_tenant, pending_id=pending_id, now=self.now
            )
        assert done == (before is None)
        if done:
            self._note_expired(pending_id)

    def _note_expired(self, pending_id: UUID) -> None:
        held = self.reference.line(pending_id)
        assert held is not None
        expired = {"id": uuid4(), "phase": Phase.EXPIRED, "recorded_at": self.now}
        self.reference.lines.append(
            type(held)(**{**vars(held), **expired, "effective_at": self.now, "about": pending_id})
        )

    @rule(back=st.integers(0, 2))
    def closes_a_period(self, back: int) -> None:
        closed = self.now - back * DAY
        if self.reference.closed_before is None or self.reference.closed_before < closed:
            self.wait(self._command(close_period, closed_before=closed))
            self.reference.closed_before = closed

    @precondition(lambda self: len(self.reference.lines) > 8)
    @rule(number=ACCOUNTS)
    def closes_an_account(self, number: int) -> None:
        account_id = self.ids[number]
        debits, credits_, *held = self.reference.sums(account_id)
        known = self.reference.accounts[account_id]
        try:
            self.wait(self._command(close_account, account_id=account_id))
        except (AccountClosed, AccountNotEmpty) as refusal:
            closed = isinstance(refusal, AccountClosed)
            assert closed == known.closed
            assert closed or debits != credits_ or any(held)
        else:
            assert (known.closed, debits, *held) == (False, credits_, 0, 0)
            known.closed = True

    async def _look(self) -> tuple[list[LedgerAccount], list[Any], list[Any], list[Any]]:
        async with self.database.snapshot(self.actor, now=self.now) as session:
            accounts = (await session.scalars(queries.own_accounts(self.actor))).all()
            transfers = (await session.scalars(queries.own_transfers(self.actor))).all()
            trial = await queries.trial_balance(session, self.actor)
            return (
                list(accounts),
                list(transfers),
                trial,
                await queries.drifted_accounts(session, self.actor),
            )

    @invariant()
    def all_of_it_holds(self) -> None:
        if not self.ids:
            return
        accounts, transfers, trial, drifted = self.wait(self._look())
        for one in accounts:
            found = (one.posted_debits, one.posted_credits, one.pending_debits, one.pending_credits)
            assert found == self.reference.sums(one.id), one.code
            worst, best = self.reference.worst_and_best(one.id)
            assert one.floor is None or worst >= one.floor
            assert one.ceiling is None or best <= one.ceiling
        assert drifted == []
        assert all(one.posted_debits == one.posted_credits for one in trial)
        assert len(transfers) == len(self.reference.lines)
        ends = [one.pending_id for one in transfers if one.pending_id]
        assert len(ends) == len(set(ends))
        # What was written is as it was written.
        for one in transfers:
            body = {name: getattr(one, name) for name in one.__table__.columns.keys()}  # noqa: SIM118 - a collection of columns
            assert self.seen.setdefault(one.id, body) == body

    async def _balance(self, account_id: UUID, effective: datetime, recorded: datetime) -> Any:
        async with self.database.snapshot(self.actor, now=self.now) as session:
            return await queries.balance_at(
                session,
                self.actor,
                account_id=account_id,
                effective_at=effective,
                recorded_at=recorded,
            )

    @rule(number=ACCOUNTS, effective=st.integers(0, 72), recorded=st.integers(0, 72))
    def asks_of_another_time(self, number: int, effective: int, recorded: int) -> None:
        account_id = self.ids[number]
        counts, known = (self.now - timedelta(hours=hours) for hours in (effective, recorded))
        then = ReferenceBook(
            self.reference.accounts,
            [one for one in self.reference.lines if one.recorded_at <= known],
        )
        held = then.sums(account_id)[2:]
        then.lines = [one for one in then.lines if one.effective_at <= counts]
        debits, credits_, *_ = then.sums(account_id)
        by_debit = self.reference.accounts[account_id].grows_by_debit
        found = self.wait(self._balance(account_id, counts, known))
        assert found.balance == (debits - credits_ if by_debit else credits_ - debits)
        assert (found.held_in, found.held_out) == (held if by_debit else held[::-1])


@pytest.fixture(scope="module")
def stateful_city(cluster):
    """A database of these runs' own, reached from a loop of their own: Hypothesis is not asynchronous."""
    name = f"suxin_{uuid4().hex}"
    loop = asyncio.new_event_loop()

    async def administer(statement: str) -> None:
        connection = await asyncpg.connect(cluster.admin_dsn)
        await connection.execute(statement)
        await connection.close()

    made = f"create database {name} owner suxin_owner template suxin_template strategy file_copy"
    loop.run_until_complete(administer(made))
    Books.loop, Books.database = loop, Database.connect(cluster.dsn("suxin_app", database=name))
    Books.queue = PostingQueue(Books.database)
    yield
    loop.run_until_complete(Books.queue.close())
    loop.run_until_complete(Books.database.close())
    loop.run_until_complete(administer(f"drop database {name} with (force)"))
    loop.close()


def test_a_book_is_what_the_reference_says_whatever_is_done_to_it(stateful_city) -> None:
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize="SUXIN_LEDGER_RUNS" not in os.environ,
            # A failure is told as it was found: making it smaller takes minutes.
            phases=[Run.generate],
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
