"""The model of a claim for ``test_claim_invariants``: what it forbids is refused, and after each step all of it holds."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)
from small_city import SmallCity
from small_claims import MONEY_FEN, SmallClaims, build_claims
from small_pools import fund

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.refusals import Refusal
from suxin.ledger import queries as ledger
from suxin.lending.loans.states import LoanState
from suxin.risk_pool.claims.commands import submit_claim
from suxin.risk_pool.claims.ending import ask_to_end, confirm_ending, drop_ending
from suxin.risk_pool.claims.reviewing import (
    pass_claim_on,
    reject_claim,
    return_claim,
    take_up_claim,
)
from suxin.risk_pool.claims.states import ClaimState, Ending, Place
from suxin.risk_pool.payments.states import PaymentState
from suxin.risk_pool.statements.states import LineState

LOSS_FEN = 76_000_000
POOL_FEN = 53_200_000
SHORT_FEN = 30_000_000
"""What a pool has that cannot pay its share at once."""
TOP_UP_FEN = 10_000_000
LOANS = {
    ClaimState.PAID: LoanState.COMPENSATED,
    ClaimState.RECOVERING: LoanState.RECOVERING,
    ClaimState.WRITTEN_OFF: LoanState.WRITTEN_OFF,
}
PEOPLE = st.integers(0, 2)
# Mostly whoever may: most of what is tried then leads on, and the rest is refused.
APPROVERS = st.sampled_from([0, 1, 1, 1, 2, 2, 2])


class Claims(RuleBasedStateMachine):
    """A claim, and the model beside it: where it stands, who checked it, who approved, what was paid and waits, and what two are to end.

    ``approved`` are those who approved the payment under way, of ``under_way_fen``; ``unmet_fen`` is what of the share the pool still owes.
    """

    loop: asyncio.AbstractEventLoop
    city: SmallCity
    cluster: Any

    def __init__(self) -> None:
        super().__init__()
        self.state = ClaimState.SUBMITTED
        self.checked_by: int | None = None
        self.approved: list[tuple[int, Place]] = []
        self.ending: tuple[Ending, int] | None = None
        self.lines = 0
        self.paid: list[int] = []
        self.under_way_fen = self.unmet_fen = 0
        self.received_fen = self.cost_fen = 0

    def wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def attempt(self, work: Coroutine[Any, Any, Any], *, allowed: bool) -> bool:
        """Do what the model allows; what it forbids must be refused. Half a minute passes, so that codes are fresh."""
        said = None
        try:
            self.wait(work)
        except Refusal as refusal:
            said = refusal.code
        assert (said is None) is allowed, said
        self.claims.now += timedelta(seconds=30)
        return allowed

    @initialize(steps=st.sampled_from([1, 4, 5, 5]), short=st.booleans())
    def build(self, steps: int, *, short: bool) -> None:
        self.money_fen = SHORT_FEN if short else MONEY_FEN
        self.name = f"suxin_{uuid4().hex}"
        made = f"create database {self.name} owner suxin_owner template suxin_small_city strategy file_copy"
        self.wait(administer(self.cluster, made))
        database = Database.connect(self.cluster.dsn("suxin_app", database=self.name))
        batch = Database.connect(self.cluster.dsn("suxin_batch", database=self.name))
        city = replace(self.city, database=database, batch=batch, facts={})
        self.claims: SmallClaims = self.wait(build_claims(city, money_fen=self.money_fen))
        self.claim_id: UUID = self.wait(self.claims.submit()).id
        for _ in range(steps):
            self.goes_on()

    def teardown(self) -> None:
        self.wait(self.claims.city.database.close())
        self.wait(self.claims.city.batch.close())
        self.wait(administer(self.cluster, f"drop database {self.name} with (force)"))

    def person(self, number: int) -> Actor:
        return (self.claims.checker, self.claims.fund, self.claims.bureau)[number]

    def act(self, command: Any, who: int, **given: Any) -> Coroutine[Any, Any, Any]:
        return self.claims.act(command, self.person(who), claim_id=self.claim_id, **given)

    def coded(self, command: Any, who: int, **given: Any) -> Coroutine[Any, Any, Any]:
        code, sealer = self.claims.code(self.person(who)), self.claims.city.sealer
        return self.act(command, who, code=code, sealer=sealer, **given)

    @rule()
    def goes_on(self) -> None:
        """Do the next thing that is due, whoever may."""
        others = [one for one in range(3) if one not in (self.checked_by, *dict(self.approved))]
        if self.state is ClaimState.REJECTED:
            self.claims_anew()
        elif self.state is ClaimState.RETURNED:
            self.submits()
        elif self.state is ClaimState.SUBMITTED:
            self.takes_up(self.lines % 3)
        elif self.state is ClaimState.MATERIAL_CHECK:
            self.passes_on(0)
        elif len(self.approved) == 2:
            self.shows_a_line(short=False)
        elif self.state is ClaimState.REVIEW or self.approved or self.payable_fen():
            self.approves(others[0], list(Place)[len(self.approved)])
        elif self.unmet_fen:
            self.tops_up()

    @rule()
    def submits(self) -> None:
        work = self.claims.act(submit_claim, self.claims.bank, claim_id=self.claim_id)
        if self.attempt(work, allowed=self.state is ClaimState.RETURNED):
            self.state = ClaimState.SUBMITTED

    @rule(who=PEOPLE)
    def takes_up(self, who: int) -> None:
        allowed = self.state is ClaimState.SUBMITTED
        if self.attempt(self.act(take_up_claim, who), allowed=allowed):
            self.state, self.checked_by = ClaimState.MATERIAL_CHECK, who

    @rule(who=PEOPLE)
    def passes_on(self, who: int) -> None:
        allowed = self.state is ClaimState.MATERIAL_CHECK
        if self.attempt(self.act(pass_claim_on, who), allowed=allowed):
            self.state = ClaimState.REVIEW

    @rule(who=PEOPLE, twice=st.booleans())
    def returns(self, who: int, *, twice: bool) -> None:
        if not twice:
            return
        allowed = self.state in (ClaimState.MATERIAL_CHECK, ClaimState.REVIEW)
        if self.attempt(self.act(return_claim, who, note="补充材料"), allowed=allowed):
            self.state, self.approved = ClaimState.RETURNED, []

    @rule(who=PEOPLE, twice=st.booleans())
    def rejects(self, who: int, *, twice: bool) -> None:
        if not twice:
            return
        allowed = self.state is ClaimState.REVIEW
        if self.attempt(self.act(reject_claim, who, note="不符合协议"), allowed=allowed):
            self.state, self.approved = ClaimState.REJECTED, []

    @rule()
    def claims_anew(self) -> None:
        """A rejected claim stays as it is, and the bank makes another."""
        before = self.claim_id
        work = self.claims.draft()
        allowed = self.state in (ClaimState.REJECTED, ClaimState.RETURNED)
        if self.attempt(work, allowed=allowed) and self.state is ClaimState.REJECTED:
            self.claim_id = self.wait(self.claims.claim()).id
            assert self.claim_id != before
            self.state = ClaimState.RETURNED
            self.submits()

    @rule()
    def tops_up(self) -> None:
        """A partner pays in; what had waited can be paid."""
        if self.money_fen < MONEY_FEN:
            self.lines += 1
            pool, partner = self.claims.pool.pool, self.claims.pool.partner
            self.wait(fund(self.claims.city, pool, partner, TOP_UP_FEN, f"CZ-1{self.lines:03}"))
            self.money_fen += TOP_UP_FEN

    def payable_fen(self) -> int:
        """What the first of two approvals would hold now."""
        left_fen = self.money_fen - sum(self.paid)
        if self.state is ClaimState.REVIEW:
            return min(POOL_FEN, left_fen)
        if self.state not in (ClaimState.PAID, ClaimState.RECOVERING) or self.ending is not None:
            return 0
        return min(self.owed_fen(), left_fen)

    def owed_fen(self) -> int:
        back_fen = max(0, self.received_fen - self.cost_fen)
        return self.unmet_fen * (LOSS_FEN - back_fen) // LOSS_FEN

    @rule(who=APPROVERS, place=st.sampled_from(Place))
    def approves(self, who: int, place: Place) -> None:
        people = [one for one, _ in self.approved]
        places = [one for _, one in self.approved]
        payable_fen = self.payable_fen()
        allowed = (
            bool(self.under_way_fen if people else payable_fen)
            and len(people) < 2
            and who != self.checked_by
            and who not in people
            and place not in places
        )
        person = self.person(who)
        stored = self.wait(self.claims.claim())
        if self.attempt(self.claims.approve(stored, person, place), allowed=allowed):
            if not self.approved:
                self.under_way_fen = payable_fen
            self.approved.append((who, place))
            if len(self.approved) == 2 and self.state is ClaimState.REVIEW:
                self.state = ClaimState.APPROVED

    @rule(short=st.booleans())
    def shows_a_line(self, *, short: bool) -> None:
        """A debit line with the latest letter's number, of the right amount or of one fen less."""
        payments = self.wait(self.claims.payments(self.wait(self.claims.claim())))
        number = next((one.letter_number for one in reversed(payments) if one.letter_number), "—")
        self.lines += 1
        amount_fen = (self.under_way_fen or POOL_FEN) - short
        self.wait(self.claims.take((f"LS-{self.lines}", "DBIT", amount_fen, str(number))))
        if len(self.approved) < 2 or short:
            return
        self.approved = []
        if self.state is ClaimState.APPROVED:
            self.state, self.unmet_fen = ClaimState.PAID, POOL_FEN - amount_fen
        else:
            self.unmet_fen = max(amount_fen, self.owed_fen()) - amount_fen
        self.paid.append(amount_fen)
        self.under_way_fen = 0

    @rule(received_fen=st.integers(1, 1_000_000), cost_fen=st.integers(0, 1_000_000))
    def recovers(self, received_fen: int, cost_fen: int) -> None:
        self.lines += 1
        allowed = self.state in (ClaimState.PAID, ClaimState.RECOVERING) and self.ending is None
        stored = self.wait(self.claims.claim())
        work = self.claims.recover(stored, received_fen, cost_fen, reference=f"ZS-{self.lines}")
        if self.attempt(work, allowed=allowed):
            self.state = ClaimState.RECOVERING
            self.received_fen += received_fen
            self.cost_fen += cost_fen

    @rule(who=PEOPLE, ending=st.sampled_from([Ending.REVERSE, Ending.REVERSE, Ending.WRITE_OFF]))
    def asks_to_end(self, who: int, ending: Ending) -> None:
        allowed = (
            self.ending is None
            and not self.approved
            and (
                self.state is ClaimState.PAID
                or (self.state is ClaimState.RECOVERING and ending is Ending.WRITE_OFF)
            )
        )
        if self.attempt(self.coded(ask_to_end, who, ending=ending, reason="x"), allowed=allowed):
            self.ending = (ending, who)

    @rule(who=PEOPLE)
    def drops_the_ending(self, who: int) -> None:
        allowed = self.ending is not None and self.state is not ClaimState.WRITTEN_OFF
        if self.attempt(self.act(drop_ending, who), allowed=allowed):
            self.ending = None

    @rule(who=PEOPLE)
    def confirms_the_ending(self, who: int) -> None:
        allowed = (
            self.ending is not None
            and self.ending[1] != who
            and self.state is not ClaimState.WRITTEN_OFF
        )
        reverses = self.ending is not None and self.ending[0] is Ending.REVERSE
        line_id = self.wait(self._money_back()) if reverses else None
        if not self.attempt(self.coded(confirm_ending, who, line_id=line_id), allowed=allowed):
            return
        if reverses:
            self.state, self.ending = ClaimState.RETURNED, None
            self.paid, self.unmet_fen = [], 0
        else:
            self.state = ClaimState.WRITTEN_OFF

    @rule(who=PEOPLE)
    def is_reversed(self, who: int) -> None:
        """Two people take back what was paid, and the bank claims anew."""
        if self.state is ClaimState.PAID and self.ending is None and not self.approved:
            self.asks_to_end(who, Ending.REVERSE)
            self.confirms_the_ending((who + 1) % 3)

    async def _money_back(self) -> UUID:
        self.lines += 1
        reference = f"LS-{self.lines}"
        await self.claims.take((reference, "CRDT", sum(self.paid), "退回"))
        found = await self.claims.lines(LineState.OPEN)
        return next(one.id for one in found if one.reference == reference)

    @invariant()
    def all_of_it_holds(self) -> None:
        self.wait(self._all_of_it_holds())

    async def _all_of_it_holds(self) -> None:
        claims = self.claims
        claim = await claims.claim()
        assert claim.state is self.state
        loan = (await claims.stored_loan()).state
        assert loan is LOANS.get(self.state, LoanState.OVERDUE)
        paid_fen, held_fen = sum(self.paid), self.under_way_fen if self.approved else 0
        book = await claims.book()
        assert book["custody"] == (self.money_fen - paid_fen, held_fen)
        assert book["compensated"] == (paid_fen, 0)
        if self.state in LOANS:
            assert (claim.pool_fen, claim.unmet_fen) == (paid_fen, self.unmet_fen)
        assert claim.pool_fen + claim.bank_fen + claim.unmet_fen == claim.loss_fen == LOSS_FEN
        payments = await claims.payments(claim)
        live = [one for one in payments if one.state is PaymentState.PAID]
        assert [one.amount_fen for one in live] == self.paid
        for one in payments:
            assert one.second_approved_by != one.first_approved_by
            assert one.second_place is not one.first_place
            assert claim.payment_id != one.id or claim.checked_by not in (
                one.first_approved_by,
                one.second_approved_by,
            )
        await self._book_balances()

    async def _book_balances(self) -> None:
        operator = self.claims.city.operator
        async with operator_snapshot(self.claims) as session:
            assert await ledger.drifted_accounts(session, operator) == []
            trial = await ledger.trial_balance(session, operator)
        assert all(one.posted_debits == one.posted_credits for one in trial)


def operator_snapshot(claims: SmallClaims) -> Any:
    return claims.city.database.snapshot(claims.city.operator, now=claims.now)


async def administer(cluster: Any, statement: str) -> None:
    connection = await asyncpg.connect(cluster.admin_dsn)
    await connection.execute(statement)
    await connection.close()
