"""The exchange over the app's interface, against the stand-in in a process of its own: signed, idempotent both ways, in order, through outages."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
from observing import acts
from small_city import SmallCity
from small_points import SmallPoints, build_points, put_in_force
from town_app_process import TownAppProcess, running_town_app

from suxin.grid.claiming import record_claim
from suxin.grid.contents import ClaimContent, digest
from suxin.grid.exchange.commands import adopt_app_mapping, bring_app_events
from suxin.grid.exchange.files import EVENTS_HEADING
from suxin.grid.exchange.interface import AppUnavailable
from suxin.grid.exchange.joining import join_app, leave_app
from suxin.grid.exchange.queries import own_app_events, own_link, refused_by_app
from suxin.grid.exchange.turns import (
    BREAK_AFTER,
    EVERY,
    HELD_FOR,
    LONGEST_PAUSE,
    TurnLost,
    end_turn,
    pause_after,
    take_turns,
)
from suxin.grid.exchange.words import AppSort
from suxin.grid.models import AppEvent, AppLink
from suxin.grid.posting import ask_reversal, confirm_reversal
from suxin.grid.refusals import AppNotJoined
from suxin.grid.rules import Rule, RuleBook
from suxin.grid.states import RuleTopic
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, Invalid
from suxin_outbound.guarded import CallLimits, GuardedClient
from suxin_outbound.town_app import EVENTS_PATH, RESULTS_PATH, TOLD_PATH, TownAppClient
from suxin_server.exchanging import PAGE, Exchange
from suxin_server.stand_ins.keys import stand_in_key

VILLAGE = "321302102201"
GROUND = "镇政发〔2026〕12 号"
BOOK = RuleBook(
    name="测试细则",
    rules=(Rule(code="yard", name="门前三包", topic=RuleTopic.ENVIRONMENT, points=5),),
)
SHORT = CallLimits(read_timeout_s=2.0, total_timeout_s=10.0, attempts=2, first_pause_s=0.01)


@pytest.fixture(scope="module")
def process() -> Any:
    with running_town_app() as running:
        yield running


@pytest.fixture
def town(process: TownAppProcess) -> TownAppProcess:
    process.steer("reset")
    return process


@pytest.fixture
async def guarded() -> AsyncIterator[GuardedClient]:
    client = GuardedClient.to_trusted(SHORT)
    yield client
    await client.close()


@dataclass
class Exchanged:
    """A village that joined, the app in its process, and a clock that the test sets."""

    points: SmallPoints
    town: TownAppProcess
    guarded: GuardedClient
    now: datetime
    secret: str = field(default_factory=lambda: stand_in_key("town_app"))

    async def turn(self, *, after: timedelta = EVERY) -> None:
        """Let the worker look once, some time later."""
        self.now += after
        app = TownAppClient(
            base_url=self.town.url, app_id="suxin", secret=self.secret, guarded=self.guarded
        )
        exchange = Exchange(self.points.city.database, app, clock=lambda: self.now)
        await exchange.all_due()

    def put(self, *numbers: str, **changes: str) -> None:
        """Let the app have events."""
        given = {"sort": "环境卫生", "state": "已结案", "household": "001", "happened_on": "2026-11-19", "note": "清理门前", "worker": "WG-7", **changes}  # fmt: skip
        self.town.steer("events", village=VILLAGE, events=[{"no": one, **given} for one in numbers])

    async def waiting(self) -> dict[str, AppEvent]:
        """Return what is a draft or nothing yet, by the app's numbers."""
        worker = self.points.person("grid_worker")
        async with self.points.city.database.transaction(worker, now=self.now) as session:
            found = await session.scalars(own_app_events(worker))
            return {one.foreign_number: one for one in found}

    async def link(self) -> AppLink:
        """Return how the exchange goes."""
        boss = self.points.person("village_admin")
        async with self.points.city.database.transaction(boss, now=self.now) as session:
            found = await own_link(session, boss)
        assert found is not None
        return found

    async def claim_of(self, event: AppEvent) -> Any:
        """Record the claim of a draft, as a person does at the desk, and let it be posted."""
        assert event.household_id is not None
        content = ClaimContent(household_id=event.household_id, member_id=None, rule_code="yard", times=1, happened_on=event.happened_on, note=event.note)  # fmt: skip
        recorded = await self.points.city.act(
            record_claim,
            self.points.person("grid_worker"),
            claim_id=event.id,
            content_hash=digest(content),
            content=content,
            sealer=self.points.city.sealer,
        )
        return recorded.claim

    async def post(self, *claims: Any) -> None:
        """Let claims be posted, and the clock be after it."""
        notice = await self.points.notice(*claims)
        await self.points.end_notice(notice)
        self.now = notice.ends_at + timedelta(minutes=1)


@pytest.fixture
async def exchanged(
    small_city: SmallCity,
    admin: asyncpg.Connection,
    town: TownAppProcess,
    guarded: GuardedClient,
) -> Exchanged:
    points = await build_points(small_city, admin)
    await put_in_force(points, BOOK, starts_in_days=3)
    boss = points.person("village_admin")
    await small_city.act(adopt_app_mapping, boss, rules={AppSort.ENVIRONMENT: "yard"})
    await small_city.act(join_app, boss, ground=GROUND)
    return Exchanged(points=points, town=town, guarded=guarded, now=small_city.now)


