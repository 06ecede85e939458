"""Announcements: heard on commit by those who listen to the tenant and topic, and by nobody else."""

import asyncio
from uuid import UUID

import pytest

from suxin.kernel.actor import Actor
from suxin.kernel.announcements import (
    MAX_WAITING,
    Announcement,
    Announcements,
    ListenerLost,
    Lost,
    announce,
    announce_standing,
)
from suxin.kernel.ids import new_id

TOPIC = "test.thing.happened"
SYSTEM = Actor.system("test")


@pytest.fixture
async def announcements(database):
    await database.announcements.open()
    return database.announcements


@pytest.fixture
def tell(database, now):
    async def told(tenant_id: UUID, *, topic: str = TOPIC, object_id: UUID | None = None) -> UUID:
        thing = object_id or new_id()
        async with database.transaction(SYSTEM, now=now) as session:
            await announce(session, tenant_id=tenant_id, topic=topic, object_id=thing)
        return thing

    return told


async def test_what_is_committed_is_heard_in_its_order(announcements, tell):
    tenant = new_id()
    with announcements.listening(tenant, [TOPIC]) as listener:
        told = [await tell(tenant) for _ in range(3)]
        assert [await listener.next(within_s=5) for _ in told] == told


async def test_of_another_tenant_or_topic_nothing_is_heard(announcements, tell):
    tenant = new_id()
    with announcements.listening(tenant, [TOPIC]) as listener:
        await tell(new_id())
        await tell(tenant, topic="test.other.happened")
        mine = await tell(tenant)
        assert await listener.next(within_s=5) == mine
        assert await listener.next(within_s=0.01) is None


async def test_what_rolls_back_is_not_heard(announcements, database, tell, now):
    tenant = new_id()
    with announcements.listening(tenant, [TOPIC]) as listener:
        with pytest.raises(RuntimeError):
            async with database.transaction(SYSTEM, now=now) as session:
                await announce(session, tenant_id=tenant, topic=TOPIC, object_id=new_id())
                raise RuntimeError
        mine = await tell(tenant)
        assert await listener.next(within_s=5) == mine


async def test_a_changed_standing_wakes_every_listener_of_the_tenant(announcements, database, now):
    tenant = new_id()
    with (
        announcements.listening(tenant, [TOPIC]) as one,
        announcements.listening(tenant, ["test.other.happened"]) as two,
        announcements.listening(new_id(), [TOPIC]) as stranger,
    ):
        waiting = [asyncio.create_task(one_of.next(within_s=60)) for one_of in (one, two, stranger)]
        async with database.transaction(SYSTEM, now=now) as session:
            await announce_standing(session, tenant_id=tenant)
        async with asyncio.timeout(5):
            assert await asyncio.gather(*waiting[:2]) == [None, None]
        assert not waiting[2].done()
        waiting[2].cancel()


async def test_who_is_behind_by_too_many_is_let_go_and_hears_none_of_them():
    announcements = Announcements("postgresql://nowhere")
    tenant = new_id()
    with announcements.listening(tenant, [TOPIC]) as listener:
        listener._lost = None
        for _ in range(MAX_WAITING):
            listener.hear(Announcement(tenant, TOPIC, new_id()))
        assert await listener.next(within_s=1)
        listener.hear(Announcement(tenant, TOPIC, new_id()))
        assert await listener.next(within_s=1)
        for _ in range(2):
            listener.hear(Announcement(tenant, TOPIC, new_id()))
        with pytest.raises(ListenerLost) as lost:
            await listener.next(within_s=1)
    assert lost.value.why is Lost.SLOW
    assert announcements.listeners == 0


async def test_a_lost_connection_lets_go_and_the_next_listener_has_a_new_one(
    announcements, tell, admin
):
    tenant = new_id()
    with announcements.listening(tenant, [TOPIC]) as listener:
        heard = await tell(tenant)
        async with asyncio.timeout(5):
            await listener._woken.wait()
        await admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and (query ilike 'listen%' or query = 'select 1')"
        )
        assert await listener.next(within_s=5) == heard
        with pytest.raises(ListenerLost) as lost:
            await listener.next(within_s=5)
    assert lost.value.why is Lost.MISSED
    await announcements.open()
    with announcements.listening(tenant, [TOPIC]) as listener:
        heard = await tell(tenant)
        assert await listener.next(within_s=5) == heard


async def test_a_stop_lets_go_of_all_and_waits_for_them(announcements):
    async def listen():
        with announcements.listening(new_id(), [TOPIC]) as listener:
            await listener.next(within_s=60)

    listening = [asyncio.create_task(listen()) for _ in range(3)]
    await asyncio.sleep(0)
    assert announcements.listeners == 3
    await announcements.stop(within_s=5)
    assert announcements.listeners == 0
    whys = {task.exception().why for task in listening}
    assert whys == {Lost.STOPPING}
    with (
        announcements.listening(new_id(), [TOPIC]) as late,
        pytest.raises(ListenerLost),
    ):
        await late.next(within_s=1)


async def test_a_database_that_is_away_is_an_outage():
    with pytest.raises(ConnectionError):
        await Announcements("postgresql://a:b@127.0.0.1:9/c").open()
