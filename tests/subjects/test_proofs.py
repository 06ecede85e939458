"""Real-name proof: the whole way, every refusal on it, and that what is stored tells nothing in clear."""

import asyncio
import json
from datetime import date, timedelta

import pytest
from stdnum.cn import ric

from suxin.kernel.identifiers import PhoneInvalid, ResidentIdInvalid
from suxin.kernel.refusals import Invalid, Unauthenticated
from suxin.subjects.doors import resident_door
from suxin.subjects.identity import IdentityNotProved, IdentityServiceUnavailable
from suxin.subjects.persons import MinorNotSupported
from suxin.subjects.phone_codes import MAX_CODE_FAILURES, PhoneCodeLocked, PhoneCodeWrong
from suxin.subjects.proofs import UNBOUND_TOPIC, AccountBoundElsewhere
from suxin.subjects.visitors import IdentityRequired, Visitor

WRITTEN = ("subjects", "person_identities", "subject_doors", "audit_entries")
PHONE = "19900000001"


def resident_id(serial: int, born: date = date(1990, 1, 1)) -> str:
    body = f"321302{born:%Y%m%d}{serial:03d}"
    return body + ric.calc_check_digit(body + "0")


async def test_a_proved_person_is_stored_masked_sealed_and_on_record(people, admin, now):
    visitor, code = await people.visit(), await people.code()
    person_id = await people.prove(visitor, name=" 王 小明 ", code=code)
    assert people.registry.asked == [
        {"name": "王小明", "resident_id": resident_id(1), "phone": PHONE}
    ]
    subject = await admin.fetchrow("select * from subjects where id = $1", person_id)
    assert (subject["kind"], subject["name"], subject["name_pinyin"]) == ("person", "王**", "wang")
    assert (subject["county_code"], subject["uscc"]) == ("321302", None)
    identity = await admin.fetchrow("select * from person_identities")
    assert (identity["subject_id"], identity["proof_ref"], identity["proved_at"]) == (
        person_id,
        "P1",
        now,
    )
    door = resident_door(people.sealer, resident_id(1))
    kept = await admin.fetchrow("select blind_index, key_version from subject_doors")
    assert tuple(kept) == (door.digest, 1)
    act = await admin.fetchrow(
        "select * from audit_entries where action = 'subjects.person.proved'"
    )
    assert (act["actor_kind"], act["person_id"], act["subject_id"]) == (
        "system",
        person_id,
        person_id,
    )
    assert json.loads(act["detail"]) == {"method": "three_factor", "proof_ref": "P1", "first": True}


async def test_no_table_holds_a_number_or_name_in_clear(people, admin):
    await people.proved()
    tables = await admin.fetch(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    secrets = (resident_id(1), PHONE, "王小明", "小明", "xiao ming")
    for (table,) in tables:
        rows = await admin.fetch(f"select * from {table}")  # noqa: S608 - names from the catalogue
        raw = b"".join(
            value if isinstance(value, bytes) else str(value).encode()
            for row in rows
            for value in row.values()
        )
        for secret in secrets:
            assert secret.encode() not in raw, (table, secret)
            assert secret.encode().hex().encode() not in raw, (table, secret)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"name": "王"}, Invalid),
        ({"name": "王" * 51}, Invalid),
        ({"resident_id": "321302199001010011"}, ResidentIdInvalid),
        ({"resident_id": ""}, ResidentIdInvalid),
        ({"phone": "123"}, PhoneInvalid),
        ({"resident_id": resident_id(1, date(2008, 11, 21))}, MinorNotSupported),
        ({"code": "no-code"}, PhoneCodeWrong),
        ({"phone": "19900000002"}, PhoneCodeWrong),
    ],
)
async def test_what_is_wrong_in_itself_never_reaches_the_service(people, counted, change, refusal):
    visitor, code = await people.visit(), await people.code()
    with pytest.raises(refusal):
        await people.prove(visitor, **({"code": code} | change))
    assert people.registry.asked == []
    assert await counted(*WRITTEN) == (0, 0, 0, 0)


async def test_whoever_turns_eighteen_today_in_shanghai_is_of_age(people, now):
    visitor, code = await people.visit(), await people.code()
    born = date(2008, 11, 20)
    assert await people.prove(visitor, resident_id=resident_id(1, born), code=code)
    # Half past midnight in Shanghai is still the day before in UTC.
    midnight = now.replace(hour=16, minute=30)
    visitor, code = (
        await people.visit("li", midnight),
        await people.code("19900000002", "li", midnight),
    )
    tomorrow = resident_id(2, date(2008, 11, 21))
    assert await people.prove(
        visitor, midnight, resident_id=tomorrow, phone="19900000002", code=code
    )