def test_failures_in_a_row_are_followed_by_growing_pauses() -> None:
    minutes = [pause_after(failures).total_seconds() // 60 for failures in range(1, 9)]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60]
    assert pause_after(10_000) == LONGEST_PAUSE


async def test_events_come_in_once_and_results_go_back_under_their_worker(
    exchanged: Exchanged,
) -> None:
    exchanged.put("W1", "W2")
    exchanged.put("P1", sort="特殊人群", note="某人")
    exchanged.put("B1", happened_on="不知")
    await exchanged.turn()
    waiting = await exchanged.waiting()
    assert sorted(waiting) == ["W1", "W2"]
    assert {one.worker for one in waiting.values()} == {"WG-7"}
    link = await exchanged.link()
    assert (link.cursor, [one["reference"] for one in link.not_taken]) == ("4", ["B1"])
    # The same by a file says nothing new, and takes nothing back.
    rows = [EVENTS_HEADING, ("W1", "环境卫生", "已结案", "001", "2026-11-19", "清理门前")]
    brought = await exchanged.points.city.act(
        bring_app_events,
        exchanged.points.person("grid_worker"),
        content="\n".join(",".join(row) for row in rows).encode(),
    )
    assert brought[:3] == (0, 0, 1)
    # And told by the app again, it stays one.
    exchanged.put("W1")
    await exchanged.turn()
    assert sorted(await exchanged.waiting()) == ["W1", "W2"]
    first, second = waiting["W1"], waiting["W2"]
    of_app = await exchanged.claim_of(first)
    own = await exchanged.points.record(rule_code="yard", member_id=None, times=1)
    await exchanged.post(of_app, own)
    await exchanged.turn()
    told = exchanged.town.messages()
    by_number = {one["no"]: one for one in told}
    assert [one["no"] for one in told] == [str(one) for one in sorted((of_app.id, own.id))]
    assert by_number[str(of_app.id)] | {"id": ""} == {
        "id": "", "village": VILLAGE, "no": str(of_app.id), "event": "W1", "worker": "WG-7", "household": "001", "item": "门前三包", "points": 5,
        "state": "已入账", "ended_on": by_number[str(own.id)]["ended_on"],
    }  # fmt: skip
    assert (by_number[str(own.id)]["event"], by_number[str(own.id)]["worker"]) == (None, None)
    assert sorted(await exchanged.waiting()) == [second.foreign_number]
    await exchanged.turn()
    assert len(exchanged.town.messages()) == len(told)


async def test_an_answer_that_was_lost_is_told_again_and_taken_once(exchanged: Exchanged) -> None:
    exchanged.put("W1")
    await exchanged.turn()
    await exchanged.post(await exchanged.claim_of((await exchanged.waiting())["W1"]))
    # The app takes the results and its answers are lost: every attempt of this turn fails.
    exchanged.town.steer("fail", path=RESULTS_PATH, times=2, lose_answer=True)
    await exchanged.turn()
    link = await exchanged.link()
    assert (link.failures, link.problem, link.held_until) == (1, "status_503", None)
    assert len(exchanged.town.messages()) == 1
    await exchanged.turn()
    link = await exchanged.link()
    assert (link.failures, link.problem) == (0, None)
    assert len(exchanged.town.messages()) == 1
    assert link.differences == []


async def test_an_outage_in_the_middle_goes_on_where_the_last_answer_was_kept(
    exchanged: Exchanged,
) -> None:
    exchanged.put(*(f"W{number}" for number in range(PAGE + 1)))
    # The first page is answered late, within patience; the second never.
    exchanged.town.steer("fail", path=EVENTS_PATH, times=1, delay_s=0.05)
    exchanged.town.steer("fail", path=EVENTS_PATH, times=2, status=503)
    await exchanged.turn()
    assert (await exchanged.link()).cursor == str(PAGE)
    assert len(await exchanged.waiting()) == PAGE
    await exchanged.turn(after=pause_after(1))
    assert (await exchanged.link()).cursor == str(PAGE + 1)
    assert len(await exchanged.waiting()) == PAGE + 1


async def test_a_wrong_signature_breaks_and_what_breaks_is_probed_and_mended(
    exchanged: Exchanged,
) -> None:
    exchanged.put("W1")
    right, exchanged.secret = exchanged.secret, "another"
    for failures in range(BREAK_AFTER):
        await exchanged.turn(after=pause_after(max(failures, 1)))
    link = await exchanged.link()
    assert (link.failures, link.problem) == (BREAK_AFTER, "status_401")
    assert link.broken_since == exchanged.now
    assert await exchanged.waiting() == {}
    told = "select count(*) from notices where template = 'app_exchange_broken' and tenant_id = $1"
    admin, tenant_id = exchanged.points.admin, exchanged.points.tenant_id
    assert await admin.fetchval(told, tenant_id) == 1
    # Until its time it is left alone.
    exchanged.secret = right
    await exchanged.turn(after=timedelta(minutes=1))
    assert (await exchanged.link()).failures == BREAK_AFTER
    await exchanged.turn(after=pause_after(BREAK_AFTER))
    link = await exchanged.link()
    assert (link.failures, link.broken_since, link.problem) == (0, None, None)
    assert list(await exchanged.waiting()) == ["W1"]
    assert await acts(admin, "grid.app_link") == [
        "grid.app_link.joined",
        "grid.app_link.broken",
        "grid.app_link.mended",
    ]


async def test_what_is_reversed_is_told_again_and_both_sides_are_compared_each_day(
    exchanged: Exchanged,
) -> None:
    claim = await exchanged.points.record(rule_code="yard", member_id=None, times=1)
    await exchanged.post(claim)
    await exchanged.turn()
    exchanged.town.steer("told", village=VILLAGE, no=str(claim.id), points=7)
    # Once a day; so it is not seen before the next.
    await exchanged.turn()
    assert (await exchanged.link()).differences == []
    await exchanged.turn(after=timedelta(days=1))
    assert (await exchanged.link()).differences == [
        {"number": str(claim.id), "how": "otherwise", "here": 5, "there": 7}
    ]
    boss, other = (exchanged.points.person(name) for name in ("village_admin", "village_admin2"))
    city = exchanged.points.city
    await city.act(ask_reversal, boss, claim_id=claim.id, reason="记错户", now=exchanged.now)
    await city.act(confirm_reversal, other, claim_id=claim.id, now=exchanged.now)
    await exchanged.turn(after=timedelta(days=1))
    states = [(one["state"], one["points"]) for one in exchanged.town.messages()]
    assert states == [("已入账", 5), ("已冲正", 0)]
    assert (await exchanged.link()).differences == []


async def test_what_the_app_does_not_take_is_shown_and_stops_nothing(exchanged: Exchanged) -> None:
    exchanged.put("W1")
    await exchanged.turn()
    claim = await exchanged.claim_of((await exchanged.waiting())["W1"])
    own = await exchanged.points.record(rule_code="yard", member_id=None, times=1)
    await exchanged.post(claim, own)
    # The app has lost its event meanwhile.
    exchanged.town.steer("reset")
    await exchanged.turn()
    assert [one["no"] for one in exchanged.town.messages()] == [str(own.id)]
    boss = exchanged.points.person("village_admin")
    async with exchanged.points.city.database.transaction(boss, now=exchanged.now) as session:
        assert [tuple(one) for one in await refused_by_app(session, boss)] == [
            (claim.id, 5, "没有该事件")
        ]


async def test_one_worker_has_a_turn_and_a_village_that_left_has_none(exchanged: Exchanged) -> None:
    city, now = exchanged.points.city, exchanged.now
    system = Actor.system("test")

    async def turns(moment: datetime) -> Any:
        async with city.database.transaction(system, now=moment) as session:
            return await take_turns(session, limit=4, now=moment)

    (turn,) = await turns(now)
    assert (turn.village, turn.cursor) == (VILLAGE, "")
    assert await turns(now) == []
    (again,) = await turns(now + HELD_FOR)
    # The first worker comes back late: it is another's turn.
    async with city.database.transaction(system, now=now) as session:
        with pytest.raises(TurnLost):
            await end_turn(session, turn, now=now)
    boss = exchanged.points.person("village_admin")
    await city.act(leave_app, boss)
    async with city.database.transaction(system, now=now) as session:
        with pytest.raises(TurnLost):
            await end_turn(session, again, now=now)
    await exchanged.turn(after=timedelta(days=1))
    assert exchanged.town.calls() == {}


async def test_a_village_joins_on_a_ground_that_it_names(exchanged: Exchanged) -> None:
    points = exchanged.points
    with pytest.raises(Forbidden):
        await points.city.act(join_app, points.person("grid_worker"), ground=GROUND)
    with pytest.raises(Invalid):
        await points.city.act(join_app, points.person("village_admin"), ground=" x ")
    await points.admin.execute("delete from grid_app_links")
    with pytest.raises(AppNotJoined):
        await points.city.act(leave_app, points.person("village_admin"))


@pytest.mark.parametrize(
    "how",
    [{"status": 500}, {"body_bytes": 3}, {"redirect_to": "http://example.com/"}],
)
async def test_no_usable_answer_is_named(
    town: TownAppProcess, guarded: GuardedClient, how: dict[str, Any]
) -> None:
    now = datetime.fromisoformat("2026-11-02T02:00:00+00:00")
    app = TownAppClient(base_url=town.url, app_id="x", secret=stand_in_key("town_app"), guarded=guarded)  # fmt: skip
    for path in (EVENTS_PATH, TOLD_PATH):
        town.steer("fail", path=path, times=9, **how)
    with pytest.raises(AppUnavailable):
        await app.events(VILLAGE, after="", limit=5, now=now)
    with pytest.raises(AppUnavailable):
        await app.told(VILLAGE, month=now.date().replace(day=1), now=now)
