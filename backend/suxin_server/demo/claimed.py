"""What became of a loan of the demo city that nobody repays: claimed, paid by the pool, and in part recovered.

The worker does it after the pool is filled and the loans are judged, by the product's own commands, as of when each would have been
done. All of it is one transaction; a city that has a claim is left as it is.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.sealing import Sealer
from suxin.kernel.together import Together, together
from suxin.kernel.working_days import local_day
from suxin.lending.loans.daily import judge_loans
from suxin.risk_pool.claims.commands import (
    CollectionDraft,
    draft_claim,
    record_collection,
    submit_claim,
)
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.queries import claimable_filings
from suxin.risk_pool.claims.reviewing import pass_claim_on, take_up_claim
from suxin.risk_pool.claims.states import CollectionKind, CollectionResult, Place
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.payments.approving import approve_claim
from suxin.risk_pool.payments.queries import payments_of
from suxin.risk_pool.pools.books import balance_of
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.recoveries.reporting import RecoveryDraft, report_recovery
from suxin.risk_pool.statements.importing import import_statement
from suxin.risk_pool.statements.matching import match_next
from suxin.tenancy import one_time_codes
from suxin.tenancy.profiles import Profiles
from suxin.tenancy.second_factors import (
    begin_enrolment,
    confirm_enrolment,
    forget_second_factor,
)
from suxin_server.demo.custodian import Line, statement
from suxin_server.demo.office import SYSTEM, people_of

OFFICE: Final = ("operator.admin", "operator.fund", "operator.bureau")
"""Who checks a claim's materials and takes in statements; who approves first; and who approves second."""
ATTEMPTS: Final = (
    (30, CollectionKind.CALL, CollectionResult.NOT_REACHED, "电话无人接听"),
    (26, CollectionKind.VISIT, CollectionResult.PROMISED, "上门，负责人称月底前归还"),
    (22, CollectionKind.LETTER, CollectionResult.DELIVERED, "书面催收函已送达"),
)
"""How many days ago the bank tried to get its money, how, and with which result."""
RECOVERED_BPS: Final = 2_000
"""How much of what was lost has come back."""

_BPS: Final = 10_000
_COST_FEN: Final = 200_000
_DAY: Final = timedelta(days=1)

Command = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class _Office:
    """Those who act for the operator, in the order of ``OFFICE``."""

    checker: Actor
    fund: Actor
    bureau: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedCity:
    """The two databases of a demo city, as the requests' role and as the batch role, its keys, and what its people may do."""

    database: Database
    batch: Database
    sealer: Sealer
    profiles: Profiles

    async def claim(self, *, now: datetime) -> bool:
        """Let one claim be made, paid and recovered in part; return whether there was anything to do."""
        async with self.batch.transaction(SYSTEM, now=now) as session:
            await judge_loans(session, now=now)
        async with self.database.transaction(SYSTEM, now=now) as session:
            known = await session.scalar(select(PoolClaim.id).limit(1))
            pool = await session.scalar(select(RiskPool).limit(1))
            banks = await session.scalars(select(PoolFiling.tenant_id).distinct())
            bank_ids = sorted(banks)
        if known is not None or pool is None:
            return False
        people = await people_of(self.database, self.profiles, pool.tenant_id, OFFICE, now=now)
        if len(people) < len(OFFICE):
            return False
        for bank_id in bank_ids:
            bank = (await people_of(self.database, self.profiles, bank_id, None, now=now))[0]
            async with self.database.transaction(bank, now=now) as session:
                filing = await session.scalar(claimable_filings(bank).limit(1))
            if filing is not None:
                async with together(self.database, now=now) as one:
                    turns = _Turns(one, self.sealer)
                    claim = await turns.submit(bank, filing, now=now)
                    await turns.pay(_Office(*people), pool, claim, now=now)
                    await turns.recover(people[0], bank, pool, claim, now=now)
                return True
        return False


