"""Farm entities: proposed by one and admitted by another once they consented; what a village attests; and titles of areas."""

import asyncio
from dataclasses import replace

import pytest
from observing import changed, contents
from small_rural import NOTICE, VILLAGE_CODE, build_village
from small_scores import official

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, Invalid
from suxin.rural.cycles import begin_panel, open_cycle
from suxin.rural.entering import admit_entity, enter_cycle, propose_entity
from suxin.rural.refusals import (
    EntryNotAt,
    FactNotStatable,
    NobodyEntered,
    NotOfThisCycle,
    SecondRaterNeeded,
    StatementNotAt,
    TitleExists,
    TitleNotAt,
    TitleNotDue,
)
from suxin.rural.statements import put_on_record, state_fact, verify_fact
from suxin.rural.states import RuralKind
from suxin.rural.titles import LoanFigures, decide_title, file_title, revoke_title

LOANS = {
    "debtors": 20,
    "without_arrears": 19,
    "loans": 1_000,
    "bad_loans": 10,
    "new_loans": 200,
    "new_bad_loans": 1,
    "paper": "农商行 2026 年统计表",
}


async def farm_entered(city, admin):
    """A family farm that consented to a cycle of its town's village."""
    village = await build_village(city, kinds=[RuralKind.FAMILY_FARM])
    cycle = await city.act(open_cycle, village.manager, kind=RuralKind.FAMILY_FARM)
    await admin.execute(
        "update subjects set kind = 'family_farm' where id = $1", city.stranger_firm_id
    )
    entry = await city.act(
        enter_cycle,
        city.stranger,
        cycle_id=cycle.id,
        notice_version=NOTICE,
        publish_name=False,
    )
    return village, cycle, entry


async def test_a_farm_entity_is_proposed_by_one_and_admitted_by_another(small_city, admin):
    village, cycle, entry = await farm_entered(small_city, admin)
    assert entry.state == "CONSENTED"
    with pytest.raises(NotOfThisCycle):
        await small_city.act(
            enter_cycle,
            small_city.applicant,
            cycle_id=cycle.id,
            notice_version=NOTICE,
            publish_name=False,
        )
    await village.name(cycle)
    with pytest.raises(NobodyEntered):
        await small_city.act(begin_panel, village.manager, cycle_id=cycle.id)
    admission = {"entry_id": entry.id, "granted": True}
    with pytest.raises(EntryNotAt):
        await small_city.act(admit_entity, village.checker, **admission)
    await small_city.act(propose_entity, village.manager, entry_id=entry.id, reason="经营规范")
    with pytest.raises(SecondRaterNeeded):
        await small_city.act(
            admit_entity, village.person(0, "village_admin", "supervisor"), **admission
        )
    await small_city.act(admit_entity, village.checker, **admission)
    begun = await small_city.act(begin_panel, village.manager, cycle_id=cycle.id)
    assert begun.entries == 1


async def test_what_a_village_attests_is_on_record_once_another_verified_it(small_city, admin):
    village = await build_village(small_city)
    cycle = await small_city.act(open_cycle, village.manager, kind=RuralKind.HOUSEHOLD)
    entry = await village.enter(cycle, 0)
    fact = {"entry_id": entry.id, "item_code": "VILLAGE-RESIDENCE", "content": {"band": "3年以上"}}
    for refusal, more in (
        (FactNotStatable, {"item_code": "HONOUR"}),
        (Invalid, {"content": {"band": "很久"}}),
    ):
        with pytest.raises(refusal):
            await small_city.act(state_fact, village.manager, **(fact | more))
    stated = await small_city.act(state_fact, village.manager, **fact)
    verdict = {"statement_id": stated.id, "granted": True}
    with pytest.raises(SecondRaterNeeded):
        await small_city.act(
            verify_fact, village.person(0, "village_admin", "supervisor"), **verdict
        )
    before = await contents(admin)
    async with small_city.database.transaction(Actor.system("x"), now=small_city.now) as session:
        given = {"tenant_id": village.tenant_id, "statement_id": stated.id, "now": small_city.now}
        assert await put_on_record(session, **given) is None
    assert await changed(admin, before) == set()
    await small_city.act(verify_fact, village.checker, **verdict)
    with pytest.raises(StatementNotAt):
        await small_city.act(verify_fact, village.checker, **verdict)
    for _ in range(2):
        async with small_city.database.transaction(
            Actor.system("x"), now=small_city.now
        ) as session:
            assert await put_on_record(session, **given)
    rows = await admin.fetch(
        "select source, self_declared from credit_records where source <> 'test'"
    )
    assert ("village", False) in {tuple(row) for row in rows}
    assert sum(row["source"] == "village" for row in rows) == 1


async def credit_village(city, admin):
    """A village in which every household is a credit household, as if it had been rated so."""
    village = await build_village(city)
    await village.noticed(numbers=[0, 1, 2])
    await admin.execute("update rural_entries set tier = 'A', place = 2")
    await village.work(city.now.replace(month=12, day=15))
    await village.count()
    return village


async def test_a_title_is_filed_on_figures_and_decided_by_another(small_city, admin):
    await credit_village(small_city, admin)
    counted = await admin.fetch(
        "select area_code, households, credit_households, villages, credit_villages from rural_area_counts order by 1"
    )
    assert [tuple(row) for row in counted] == [
        ("321302", 4, 3, 1, 0),
        ("321302150", 4, 3, 1, 0),
        (VILLAGE_CODE, 4, 3, 1, 0),
    ]
    filing = {"area_code": VILLAGE_CODE, "year": 2026, "loans": LoanFigures(**LOANS)}
    worse = LoanFigures(**(LOANS | {"bad_loans": 50}))
    with pytest.raises(TitleNotDue):
        await small_city.act(file_title, official(small_city, 0), **(filing | {"loans": worse}))
    with pytest.raises(TitleNotDue):
        await small_city.act(
            file_title, official(small_city, 0), **(filing | {"area_code": "321302"})
        )
    title = await small_city.act(file_title, official(small_city, 0), **filing)
    decision = {"title_id": title.id, "granted": True, "answer": "符合条件"}
    with pytest.raises(SecondRaterNeeded):
        await small_city.act(decide_title, official(small_city, 0), **decision)
    auditor = replace(official(small_city, 1), permissions=frozenset())
    with pytest.raises(Forbidden):
        await small_city.act(decide_title, auditor, **decision)
    await small_city.act(decide_title, official(small_city, 1), **decision)
    with pytest.raises(TitleExists):
        await small_city.act(file_title, official(small_city, 0), **filing)
    revoked = {"title_id": title.id, "reason": "弄虚作假"}
    await small_city.act(revoke_title, official(small_city, 2), **revoked)
    with pytest.raises(TitleNotAt):
        await small_city.act(revoke_title, official(small_city, 2), **revoked)


async def test_of_two_who_file_one_title_at_once_one_does(small_city, admin):
    await credit_village(small_city, admin)
    filing = {"area_code": VILLAGE_CODE, "year": 2026, "loans": LoanFigures(**LOANS)}
    done = await asyncio.gather(
        *(small_city.act(file_title, official(small_city, number), **filing) for number in (0, 1)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["RuralTitle", "TitleExists"]


@pytest.mark.parametrize(
    "change", [{"without_arrears": 21}, {"bad_loans": -1}, {"new_bad_loans": 201}]
)
def test_a_part_is_no_more_than_its_whole(change):
    with pytest.raises(Invalid):
        LoanFigures(**(LOANS | change))
