"""A claim with a guarantor: it waits for the answer within a clock, the guarantor pays the bank, and gets its part of what comes back."""

import asyncio
from datetime import timedelta

import pytest
from small_city import SmallCity
from small_claims import code_at
from small_guarantees import build_guarantor
from small_parts import PRINCIPAL_FEN, SmallParts, build_parts
from sqlalchemy import select

from suxin.kernel.notices import Notice
from suxin.kernel.refusals import Forbidden, NotFound, Refusal
from suxin.lending.loans.states import LoanState
from suxin.lending.models import StepNotPossible
from suxin.risk_pool.claims.ending import ask_to_end
from suxin.risk_pool.claims.refusals import RecoveriesBefore
from suxin.risk_pool.claims.reviewing import return_claim
from suxin.risk_pool.claims.states import ClaimState, Ending, Place
from suxin.risk_pool.guarantor_parts.answering import agree_to_part, refuse_part
from suxin.risk_pool.guarantor_parts.confirming import (
    confirm_transfer,
    deny_transfer,
    give_transfer_back,
)
from suxin.risk_pool.guarantor_parts.refusals import (
    GuarantorNotAnswered,
    GuarantorPaidBefore,
    TransferAboveOwed,
    TransferDiffers,
    TransferOpen,
    TransferReferenceTaken,
)
from suxin.risk_pool.guarantor_parts.states import (
    PartRefusal,
    PartState,
    TransferKind,
    TransferState,
)

PART_FEN = PRINCIPAL_FEN * 4 // 10


@pytest.fixture
async def small(small_city: SmallCity) -> SmallParts:
    return await build_parts(small_city)


async def refuse(small: SmallParts, part_id: object) -> object:
    return await small.act(
        refuse_part,
        small.guarantor.approver,
        part_id=part_id,
        refusal=PartRefusal.TERMS_NOT_KEPT,
        note="未按约定通知本机构",
    )


async def test_the_claim_waits_for_the_answer_and_then_goes_on(small: SmallParts) -> None:
    claim, part = await small.submitted()
    assert (part.state, part.amount_fen, part.share_bps) == (PartState.ASKED, PART_FEN, 4_000)
    assert part.letter_number == "担保函-1"
    await small.claims.passed_on(claim)
    with pytest.raises(GuarantorNotAnswered):
        await small.claims.approve(claim, small.claims.fund, Place.FUND_MANAGER)
    assert await small.claims.payments(claim) == []
    # Codes are good once: what was refused used none, and the next half minute has its own.
    small.claims.now += timedelta(seconds=30)
    await small.agreed(part)
    approved, payment = await small.claims.approve_twice(claim)
    assert (approved.state, payment.amount_fen) == (ClaimState.APPROVED, PART_FEN)


async def test_a_refusal_goes_to_the_bank_and_the_pools_share_does_not_grow(
    small: SmallParts,
) -> None:
    claim, part = await small.submitted()
    await refuse(small, part.id)
    with pytest.raises(StepNotPossible):
        await refuse(small, part.id)
    await small.claims.passed_on(claim)
    claim, payment = await small.claims.approve_twice(claim)
    assert payment.amount_fen == PART_FEN
    with pytest.raises(StepNotPossible):
        await small.noted(part, 1)
    # A guarantor may think better of it.
    assert (await small.agreed(part)).state is PartState.AGREED


async def test_silence_past_the_clock_escalates_and_holds_nothing_up(small: SmallParts) -> None:
    claim, part = await small.submitted()
    await small.claims.passed_on(claim)
    small.claims.now = part.answer_by + timedelta(minutes=1)
    await small.clock(part)
    await small.clock(part)
    (late,) = await small.parts()
    assert (late.state, late.escalated_at) == (PartState.ASKED, small.claims.now)
    async with small.claims.city.database.snapshot(
        small.claims.city.operator, now=small.claims.now
    ) as session:
        told = await session.scalars(
            select(Notice.permission).where(Notice.title == "担保机构逾期未答复分担")
        )
        assert sorted(told) == ["risk_pool.claim.approve_fund", "risk_pool.claim.check"]
    claim, _ = await small.claims.approve_twice(claim)
    assert claim.state is ClaimState.APPROVED
    assert (await small.agreed(part)).state is PartState.AGREED


async def test_a_claim_that_went_back_is_asked_about_anew(small: SmallParts) -> None:
    claim, part = await small.submitted()
    await small.claims.passed_on(claim)
    await small.act(return_claim, small.claims.fund, claim_id=claim.id, note="补充催收材料")
    with pytest.raises(StepNotPossible):
        await small.agreed(part)
    _, again = await small.submitted()
    assert [(one.round, one.state) for one in await small.parts()] == [
        (2, PartState.ASKED),
        (1, PartState.WITHDRAWN),
    ]
    assert again.id != part.id


