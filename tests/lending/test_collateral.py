"""Registered collateral: recorded and renewed by the bank, refused by name where it cannot be, and reminded of once."""

from datetime import date, timedelta

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity
from small_loans import NUMBER, contracted, days, draw

from suxin.kernel.refusals import Invalid
from suxin.lending.loans import refusals
from suxin.lending.loans.collateral import CollateralDraft, record_collateral
from suxin.lending.loans.contracts import ContractDraft, cancel_contract, sign_contract
from suxin.lending.loans.models import Loan
from suxin.lending.models import StepNotPossible
from suxin.lending.terms import GuaranteeMode
from suxin_server.judging import judge_all

UNTIL = date(2027, 11, 20)


def registered(**changes: object) -> CollateralDraft:
    values = {"registry": "宿迁市不动产登记中心", "number": "苏2026宿迁抵0001", "expires_on": UNTIL}
    return CollateralDraft(**(values | changes))  # type: ignore[arg-type] # a test's own changes


async def record(city: SmallCity, loan: Loan, **changes: object) -> Loan:
    found: Loan = await city.act(
        record_collateral, city.banks[0].officer, loan_id=loan.id, draft=registered(**changes)
    )
    return found


async def test_it_is_recorded_and_renewed_and_never_shortened(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan = await contracted(small_city, guarantee=GuaranteeMode.MORTGAGE)
    first = await record(small_city, loan)
    assert (first.collateral_registry, first.collateral_number, first.collateral_expires_on) == (
        "宿迁市不动产登记中心",
        "苏2026宿迁抵0001",
        UNTIL,
    )
    async with nothing_written(admin):
        # Said again in the same words, and the contract as it was signed, nothing changes.
        await record(small_city, loan)
        with pytest.raises(refusals.CollateralShortened):
            await record(small_city, loan, expires_on=UNTIL - timedelta(days=1))
    signed = {"offer_id": loan.offer_id, "draft": ContractDraft(number=NUMBER)}
    again = await small_city.act(sign_contract, small_city.banks[0].officer, **signed)
    assert again.id == loan.id
    later = UNTIL.replace(year=2028)
    assert (await record(small_city, loan, expires_on=later)).collateral_expires_on == later
    acts = await admin.fetchval(
        "select count(*) from audit_entries where action = 'lending.loan.collateral_recorded'"
    )
    assert acts == 2


async def test_what_cannot_be_registered_is_refused_by_name(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan = await contracted(small_city)
    async with nothing_written(admin):
        with pytest.raises(refusals.NotSecured):
            await record(small_city, loan)
        for wrong in (
            {"registry": ""},
            {"number": " x"},
            {"expires_on": small_city.now.date()},
        ):
            with pytest.raises(Invalid):
                await record(small_city, loan, **wrong)


async def test_a_loan_that_has_ended_has_no_more_to_register(small_city: SmallCity) -> None:
    loan = await contracted(small_city, guarantee=GuaranteeMode.MORTGAGE)
    officer = small_city.banks[0].officer
    await small_city.act(cancel_contract, officer, loan_id=loan.id, note="犹豫期内撤销")
    with pytest.raises(StepNotPossible):
        await record(small_city, loan)


async def test_the_bank_is_reminded_once_before_each_expiry(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan = await contracted(small_city, guarantee=GuaranteeMode.MORTGAGE)
    await draw(small_city, loan, 1_000_000)
    soon = small_city.now.date() + timedelta(days=40)
    await record(small_city, loan, expires_on=soon)
    count = "select count(*) from notices where template = 'collateral_expires'"
    told = []
    for after in (5, 11, 12):
        await judge_all(small_city.batch, small_city.database, now=small_city.now + days(after))
        told.append(await admin.fetchval(count))
    assert told == [0, 1, 1]
    # Renewed, it is reminded of again before the new day.
    await record(small_city, loan, expires_on=soon + timedelta(days=300))
    for after in (13, 311):
        await judge_all(small_city.batch, small_city.database, now=small_city.now + days(after))
        told.append(await admin.fetchval(count))
    assert told[3:] == [1, 2]
