"""Who learns a tier: who has a basis for it, for that purpose, and never the number; a bank of no natural person unlicensed."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from small_merchant import build_merchant
from small_scores import active_model, run
from sqlalchemy import select

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden
from suxin.scoring.models import Score, ScoreTier
from suxin.scoring.packaged import FIRM_GRADE, XICHU, packaged_model
from suxin.scoring.policies import TIER_READ
from suxin.scoring.queries import is_eligible, tiers_of

PURPOSE = "perk.redeem"


def asking(actor: Actor) -> Actor:
    """Return the actor with the right to ask for tiers, and the purpose to."""
    return replace(actor, permissions=actor.permissions | {TIER_READ}, purposes=(PURPOSE,))


async def scored_city(city) -> None:
    for code in (FIRM_GRADE, XICHU):
        await run(city, await active_model(city, packaged_model(code)))


async def permit(
    admin: asyncpg.Connection, city, tenant_id: UUID, subject_id: UUID, categories=("score_tier",)
) -> UUID:
    basis_id = uuid4()
    await admin.execute(
        "insert into access_bases (id, subject_id, tenant_id, kind, purpose, categories, source_id, starts_at, ends_at)"
        " values ($1, $2, $3, 'consent', $4, $5, $1, $6, $7)",
        basis_id,
        subject_id,
        tenant_id,
        PURPOSE,
        list(categories),
        city.now,
        city.now + timedelta(days=30),
    )
    return basis_id


async def seen(city, actor, subject_id, *, now=None) -> list[tuple[str, str]]:
    moment = now or city.now
    async with city.database.snapshot(actor, now=moment) as session:
        # The number is nobody's but the subject's own, whatever basis there is.
        assert (await session.scalars(select(Score))).all() == []
        tiers = await tiers_of(session, actor, subject_id=subject_id, purpose=PURPOSE, now=moment)
    return [(tier.model_code, tier.tier) for tier in tiers]


async def test_a_tenant_learns_a_tier_on_a_basis_and_another_does_not(small_city, admin):
    await scored_city(small_city)
    merchant = asking(await build_merchant(small_city))
    person = small_city.person_id
    assert await seen(small_city, merchant, person) == []
    basis_id = await permit(admin, small_city, merchant.own_tenant, person)
    assert await seen(small_city, merchant, person) == [(XICHU, "BBB")]
    receipt = await admin.fetchrow(
        "select purpose, categories, row_count, consent_id from audit_entries"
        " where action = 'data.read' and subject_id = $1",
        person,
    )
    assert tuple(receipt) == (PURPOSE, ["score_tier"], 1, basis_id)
    # Another tenant, another subject, and the same one after the basis has ended: nothing.
    assert await seen(small_city, asking(small_city.banks[1].officer), person) == []
    assert await seen(small_city, merchant, small_city.stranger_id) == []
    await admin.execute("update access_bases set ended_at = starts_at where id = $1", basis_id)
    assert await seen(small_city, merchant, person) == []


async def test_a_bank_learns_no_natural_persons_tier_without_a_licence(small_city, admin):
    await scored_city(small_city)
    bank = asking(small_city.banks[0].officer)
    for subject_id in (small_city.person_id, small_city.firm_id):
        await permit(admin, small_city, bank.own_tenant, subject_id)
    assert await seen(small_city, bank, small_city.person_id) == []
    assert await seen(small_city, bank, small_city.firm_id) == [(FIRM_GRADE, "BBB")]
    await admin.execute("update tenants set credit_licensed = true where id = $1", bank.own_tenant)
    assert await seen(small_city, bank, small_city.person_id) == [(XICHU, "BBB")]


async def test_a_basis_for_something_else_shows_no_tier(small_city, admin):
    await scored_city(small_city)
    merchant = asking(await build_merchant(small_city))
    await permit(admin, small_city, merchant.own_tenant, small_city.person_id, ["registration"])
    assert await seen(small_city, merchant, small_city.person_id) == []
    async with small_city.database.snapshot(merchant, now=small_city.now) as session:
        assert (await session.scalars(select(ScoreTier))).all() == []
        with pytest.raises(Forbidden):
            await tiers_of(
                session,
                merchant,
                subject_id=small_city.person_id,
                purpose="loan.match",
                now=small_city.now,
            )
        with pytest.raises(Forbidden):
            await tiers_of(
                session,
                replace(merchant, permissions=frozenset()),
                subject_id=small_city.person_id,
                purpose=PURPOSE,
                now=small_city.now,
            )


async def test_a_tier_opens_a_door_for_whoever_has_it_or_a_better_one(small_city, admin):
    await scored_city(small_city)
    merchant = asking(await build_merchant(small_city))
    await permit(admin, small_city, merchant.own_tenant, small_city.person_id)

    async def eligible(at_least: str, *, code: str = XICHU, now=small_city.now) -> bool:
        async with small_city.database.snapshot(merchant, now=now) as session:
            return await is_eligible(
                session,
                merchant,
                subject_id=small_city.person_id,
                purpose=PURPOSE,
                model_code=code,
                at_least=at_least,
                now=now,
            )

    assert [await eligible(tier) for tier in ("AAA", "A", "BBB", "BB", "D")] == [
        False,
        False,
        True,
        True,
        True,
    ]
    assert await eligible("NONE") is False
    assert await eligible("C", code=FIRM_GRADE) is False
    # A tier that was not renewed in time is nobody's any more.
    assert await eligible("D", now=small_city.now + timedelta(days=20)) is False
