"""A claim with a guarantor for tests: a guaranteed loan, filed under an agreement that names it, overdue and submitted."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from small_city import SmallCity
from small_claims import SmallClaims, code_at, enrol
from small_guarantees import SmallGuarantor, build_guarantor, guaranteed
from small_loans import draw
from small_pools import SmallPool, build_pool, signed

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.outbox import Job
from suxin.kernel.working_days import local_day
from suxin.lending.loans.contracts import ContractDraft, sign_contract
from suxin.lending.loans.models import Loan
from suxin.risk_pool.agreements import AgreementTerms, Shares
from suxin.risk_pool.claims.commands import submit_claim
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.guarantor_parts.answering import agree_to_part
from suxin.risk_pool.guarantor_parts.asking import LATE_TOPIC
from suxin.risk_pool.guarantor_parts.confirming import confirm_transfer
from suxin.risk_pool.guarantor_parts.models import GuarantorPart, GuarantorTransfer
from suxin.risk_pool.guarantor_parts.noting import PaymentNote, note_payment
from suxin.risk_pool.guarantor_parts.queries import parts_shown, transfers_shown
from suxin.risk_pool.guarantor_parts.states import PartState, TransferKind, TransferState
from suxin.risk_pool.jobs import handlers
from suxin.risk_pool.signing.answering import accept_agreement

PRINCIPAL_FEN = 40_000_000
FORTY_TWENTY_FORTY = AgreementTerms(shares=Shares(4_000, 2_000, 4_000))
NUMBER = "HT-part"
OVERDUE_DAYS = 95


@dataclass(kw_only=True)
class SmallParts:
    """A claim whose loss the pool, the bank and a guarantor bear by 40, 20 and 40, and the guarantor with its people."""

    claims: SmallClaims
    guarantor: SmallGuarantor

    async def act(self, command: Any, actor: Any, **given: Any) -> Any:
        return await self.claims.act(command, actor, **given)

    async def submitted(self) -> tuple[PoolClaim, GuarantorPart]:
        """Submit a claim of which nothing was given as security; return it with what the guarantor is asked."""
        await self.claims.collect()
        claim = await self.claims.draft(deposit_fen=0)
        claim = await self.act(submit_claim, self.claims.bank, claim_id=claim.id)
        return claim, (await self.parts())[0]

    async def agreed(self, part: GuarantorPart) -> GuarantorPart:
        """Let the guarantor agree, and half a minute pass."""
        who = self.guarantor.approver
        done: GuarantorPart = await self.act(
            agree_to_part,
            who,
            part_id=part.id,
            code=code_at(self.guarantor.secrets[who.own_staff], self.claims.now),
            sealer=self.claims.city.sealer,
        )
        self.claims.now += timedelta(seconds=30)
        return done

    async def paid_by_pool(self) -> tuple[PoolClaim, GuarantorPart]:
        """Bring a claim that the guarantor agreed to, to the pool's payment."""
        claim, part = await self.submitted()
        await self.agreed(part)
        await self.claims.passed_on(claim)
        claim, payment = await self.claims.approve_twice(claim)
        self.claims.now += timedelta(days=1)
        await self.claims.take(("LS-pay", "DBIT", payment.amount_fen, f"{payment.letter_number}"))
        return await self.claims.stored(claim), part

    async def noted(
        self, part: GuarantorPart, amount_fen: int, *, reference: str = "DK-1"
    ) -> GuarantorTransfer:
        note = PaymentNote(
            reference=reference, amount_fen=amount_fen, paid_on=local_day(self.claims.now)
        )
        done: GuarantorTransfer = await self.act(
            note_payment, self.guarantor.underwriter, part_id=part.id, draft=note
        )
        return done

    async def confirmed(self, transfer: GuarantorTransfer, *, by: Any = None) -> GuarantorTransfer:
        done: GuarantorTransfer = await self.act(
            confirm_transfer,
            by or self.claims.bank,
            transfer_id=transfer.id,
            amount_fen=transfer.amount_fen,
        )
        return done

    async def parts(self) -> list[GuarantorPart]:
        """What the guarantor was asked, the latest first."""
        who = self.guarantor.underwriter
        async with self.claims.city.database.snapshot(who, now=self.claims.now) as session:
            return list(await session.scalars(parts_shown(who)))

    async def transfers(self) -> list[GuarantorTransfer]:
        """What was paid between guarantor and bank, the latest first."""
        who = self.guarantor.underwriter
        async with self.claims.city.database.snapshot(who, now=self.claims.now) as session:
            return list(await session.scalars(transfers_shown(who)))

    async def clock(self, part: GuarantorPart) -> None:
        """Do what the worker does when the guarantor's clock is over."""
        payload = {"tenant_id": str(part.tenant_id), "part_id": str(part.id)}
        job = Job(
            id=new_id(),
            topic=LATE_TOPIC,
            payload=payload,
            tenant_id=part.tenant_id,
            now=self.claims.now,
        )
        system = Actor.system("test-worker", tenant_id=part.tenant_id)
        async with self.claims.city.database.transaction(system, now=self.claims.now) as session:
            await handlers()[LATE_TOPIC](session, job)


