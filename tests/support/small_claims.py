"""A claim for tests: the first bank's loan, filed, overdue and collected, and short ways through everything that follows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from custodian_files import Row, csv_file
from small_city import SmallCity
from small_loans import contracted, draw
from small_pools import ACCOUNT, SmallPool, build_pool
from sqlalchemy import func, select

from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import new_id
from suxin.kernel.money import format_yuan
from suxin.kernel.outbox import Job
from suxin.kernel.working_days import local_day
from suxin.ledger.models import LedgerAccount
from suxin.ledger.posting import state_of
from suxin.lending.loans.daily import judge_loans
from suxin.lending.loans.models import Loan
from suxin.risk_pool.agreements import AgreementTerms, Shares
from suxin.risk_pool.claims.commands import (
    CollectionDraft,
    draft_claim,
    record_collection,
    submit_claim,
)
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.reviewing import pass_claim_on, take_up_claim
from suxin.risk_pool.claims.states import CollectionKind, CollectionResult, Place
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.jobs import handlers
from suxin.risk_pool.payments.approving import approve_claim
from suxin.risk_pool.payments.models import PoolPayment
from suxin.risk_pool.payments.queries import payments_of
from suxin.risk_pool.recoveries.models import PoolRecovery
from suxin.risk_pool.recoveries.reporting import RecoveryDraft, report_recovery
from suxin.risk_pool.statements.asking import MATCH_TOPIC
from suxin.risk_pool.statements.importing import import_statement
from suxin.risk_pool.statements.models import CustodianLine, CustodianStatement
from suxin.risk_pool.statements.states import LineState
from suxin.risk_pool.stopping.models import PoolStopLoss
from suxin.tenancy import one_time_codes
from suxin.tenancy.models import SECOND_FACTOR, SecondFactor

PRINCIPAL_FEN = 80_000_000
DEPOSIT_FEN = 4_000_000
MONEY_FEN = 100_000_000
OVERDUE_DAYS = 95
SEVENTY_THIRTY = AgreementTerms(shares=Shares(pool_bps=7_000, bank_bps=3_000))


async def enrol(city: SmallCity, actor: Actor, *, now: datetime) -> str:
    """Give a staff member a second factor; return its secret."""
    secret = one_time_codes.new_secret()
    tenant_id, staff_id = actor.own_tenant, actor.own_staff
    async with (
        city.database.transaction(actor, now=now) as session,
        doorway(session),
    ):
        session.add(
            SecondFactor(
                tenant_id=tenant_id,
                staff_id=staff_id,
                secret_sealed=city.sealer.seal(secret, purpose=SECOND_FACTOR, row=staff_id),
                begun_at=now,
                confirmed_at=now,
                last_step=None,
            )
        )
        await session.flush()
    return secret


def code_at(secret: str, moment: datetime) -> str:
    return one_time_codes.code_of(secret, one_time_codes.step_at(moment))


@dataclass(kw_only=True)
class SmallClaims:
    """A filed loan that is overdue, three people of the operator with second factors, and the moment it is for all of them."""

    city: SmallCity
    pool: SmallPool
    loan: Loan
    filing: PoolFiling
    now: datetime
    checker: Actor
    fund: Actor
    bureau: Actor
    secrets: dict[UUID, str]
    statements: int = 0
    closing_fen: int = MONEY_FEN

    @property
    def bank(self) -> Actor:
        return self.city.banks[0].officer

    async def act(self, command: Any, actor: Actor, **given: Any) -> Any:
        return await self.city.act(command, actor, **{"now": self.now, **given})

    async def collect(self, *, times: int = 3) -> None:
        """Let the bank try to get its money, on days after the unpaid instalment was due."""
        for day in range(times):
            draft = CollectionDraft(
                kind=CollectionKind.CALL,
                result=CollectionResult.PROMISED,
                attempted_on=local_day(self.now) - timedelta(days=day),
            )
            await self.act(record_collection, self.bank, loan_id=self.loan.id, draft=draft)

    async def draft(self, *, deposit_fen: int | None = DEPOSIT_FEN) -> PoolClaim:
        claim: PoolClaim = await self.act(
            draft_claim, self.bank, loan_id=self.loan.id, deposit_fen=deposit_fen
        )
        return claim

    async def submit(self) -> PoolClaim:
        """Collect, draft and submit."""
        await self.collect()
        claim = await self.draft()
        submitted: PoolClaim = await self.act(submit_claim, self.bank, claim_id=claim.id)
        return submitted

    async def reviewed(self) -> PoolClaim:
        """Bring a claim to its review."""
        return await self.passed_on(await self.submit())

    async def passed_on(self, claim: PoolClaim) -> PoolClaim:
        """Take a submitted claim up and pass it on to its review."""
        await self.act(take_up_claim, self.checker, claim_id=claim.id)
        passed: PoolClaim = await self.act(pass_claim_on, self.checker, claim_id=claim.id)
        return passed

    def code(self, actor: Actor) -> str:
        return code_at(self.secrets[actor.own_staff], self.now)

    async def approve(
        self, claim: PoolClaim, actor: Actor, place: Place, **given: Any
    ) -> PoolClaim:
        """Approve with a code of this moment, and let half a minute pass."""
        given = {"code": given.get("code") or self.code(actor)}
        approved: PoolClaim = await self.act(
            approve_claim,
            actor,
            claim_id=claim.id,
            place=place,
            sealer=self.city.sealer,
            **given,
        )
        self.now += timedelta(seconds=30)
        return approved

    async def approved(self) -> tuple[PoolClaim, PoolPayment]:
        """Bring a claim to its letter."""
        claim = await self.reviewed()
        return await self.approve_twice(claim)

    async def approve_twice(self, claim: PoolClaim) -> tuple[PoolClaim, PoolPayment]:
        await self.approve(claim, self.fund, Place.FUND_MANAGER)
        claim = await self.approve(claim, self.bureau, Place.FINANCE_BUREAU)
        return claim, (await self.payments(claim))[-1]

    async def payments(self, claim: PoolClaim) -> Sequence[PoolPayment]:
        operator = self.city.operator
        async with self.city.database.snapshot(operator, now=self.now) as session:
            return await payments_of(session, operator_id=operator.own_tenant, claim_id=claim.id)

    def statement(self, *rows: tuple[str, str, int, str], number: str | None = None) -> bytes:
        """A statement of today that follows on the one before: reference, CRDT or DBIT, fen, text."""
        opening = self.closing_fen
        lines: list[Row] = []
        for reference, direction, fen, text in rows:
            self.closing_fen += fen if direction == "CRDT" else -fen
            yuan = format_yuan(fen)
            lines.append((reference, direction, yuan, f"{local_day(self.now)}", "甲方", text))
        self.statements += 1
        content = csv_file(
            lines,
            opening=format_yuan(opening),
            closing=format_yuan(self.closing_fen),
            number=number or f"DZD-{self.statements}",
            account=ACCOUNT,
            encoding="utf-8",
        )
        today = f"{local_day(self.now):%Y%m%d}".encode()
        return content.replace(b"2026-11-01", today).replace(b"20261120", today)

    async def take(self, *rows: tuple[str, str, int, str], **given: Any) -> CustodianStatement:
        """Import such a statement, and let the worker match it to its end."""
        statement = await self.imported(*rows, **given)
        await self.match()
        return statement

    async def imported(self, *rows: tuple[str, str, int, str], **given: Any) -> CustodianStatement:
        statement: CustodianStatement = await self.act(
            import_statement,
            self.checker,
            pool_id=self.pool.pool.id,
            name="对账单.csv",
            content=self.statement(*rows, **given),
            sealer=self.city.sealer,
        )
        return statement

    async def match(self) -> None:
        """Do what the worker does of one request to match, and of those that follow from it."""
        handle = handlers()[MATCH_TOPIC]
        operator_id = self.city.operator.own_tenant
        payload: dict[str, Any] = {
            "operator_id": str(operator_id),
            "pool_id": str(self.pool.pool.id),
        }
        for _ in range(20):
            open_before = await self.open_lines()
            job = Job(
                id=new_id(), topic=MATCH_TOPIC, payload=payload, tenant_id=operator_id, now=self.now
            )
            system = Actor.system("test-worker", tenant_id=operator_id)
            async with self.city.database.transaction(system, now=self.now) as session:
                await handle(session, job)
            if await self.open_lines() == open_before:
                return

    async def open_lines(self) -> int:
        async with self.city.database.snapshot(self.city.operator, now=self.now) as session:
            return (
                await session.scalar(
                    select(func.count())
                    .select_from(CustodianLine)
                    .where(CustodianLine.state == LineState.OPEN)
                )
                or 0
            )

    async def lines(self, state: LineState) -> Sequence[CustodianLine]:
        async with self.city.database.snapshot(self.city.operator, now=self.now) as session:
            return (
                await session.scalars(
                    select(CustodianLine)
                    .where(CustodianLine.state == state)
                    .order_by(CustodianLine.id)
                )
            ).all()

    async def paid(self) -> tuple[PoolClaim, PoolPayment]:
        """Bring a claim to its payment, and on to the next day."""
        claim, payment = await self.approved()
        self.now += timedelta(days=1)
        await self.take(("LS-pay", "DBIT", payment.amount_fen, f"{payment.letter_number}"))
        return await self.stored(claim), (await self.payments(claim))[0]

    async def recover(
        self, claim: PoolClaim, received_fen: int, cost_fen: int = 0, *, reference: str = "ZS-1"
    ) -> PoolRecovery:
        draft = RecoveryDraft(
            reference=reference,
            received_fen=received_fen,
            cost_fen=cost_fen,
            recovered_on=local_day(self.now),
        )
        recovery: PoolRecovery = await self.act(
            report_recovery, self.bank, claim_id=claim.id, draft=draft
        )
        return recovery

    async def stored(self, claim: PoolClaim) -> PoolClaim:
        async with self.city.database.snapshot(self.bank, now=self.now) as session:
            return await session.get_one(PoolClaim, (claim.tenant_id, claim.id))

    async def claim(self) -> PoolClaim:
        """The bank's latest claim."""
        async with self.city.database.snapshot(self.bank, now=self.now) as session:
            latest = select(PoolClaim).order_by(PoolClaim.id.desc()).limit(1)
            return (await session.scalars(latest)).one()

    async def stored_loan(self) -> Loan:
        async with self.city.database.snapshot(self.bank, now=self.now) as session:
            return await session.get_one(Loan, (self.loan.tenant_id, self.loan.id))

    async def book(self) -> dict[str, tuple[int, int]]:
        """What the pool's accounts have, and what is held of each."""
        pool = self.pool.pool
        names = ("custody", "compensated", "recovered", "committed")
        async with self.city.database.snapshot(self.city.operator, now=self.now) as session:
            found = {}
            for name in names:
                account_id = getattr(pool, f"{name}_id")
                account = await session.get_one(LedgerAccount, (pool.tenant_id, account_id))
                state = state_of(account)
                found[name] = (state.balance, state.held_out)
            return found

    async def stop_losses(self) -> list[tuple[int, str]]:
        """What was compensated this year, and where that lets the stop-loss stand."""
        async with self.city.database.snapshot(self.city.operator, now=self.now) as session:
            found = await session.scalars(select(PoolStopLoss))
            return [(one.compensated_fen, one.state.value) for one in found]

    async def judge(self) -> None:
        """Judge the city's loans as of now, as the batch role."""
        system = Actor.system("test-judge")
        async with self.city.batch.transaction(system, now=self.now) as session:
            await judge_loans(session, now=self.now)