async def test_a_wrong_code_is_counted_and_locks(people):
    visitor, code = await people.visit(), await people.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(MAX_CODE_FAILURES):
        with pytest.raises(PhoneCodeWrong):
            await people.prove(visitor, code=wrong)
    with pytest.raises(PhoneCodeLocked):
        await people.prove(visitor, code=code)
    assert people.registry.asked == []


async def test_a_failed_check_uses_the_code_up_and_writes_nothing(people, counted):
    visitor, code = await people.visit(), await people.code()
    people.registry.refusal = IdentityNotProved(proof_ref="P1")
    with pytest.raises(IdentityNotProved):
        await people.prove(visitor, code=code)
    people.registry.refusal = None
    with pytest.raises(PhoneCodeWrong):
        await people.prove(visitor, code=code)
    assert await counted(*WRITTEN) == (0, 0, 0, 0)
    with pytest.raises(IdentityRequired):
        await people.acting(visitor, None)


async def test_one_code_pays_for_one_question_however_many_ask_at_once(people):
    visitor, code = await people.visit(), await people.code()
    outcomes = await asyncio.gather(
        *(people.prove(visitor, code=code) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(outcome, PhoneCodeWrong) for outcome in outcomes) == 3
    assert len(people.registry.asked) == 1


async def test_a_service_out_of_reach_leaves_the_code_good(people, counted):
    visitor, code = await people.visit(), await people.code()
    people.registry.refusal = IdentityServiceUnavailable()
    with pytest.raises(IdentityServiceUnavailable):
        await people.prove(visitor, code=code)
    assert await counted(*WRITTEN) == (0, 0, 0, 0)
    people.registry.refusal = None
    assert await people.prove(visitor, code=code)


async def test_nobody_is_proved_behind_an_account_that_wechat_never_vouched_for(people, counted):
    code = await people.code(openid="made-up")
    with pytest.raises(Unauthenticated):
        await people.prove(Visitor("made-up", None), code=code)
    assert await counted(*WRITTEN) == (0, 0, 0, 0)


async def test_the_same_number_from_another_account_is_the_same_person_rebound(
    people, admin, counted, now
):
    first = await people.proved()
    old = await people.visit()
    later = now + timedelta(hours=1)
    visitor = await people.visit("openid-new", later)
    code = await people.code("19900000077", "openid-new", later)
    again = await people.prove(visitor, later, phone="19900000077", code=code)
    assert again == first.person_id
    assert (await people.acting(visitor, None, later)).person_id == again
    with pytest.raises(IdentityRequired):
        await people.acting(old, None, later)
    posted = await admin.fetch("select payload from outbox where topic = $1", UNBOUND_TOPIC)
    assert [json.loads(row["payload"]) for row in posted] == [
        {"openid": old.openid, "at": later.isoformat()}
    ]
    assert await counted("subjects", "person_identities", "subject_doors") == (1, 1, 1)
    acts = await admin.fetch(
        "select action, detail from audit_entries where action like 'subjects.%' order by id"
    )
    assert [act["action"] for act in acts] == [
        "subjects.person.proved",
        "subjects.person.proved",
        "subjects.account.rebound",
    ]
    assert json.loads(acts[1]["detail"])["first"] is False


async def test_a_name_proved_anew_is_the_one_he_is_called_by(people, admin, now):
    first, later = await people.proved(), now + timedelta(hours=1)
    visitor = await people.visit()
    code = await people.code(at=later)
    assert await people.prove(visitor, later, name="赵大明", code=code) == first.person_id
    row = await admin.fetchrow("select name, name_pinyin from subjects")
    assert tuple(row) == ("赵**", "zhao")


async def test_an_account_stands_for_one_person_only(people, counted, now):
    await people.proved()
    before = await counted(*WRITTEN)
    visitor = await people.visit()
    code = await people.code("19900000002", at=now)
    with pytest.raises(AccountBoundElsewhere):
        await people.prove(
            visitor, name="李四", resident_id=resident_id(2), phone="19900000002", code=code
        )
    assert await counted(*WRITTEN) == before


async def test_two_proofs_of_one_number_at_once_make_one_person(people, counted):
    visitors = [await people.visit(openid) for openid in ("a", "b")]
    codes = [await people.code(f"1990000000{n}", openid) for n, openid in enumerate("ab")]
    found = await asyncio.gather(
        *(
            people.prove(visitor, phone=f"1990000000{n}", code=codes[n])
            for n, visitor in enumerate(visitors)
        )
    )
    assert found[0] == found[1]
    assert await counted("subjects", "person_identities", "subject_doors") == (1, 1, 1)
