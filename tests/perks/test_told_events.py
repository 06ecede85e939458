"""What a merchant's systems are told of claims on a cover and of limits: each step once, by the order, and nobody's name."""

import json

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity
from small_covers import WAITED, SmallCover, build_cover
from small_limits import decided, defaulted, follow, noticed, person_of, proposed
from small_perks import build_perks

from suxin.events.models import TenantEvent
from suxin.kernel.refusals import Invalid
from suxin.perks.covers.claiming import withdraw_claim
from suxin.perks.covers.deciding import check_claim, decide_claim
from suxin.perks.limiting.proposing import end_limit
from suxin.review.filing import withdraw_case
from suxin.review.states import Outcome
from suxin.rights.kinds import LIMIT_OBJECTION
from suxin.rights.limit_objections import object_to_limit
from suxin.tenancy.profiles import TenantKind


@pytest.fixture
async def small(small_city: SmallCity) -> SmallCover:
    return await build_cover(await build_perks(small_city))


async def told(admin: asyncpg.Connection, like: str) -> list[tuple]:
    """The events of a kind, in their order: which step, whose, about which order, and the data."""
    rows = await admin.fetch(
        "select type, tenant_id, object_id, data from tenant_events where type like $1 order by id",
        like,
    )
    return [
        (row["type"].rsplit(".", 1)[1], row["tenant_id"], row["object_id"], json.loads(row["data"]))
        for row in rows
    ]


async def test_a_claims_steps_are_told_and_what_one_person_decided_is_not(small, admin) -> None:
    merchant = small.perks.merchant.own_tenant
    first = await small.unpaid("BIKE-1")
    await small.paid(await small.claim(first), 9_000)
    second = await small.unpaid("BIKE-2")
    back = await small.claim(second, now=small.city.now + WAITED)
    about = {"claim_id": back.id, "now": small.city.now + WAITED}
    await small.city.act(withdraw_claim, small.perks.merchant, **about)
    third = await small.claim(await small.unpaid("BIKE-3"))
    about = {"claim_id": third.id, "now": small.city.now + WAITED}
    await small.city.act(
        decide_claim, small.city.operator, granted_fen=0, answer="材料不足", **about
    )
    told_before = await told(admin, "perks.cover.%")
    async with nothing_written(admin):
        with pytest.raises(Invalid):
            await small.city.act(check_claim, small.second, upheld=False, reason="", **about)
    assert await told(admin, "perks.cover.%") == told_before
    await small.city.act(check_claim, small.second, upheld=True, **about)
    events = await told(admin, "perks.cover.%")
    assert [(one[0], one[3]["number"], one[3]["grantedFen"]) for one in events] == [
        ("filed", "BIKE-1", 0),
        ("approved", "BIKE-1", 9_000),
        ("paid", "BIKE-1", 9_000),
        ("filed", "BIKE-2", 0),
        ("withdrawn", "BIKE-2", 0),
        ("filed", "BIKE-3", 0),
        ("rejected", "BIKE-3", 0),
    ]
    assert {one[1] for one in events} == {merchant}
    assert events[0][2] == first.id
    assert all(sorted(one[3]) == ["askedFen", "grantedFen", "number"] for one in events)


async def test_a_limits_steps_are_told_and_not_whom_it_concerns(small, admin) -> None:
    city = small.city
    rival = await build_perks(city, TenantKind.ATTRACTION)
    order = await defaulted(small)
    limit = await noticed(small, await proposed(small, order))
    now = city.now + WAITED
    case = await city.act(
        object_to_limit, person_of(city), limit_id=limit.id, reason="已当面付清", now=now
    )
    about = {"kind": LIMIT_OBJECTION, "case_id": case.id, "now": now}
    await city.act(withdraw_case, person_of(city), **about)
    assert limit.object_until is not None
    await follow(city, limit, "let_take_effect", now=limit.object_until)
    await city.act(
        end_limit,
        small.perks.merchant,
        limit_id=limit.id,
        reason="已付清",
        now=limit.object_until,
    )
    events = await told(admin, "perks.limit.%")
    assert [one[0] for one in events] == [
        "proposed", "noticed", "contested", "stands", "effective", "ended",
    ]  # fmt: skip
    assert {one[1:3] for one in events} == {(small.perks.merchant.own_tenant, order.id)}
    assert {tuple(sorted(one[3])) for one in events} == {("months", "number", "owedFen")}
    person = str(city.person_id)
    assert person not in json.dumps([one[3] for one in events])
    # Another merchant's feed has none of it.
    async with city.database.snapshot(rival.merchant, now=now) as session:
        found = await session.execute(
            TenantEvent.__table__.select().where(TenantEvent.type.like("perks.%"))
        )
        assert found.all() == []


async def test_a_limit_whose_objection_holds_is_told_as_lifted(small, admin) -> None:
    city, now = small.city, small.city.now + WAITED
    limit = await noticed(small, await proposed(small, await defaulted(small)))
    case = await city.act(
        object_to_limit, person_of(city), limit_id=limit.id, reason="已当面付清", now=now
    )
    await decided(city, case, Outcome.GRANTED, now=now)
    assert [one[0] for one in await told(admin, "perks.limit.%")][-2:] == ["contested", "lifted"]
