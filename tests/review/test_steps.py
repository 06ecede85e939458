"""A case by its steps: two people before anything takes effect, an appeal before somebody else, refusals by name."""

from datetime import timedelta

import pytest
from observing import changed, contents
from small_cases import PLAIN

from suxin.kernel.refusals import Forbidden, Invalid
from suxin.review.deciding import (
    DecidedByYourself,
    ExtendedBefore,
    NotAccepted,
    OwnCase,
)
from suxin.review.filing import AppealNotOpen
from suxin.review.kinds import by_code
from suxin.review.states import CaseElsewhere, CaseState, Outcome

DECLINE = {"outcome": Outcome.DECLINED, "reason": "核查无误"}


async def told(admin):
    rows = await admin.fetch(
        "select title, body from notices where person_id is not null order by id"
    )
    return [(row["title"], row["body"]) for row in rows]


async def test_what_goes_as_asked_takes_effect_when_another_has_checked_it(
    small_city, file, take, row, other, settled, admin
):
    case = await file()
    await take("accept", case)
    await take("decide", case)
    assert settled == []
    assert (await row(case))["state"] == "DECIDED"

    await take("check", case)

    ended = await row(case)
    assert (ended["state"], ended["outcome"], ended["answer"]) == ("EFFECTIVE", "GRANTED", "经核实")
    assert (ended["decided_by"], ended["checked_by"]) == (
        small_city.operator.staff_id,
        other.staff_id,
    )
    assert settled == [(case.id, CaseState.EFFECTIVE, Outcome.GRANTED)]
    assert (await told(admin))[-1] == ("一般事项已答复", "“纳税信用级别”予以支持：经核实")


async def test_what_does_not_takes_effect_when_the_time_to_appeal_is_over(
    file, take, row, run, settled, admin
):
    case = await file()
    await take("accept", case)
    await take("decide", case, **DECLINE)
    noticed = await take("check", case)
    assert (noticed.state, settled) == (CaseState.NOTICED, [])
    assert "如有异议，可在 2026 年 12 月 4 日前申诉" in (await told(admin))[-1][1]

    # The time to decide was over before; its row finds nothing to do.
    await run("review.case.due", noticed.due_at)

    assert (await row(case))["state"] == "EFFECTIVE"
    assert settled == [(case.id, CaseState.EFFECTIVE, Outcome.DECLINED)]


async def test_an_appeal_is_decided_by_somebody_else_and_is_final(
    small_city, file, take, row, other, settled, admin
):
    case = await file()
    await take("accept", case)
    await take("decide", case, **DECLINE)
    await take("check", case)

    await take("appeal", case)

    assert (await row(case))["state"] == "APPEALED"
    before = await contents(admin)
    with pytest.raises(DecidedByYourself):
        await take("decide", case)
    assert await changed(admin, before) == set()
    await take("decide", case, actor=other, **DECLINE)
    ended = await take("check", case, actor=small_city.operator)
    assert (ended.state, ended.round) == (CaseState.EFFECTIVE, 2)
    assert settled == [(case.id, CaseState.EFFECTIVE, Outcome.DECLINED)]
    with pytest.raises(AppealNotOpen):
        await take("appeal", case)


async def test_nobody_checks_what_he_decided_nor_touches_what_he_filed(
    small_city, file, take, other, admin
):
    case = await file()
    await take("accept", case)
    await take("decide", case)
    own = await file(actor=other, item="另一事项")
    before = await contents(admin)
    with pytest.raises(DecidedByYourself):
        await take("check", case, actor=small_city.operator)
    for step in ("accept", "return"):
        with pytest.raises(OwnCase):
            await take(step, own, actor=other)
    with pytest.raises(OwnCase):
        await take("decide", own, actor=other, outcome=Outcome.REFUSED)
    with pytest.raises(Forbidden):
        await take("check", case, actor=small_city.banks[0].officer)
    assert await changed(admin, before) == set()