def part_and_transfer(now: datetime, **about: UUID) -> tuple[GuarantorPart, GuarantorTransfer]:
    """Return what some guarantor is asked about a claim, and what it says it has paid."""
    guarantor_id = new_id()
    part = GuarantorPart(
        id=new_id(now),
        guarantor_id=guarantor_id,
        round=1,
        contract_number=NUMBER,
        state=PartState.ASKED,
        share_bps=4_000,
        loss_fen=100,
        amount_fen=40,
        overdue_days=95,
        asked_at=now,
        answer_by=now,
        **about,
    )
    transfer = GuarantorTransfer(
        id=new_id(now),
        guarantor_id=guarantor_id,
        kind=TransferKind.COMPENSATION,
        state=TransferState.NOTED,
        reference="DK-1",
        amount_fen=40,
        paid_on=local_day(now),
        noted_at=now,
        **about,
    )
    return part, transfer


async def build_parts(city: SmallCity) -> SmallParts:
    """File a guaranteed loan of 400,000 yuan of which nothing is repaid, and let it be overdue."""
    guarantor = await build_guarantor(city)
    pool = await build_pool(city)
    agreement = await signed(
        city,
        pool.pool.id,
        city.banks[0],
        products=("P-D",),
        terms=FORTY_TWENTY_FORTY,
        guarantor_id=guarantor.tenant_id,
    )
    for actor in (city.banks[0].officer, guarantor.approver):
        await city.act(accept_agreement, actor, agreement_id=agreement.id)
    offer_id = await guaranteed(city)
    await guarantor.committed(offer_id)
    loan = await _drawn(city, offer_id)
    (outcome,) = await pool.file(loan.contract_number)
    assert outcome.filing is not None, outcome.refusal
    claims = await _claims(city, pool, loan, outcome.filing)
    await claims.judge()
    return SmallParts(claims=claims, guarantor=guarantor)


async def _drawn(city: SmallCity, offer_id: UUID) -> Loan:
    loan = await city.act(
        sign_contract, city.banks[0].officer, offer_id=offer_id, draft=ContractDraft(number=NUMBER)
    )
    return await draw(city, loan, PRINCIPAL_FEN, reference=f"FK-{NUMBER}")


async def _claims(city: SmallCity, pool: SmallPool, loan: Loan, filing: Any) -> SmallClaims:
    people = [replace(city.operator, staff_id=new_id()) for _ in range(3)]
    assert loan.first_due_on is not None
    return SmallClaims(
        city=city,
        pool=pool,
        loan=loan,
        filing=filing,
        now=city.now + (loan.first_due_on - local_day(city.now)) + timedelta(days=OVERDUE_DAYS),
        checker=people[0],
        fund=people[1],
        bureau=people[2],
        secrets={one.own_staff: await enrol(city, one, now=city.now) for one in people},
    )
