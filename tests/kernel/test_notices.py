"""Notices: who finds which item in his inbox, what is sent about it, and who may mark it read."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from suxin.kernel.actor import Actor, ActorKind, Permission
from suxin.kernel.notices import (
    DELIVER_TOPIC,
    Notice,
    mark_read,
    notify_person,
    notify_tenant,
)
from suxin.kernel.queries import inbox_of_person, inbox_of_staff, unread, unread_count

PERSON, STRANGER, BANK, OTHER_BANK = (uuid4() for _ in range(4))


def person(person_id: UUID = PERSON) -> Actor:
    # Acting for a firm changes nothing about whose inbox it is.
    return Actor.subject("r1", person_id=person_id, subject_id=uuid4())


WORK = Permission("lending.referral.work", "处理线索")


def officer(tenant_id: UUID = BANK) -> Actor:
    return Actor(
        kind=ActorKind.STAFF,
        request_id="r1",
        tenant_id=tenant_id,
        staff_id=uuid4(),
        permissions=frozenset({WORK}),
    )


async def to_person(database, now, by: Actor, title: str = "有新报价") -> UUID:
    async with database.transaction(by, now=now) as session:
        return await notify_person(
            session,
            person_id=PERSON,
            template="offer",
            title=title,
            body="请查看",
            link="/requests/1",
            facts={"bank": "甲银行"},
            now=now,
        )


async def to_bank(database, now, by: Actor) -> UUID:
    async with database.transaction(by, now=now) as session:
        return await notify_tenant(
            session,
            tenant_id=BANK,
            permission=WORK,
            template="lead",
            title="有新线索",
            body="请受理",
            link="/desk/referrals/1",
            now=now,
        )


async def inbox(database, now, actor: Actor, query) -> list[UUID]:
    async with database.snapshot(actor, now=now) as session:
        return [notice.id for notice in await session.scalars(query)]


async def test_a_person_is_notified_in_his_inbox_and_by_a_message(database, admin, now):
    notice_id = await to_person(database, now, officer())
    async with database.snapshot(person(), now=now) as session:
        (notice,) = (await session.scalars(inbox_of_person(PERSON))).all()
    assert (notice.id, notice.person_id, notice.tenant_id) == (notice_id, PERSON, None)
    assert (notice.title, notice.body, notice.link) == ("有新报价", "请查看", "/requests/1")
    assert (notice.facts, notice.created_at, notice.read_at) == ({"bank": "甲银行"}, now, None)
    row = await admin.fetchrow("select * from outbox")
    assert (row["topic"], row["not_before"]) == (DELIVER_TOPIC, now)
    # The message is looked up when it is sent: the outbox holds ids and no words about a person.
    assert row["payload"] == f'{{"notice_id": "{notice_id}", "person_id": "{PERSON}"}}'


async def test_a_tenant_is_notified_in_its_inbox_alone(database, admin, now):
    notice_id = await to_bank(database, now, person())
    assert await inbox(database, now, officer(), inbox_of_staff(officer())) == [notice_id]
    stranger = officer(OTHER_BANK)
    assert await inbox(database, now, stranger, inbox_of_staff(stranger)) == []
    assert await admin.fetchval("select count(*) from outbox") == 0


async def test_who_lacks_the_right_a_notice_is_meant_for_does_not_find_it(database, now):
    await to_bank(database, now, person())
    clerk = officer().with_permissions(())
    assert await inbox(database, now, clerk, inbox_of_staff(clerk)) == []
    async with database.snapshot(clerk, now=now) as session:
        assert await unread_count(session, inbox_of_staff(clerk)) == 0


async def test_what_was_read_waits_no_longer(database, now):
    first, second = [await to_person(database, now, officer(), title) for title in ("一", "二")]
    async with database.transaction(person(), now=now) as session:
        assert await unread_count(session, inbox_of_person(PERSON)) == 2
        await mark_read(session, notice_ids=[first], now=now)
        assert await unread_count(session, inbox_of_person(PERSON)) == 1
    assert await inbox(database, now, person(), unread(inbox_of_person(PERSON))) == [second]


async def test_an_inbox_shows_the_newest_first(database, now):
    made = [await to_person(database, now, officer(), title) for title in ("一", "二", "三")]
    assert await inbox(database, now, person(), inbox_of_person(PERSON)) == made[::-1]


async def test_nobody_else_finds_it_whatever_he_asks_for(database, now):
    await to_person(database, now, officer())
    await to_bank(database, now, person())
    everything = select(Notice)
    for actor in (person(STRANGER), officer(OTHER_BANK), Actor.anonymous("r1")):
        assert await inbox(database, now, actor, everything) == []
    assert len(await inbox(database, now, person(), everything)) == 1
    assert len(await inbox(database, now, officer(), everything)) == 1
    assert len(await inbox(database, now, Actor.system("r1"), everything)) == 2


async def test_a_notice_of_a_change_that_is_taken_back_never_was(database, admin, now):
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(officer(), now=now) as session:
            await notify_person(
                session,
                person_id=PERSON,
                template="offer",
                title="x",
                body="x",
                link="/",
                facts={},
                now=now,
            )
            await session.execute(text("select 1"))
            raise ZeroDivisionError
    assert await admin.fetchval("select count(*) from notices") == 0
    assert await admin.fetchval("select count(*) from outbox") == 0


async def test_reading_marks_ones_own_once_and_no_one_elses(database, admin, now):
    mine = await to_person(database, now, officer())
    banks = await to_bank(database, now, person())
    for actor in (person(STRANGER), officer(OTHER_BANK), Actor.anonymous("r1")):
        async with database.transaction(actor, now=now) as session:
            await mark_read(session, notice_ids=[mine, banks], now=now)
    assert await admin.fetchval("select count(*) from notices where read_at is not null") == 0
    for moment in (now, now + timedelta(hours=1)):
        async with database.transaction(person(), now=moment) as session:
            await mark_read(session, notice_ids=[mine, banks], now=moment)
    rows = dict(await admin.fetch("select id, read_at from notices"))
    assert rows == {mine: now, banks: None}


async def test_a_notifier_cannot_change_what_he_wrote_to_another(database, admin, now):
    notice_id = await to_person(database, now, officer())
    async with database.transaction(officer(), now=now) as session:
        changed = update(Notice).where(Notice.id == notice_id).values(title="x")
        assert (await session.execute(changed.returning(Notice.id))).all() == []
    assert await admin.fetchval("select title from notices") == "有新报价"


async def test_a_notice_has_exactly_one_recipient(database, admin, now):
    def notice(**to) -> Notice:
        return Notice(
            id=uuid4(), template="t", title="t", body="b", link="/", facts={}, created_at=now, **to
        )

    for recipients in ({}, {"person_id": PERSON, "tenant_id": BANK}):
        with pytest.raises(IntegrityError, match="one_recipient"):
            async with database.transaction(Actor.system("r1"), now=now) as session:
                session.add(notice(**recipients))
    assert await admin.fetchval("select count(*) from notices") == 0


async def test_a_person_erases_his_own_notices_and_nobody_elses(database, admin, now):
    async with database.transaction(Actor.system("r1"), now=now) as session:
        for to in ({"person_id": PERSON}, {"person_id": uuid4()}, {"tenant_id": BANK}):
            session.add(
                Notice(
                    id=uuid4(),
                    template="t",
                    title="t",
                    body="b",
                    link="/",
                    facts={},
                    created_at=now,
                    **to,
                )
            )
    async with database.transaction(person(), now=now) as session:
        await session.execute(text("delete from notices"))
    left = await admin.fetch("select person_id, tenant_id from notices")
    assert len(left) == 2
    assert PERSON not in {row["person_id"] for row in left}