async def test_who_checks_may_send_it_back_and_what_was_refused_is_then_accepted(
    file, take, row, other, settled
):
    case = await file()
    await take("decide", case, outcome=Outcome.REFUSED, reason="不是本单位事项")

    await take("check", case, upheld=False, reason="属于受理范围")

    sent_back = await row(case)
    assert (sent_back["state"], sent_back["clock"], sent_back["outcome"]) == (
        "ACCEPTED",
        "DECIDE",
        None,
    )
    assert sent_back["accepted_at"] is not None
    await take("decide", case)
    assert (await take("check", case, actor=other)).outcome is Outcome.GRANTED
    assert settled == [(case.id, CaseState.EFFECTIVE, Outcome.GRANTED)]


async def test_what_is_refused_is_checked_and_may_be_appealed_against(file, take, row, other):
    case = await file()
    await take("decide", case, outcome=Outcome.REFUSED, reason="不是本单位事项")
    noticed = await take("check", case)
    assert (noticed.state, noticed.outcome) == (CaseState.NOTICED, Outcome.REFUSED)
    await take("appeal", case)
    await take("decide", case, actor=other)
    assert (await row(case))["outcome"] == "GRANTED"


async def test_a_case_with_something_missing_is_returned_and_lapses_or_goes_on(
    small_city, file, take, row, run, settled
):
    lapsing, going_on = await file(), await file(item="另一事项")
    for case in (lapsing, going_on):
        await take("return", case)
    later = small_city.now + timedelta(days=3)
    await take("supplement", going_on, now=later)
    assert (await row(going_on))["state"] == "SUBMITTED"

    # What is missing is handed in within ten working days (proposed).
    over = (await row(lapsing))["due_at"]
    assert over.isoformat() == "2026-12-04T15:59:59+00:00"
    await run("review.case.due", over)

    assert (await row(lapsing))["state"] == "LAPSED"
    assert settled == [(lapsing.id, CaseState.LAPSED, None)]
    # What was handed in begins the times anew.
    await take("accept", going_on, now=later)
    assert (await row(going_on))["clock_from"] == later


async def test_a_case_is_taken_back_until_it_is_answered(file, take, row, settled, admin):
    case = await file()
    await take("accept", case)
    await take("decide", case)
    await take("withdraw", case)
    assert (await row(case))["state"] == "WITHDRAWN"
    assert settled == [(case.id, CaseState.WITHDRAWN, None)]
    before = await contents(admin)
    for step in ("withdraw", "accept", "decide", "check", "extend", "supplement"):
        with pytest.raises(CaseElsewhere):
            await take(step, case)
    assert await changed(admin, before) == set()


async def test_the_time_is_extended_once_with_a_reason_that_is_told(file, take, row, admin):
    case = await file()
    with pytest.raises(CaseElsewhere):
        await take("extend", case)
    await take("accept", case)
    before = (await row(case))["due_at"]
    await take("extend", case)
    after = await row(case)
    assert (after["clock_days"], after["due_at"] > before) == (10, True)
    assert "理由：需向来源单位核实" in (await told(admin))[-1][1]
    with pytest.raises(ExtendedBefore):
        await take("extend", case)


@pytest.mark.parametrize(
    ("step", "changes", "field"),
    [
        ("return", {"missing": " "}, "missing"),
        ("decide", {"outcome": Outcome.REFUSED, "reason": ""}, "reason"),
        ("decide", {"outcome": Outcome.REFUSED, "reason": "长" * 501}, "reason"),
    ],
)
async def test_a_step_says_its_reason(file, take, admin, step, changes, field):
    case = await file()
    before = await contents(admin)
    with pytest.raises(Invalid) as refused:
        await take(step, case, **changes)
    assert refused.value.field == field
    assert await changed(admin, before) == set()


async def test_what_was_not_accepted_is_not_decided(file, take, admin):
    case = await file()
    before = await contents(admin)
    with pytest.raises(NotAccepted):
        await take("decide", case)
    assert await changed(admin, before) == set()


def test_a_code_is_one_kinds_alone():
    assert set(by_code((PLAIN,))) == {"plain"}
    with pytest.raises(ValueError, match="plain"):
        by_code((PLAIN, PLAIN))
