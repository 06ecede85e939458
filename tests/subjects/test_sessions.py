"""Sessions of the mini program: an openid proves nothing, a mandate that has ended admits nothing."""

import hashlib
from datetime import timedelta
from uuid import uuid4

import pytest

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.refusals import NotFound, Unauthenticated
from suxin.subjects.mandates import MANDATE_LIFE, end_mandate, prove_mandate
from suxin.subjects.models import Subject
from suxin.subjects.sessions import (
    MINI_SESSION_LIFE,
    IdentityRequired,
    begin_session,
    end_session,
    visitor,
)

FIRM = "91321302MATE5T017A"
STRANGER = Actor.anonymous("test")


async def test_a_new_session_has_nobody_behind_it(people, database, admin, now):
    async with database.transaction(STRANGER, now=now) as session:
        found = await begin_session(session, openid="openid-wang", now=now)
    assert (found.proved, found.expires_at) == (False, now + MINI_SESSION_LIFE)
    async with database.snapshot(STRANGER, now=now) as session:
        holder = await visitor(session, token=found.token, now=now)
    assert (holder.openid, holder.person_id) == ("openid-wang", None)
    with pytest.raises(IdentityRequired):
        await people.acting(found.token, None)
    kept = await admin.fetchval("select token_hash from mini_sessions")
    assert kept == hashlib.sha256(found.token.encode()).digest()


async def test_a_proved_person_acts_for_himself(people, database, now):
    actor = await people.proved()
    assert actor.kind is ActorKind.SUBJECT
    assert actor.person_id == actor.subject_id
    assert actor.mandate_id is None
    async with database.transaction(STRANGER, now=now) as session:
        assert (await begin_session(session, openid="openid-wang", now=now)).proved
    token = await people.visit()
    assert (await people.acting(token, actor.person_id)).subject_id == actor.person_id


async def test_a_session_ends_with_its_life_or_when_told(people, database, now):
    await people.proved()
    first, second = await people.visit(), await people.visit()
    last = now + MINI_SESSION_LIFE - timedelta(seconds=1)
    assert await people.acting(first, None, last)
    with pytest.raises(Unauthenticated):
        await people.acting(first, None, now + MINI_SESSION_LIFE)
    for _ in range(2):
        async with database.transaction(STRANGER, now=now) as session:
            await end_session(session, token=first, now=now)
    with pytest.raises(Unauthenticated):
        await people.acting(first, None)
    assert await people.acting(second, None)


@pytest.mark.parametrize("token", ["", "no-such-token", "漢" * 5_000])
async def test_what_is_no_token_stands_for_nobody(people, token):
    with pytest.raises(Unauthenticated):
        await people.acting(token, None)


async def test_acting_for_a_firm_needs_a_live_mandate(people, firms, database, now):
    wang = await people.proved()
    li = await people.proved("openid-li", 2, name="李四")
    token, other = await people.visit(), await people.visit("openid-li")
    with pytest.raises(NotFound):
        await people.acting(token, firms[FIRM])
    await prove_mandate(
        database, wang, uscc=FIRM, verifier=people.registry, sealer=people.sealer, now=now
    )
    acting = await people.acting(token, firms[FIRM])
    assert (acting.person_id, acting.subject_id) == (wang.person_id, firms[FIRM])
    assert acting.mandate_id is not None
    for stranger, subject in ((other, firms[FIRM]), (other, wang.person_id), (token, uuid4())):
        with pytest.raises(NotFound):
            await people.acting(stranger, subject)
    assert li.person_id != wang.person_id


async def test_a_mandate_past_its_end_admits_nothing(people, firms, database, now):
    wang = await people.proved()
    await prove_mandate(
        database, wang, uscc=FIRM, verifier=people.registry, sealer=people.sealer, now=now
    )
    last = now + MANDATE_LIFE - timedelta(seconds=1)
    token = await people.visit(at=last)
    assert await people.acting(token, firms[FIRM], last)
    with pytest.raises(NotFound):
        await people.acting(token, firms[FIRM], now + MANDATE_LIFE)
    for moment, seen in ((last, True), (now + MANDATE_LIFE, False)):
        async with database.snapshot(wang, now=moment) as session:
            assert (await session.get(Subject, firms[FIRM]) is not None) == seen


async def test_an_ended_mandate_admits_nothing_from_the_next_request(people, firms, database, now):
    wang = await people.proved()
    token = await people.visit()
    await prove_mandate(
        database, wang, uscc=FIRM, verifier=people.registry, sealer=people.sealer, now=now
    )
    acting = await people.acting(token, firms[FIRM])
    async with database.transaction(acting, now=now) as session:
        await end_mandate(session, acting, mandate_id=acting.mandate_id, now=now)
    with pytest.raises(NotFound):
        await people.acting(token, firms[FIRM])
    with pytest.raises(NotFound):
        async with database.transaction(wang, now=now) as session:
            await end_mandate(session, wang, mandate_id=acting.mandate_id, now=now)
