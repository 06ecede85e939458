"""A plain case of the applicant's, with short ways to take each step of it."""

import pytest
from small_cases import PLAIN, SETTLED, colleague, filed

from suxin.kernel import performing
from suxin.kernel.calendars import CALENDAR_CHANGED_TOPIC
from suxin.review import jobs
from suxin.review.deciding import accept_case, check_case, decide_case, extend_case, return_case
from suxin.review.filing import appeal_case, supplement_case, withdraw_case
from suxin.review.kinds import by_code
from suxin.review.states import Outcome


@pytest.fixture(autouse=True)
def settled():
    """What the plain kind was told had ended, in this test."""
    SETTLED.clear()
    return SETTLED


@pytest.fixture
def file(small_city):
    async def file(actor=None, **changes):
        return await filed(small_city, actor, **changes)

    return file


@pytest.fixture
def other(small_city):
    """Another of the office's staff."""
    return colleague(small_city)


@pytest.fixture
def take(small_city, other):
    """Return a way to take a named step of a case, by whoever usually takes it."""
    office, applicant = small_city.operator, small_city.applicant
    steps = {
        "accept": (accept_case, office, {}),
        "return": (return_case, office, {"missing": "请补充证明"}),
        "supplement": (supplement_case, applicant, {"reason": "见附件证明"}),
        "decide": (decide_case, office, {"outcome": Outcome.GRANTED, "reason": "经核实"}),
        "check": (check_case, other, {"upheld": True, "reason": ""}),
        "extend": (extend_case, office, {"reason": "需向来源单位核实"}),
        "withdraw": (withdraw_case, applicant, {}),
        "appeal": (appeal_case, applicant, {"reason": "未看证明"}),
    }

    async def take(step, case, *, actor=None, now=None, **changes):
        command, usual, given = steps[step]
        return await small_city.act(
            command,
            actor or usual,
            kind=PLAIN,
            case_id=case.id,
            now=now,
            **{**given, **changes},
        )

    return take


@pytest.fixture
def run(small_city, admin):
    """Return a way to carry out what is due of a topic; it answers how many rows there were."""
    kinds = by_code((PLAIN,))
    table = {**jobs.handlers(kinds), CALENDAR_CHANGED_TOPIC: jobs.redating(kinds)}

    async def run(topic, now):
        rows = await admin.fetch(
            "select id from outbox where topic = $1 and not_before <= $2 and done_at is null"
            " order by not_before, id",
            topic,
            now,
        )
        for row in rows:
            assert await performing.perform(small_city.database, row["id"], table, now=now)
        return len(rows)

    return run


@pytest.fixture
def row(admin):
    """Return a way to read a case's row."""

    async def row(case):
        return await admin.fetchrow("select * from review_cases where id = $1", case.id)

    return row
