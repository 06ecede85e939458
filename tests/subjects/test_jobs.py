"""Notices on their way to people: WeChat first, a text message when that is refused, proof of delivery kept."""

from uuid import uuid4

import pytest

from suxin.kernel.actor import Actor
from suxin.kernel.messaging import Delivery, Undelivered
from suxin.kernel.notices import DELIVER_TOPIC, notify_person
from suxin.kernel.performing import perform
from suxin.subjects.jobs import MessageNotSent, handlers
from suxin.subjects.phone_codes import SEND_TOPIC

PHONE = "19900000001"


@pytest.fixture
def notice(people, channel, database, admin, now):
    """A notice to a proved person, and its delivery."""

    class Sent:
        async def create(self, person_id):
            async with database.transaction(Actor.system("test"), now=now) as session:
                self.id = await notify_person(
                    session,
                    person_id=person_id,
                    template="offer_made",
                    title="有新报价",
                    body="一家银行给出了报价",
                    link="/pages/offers",
                    facts={"bank": "一行"},
                    now=now,
                )

        async def deliver(self):
            row_id = await admin.fetchval(
                "select id from outbox where topic = $1 and done_at is null", DELIVER_TOPIC
            )
            return await perform(database, row_id, handlers(people.sealer, channel), now=now)

        async def state(self):
            row = await admin.fetchrow(
                "select delivered_at, delivered_by, delivery_ref from notices where id = $1",
                self.id,
            )
            return tuple(row)

    return Sent()


def test_the_topics_of_this_context(people, channel):
    assert set(handlers(people.sealer, channel)) == {SEND_TOPIC, DELIVER_TOPIC}


async def test_a_person_with_an_account_is_told_over_wechat(people, channel, notice, now):
    await notice.create((await people.proved()).person_id)
    assert await notice.deliver()
    assert channel.sent == [
        {
            "openid": "openid-wang",
            "template": "offer_made",
            "page": "/pages/offers",
            "values": {"bank": "一行"},
        }
    ]
    assert await notice.state() == (now, "wechat", "wx-1")


async def test_who_refused_the_subscription_gets_a_text_message(people, channel, notice, now):
    channel.wechat = Delivery.failed(Undelivered.RECIPIENT_REFUSED)
    await notice.create((await people.proved()).person_id)
    assert await notice.deliver()
    assert channel.sent[1] == {
        "phone": PHONE,
        "template": "offer_made",
        "values": {"bank": "一行"},
    }
    assert await notice.state() == (now, "sms", "sms-1")


async def test_without_an_account_it_is_a_text_message_at_once(people, channel, notice, admin, now):
    person_id = (await people.proved()).person_id
    await admin.execute("update wechat_accounts set person_id = null")
    await notice.create(person_id)
    await notice.deliver()
    assert [message.get("phone") for message in channel.sent] == [PHONE]
    assert await notice.state() == (now, "sms", "sms-1")


async def test_a_passing_failure_is_tried_again(people, channel, notice, admin):
    channel.wechat = Delivery.failed(Undelivered.UNAVAILABLE)
    await notice.create((await people.proved()).person_id)
    with pytest.raises(MessageNotSent):
        await notice.deliver()
    assert await notice.state() == (None, None, None)
    assert len(channel.sent) == 1
    error = await admin.fetchval("select error from outbox where topic = $1", DELIVER_TOPIC)
    assert error == "MessageNotSent: not sent: unavailable"
    channel.wechat = Delivery.taken("wx-2")
    assert await notice.deliver()
    assert (await notice.state())[1:] == ("wechat", "wx-2")


async def test_what_nobody_will_ever_take_ends_undelivered(people, channel, notice):
    channel.wechat = Delivery.failed(Undelivered.RECIPIENT_REFUSED)
    channel.sms = Delivery.failed(Undelivered.RECIPIENT_UNKNOWN)
    await notice.create((await people.proved()).person_id)
    assert await notice.deliver()
    assert await notice.state() == (None, None, None)


async def test_who_cannot_be_reached_has_the_inbox_alone(people, channel, notice):
    await notice.create(uuid4())
    assert await notice.deliver()
    assert channel.sent == []
    assert await notice.state() == (None, None, None)


async def test_a_delivered_notice_is_not_sent_twice(people, channel, notice, admin):
    await notice.create((await people.proved()).person_id)
    await notice.deliver()
    await admin.execute("update outbox set done_at = null")
    await notice.deliver()
    assert len(channel.sent) == 1