async def test_it_pays_and_gets_of_what_comes_back_by_what_it_has_paid(small: SmallParts) -> None:
    claim, part = await small.paid_by_pool()
    half = PART_FEN // 2
    first = await small.noted(part, half)
    with pytest.raises(TransferOpen):
        await small.noted(part, 1, reference="DK-2")
    with pytest.raises(TransferDiffers):
        await small.act(
            confirm_transfer, small.claims.bank, transfer_id=first.id, amount_fen=half - 1
        )
    await small.confirmed(first)
    with pytest.raises(TransferReferenceTaken):
        await small.noted(part, 1)
    with pytest.raises(TransferAboveOwed):
        await small.noted(part, half + 1, reference="DK-2")
    stored = await small.claims.stored(claim)
    assert (stored.guarantor_fen, stored.guarantor_paid_fen) == (PART_FEN, half)
    # It has borne a fifth so far, and is owed a fifth of what comes back.
    recovery = await small.claims.recover(stored, 10_000_000)
    assert (recovery.pool_fen, recovery.guarantor_fen, recovery.bank_fen) == (
        4_000_000,
        2_000_000,
        4_000_000,
    )
    # A quarter of the loss came back: of what it has not paid it owes three quarters.
    with pytest.raises(TransferAboveOwed):
        await small.noted(part, half * 3 // 4 + 1, reference="DK-2")
    await small.confirmed(await small.noted(part, half * 3 // 4, reference="DK-2"))
    stored = await small.claims.stored(claim)
    assert stored.guarantor_paid_fen == stored.guarantor_fen == half * 7 // 4
    assert stored.bank_fen == PRINCIPAL_FEN - PART_FEN - half * 7 // 4


async def test_a_claim_is_closed_once_pool_and_guarantor_have_their_parts(
    small: SmallParts,
) -> None:
    claim, part = await small.paid_by_pool()
    await small.confirmed(await small.noted(part, PART_FEN))
    stored = await small.claims.stored(claim)
    recovery = await small.claims.recover(stored, PRINCIPAL_FEN)
    assert recovery.guarantor_fen == PART_FEN
    await small.claims.take(("LS-back", "CRDT", recovery.pool_fen, recovery.number))
    assert (await small.claims.stored(claim)).state is ClaimState.RECOVERING
    transfer = (await small.transfers())[0]
    assert (transfer.kind, transfer.reference) == (TransferKind.RECOVERY, recovery.number)
    with pytest.raises(NotFound):
        await small.confirmed(transfer)
    await small.confirmed(transfer, by=small.guarantor.underwriter)
    assert (await small.claims.stored(claim)).state is ClaimState.CLOSED
    assert (await small.claims.stored_loan()).state is LoanState.SETTLED


async def test_what_has_not_come_is_denied_and_what_came_goes_back_before_a_reversal(
    small: SmallParts,
) -> None:
    claim, part = await small.paid_by_pool()
    denied = await small.noted(part, PART_FEN)
    with pytest.raises(TransferOpen):
        await end(small, claim)
    await small.act(deny_transfer, small.claims.bank, transfer_id=denied.id, note="未查到该笔流水")
    paid = await small.noted(part, PART_FEN, reference="DK-2")
    await small.confirmed(paid)
    small.claims.now += timedelta(seconds=30)
    with pytest.raises(GuarantorPaidBefore):
        await end(small, claim)
    await small.act(
        give_transfer_back, small.claims.bank, transfer_id=paid.id, note="代偿冲正，款项退回"
    )
    assert (await small.claims.stored(claim)).guarantor_paid_fen == 0
    assert [one.state for one in await small.transfers()] == [
        TransferState.RETURNED,
        TransferState.DENIED,
    ]
    small.claims.now += timedelta(seconds=30)
    await end(small, claim)
    # Nothing is paid while an end is asked for.
    with pytest.raises(Refusal) as one:
        await small.noted(part, 1, reference="DK-3")
    assert one.value.code == "ENDING_ASKED"


async def test_what_was_shared_is_not_given_back(small: SmallParts) -> None:
    claim, part = await small.paid_by_pool()
    paid = await small.noted(part, PART_FEN)
    await small.confirmed(paid)
    await small.claims.recover(await small.claims.stored(claim), 1_000_000)
    with pytest.raises(RecoveriesBefore):
        await small.act(give_transfer_back, small.claims.bank, transfer_id=paid.id, note="退回")


async def test_two_who_confirm_at_once_count_it_once(small: SmallParts) -> None:
    claim, part = await small.paid_by_pool()
    transfer = await small.noted(part, PART_FEN)
    done = await asyncio.gather(
        small.confirmed(transfer), small.confirmed(transfer), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["GuarantorTransfer", "StepNotPossible"]
    assert (await small.claims.stored(claim)).guarantor_paid_fen == PART_FEN


async def test_two_who_note_at_once_note_one(small: SmallParts) -> None:
    _, part = await small.paid_by_pool()
    done = await asyncio.gather(
        small.noted(part, PART_FEN, reference="DK-1"),
        small.noted(part, PART_FEN, reference="DK-2"),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["GuarantorTransfer", "TransferOpen"]


async def test_another_guarantor_sees_and_answers_nothing(small: SmallParts) -> None:
    _, part = await small.submitted()
    other = await build_guarantor(small.claims.city, number=1)
    for command, given in (
        (refuse_part, {"refusal": PartRefusal.OTHER, "note": "x"}),
        (
            agree_to_part,
            {
                "code": code_at(other.secrets[other.approver.own_staff], small.claims.now),
                "sealer": small.claims.city.sealer,
            },
        ),
    ):
        with pytest.raises(NotFound):
            await small.act(command, other.approver, part_id=part.id, **given)
    with pytest.raises(Forbidden):
        await refuse_by_bank(small, part.id)
    assert [one.state for one in await small.parts()] == [PartState.ASKED]


async def refuse_by_bank(small: SmallParts, part_id: object) -> None:
    await small.act(
        refuse_part,
        small.claims.bank,
        part_id=part_id,
        refusal=PartRefusal.OTHER,
        note="x",
    )


async def end(small: SmallParts, claim: object) -> None:
    await small.act(
        ask_to_end,
        small.claims.fund,
        claim_id=claim.id,
        ending=Ending.REVERSE,
        reason="付错",
        code=small.claims.code(small.claims.fund),
        sealer=small.claims.city.sealer,
    )
