"""A round from its four signatures to money asked for on a line: who may do what, what a bank learns, and what is left of whoever leaves."""

import asyncio
from datetime import timedelta

import pytest
from observing import changed, contents
from small_village_credit import RULES, WHOLE_NOTICE, asked, build_round, in_force
from sqlalchemy import select

from suxin.consent.commands import revoke_consent
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.village_credit.deciding import answer_objection, decide_lines, end_line
from suxin.village_credit.joining import leave_round, object_to_line
from suxin.village_credit.models import RoundMember
from suxin.village_credit.queries import public_notices, rounds_for
from suxin.village_credit.refusals import (
    BankNotLicensed,
    GradeMissing,
    JoinedAlready,
    LineExceeded,
    LineNotActive,
    MemberNotAt,
    ObjectedAlready,
    RoundNotAt,
    RoundRunning,
    RoundSecondPerson,
    VillageUnknown,
)
from suxin.village_credit.requesting import request_on_line
from suxin.village_credit.rounds import accept_round, confirm_round, end_round, sign_round

YEAR = timedelta(days=365)
WAITS = """select exists (select from pg_locks where locktype = 'advisory' and not granted
    and database = (select oid from pg_database where datname = current_database()))"""


async def member_of(admin, member):
    return await admin.fetchrow("select * from credit_round_members where id = $1", member.id)


async def test_two_of_the_bank_and_two_of_the_village_sign(small_city, admin):
    small = await build_round(small_city, admin, graded=False)
    made = await small.propose()
    with pytest.raises(RoundRunning):
        await small.propose()
    with pytest.raises(VillageUnknown):
        await small.propose(village_code="321302150299")
    with pytest.raises(RoundSecondPerson):
        await small.act(sign_round, small.banker(0, "branch_head"), round_id=made.id)
    with pytest.raises(RoundNotAt):
        await small.act(accept_round, small.village.manager, round_id=made.id)
    await small.act(sign_round, small.banker(1, "branch_head"), round_id=made.id)
    await small.act(accept_round, small.village.manager, round_id=made.id)
    again = small.village.person(0, "village_admin", "supervisor")
    with pytest.raises(RoundSecondPerson):
        await small.act(confirm_round, again, round_id=made.id)
    await small.act(confirm_round, small.village.checker, round_id=made.id)
    await small.act(end_round, small.village.manager, round_id=made.id, reason="换届")
    with pytest.raises(RoundNotAt):
        await small.join(made, 0)


async def test_an_unlicensed_bank_proposes_none(small_city, admin):
    """征信业管理条例 art. 7: a natural person's grade reaches a bank by a licensed channel alone."""
    small = await build_round(small_city, admin, graded=False)
    await admin.execute("update tenants set credit_licensed = false")
    before = await contents(admin)
    with pytest.raises(BankNotLicensed):
        await small.propose()
    assert await changed(admin, before) == set()


async def test_whoever_does_not_join_leaves_no_mark(small_city, admin):
    """PIPL art. 13, 14: silence and a no are the same, and nowhere; the bank has counts in whole fives."""
    small = await build_round(small_city, admin)
    found = await small.open()
    before = await contents(admin)
    async with small_city.database.snapshot(small.village.head(1), now=small.now) as session:
        (shown,) = await rounds_for(session, small.village.head(1))
    assert (shown.id, await changed(admin, before)) == (found.id, set())
    await small.join(found, 0)
    await small.work()
    row = await admin.fetchrow("select households, joined, lined, active from credit_rounds")
    assert tuple(row) == (None, None, None, None)
    seen = await seen_by(small_city, small.banker(0))
    assert [one.label for one in seen] == ["赵**户0"]
    assert await seen_by(small_city, small_city.banks[1].officer) == []
    assert await seen_by(small_city, small.village.manager) == []
    assert await seen_by(small_city, small_city.operator) == []


async def seen_by(city, actor):
    async with city.database.snapshot(actor, now=city.now) as session:
        return list(await session.scalars(select(RoundMember)))


async def test_a_household_joins_once_however_often_it_taps(small_city, admin):
    small = await build_round(small_city, admin)
    found = await small.open()
    done = await asyncio.gather(*(small.join(found, 0) for _ in range(2)), return_exceptions=True)
    assert sorted(isinstance(one, JoinedAlready) for one in done) == [False, True]
    assert await admin.fetchval("select count(*) from credit_round_members") == 1


async def test_nobody_joins_in_the_instant_in_which_a_round_ends(small_city, admin):
    """The end is not committed yet when the household joins: it waits, and is refused."""
    small = await build_round(small_city, admin)
    found = await small.open()
    ended, answered = asyncio.Event(), asyncio.Event()

    async def end():
        manager = small.village.manager
        async with small_city.database.transaction(manager, now=small.now) as session:
            await end_round(session, manager, round_id=found.id, reason="换届", now=small.now)
            ended.set()
            while not answered.is_set() and not await admin.fetchval(WAITS):
                await asyncio.sleep(0.01)

    async def join():
        await ended.wait()
        try:
            return await small.join(found, 0)
        finally:
            answered.set()

    done = await asyncio.gather(end(), join(), return_exceptions=True)
    assert [type(one) for one in done] == [type(None), RoundNotAt]
    assert await admin.fetchval("select count(*) from credit_round_members") == 0


