"""One-time codes: limits, wrong tries, and that no code or phone lies anywhere in clear."""

import re
from datetime import timedelta

import pytest

from suxin.kernel.actor import Actor
from suxin.kernel.identifiers import PhoneInvalid
from suxin.kernel.performing import perform
from suxin.subjects.jobs import handlers
from suxin.subjects.phone_codes import (
    CODE_LIFE,
    MAX_CODE_FAILURES,
    SEND_EVERY,
    PhoneCodeDailyLimit,
    PhoneCodeLocked,
    PhoneCodeTooSoon,
    PhoneCodeWrong,
    give_phone_code_back,
    take_phone_code,
)

PHONE = "19900000001"
STEP = timedelta(seconds=1)


@pytest.fixture
def take(people, database, now):
    async def take(code, at=now, openid="openid-wang", phone=PHONE):
        async with database.transaction(Actor.anonymous("t"), now=at) as session:
            return await take_phone_code(
                session, openid=openid, phone=phone, code=code, sealer=people.sealer, now=at
            )

    return take


async def test_a_code_is_six_digits_and_good_once(people, take, now):
    code = await people.code(" +86 199-0000-0001 ")
    assert re.fullmatch(r"\d{6}", code)
    assert await take(code) == now + CODE_LIFE
    with pytest.raises(PhoneCodeWrong):
        await take(code)


async def test_a_code_lives_five_minutes(people, take, now):
    code = await people.code()
    with pytest.raises(PhoneCodeWrong):
        await take(code, now + CODE_LIFE)
    assert await take(code, now + CODE_LIFE - STEP)


async def test_a_code_is_for_the_phone_and_account_it_was_asked_by(people, take):
    code = await people.code()
    for changes in ({"openid": "openid-li"}, {"phone": "19900000002"}):
        with pytest.raises(PhoneCodeWrong):
            await take(code, **changes)
    assert await take(code)


async def test_five_wrong_codes_end_it(people, take, now):
    code = await people.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(MAX_CODE_FAILURES):
        with pytest.raises(PhoneCodeWrong):
            await take(wrong)
    with pytest.raises(PhoneCodeLocked):
        await take(code)
    later = now + SEND_EVERY
    assert await take(await people.code(at=later), later)


async def test_one_code_a_minute(people, counted, now):
    await people.code()
    before = await counted("phone_codes", "outbox")
    with pytest.raises(PhoneCodeTooSoon) as soon:
        await people.code(at=now + timedelta(seconds=59))
    assert soon.value.facts == {"retry_after_seconds": 2}
    with pytest.raises(PhoneCodeTooSoon):
        await people.code(openid="openid-li", at=now + STEP)
    assert await counted("phone_codes", "outbox") == before
    assert await people.code(at=now + SEND_EVERY)


async def test_five_codes_a_day_to_a_phone_by_the_day_in_shanghai(people, counted, now):
    for minute in range(5):
        await people.code(at=now + timedelta(minutes=minute))
    before = await counted("phone_codes", "outbox")
    # 10:00 in Shanghai: fourteen hours less a second are still the same day.
    evening = now + timedelta(hours=14) - STEP
    for openid in ("openid-wang", "openid-li"):
        with pytest.raises(PhoneCodeDailyLimit) as limit:
            await people.code(openid=openid, at=evening)
        assert limit.value.facts == {"limit": 5}
    assert await counted("phone_codes", "outbox") == before
    assert await people.code(at=evening + STEP)


async def test_ten_codes_a_day_by_one_account(people, now):
    for number in range(10):
        await people.code(f"1990000{number:04d}")
    with pytest.raises(PhoneCodeDailyLimit) as limit:
        await people.code("19900009999")
    assert limit.value.facts == {"limit": 10}
    assert await people.code("19900009999", "openid-li")


@pytest.mark.parametrize("phone", ["", "12345678901", "1990000000", "+1 202 555 0100"])
async def test_what_is_no_phone_gets_no_code(people, counted, phone):
    with pytest.raises(PhoneInvalid):
        await people.code(phone)
    assert await counted("phone_codes", "outbox") == (0, 0)


async def test_a_code_given_back_is_good_again_but_not_after_a_newer_one(
    people, take, database, now
):
    async def give_back(expires_at):
        async with database.transaction(Actor.anonymous("t"), now=now) as session:
            await give_phone_code_back(
                session,
                openid="openid-wang",
                phone=PHONE,
                expires_at=expires_at,
                sealer=people.sealer,
            )

    code = await people.code()
    expires_at = await take(code)
    await give_back(expires_at)
    assert await take(code) == expires_at
    later = now + SEND_EVERY
    newer = await people.code(at=later)
    await take(newer, later)
    await give_back(expires_at)
    for old in (code, newer):
        with pytest.raises(PhoneCodeWrong):
            await take(old, later)


async def test_the_job_sends_the_code_that_lies_nowhere_in_clear(
    people, channel, database, admin, now
):
    code = await people.code()
    for table in ("phone_codes", "outbox", "audit_entries"):
        lies = await admin.fetchval(f"select coalesce(string_agg(t::text, ''), '') from {table} t")  # noqa: S608 - names in tests
        assert PHONE not in lies
        assert code not in re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\d[^,\")]*", "", lies)
    row_id = await admin.fetchval("select id from outbox")
    assert await perform(database, row_id, handlers(people.sealer, channel), now=now)
    assert channel.sent == [
        {"phone": PHONE, "template": "phone_code", "values": {"code": code, "minutes": "5"}}
    ]


async def test_a_code_that_expired_before_it_left_is_not_sent(
    people, channel, database, admin, now
):
    await people.code()
    row_id = await admin.fetchval("select id from outbox")
    await perform(database, row_id, handlers(people.sealer, channel), now=now + CODE_LIFE)
    assert channel.sent == []
