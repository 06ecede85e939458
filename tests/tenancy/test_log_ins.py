"""Logging in and out: wrong passwords, lock-out, the life of a session, and what is kept of a token."""

import asyncio
import hashlib
from datetime import timedelta

import pytest
from staff_log_ins import SEALER, log_in_to_desk

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Refusal, Unauthenticated
from suxin.kernel.sealing import Keyring, Sealer
from suxin.tenancy import passwords
from suxin.tenancy.desk_sessions import SESSION_IDLE, SESSION_LIFE, end_desk_session
from suxin.tenancy.log_in_failures import (
    CLEARED_AT_ONCE,
    FORGOTTEN_AFTER,
    LOCKED_FOR,
    MAX_LOG_IN_FAILURES,
)
from suxin.tenancy.log_ins import LogInLocked, LogInRefused
from suxin.tenancy.passwords import PasswordUnfit, hashed, matches, require_fit

STEP = timedelta(seconds=1)
WRONG = "not-this-one"


async def wrong(tokens, times, at=None):
    for _ in range(times):
        with pytest.raises(LogInRefused):
            await tokens.fresh(at=at, password="not-this-one")


async def test_a_session_token_is_kept_only_as_its_hash(two_banks, database, admin, now):
    async with database.transaction(Actor.anonymous("t"), now=now) as session:
        found = await log_in_to_desk(
            session, login="  Admin1 ", password="correct-horse-9", sealer=SEALER, now=now
        )
    assert found.expires_at == now + SESSION_LIFE
    assert len(found.token) == 43
    row = await admin.fetchrow(
        "select * from desk_sessions where token_hash = $1",
        hashlib.sha256(found.token.encode()).digest(),
    )
    assert (row["tenant_id"], row["staff_id"]) == (two_banks.first_id, two_banks.first.staff_id)
    dump = await admin.fetchval("select string_agg(d::text, '') from desk_sessions d")
    assert found.token not in dump


async def test_a_password_is_kept_only_as_argon2id(two_banks, admin):
    stored = await admin.fetchval("select password_hash from staff_log_ins where login = 'admin1'")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert "correct-horse-9" not in stored


async def test_unknown_name_and_wrong_password_are_told_apart_by_nothing(
    two_banks, tokens, counted
):
    before = await counted("desk_sessions", "audit_entries")
    with pytest.raises(LogInRefused) as unknown:
        await tokens.fresh("nobody")
    with pytest.raises(LogInRefused) as known:
        await tokens.fresh(password="not-this-one")
    assert str(unknown.value) == str(known.value)
    assert unknown.value.facts == known.value.facts == {}
    assert await counted("desk_sessions", "audit_entries") == before


async def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(two_banks, tokens, admin, now):
    await wrong(tokens, MAX_LOG_IN_FAILURES)
    with pytest.raises(LogInLocked) as locked:
        await tokens.fresh()
    assert locked.value.facts == {"minutes": 15, "retry_after_seconds": 900}
    with pytest.raises(LogInLocked):
        await tokens.fresh(at=now + LOCKED_FOR - STEP)
    assert await tokens.fresh(at=now + LOCKED_FOR)
    acts = await admin.fetch(
        "select tenant_id, object_id from audit_entries where action = 'tenancy.log_in.locked'"
    )
    assert [tuple(act) for act in acts] == [(two_banks.first_id, two_banks.first.staff_id)]


async def test_a_right_password_starts_the_count_anew(two_banks, tokens, admin):
    await wrong(tokens, MAX_LOG_IN_FAILURES - 1)
    await tokens.fresh()
    await wrong(tokens, MAX_LOG_IN_FAILURES - 1)
    assert await tokens.fresh()
    assert await admin.fetchval("select count(*) from log_in_failures") == 0