async def test_a_line_follows_from_the_grade_and_is_in_force_after_its_notice(small_city, admin):
    """PIPL art. 24, 25: decided by a person, on notice by a number alone."""
    small = await build_round(small_city, admin)
    found = await small.open()
    member = await small.join(found, 0)
    ungraded = await small.join(found, 2)
    with pytest.raises(GradeMissing):
        await small.decide(found, member, ungraded)
    await small.decide(found, member)
    row = await member_of(admin, member)
    assert (row["state"], row["line_fen"]) == ("NOTICED", RULES.get(row["tier"]))
    read = await admin.fetchval(
        "select count(*) from audit_entries where action = 'data.read' and purpose = 'bank.credit'"
        " and subject_id = $1",
        member.subject_id,
    )
    assert read == 1
    anybody = Actor.anonymous("test")
    async with small_city.database.snapshot(anybody, now=small.now) as session:
        (notice,) = await public_notices(session, found.id)
        assert notice.numbers == [1]
        # The village of this small city is in none of its areas.
        assert notice.title == "市外整村授信公示（宿迁第一商业银行（测试））"
    assert await small.work() == 0
    with pytest.raises(LineNotActive):
        await small.act(request_on_line, small.village.head(0), member_id=member.id, wanted=asked())
    assert await small.work(WHOLE_NOTICE) == 1
    assert (await member_of(admin, member))["state"] == "ACTIVE"
    async with small_city.database.snapshot(anybody, now=small.now + WHOLE_NOTICE) as session:
        assert await public_notices(session, found.id) == []
    assert await small.work(YEAR - timedelta(days=1)) == 0
    assert await small.work(YEAR) == 1
    assert (await member_of(admin, member))["state"] == "ENDED"


async def test_one_tap_asks_the_lines_bank_alone_with_its_consent(small_city, admin):
    """PIPL art. 14, 23: the consent for the loan is one of its own, given in the same step."""
    small = await build_round(small_city, admin)
    member = await in_force(small)
    line = (await member_of(admin, member))["line_fen"]
    head = small.village.head(0)
    made = await small.act(
        request_on_line, head, after=WHOLE_NOTICE, member_id=member.id, wanted=asked()
    )
    bank_id = small_city.banks[0].tenant_id
    assert [one.tenant_id for one in made.referrals] == [bank_id]
    given = await admin.fetchrow(
        "select tenant_id, purpose, state from consents where context_id = $1", made.request.id
    )
    assert tuple(given) == (bank_id, "loan.match", "ACTIVE")
    before = await contents(admin)
    with pytest.raises(LineExceeded) as refused:
        more = asked(line - 1_000_000 + 100)
        await small.act(request_on_line, head, after=WHOLE_NOTICE, member_id=member.id, wanted=more)
    assert refused.value.field == "amountFen"
    assert await changed(admin, before) == set()
    with pytest.raises(NotFound):
        await small.act(
            request_on_line,
            small.village.head(1),
            after=WHOLE_NOTICE,
            member_id=member.id,
            wanted=asked(),
        )


async def test_what_is_said_against_a_line_another_person_decides(small_city, admin):
    small = await build_round(small_city, admin)
    found = await small.open()
    member = await small.join(found, 0)
    await small.decide(found, member)
    await small.act(object_to_line, small.village.head(0), member_id=member.id, reason="收入漏计")
    assert await small.work(WHOLE_NOTICE) == 0
    settled = {"member_id": member.id, "line_fen": 20_000_000, "answer": "属实"}
    with pytest.raises(RoundSecondPerson):
        await small.act(answer_objection, small.banker(2), **settled)
    await small.act(answer_objection, small.banker(1), **settled)
    with pytest.raises(ObjectedAlready):
        await small.act(object_to_line, small.village.head(0), member_id=member.id, reason="不服")
    assert await small.work(WHOLE_NOTICE) == 1
    row = await member_of(admin, member)
    assert (row["state"], row["line_fen"]) == ("ACTIVE", 20_000_000)
    with pytest.raises(MemberNotAt):
        await small.act(object_to_line, small.village.head(0), member_id=member.id, reason="再议")


@pytest.mark.parametrize("where", ["here", "by_consent"])
async def test_whoever_takes_the_consent_back_is_out_and_nothing_of_the_line_stays(
    small_city, admin, where
):
    """PIPL art. 15, 47."""
    small = await build_round(small_city, admin)
    member = await in_force(small)
    if where == "here":
        await small.act(leave_round, small.village.head(0), member_id=member.id)
    else:
        taken = {"consent_id": member.consent_id, "reason": ""}
        await small.act(revoke_consent, small.village.head(0), **taken)
        await small.work()
    row = await member_of(admin, member)
    assert (row["state"], row["label"], row["tier"], row["line_fen"]) == ("LEFT", "", None, None)
    state = await admin.fetchval("select state from consents where id = $1", member.consent_id)
    assert state == "REVOKED"


async def test_a_bank_ends_a_line_with_a_reason_which_the_household_is_told(small_city, admin):
    small = await build_round(small_city, admin)
    member = await in_force(small)
    await small.act(
        end_line, small.banker(1), after=WHOLE_NOTICE, member_id=member.id, reason="已迁出"
    )
    await small.work(WHOLE_NOTICE)
    told = await admin.fetch(
        "select title, body from notices where template = 'village_credit' order by id"
    )
    assert [row["title"] for row in told] == ["预授信额度已生效", "预授信额度已终止"]
    assert "已迁出" in told[-1]["body"]
    with pytest.raises(MemberNotAt):
        await small.act(end_line, small.banker(1), member_id=member.id, reason="x")
    assert (await member_of(admin, member))["state"] == "ENDED"


async def test_another_bank_finds_no_such_round(small_city, admin):
    small = await build_round(small_city, admin, graded=False)
    found = await small.open()
    with pytest.raises(NotFound):
        await small.act(
            decide_lines,
            small_city.banks[1].officer,
            round_id=found.id,
            member_ids=[found.id],
        )
