"""Signing keys: published before they sign and until the last of what they signed has ended; rotated by a duty."""

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from suxin.kernel import outbox, signing
from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import new_id
from suxin.kernel.outbox import Job
from suxin.kernel.sealing import Keyring, Sealer
from suxin.kernel.signing import (
    PUBLISHED_AFTER,
    PUBLISHED_BEFORE,
    ROTATE_TOPIC,
    SIGNS_FOR,
    KeySet,
    KeyUse,
    NoSigningKey,
    SignatureInvalid,
    SigningKey,
    ensure_signing_keys,
    handlers,
    read_keys,
    rotate_signing_key,
    unverified_claims,
    unverified_header,
)

SYSTEM = Actor.system("test")
TYP = "at+jwt"


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(Keyring.generate())


@pytest.fixture
def write(database, sealer):
    """Carry one of the module's commands out in a transaction of its own."""

    async def written(command, *, now, **given):
        async with database.transaction(SYSTEM, now=now) as session:
            return await command(session, **given, sealer=sealer, now=now)

    return written


@pytest.fixture
def keys_at(write):
    async def read(now) -> KeySet:
        return await write(read_keys, now=now)

    return read


@pytest.fixture
async def first(write, now, keys_at) -> str:
    """The name of the first token key."""
    await write(ensure_signing_keys, now=now)
    (key,) = (await keys_at(now)).published(now=now, use=KeyUse.TOKEN)["keys"]
    return key["kid"]


def names(keys: KeySet, now, use: KeyUse = KeyUse.TOKEN) -> set[str]:
    return {key["kid"] for key in keys.published(now=now, use=use)["keys"]}


def sign(keys: KeySet, now, use: KeyUse = KeyUse.TOKEN) -> str:
    return keys.sign(b'{"a":1}', use=use, typ=TYP, now=now)


def signer(signed: str) -> str:
    return unverified_header(signed)["kid"]


async def test_the_first_keys_are_made_once_by_many_processes(database, write, now, keys_at):
    await asyncio.gather(*(write(ensure_signing_keys, now=now) for _ in range(4)))
    keys = await keys_at(now)
    assert len(keys.published(now=now)["keys"]) == len(KeyUse)
    async with database.snapshot(SYSTEM, now=now) as session, doorway(session):
        posted = (
            await session.scalars(
                select(outbox.OutboxRow).where(outbox.OutboxRow.topic == ROTATE_TOPIC)
            )
        ).all()
    # Each is followed by the next in time for that to be known before the first ends.
    assert {row.not_before for row in posted} == {now + SIGNS_FOR - PUBLISHED_BEFORE}
    assert len(posted) == len(KeyUse)


async def test_without_a_key_nothing_is_signed(now, keys_at):
    with pytest.raises(NoSigningKey):
        sign(await keys_at(now), now)


async def test_only_public_halves_are_published(first, now, keys_at, admin):
    for key in (await keys_at(now)).published(now=now)["keys"]:
        assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
        assert (key["alg"], key["use"]) == ("ES256", "sig")
    for row in await admin.fetch("select * from signing_keys"):
        assert "d" not in json.loads(row["public_jwk"])
        assert b'"d"' not in row["private_sealed"]


async def test_a_key_is_known_before_it_signs_and_until_its_last_token_ended(
    first, write, now, keys_at
):
    second = await write(rotate_signing_key, use=KeyUse.TOKEN, now=now)
    takes_over = now + PUBLISHED_BEFORE
    gone = takes_over + PUBLISHED_AFTER
    moment = timedelta(seconds=1)
    for at, signs, published in (
        (now, first, {first, second}),
        (takes_over - moment, first, {first, second}),
        (takes_over, second, {first, second}),
        (gone - moment, second, {first, second}),
        (gone, second, {second}),
    ):
        keys = await keys_at(at)
        assert signer(sign(keys, at)) == signs, at
        assert names(keys, at) == published, at


async def test_no_signature_fails_across_a_rotation(first, write, now, keys_at):
    """Two processes that read the keys at different times, a token life of ten minutes, a rotation in the middle."""
    life, step = timedelta(minutes=10), timedelta(minutes=1)
    stale = [await keys_at(now), await keys_at(now)]
    out: list[tuple[str, object]] = []
    for minute in range(90):
        at = now + minute * step
        if minute == 7:
            await write(rotate_signing_key, use=KeyUse.TOKEN, now=at)
        # Each reads anew every five minutes, as readers may, and not at the same time.
        for place in range(len(stale)):
            if minute % 5 == 2 * place:
                stale[place] = await keys_at(at)
            out.append((sign(stale[place], at), at))
        out = [(signed, made) for signed, made in out if at < made + life]
        for process in stale:
            for signed, _ in out:
                process.verified(signed, use=KeyUse.TOKEN, typ=TYP, now=at)
    assert len({signer(signed) for signed, _ in out}) == 1
    assert signer(out[0][0]) != first