async def test_guesses_made_at_once_count_one_by_one(two_banks, tokens):
    outcomes = await asyncio.gather(
        *(tokens.fresh(password=f"guess-number-{n}") for n in range(8)), return_exceptions=True
    )
    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    assert kinds == ["LogInLocked"] * 3 + ["LogInRefused"] * 5


async def answers(tokens, login, times, at=None):
    """What somebody is told who guesses at a name, again and again."""
    told = []
    for number in range(times):
        with pytest.raises(Refusal) as refused:
            await tokens.fresh(login, at=at, password=f"guess-number-{number}")
        told.append((type(refused.value), refused.value.zh_message, refused.value.facts))
    return told


async def test_a_name_that_nobody_has_is_counted_and_locked_like_one_that_exists(
    two_banks, tokens, admin, now
):
    known, unknown = [await answers(tokens, name, 8) for name in ("admin1", "nobody")]
    assert known == unknown
    assert [kind for kind, *_ in known] == [LogInRefused] * 5 + [LogInLocked] * 3
    later = now + LOCKED_FOR - STEP
    assert await answers(tokens, "admin1", 1, later) == await answers(tokens, "nobody", 1, later)
    free = now + LOCKED_FOR
    assert await answers(tokens, "admin1", 6, free) == await answers(tokens, "nobody", 6, free)
    # One spelling of a name is as good as another, and what is no name at all is counted too.
    for odd in (" NoBody ", "", "漢字", "n" * 129):
        assert len(await answers(tokens, odd, 1, free)) == 1
    rows = await admin.fetch("select * from log_in_failures")
    assert len(rows) == 5
    assert not any("nobody" in str(dict(row)) for row in rows)


@pytest.mark.parametrize("login", ["admin1", "nobody"])
async def test_known_and_unknown_names_cost_one_hash_each(two_banks, tokens, monkeypatch, login):
    """What takes time at a log-in is the hash of the password: it is taken for both, and for neither while locked."""
    checked = []
    genuine = passwords.matches

    async def counting(password, password_hash):
        checked.append(password_hash is not None)
        return await genuine(password, password_hash)

    monkeypatch.setattr(passwords, "matches", counting)
    await answers(tokens, login, 8)
    assert checked == [login == "admin1"] * 5


async def test_a_count_is_forgotten_an_hour_after_the_last_wrong_password(two_banks, tokens, now):
    await wrong(tokens, MAX_LOG_IN_FAILURES - 1)
    await wrong(tokens, MAX_LOG_IN_FAILURES - 1, now + FORGOTTEN_AFTER)
    assert await tokens.fresh(at=now + FORGOTTEN_AFTER)


async def test_made_up_names_do_not_stay(two_banks, tokens, counted, now):
    """Each wrong password adds one name at most and clears more than one away once they are forgotten."""
    for number in range(30):
        await answers(tokens, f"made.up.{number}", 1)
    assert await counted("log_in_failures") == (30,)
    later = now + FORGOTTEN_AFTER
    await answers(tokens, "nobody", 1, later)
    assert await counted("log_in_failures") == (30 - CLEARED_AT_ONCE + 1,)
    await answers(tokens, "nobody", 1, later)
    assert await counted("log_in_failures") == (1,)


async def guessed(database, keyring, now, password=WRONG):
    """Try to log in before a process that has these keys; return what came of it."""
    given = {"login": "admin1", "password": password, "sealer": Sealer(keyring), "now": now}
    try:
        async with database.transaction(Actor.anonymous("test"), now=now) as session:
            await log_in_to_desk(session, **given)
    except Refusal as refused:
        return type(refused)
    else:
        return "logged in"


