"""A loan in a sandbox falls overdue by the sandbox's clock, when its applicant is made to miss an instalment."""

import asyncpg
import pytest
from small_city import offer_terms
from small_sandbox import Sandbox

from suxin.kernel.working_days import local_day
from suxin.lending.commands.offers import make_offer
from suxin.lending.commands.referrals import accept_referral
from suxin.lending.loans.contracts import ContractDraft, sign_contract
from suxin.lending.loans.drawing import DrawdownDraft, draw_down
from suxin.sandboxes.models import SandboxEvent, SandboxOutcome
from suxin.sandboxes.playing import NothingToPlay

WHO = SandboxOutcome.ACCEPTS_AT_ONCE


async def test_an_instalment_is_missed(sandbox: Sandbox, admin: asyncpg.Connection) -> None:
    applicant = await sandbox.trigger(WHO)
    await sandbox.trigger(WHO)
    await sandbox.act(accept_referral, referral_id=applicant.referral_id)
    offer = await sandbox.act(
        make_offer, referral_id=applicant.referral_id, terms=offer_terms(amount_fen=10_000_000)
    )
    await sandbox.trigger(WHO)
    with pytest.raises(NothingToPlay):
        await sandbox.trigger(WHO, SandboxEvent.MISS_INSTALMENT)
    loan = await sandbox.act(
        sign_contract, offer_id=offer.id, draft=ContractDraft(number="HT-SX-1")
    )
    draft = DrawdownDraft(reference="FK-1", amount_fen=10_000_000, drawn_on=local_day(sandbox.now))
    await sandbox.act(draw_down, loan_id=loan.id, draft=draft)
    await sandbox.trigger(WHO, SandboxEvent.MISS_INSTALMENT)
    await sandbox.work()
    sandbox = await sandbox.as_it_stands()
    assert tuple(await admin.fetchrow("select state, overdue_days from loans")) == ("OVERDUE", 1)
    await sandbox.trigger(WHO, SandboxEvent.MISS_INSTALMENT)
    await sandbox.work()
    state, days = await admin.fetchrow("select state, overdue_days from loans")
    assert (state, days) == ("OVERDUE", 32)
    told = await admin.fetch(
        "select type from tenant_events where type like 'lending.loan.%' order by recorded_at, id"
    )
    assert [row["type"] for row in told] == [
        "lending.loan.signed",
        "lending.loan.disbursed",
        "lending.loan.overdue",
    ]
