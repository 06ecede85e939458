"""Loans on the phone: what is owed and falls due next, the plan with what is paid, and nobody else's."""

from datetime import timedelta
from uuid import uuid4

from small_loans import contracted, draw, plan_of_loan, repay, repayment
from small_pools import build_pool

from suxin.kernel.working_days import local_day


async def test_a_signed_loan_can_still_be_cancelled_and_has_no_plan(applicant, small_city) -> None:
    loan = await contracted(small_city)
    place = f"/loan-requests/{loan.request_id}/loans"

    (shown,) = (await applicant.read(place))["items"]

    assert (shown["id"], shown["contractNumber"]) == (str(loan.id), loan.contract_number)
    assert (shown["state"]["code"], shown["drawnFen"], shown["nextDueOn"]) == ("SIGNED", 0, None)
    assert shown["coolingOff"] is (small_city.now < loan.cooling_off_ends_at)
    for part in ("instalments", "drawdowns"):
        assert (await applicant.read(f"{place}/{loan.id}/{part}"))["items"] == []


async def test_a_drawn_loan_tells_its_next_day_and_what_is_paid(applicant, small_city) -> None:
    loan = await draw(small_city, await contracted(small_city), 40_000_000)
    place = f"/loan-requests/{loan.request_id}/loans"
    first = (await plan_of_loan(small_city, loan))[0]
    due = first.principal_fen + first.interest_fen + first.fee_fen

    (shown,) = (await applicant.read(place))["items"]
    assert (shown["outstandingFen"], shown["nextDueOn"], shown["nextDueFen"]) == (
        40_000_000,
        first.due_on.isoformat(),
        due,
    )

    await repay(small_city, repayment(due, local_day(small_city.now)))
    (shown,) = (await applicant.read(place))["items"]
    second = (await plan_of_loan(small_city, loan))[1]
    assert (shown["nextDueOn"], shown["overdueDays"]) == (second.due_on.isoformat(), 0)
    plan = (await applicant.read(f"{place}/{loan.id}/instalments"))["items"]
    assert [one["paid"] for one in plan] == [True, *[False] * 11]
    assert (plan[0]["totalFen"], plan[0]["paidFen"]) == (due, due)
    (paid_out,) = (await applicant.read(f"{place}/{loan.id}/drawdowns"))["items"]
    assert (paid_out["amountFen"], paid_out["drawnOn"]) == (
        40_000_000,
        local_day(small_city.now).isoformat(),
    )


async def test_an_overdue_loan_says_since_when(applicant, small_city, admin) -> None:
    loan = await draw(small_city, await contracted(small_city), 40_000_000)
    since = local_day(small_city.now) - timedelta(days=3)
    await admin.execute(
        "update loans set state = 'OVERDUE', overdue_days = 3, overdue_since = $1", since
    )
    (shown,) = (await applicant.read(f"/loan-requests/{loan.request_id}/loans"))["items"]
    assert (shown["state"]["code"], shown["overdueDays"], shown["overdueSince"]) == (
        "OVERDUE",
        3,
        since.isoformat(),
    )


async def test_a_loan_that_is_none_of_the_request_is_not_found(applicant, small_city) -> None:
    loan = await contracted(small_city)
    for path in (
        f"/loan-requests/{uuid4()}/loans",
        f"/loan-requests/{loan.request_id}/loans/{uuid4()}/instalments",
        f"/loan-requests/{uuid4()}/loans/{loan.id}/drawdowns",
    ):
        assert (await applicant.get(path)).status_code == 404


async def test_a_plan_is_walked_by_pages_and_no_cursor_is_made_up(applicant, small_city) -> None:
    loan = await draw(small_city, await contracted(small_city), 40_000_000)
    at = f"/loan-requests/{loan.request_id}/loans/{loan.id}/instalments"
    first = (await applicant.get(at, first="5")).json()
    rest = (await applicant.get(at, after=first["nextCursor"])).json()
    numbers = [one["number"] for one in first["items"] + rest["items"]]
    assert (len(first["items"]), numbers, rest["nextCursor"]) == (5, [*range(1, 13)], None)
    for part in ("instalments", "drawdowns"):
        place = f"/loan-requests/{loan.request_id}/loans/{loan.id}/{part}"
        assert (await applicant.get(place, after="x")).json()["field"] == "after"


async def test_a_loan_tells_that_a_pool_stands_behind_it(applicant, small_city, admin) -> None:
    small = await build_pool(small_city)
    loan = await draw(small_city, await contracted(small_city), 40_000_000)
    place = f"/loan-requests/{loan.request_id}/loans"
    assert (await applicant.read(place))["items"][0]["poolFiling"] is None
    await small.file(loan.contract_number)
    (shown,) = (await applicant.read(place))["items"]
    assert shown["poolFiling"]["state"]["zh"] == "已备案"
    assert (shown["poolFiling"]["releasedAt"], shown["poolFiling"]["release"]) == (None, None)
    await admin.execute(
        "update pool_filings set state = 'RELEASED', committed_fen = 0, release = 'compensated', released_at = $1",
        small_city.now,
    )
    (shown,) = (await applicant.read(place))["items"]
    assert shown["poolFiling"]["release"]["zh"] == "已代偿"