async def test_a_count_and_a_lock_go_on_when_keys_rotate(two_banks, database, admin, now):
    old = Keyring.generate()
    new = old.rotated()
    for ring in (old, old):
        assert await guessed(database, ring, now) is LogInRefused
    at_once = await asyncio.gather(*(guessed(database, new, now) for _ in range(8)))
    assert sorted(outcome.__name__ for outcome in at_once) == (
        ["LogInLocked"] * 5 + ["LogInRefused"] * 3
    )
    assert await guessed(database, new, now, "correct-horse-9") is LogInLocked
    rows = await admin.fetch("select key_version from log_in_failures")
    assert [row["key_version"] for row in rows] == [2]
    free = now + LOCKED_FOR
    assert await guessed(database, new.without(1), free, "correct-horse-9") == "logged in"
    assert await admin.fetchval("select count(*) from log_in_failures") == 0


async def test_another_log_in_is_not_locked_with_it(two_banks, tokens):
    await wrong(tokens, MAX_LOG_IN_FAILURES)
    token = await tokens.fresh("admin2")
    assert (await tokens.actor(token)).tenant_id == two_banks.second_id


async def test_a_session_ends_after_eight_hours_however_busy(two_banks, tokens, now):
    token = await tokens.fresh()
    moment = now
    while moment + timedelta(minutes=30) < now + SESSION_LIFE:
        moment += timedelta(minutes=30)
        assert (await tokens.actor(token, moment)).staff_id == two_banks.first.staff_id
    assert await tokens.actor(token, now + SESSION_LIFE - STEP)
    with pytest.raises(Unauthenticated):
        await tokens.actor(token, now + SESSION_LIFE)


async def test_an_idle_session_ends_after_an_hour(two_banks, tokens, now):
    token = await tokens.fresh()
    assert await tokens.actor(token, now + SESSION_IDLE - STEP)
    last = now + SESSION_IDLE - STEP
    assert await tokens.actor(token, last + SESSION_IDLE - STEP)
    with pytest.raises(Unauthenticated):
        await tokens.actor(token, last + SESSION_IDLE - STEP + SESSION_IDLE)


async def test_the_last_use_is_written_once_a_minute(two_banks, tokens, admin, now):
    token = await tokens.fresh()
    key = hashlib.sha256(token.encode()).digest()
    for seconds, seen in ((59, 0), (60, 60), (61, 60)):
        await tokens.actor(token, now + timedelta(seconds=seconds))
        seen_at = await admin.fetchval(
            "select seen_at from desk_sessions where token_hash = $1", key
        )
        assert seen_at == now + timedelta(seconds=seen)


async def test_logging_out_ends_this_session_alone(two_banks, tokens, database, now):
    first, second = await tokens.fresh(), await tokens.fresh()
    for _ in range(2):
        async with database.transaction(Actor.anonymous("t"), now=now) as session:
            await end_desk_session(session, token=first, now=now)
    with pytest.raises(Unauthenticated):
        await tokens.actor(first)
    assert await tokens.actor(second)


@pytest.mark.parametrize("token", ["", "x", "漢字", "a" * 100_000])
async def test_what_is_no_token_stands_for_nobody(two_banks, tokens, token):
    with pytest.raises(Unauthenticated):
        await tokens.actor(token)


@pytest.mark.parametrize(
    ("password", "fits"),
    [
        ("abcdefghij", True),
        ("abcdefghi", False),
        ("aaaaaaaaab", False),
        ("my-zhangsan-1", False),
        ("x" * 20 + "abcd" * 27, True),
        ("x" * 25 + "abcd" * 27, False),
        ("春眠不觉晓处处闻啼鸟", True),
    ],
)
def test_which_passwords_are_fit(password, fits):
    if fits:
        assert require_fit(password, login="zhangsan") is None
    else:
        with pytest.raises(PasswordUnfit):
            require_fit(password, login="zhangsan")


async def test_a_password_matches_however_its_characters_are_composed():
    kept = await hashed("Café-au-lait")
    assert await matches("Cafe\u0301-au-lait", kept)
    assert not await matches("Cafe-au-lait", kept)
    assert not await matches("anything", None)
    assert not await matches("x" * 129, kept)
    assert not await matches("anything", "not a hash")
