"""Visitors of the mini program: an openid proves nothing, a mandate that has ended admits nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sample_rows import insert, sample

from suxin.consent.oauth.models import OAuthGrant
from suxin.kernel.actor import ActorKind
from suxin.kernel.refusals import NotFound
from suxin.subjects.mandates import MANDATE_LIFE, end_mandate, prove_mandate
from suxin.subjects.models import Subject
from suxin.subjects.visitors import IdentityRequired, Visitor
from suxin_server.pruning import VISITORS_KEPT_FOR, prune

FIRM = "91321302MATE5T017A"


async def test_a_new_visitor_has_nobody_behind_him(people, admin, now):
    visitor = await people.visit()
    assert visitor == Visitor("openid-wang", None)
    with pytest.raises(IdentityRequired):
        await people.acting(visitor, None)
    await people.visit(at=now + timedelta(days=1))
    accounts = await admin.fetch("select openid, person_id, created_at from wechat_accounts")
    assert [tuple(account) for account in accounts] == [("openid-wang", None, now)]


async def test_a_proved_person_acts_for_himself(people):
    actor = await people.proved()
    assert actor.kind is ActorKind.SUBJECT
    assert actor.person_id == actor.subject_id
    assert actor.mandate_id is None
    again = await people.visit()
    assert again == Visitor("openid-wang", actor.person_id)
    assert (await people.acting(again, actor.person_id)).subject_id == actor.person_id


async def test_acting_for_a_firm_needs_a_live_mandate(people, firms, database, now):
    wang = await people.proved()
    li = await people.proved("openid-li", 2, name="李四")
    visitor, other = await people.visit(), await people.visit("openid-li")
    with pytest.raises(NotFound):
        await people.acting(visitor, firms[FIRM])
    await prove_mandate(
        database, wang, uscc=FIRM, verifier=people.registry, sealer=people.sealer, now=now
    )
    acting = await people.acting(visitor, firms[FIRM])
    assert (acting.person_id, acting.subject_id) == (wang.person_id, firms[FIRM])
    assert acting.mandate_id is not None
    for stranger, subject in ((other, firms[FIRM]), (other, wang.person_id), (visitor, uuid4())):
        with pytest.raises(NotFound):
            await people.acting(stranger, subject)
    assert li.person_id != wang.person_id


async def test_a_mandate_past_its_end_admits_nothing(people, firms, database, now):
    wang = await people.proved()
    await prove_mandate(
        database, wang, uscc=FIRM, verifier=people.registry, sealer=people.sealer, now=now
    )
    last = now + MANDATE_LIFE - timedelta(seconds=1)
    visitor = await people.visit(at=last)
    assert await people.acting(visitor, firms[FIRM], last)
    with pytest.raises(NotFound):
        await people.acting(visitor, firms[FIRM], now + MANDATE_LIFE)
    for moment, seen in ((last, True), (now + MANDATE_LIFE, False)):
        async with database.snapshot(wang, now=moment) as session:
            assert (await session.get(Subject, firms[FIRM]) is not None) == seen


async def test_an_ended_mandate_admits_nothing_from_the_next_request(people, firms, database, now):
    wang = await people.proved()
    visitor = await people.visit()
    await prove_mandate(
        database, wang, uscc=FIRM, verifier=people.registry, sealer=people.sealer, now=now
    )
    acting = await people.acting(visitor, firms[FIRM])
    async with database.transaction(acting, now=now) as session:
        await end_mandate(session, acting, mandate_id=acting.mandate_id, now=now)
    with pytest.raises(NotFound):
        await people.acting(visitor, firms[FIRM])
    with pytest.raises(NotFound):
        async with database.transaction(wang, now=now) as session:
            await end_mandate(session, wang, mandate_id=acting.mandate_id, now=now)


async def test_who_never_proved_himself_is_forgotten_after_his_last_log_in(
    people, admin, database, now
):
    proved = await people.proved()
    for openid, created_at in (
        ("openid-forgotten", now),
        ("openid-logged-in", now),
        ("openid-new", now + timedelta(days=1)),
    ):
        await people.visit(openid, created_at)
    grant = {
        "kind": "visitor",
        "openid": "openid-logged-in",
        "expires_at": now + 2 * VISITORS_KEPT_FOR,
    }
    await insert(admin, OAuthGrant, sample(OAuthGrant, now, **grant))

    gone = await prune(database, now=now + VISITORS_KEPT_FOR + timedelta(hours=1))

    assert gone["wechat_accounts"] == 1
    left = await admin.fetch("select openid, person_id from wechat_accounts order by openid")
    assert [tuple(row) for row in left] == [
        ("openid-logged-in", None),
        ("openid-new", None),
        ("openid-wang", proved.person_id),
    ]