@dataclass(frozen=True, slots=True)
class _Turns:
    """What the bank and the office do in their turns."""

    one: Together
    sealer: Sealer

    async def submit(self, bank: Actor, filing: PoolFiling, *, now: datetime) -> PoolClaim:
        for days, kind, result, note in ATTEMPTS:
            at = now - days * _DAY
            draft = CollectionDraft(kind=kind, result=result, attempted_on=local_day(at), note=note)
            await self._do(record_collection, bank, at, loan_id=filing.loan_id, draft=draft)
        at = now - 20 * _DAY
        claim: PoolClaim = await self._do(
            draft_claim, bank, at, loan_id=filing.loan_id, deposit_fen=0
        )
        submitted: PoolClaim = await self._do(submit_claim, bank, at, claim_id=claim.id)
        return submitted

    async def pay(
        self, office: _Office, pool: RiskPool, claim: PoolClaim, *, now: datetime
    ) -> None:
        """Let the claim be checked, approved by two people with a code each, and paid by the custodian."""
        await self._do(take_up_claim, office.checker, now - 18 * _DAY, claim_id=claim.id)
        await self._do(pass_claim_on, office.checker, now - 18 * _DAY, claim_id=claim.id)
        await self._approve(office.fund, claim, Place.FUND_MANAGER, at=now - 16 * _DAY)
        await self._approve(office.bureau, claim, Place.FINANCE_BUREAU, at=now - 15 * _DAY)
        at = now - 14 * _DAY
        async with self.one.transaction(office.checker, now=at) as session:
            (payment,) = await payments_of(
                session, operator_id=claim.operator_id, claim_id=claim.id
            )
        text = f"附言：{payment.letter_number}"
        await self._show(office.checker, pool, Line("YS-ZF-1", -payment.amount_fen, text), at=at)

    async def _approve(
        self, approver: Actor, claim: PoolClaim, place: Place, *, at: datetime
    ) -> None:
        """Let somebody approve with an authenticator app; he begins anew with one of his own when he first logs in."""
        who = {"tenant_id": approver.own_tenant, "staff_id": approver.own_staff}
        async with self.one.transaction(SYSTEM, now=at) as session:
            address = await begin_enrolment(session, **who, sealer=self.sealer, now=at)
        secret = parse_qs(urlsplit(address).query)["secret"][0]
        step = one_time_codes.step_at(at)
        async with self.one.transaction(SYSTEM, now=at) as session:
            first = one_time_codes.code_of(secret, step - 1)
            await confirm_enrolment(session, **who, code=first, sealer=self.sealer, now=at)
        code = one_time_codes.code_of(secret, step)
        given = {"claim_id": claim.id, "place": place, "code": code, "sealer": self.sealer}
        await self._do(approve_claim, approver, at, **given)
        async with self.one.transaction(SYSTEM, now=at) as session:
            await forget_second_factor(session, **who)

    async def recover(
        self, checker: Actor, bank: Actor, pool: RiskPool, claim: PoolClaim, *, now: datetime
    ) -> None:
        """Let a part come back, of which the pool's share arrives."""
        at = now - 6 * _DAY
        draft = RecoveryDraft(
            reference="ZS-演示-1",
            received_fen=claim.loss_fen * RECOVERED_BPS // _BPS,
            cost_fen=_COST_FEN,
            recovered_on=local_day(at),
        )
        recovery = await self._do(report_recovery, bank, at, claim_id=claim.id, draft=draft)
        line = Line("YS-ZC-1", recovery.pool_fen, f"追偿款 {recovery.number}")
        await self._show(checker, pool, line, at=now - 5 * _DAY)

    async def _show(self, checker: Actor, pool: RiskPool, line: Line, *, at: datetime) -> None:
        """Let the custodian's statement of a day show a line, and match it as the worker does."""
        async with self.one.transaction(checker, now=at) as session:
            opening_fen = (await balance_of(session, pool)).balance_fen
        number = f"DZD-{local_day(at):%Y%m%d}"
        await self._do(
            import_statement,
            checker,
            at,
            pool_id=pool.id,
            name=f"{number}.xml",
            content=statement(number, local_day(at), opening_fen, [line]),
            sealer=self.sealer,
        )
        system = Actor.system(SYSTEM.request_id, tenant_id=pool.tenant_id)
        async with self.one.transaction(system, now=at) as session:
            await match_next(
                session, operator_id=pool.tenant_id, pool_id=pool.id, after=None, now=at
            )

    async def _do(self, command: Command, actor: Actor, at: datetime, **given: Any) -> Any:  # noqa: ANN401 - whatever the command returns
        async with self.one.transaction(actor, now=at) as session:
            return await command(session, actor, now=at, **given)