async def build_claims(
    city: SmallCity,
    *,
    overdue_days: int = OVERDUE_DAYS,
    money_fen: int = MONEY_FEN,
    **agreement: Any,
) -> SmallClaims:
    """File a loan of 800,000 yuan of which nothing is repaid; by default under shares of 70 and 30."""
    terms = agreement.pop("terms", None) or SEVENTY_THIRTY
    pool = await build_pool(city, money_fen=money_fen, terms=terms, **agreement)
    loan = await contracted(city, asked_fen=PRINCIPAL_FEN, amount_fen=PRINCIPAL_FEN)
    loan = await draw(city, loan, PRINCIPAL_FEN)
    (outcome,) = await pool.file(loan.contract_number)
    assert outcome.filing is not None, outcome.refusal
    people = [replace(city.operator, staff_id=new_id()) for _ in range(3)]
    late = await _late(city, loan, overdue_days)
    claims = SmallClaims(
        city=city,
        pool=pool,
        loan=loan,
        filing=outcome.filing,
        now=late,
        checker=people[0],
        fund=people[1],
        bureau=people[2],
        secrets={one.own_staff: await enrol(city, one, now=city.now) for one in people},
        closing_fen=money_fen,
    )
    await claims.judge()
    return claims


async def _late(city: SmallCity, loan: Loan, overdue_days: int) -> datetime:
    first: date | None = loan.first_due_on
    assert first is not None
    return city.now + (first - local_day(city.now)) + timedelta(days=overdue_days)
