"""Many items in one message: each is answered as if it had come alone, and what they begin takes no more statements than one does."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sent_statements import sent_statements
from small_city import SmallCity
from small_field import SmallPhone
from small_points import SmallPoints, build_points

from suxin.grid.field.contents import Item
from suxin.grid.field.states import ItemKind
from suxin.grid.rules import Cap, Rule, RuleBook
from suxin.grid.states import CapScope, Evidence, Period, RuleTopic
from suxin.kernel.ids import new_id

CAP = Cap(scope=CapScope.HOUSEHOLD, period=Period.MONTH, times=2)
BOOK = RuleBook(
    name="细则",
    rules=(
        Rule(code="hour", name="志愿服务", topic=RuleTopic.VOLUNTEER, points=1, caps=(CAP,)),
        Rule(code="help", name="帮助邻里", topic=RuleTopic.COURTESY, points=2),
        Rule(code="yard", name="庭院整洁", topic=RuleTopic.ENVIRONMENT, points=5, evidence=Evidence.REQUIRED),
    ),
)  # fmt: skip


@pytest.fixture
async def points(small_city: SmallCity, admin: asyncpg.Connection) -> SmallPoints:
    return await build_points(small_city, admin, book=BOOK)


@pytest.fixture
async def phone(points: SmallPoints) -> SmallPhone:
    return await SmallPhone.enrolled(points)


def begun(phone: SmallPhone, **said: Any) -> Item:
    return phone.item(content=phone.says(**{"times": 1, **said}))


def a_days_work(phone: SmallPhone) -> list[Item]:
    """Two within a cap, one past it, one given back, one that fits again, and one of each thing that is refused or waits."""
    first = begun(phone, note="一")
    later = phone.item(
        capture_id=first.capture_id,
        kind=ItemKind.WITHDRAW,
        trunk=0,
        branch=first.branch,
        position=2,
        content=first.content,
    )
    return [
        first,
        begun(phone, note="二"),
        begun(phone, note="三"),
        begun(phone, rule="help"),
        later,
        begun(phone, note="四"),
        begun(phone, note="五"),
        begun(phone, rule="none"),
        begun(phone, household=uuid4(), member=None),
        begun(phone, rule="yard"),
        begun(phone, rule="yard", photos=("a" * 64,)),
        replace(begun(phone), signature="A" * 86),
        phone.item(capture_id=first.capture_id),
        phone.after(begun(phone), note="没有来的"),
        begun(phone, rule="help", note="末"),
    ]


async def told(phone: SmallPhone, messages: list[list[Item]]) -> list[tuple[Any, ...]]:
    """Send the messages; return what was answered to each item and what stands of it."""
    answers = []
    for message in messages:
        for item, one in zip(message, await phone.send(*message), strict=True):
            answers.append((item, one.verdict, one.kept, one.code))
    admin, found = phone.points.admin, []
    for item, *answer in answers:
        row = await admin.fetchrow(
            "select c.state, c.problem_code, c.version, p.state as claim, p.due_at is not null as due,"
            " (select count(*) from outbox o where o.payload->>'capture_id' = c.id::text) as timers,"
            " (select count(*) from outbox o where o.payload->>'claim_id' = p.id::text) as checks,"
            " (select count(*) from notices n where n.link like '%' || p.id::text) as notices,"
            " (select count(*) from tenant_events e where e.object_id = p.id) as events"
            " from grid_captures c left join grid_claims p on p.id = c.id where c.id = $1",
            item.capture_id,
        )
        found.append((*answer, None if row is None else tuple(row)))
    return found


async def test_a_message_is_answered_as_its_items_are_alone(points: SmallPoints) -> None:
    one_by_one = await SmallPhone.enrolled(points)
    items = a_days_work(one_by_one)
    alone = await told(one_by_one, [[item] for item in items])
    assert [answer[-1] and answer[-1][1] for answer in alone[1:7]] == [None, "GRID_CAP_REACHED", None, None, None, "GRID_CAP_REACHED"]  # fmt: skip
    together = await SmallPhone.enrolled(points)
    # The other household's caps are untouched.
    elsewhere = [
        together.item(
            **{name: getattr(item, name) for name in ("kind", "trunk", "position")},
            capture_id=own,
            branch=branch,
            content=item.content
            if item.content.household != points.households[0]
            else replace(item.content, household=points.households[1], member=points.members[1]),
        )
        for item, own, branch in anew(items)
    ]
    elsewhere[11] = replace(elsewhere[11], signature="A" * 86)
    assert await told(together, [elsewhere]) == alone


def anew(items: list[Item]) -> list[tuple[Item, Any, Any]]:
    """Give captures and branches new ids, the same where they were the same."""
    captures = {item.capture_id: new_id() for item in items}
    branches = {item.branch: uuid4() for item in items}
    return [(item, captures[item.capture_id], branches[item.branch]) for item in items]


async def test_what_many_items_begin_takes_as_many_statements_as_a_few(phone: SmallPhone) -> None:
    database, counts = phone.points.city.database, []
    for number in (3, 40):
        items = [begun(phone, rule="help", note=str(one)) for one in range(number)]
        items += [begun(phone, rule="yard", photos=(uuid4().hex * 2,)) for _ in range(number)]
        async with sent_statements(database) as sent:
            receipts = await phone.send(*items)
        assert all(one.kept for one in receipts)
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert await phone.points.admin.fetchval("select count(*) from grid_claims") == 43
