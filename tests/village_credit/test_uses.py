"""What became of a line: who learns what was drawn on it and is overdue, who looks on, and what is left of it after a year."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from observing import changed, contents
from sample_rows import insert, sample
from small_village_credit import WHOLE_NOTICE, asked, build_round, in_force

from suxin.consent.commands import pause_consent
from suxin.kernel.ids import new_id
from suxin.lending.loans.models import Loan
from suxin.village_credit.deciding import decide_lines, end_line
from suxin.village_credit.policies import ROUND_OVERSEE
from suxin.village_credit.queries import (
    LineInUse,
    lines_in_use,
    rounds_overseen,
    used_fen,
)
from suxin.village_credit.refusals import GradeMissing, LineExceeded, RoundSecondPerson
from suxin.village_credit.requesting import request_on_line

YEAR = timedelta(days=365)


async def lend(small, admin, bank, use, **changes):
    """Write a contract of a bank down, in part drawn and overdue."""
    given = {
        "id": new_id(),
        "tenant_id": bank.tenant_id,
        "offer_id": new_id(),
        "subject_id": use["subject_id"],
        "request_id": use["request_id"],
        "state": "OVERDUE",
        "principal_fen": 1_000_000,
        "drawn_fen": 900_000,
        "principal_paid_fen": 200_000,
        "overdue_days": 3,
        "overdue_since": small.now.date(),
        "first_drawn_on": small.now.date(),
        "first_due_on": small.now.date(),
        "ends_on": small.now.date(),
        "repayment_method": "bullet",
        "person_id": use["subject_id"],
    }
    # What the contract came of does not matter here.
    await admin.execute("set session_replication_role = replica")
    await insert(admin, Loan, sample(Loan, small.now, **given | changes))
    await admin.execute("set session_replication_role = origin")


async def test_its_bank_alone_learns_what_was_drawn_and_is_overdue(small_city, admin):
    """PIPL art. 6: neither another bank nor the village, and of no other bank's contract."""
    small = await build_round(small_city, admin)
    member = await in_force(small)
    head = small.village.head(0)
    await small.act(request_on_line, head, after=WHOLE_NOTICE, member_id=member.id, wanted=asked())
    use = await admin.fetchrow("select * from credit_line_uses")
    ours, rival = small_city.banks[0], small_city.banks[1]
    await lend(small, admin, ours, use)
    await lend(small, admin, rival, use, drawn_fen=500_000, overdue_days=90)

    async def seen(actor):
        async with small_city.database.snapshot(actor, now=small.now) as session:
            return await lines_in_use(session, actor, [member.id])

    assert await seen(small.banker(1)) == {member.id: LineInUse(drawn_fen=700_000, overdue_days=3)}
    assert await seen(replace(small.banker(1), tenant_id=rival.tenant_id)) == {}
    assert await seen(small.village.manager) == {}


async def test_what_is_left_of_a_line_is_what_requests_and_loans_on_it_leave(small_city, admin):
    small = await build_round(small_city, admin)
    member = await in_force(small)
    head = small.village.head(0)

    async def used():
        async with small_city.database.snapshot(head, now=small.now) as session:
            return await used_fen(session, head, member.id)

    assert await used() == 0
    await small.act(request_on_line, head, after=WHOLE_NOTICE, member_id=member.id, wanted=asked())
    assert await used() == 1_000_000
    # Between the accepted offer and the contract nothing of the line is free.
    for state, taken in (("ACCEPTED", 1_000_000), ("WITHDRAWN", 0), ("OPEN", 1_000_000)):
        await admin.execute("set session_replication_role = replica")
        await admin.execute("update loan_requests set state = $1", state)
        await admin.execute("set session_replication_role = origin")
        assert (state, await used()) == (state, taken)
    use = await admin.fetchrow("select * from credit_line_uses")
    await lend(small, admin, small_city.banks[0], use)
    assert await used() == 800_000
    await admin.execute("update loans set repayment_method = 'revolving'")
    assert await used() == 1_000_000


async def test_two_taps_at_once_take_no_more_than_the_line(small_city, admin):
    small = await build_round(small_city, admin)
    member = await in_force(small)
    line = await admin.fetchval("select line_fen from credit_round_members")
    most = line // 500_000 * 300_000
    taps = [
        small.act(
            request_on_line,
            small.village.head(0),
            after=WHOLE_NOTICE,
            member_id=member.id,
            wanted=asked(most),
        )
        for _ in range(2)
    ]
    done = await asyncio.gather(*taps, return_exceptions=True)
    assert sorted(isinstance(one, LineExceeded) for one in done) == [False, True]
    assert await admin.fetchval("select count(*) from credit_line_uses") == 1


async def test_a_grade_is_read_on_a_live_consent_alone(small_city, admin):
    """PIPL art. 6, 15: whoever pauses is not decided on, and no reading is on record."""
    small = await build_round(small_city, admin)
    found = await small.open()
    member = await small.join(found, 0)
    await small.act(pause_consent, small.village.head(0), consent_id=member.consent_id)
    before = await contents(admin)
    with pytest.raises(GradeMissing):
        await small.decide(found, member)
    assert await changed(admin, before) == set()


async def test_whoever_drew_the_rules_up_does_not_apply_them(small_city, admin):
    small = await build_round(small_city, admin)
    found = await small.open()
    member = await small.join(found, 0)
    before = await contents(admin)
    with pytest.raises(RoundSecondPerson):
        await small.act(decide_lines, small.banker(0), round_id=found.id, member_ids=[member.id])
    assert await changed(admin, before) == set()


async def test_a_towns_person_sees_the_rounds_of_his_own_towns(small_city, admin):
    small = await build_round(small_city, admin, graded=False)
    found = await small.open()
    office = small_city.operator.with_permissions({ROUND_OVERSEE})

    async def seen(*areas, within=""):
        actor = replace(office, areas=areas)
        async with small_city.database.snapshot(actor, now=small.now) as session:
            rows = await session.scalars(rounds_overseen(actor, within=within))
            return [one.id for one in rows]

    town, other = found.village_code[:9], "321324102"
    assert await seen() == await seen(town) == await seen(town, other) == [found.id]
    assert await seen(other) == await seen(town, within=other) == []


async def test_a_year_after_its_end_nothing_is_left_of_a_line(small_city, admin):
    """PIPL art. 47(1)."""
    small = await build_round(small_city, admin)
    member = await in_force(small)
    await small.act(
        end_line, small.banker(1), after=WHOLE_NOTICE, member_id=member.id, reason="已迁出"
    )
    kept = "select state, label, tier, line_fen, reason from credit_round_members"
    await small.work(WHOLE_NOTICE + YEAR - timedelta(hours=1))
    assert (await admin.fetchrow(kept))["reason"] == "已迁出"
    await small.work(WHOLE_NOTICE + YEAR)
    assert tuple(await admin.fetchrow(kept)) == ("ENDED", "", None, None, None)
