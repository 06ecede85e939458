"""Public warnings: two people, what everybody sees and until when, and taking one down."""

import asyncio
from datetime import date, timedelta

import pytest
from observing import changed, contents
from small_cautions import draft, paper, propose, publish
from small_scores import official

from suxin.cautions.commands import (
    decide_caution,
    propose_caution,
    take_down_caution,
    withdraw_caution,
)
from suxin.cautions.queries import shown_cautions
from suxin.cautions.refusals import (
    CautionNamesPerson,
    CautionNotAnOrganisation,
    CautionNotHere,
    CautionOver,
    CautionSecondPerson,
)
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid

DECISION = {"granted": True, "answer": "与原文一致", "names_nobody": True}


async def shown(city, *, after=timedelta()) -> list[str]:
    async with city.database.snapshot(Actor.anonymous("test"), now=city.now + after) as session:
        return [one.title for one in await session.scalars(shown_cautions())]


async def test_one_proposes_another_publishes_and_nobody_sees_it_before(small_city, admin):
    """PIPL art. 25: nothing is public that a second person has not looked through for names."""
    caution = await propose(small_city)
    assert await shown(small_city) == []
    before = await contents(admin)
    with pytest.raises(CautionSecondPerson):
        await small_city.act(
            decide_caution, official(small_city, 0), caution_id=caution.id, **DECISION
        )
    with pytest.raises(Invalid) as refused:
        unseen = DECISION | {"names_nobody": False}
        await small_city.act(
            decide_caution, official(small_city, 1), caution_id=caution.id, **unseen
        )
    assert refused.value.field == "namesNobody"
    assert await changed(admin, before) == set()
    await small_city.act(decide_caution, official(small_city, 1), caution_id=caution.id, **DECISION)
    assert await shown(small_city) == [caution.title]


async def test_a_warning_is_over_on_its_day_whoever_looks(small_city):
    caution = await publish(small_city, expires_on=date(2026, 11, 22))
    over = caution.expires_at - small_city.now
    assert await shown(small_city, after=over - timedelta(seconds=1)) == [caution.title]
    assert await shown(small_city, after=over) == []


async def test_what_is_over_is_not_published(small_city):
    caution = await propose(small_city, expires_on=date(2026, 11, 22))
    with pytest.raises(CautionOver):
        await small_city.act(
            decide_caution,
            official(small_city, 1),
            caution_id=caution.id,
            now=caution.expires_at,
            **DECISION,
        )


async def test_one_person_takes_it_down_at_once(small_city, admin):
    caution = await publish(small_city)
    down = {"caution_id": caution.id, "reason": "原通报已撤销"}
    await small_city.act(take_down_caution, official(small_city, 1), **down)
    assert await shown(small_city) == []
    with pytest.raises(CautionNotHere):
        await small_city.act(take_down_caution, official(small_city, 0), **down)
    actions = await admin.fetch(
        "select action from audit_entries where object_type = 'public_caution' order by id"
    )
    assert [row[0].rpartition(".")[2] for row in actions] == ["filed", "published", "taken_down"]


async def test_two_who_decide_at_once_come_to_one_decision(small_city, admin):
    caution = await propose(small_city)
    rejection = DECISION | {"granted": False}
    found = await asyncio.gather(
        *(
            small_city.act(decide_caution, official(small_city, who), caution_id=caution.id, **how)
            for who, how in ((1, DECISION), (2, rejection))
        ),
        return_exceptions=True,
    )
    assert sorted(isinstance(one, CautionNotHere) for one in found) == [False, True]


async def test_what_is_taken_back_is_decided_on_by_nobody(small_city):
    caution = await propose(small_city)
    await small_city.act(withdraw_caution, official(small_city, 0), caution_id=caution.id)
    with pytest.raises(CautionNotHere):
        await small_city.act(
            decide_caution, official(small_city, 1), caution_id=caution.id, **DECISION
        )


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"title": " "}, Invalid, "title"),
        ({"document_number": "长" * 61}, Invalid, "documentNumber"),
        ({"issued_on": date(2026, 12, 31)}, Invalid, "issuedOn"),
        ({"expires_on": date(2026, 11, 1)}, Invalid, "expiresOn"),
        ({"expires_on": date(2028, 11, 1)}, Invalid, "expiresOn"),
        ({"body": "负责人：王小明"}, CautionNamesPerson, "body"),
        ({"organisations": ["王小明"]}, CautionNotAnOrganisation, "organisations"),
    ],
    ids=str,
)
async def test_what_is_no_warning_is_refused_beside_its_field(
    small_city, admin, changes, refusal, field
):
    before = await contents(admin)
    with pytest.raises(refusal) as refused:
        await small_city.act(
            propose_caution,
            official(small_city, 0),
            draft=draft(**changes),
            paper=paper(),
            sealer=small_city.sealer,
        )
    assert refused.value.field == field
    assert await changed(admin, before) == set()