async def test_keys_of_artefacts_stay_published_for_good(first, write, now, keys_at):
    signed = sign(await keys_at(now), now, KeyUse.ARTEFACT)
    await write(rotate_signing_key, use=KeyUse.ARTEFACT, now=now)
    years = now + timedelta(days=3650)
    keys = await keys_at(years)
    assert signer(signed) in names(keys, years, KeyUse.ARTEFACT)
    assert keys.verified(signed, use=KeyUse.ARTEFACT, typ=TYP, now=years) == b'{"a":1}'


async def test_two_rotations_in_a_row_leave_a_signer_at_every_moment(first, write, now, keys_at):
    second = await write(rotate_signing_key, use=KeyUse.TOKEN, now=now)
    third = await write(rotate_signing_key, use=KeyUse.TOKEN, now=now + timedelta(minutes=2))
    signers = []
    for minute in range(15):
        at = now + timedelta(minutes=minute)
        signers.append(signer(sign(await keys_at(at), at)))
    assert signers == [first] * 10 + [second] * 2 + [third] * 3


async def test_the_duty_rotates_a_key_once(first, database, write, now, sealer, keys_at):
    duty = handlers(sealer)[ROTATE_TOPIC]
    job = Job(id=new_id(now), topic=ROTATE_TOPIC, payload={"kid": first}, tenant_id=None, now=now)
    for _ in range(2):
        async with database.transaction(SYSTEM, now=now) as session:
            await duty(session, job)
    assert len(names(await keys_at(now), now)) == 2


async def test_what_was_verified_before_is_refused_all_the_same_when_it_should_be(
    first, write, now, keys_at
):
    await write(rotate_signing_key, use=KeyUse.TOKEN, now=now)
    keys = await keys_at(now)
    signed = keys.sign(b'{"a":1}', use=KeyUse.TOKEN, typ=TYP, now=now)
    assert keys.verified(signed, use=KeyUse.TOKEN, typ=TYP, now=now) == b'{"a":1}'
    assert keys.verified(signed, use=KeyUse.TOKEN, typ=TYP, now=now) == b'{"a":1}'
    head, payload, signature = signed.split(".")
    other = f"{head}.{payload}.{signature[:-4]}AAAA"
    unpublished = now + PUBLISHED_BEFORE + PUBLISHED_AFTER
    for text, use, typ, at in (
        (other, KeyUse.TOKEN, TYP, now),
        (signed, KeyUse.ARTEFACT, TYP, now),
        (signed, KeyUse.TOKEN, "jwt", now),
        (signed, KeyUse.TOKEN, TYP, unpublished),
    ):
        with pytest.raises(SignatureInvalid):
            keys.verified(text, use=use, typ=typ, now=at)


async def test_a_key_set_remembers_no_more_signatures_than_it_may(first, now, keys_at, monkeypatch):
    monkeypatch.setattr(signing, "MAX_VERIFIED", 2)
    keys = await keys_at(now)
    for number in range(4):
        signed = keys.sign(b"%d" % number, use=KeyUse.TOKEN, typ=TYP, now=now)
        assert keys.verified(signed, use=KeyUse.TOKEN, typ=TYP, now=now) == b"%d" % number
    assert len(keys._verified) == 2


async def test_what_is_not_ours_is_refused(first, write, now, keys_at):
    keys = await keys_at(now)
    signed = sign(keys, now)
    header, payload, signature = signed.split(".")
    for text, use, typ in (
        (signed, KeyUse.ARTEFACT, TYP),
        (signed, KeyUse.TOKEN, "JWT"),
        (f"{header}.{payload}.{signature[:-4]}AAAA", KeyUse.TOKEN, TYP),
        (f"{header}.eyJhIjoyfQ.{signature}", KeyUse.TOKEN, TYP),
        (f"{header}.{payload}.", KeyUse.TOKEN, TYP),
        (f"{header}.{payload}", KeyUse.TOKEN, TYP),
        ("eyJhbGciOiJub25lIn0.e30.", KeyUse.TOKEN, TYP),
        ("", KeyUse.TOKEN, TYP),
    ):
        with pytest.raises(SignatureInvalid):
            keys.verified(text, use=use, typ=typ, now=now)


@pytest.mark.parametrize("text", ["", "a.b.c", "W10.W10.W10", "a" * 70_000, "é.é.é"])
def test_what_is_no_jwt_has_no_members(text):
    with pytest.raises(SignatureInvalid):
        unverified_header(text)
    with pytest.raises(SignatureInvalid):
        unverified_claims(text)


async def test_a_retired_signer_leaves_its_row(first, write, now, database):
    await write(rotate_signing_key, use=KeyUse.TOKEN, now=now)
    async with database.snapshot(SYSTEM, now=now) as session, doorway(session):
        row = (await session.scalars(select(SigningKey).where(SigningKey.kid == first))).one()
    assert row.signs_until == now + PUBLISHED_BEFORE
    assert row.published_until == now + PUBLISHED_BEFORE + PUBLISHED_AFTER
