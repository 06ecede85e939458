"""Sensitive personal information: read only on a basis that names its category and nothing besides (PIPL art. 28, 29)."""

import asyncpg
import pytest

from suxin.consent.purposes import PURPOSES
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.subjects.catalogue import packaged
from suxin.subjects.models import SENSITIVE_CATEGORIES, CreditRecord, DataCategory, RecordStatus
from suxin.subjects.queries import records, records_of
from suxin.subjects.shapes import SHAPES

ORDINARY = ["honours", "penalties", "performance", "registration", "social_insurance", "tax"]
CONTENTS = {
    "BLOOD-DONATION": {"organisation": "市中心血站（测试）"},
    "CONVICTION": {"court": "市中院", "number": "7", "kind": "过失"},
    "MILITARY-SERVICE": {"standing": "退役军人"},
    "VOLUNTEER-SERVICE": {"organisation": "志愿者协会（测试）", "hours": 12},
}


@pytest.fixture
async def wang(people, firms, batch, now):
    """A proved person on whom three sensitive things are on record, and one that is not."""
    wang = await people.proved()
    items = {one.code: one for one in packaged().items}
    async with batch.transaction(Actor.system("t"), now=now) as session:
        session.add_all(
            CreditRecord(
                subject_id=wang.own_person,
                id=new_id(),
                item_code=code,
                category=items[code].category,
                channel=items[code].channel,
                natural_person=True,
                source="test",
                source_ref=code,
                occurred_on=now.date(),
                polarity=SHAPES[code].polarity,
                status=RecordStatus.ACTIVE,
                content=content,
                amount_fen=None,
                self_declared=False,
                loaded_at=now,
            )
            for code, content in CONTENTS.items()
        )
    return wang


@pytest.fixture
async def bank(reading, admin, now):
    """An officer of a bank that is licensed for personal credit reporting."""
    officer = reading.officer()
    await admin.execute(
        "insert into tenants (id, kind, name, short_name, uscc, contact, area_code, status,"
        " credit_licensed, sandbox, created_at) values ($1, 'bank', '持牌银行（测试）', '持牌',"
        " '91321302MATE5T0419', '0527-1', '321300', 'ACTIVE', true, false, $2)",
        officer.own_tenant,
        now,
    )
    return officer


async def read(reading, officer, wang):
    """Read page by page as the desk does, and all at once around it; both tell the same."""
    async with reading.as_(officer) as session:
        page = await records_of(session, officer, wang.own_person, "loan.match")
        whole = (await session.scalars(records(wang.own_person))).all()
    assert {row.item_code for row in page.rows} == {row.item_code for row in whole}
    return {row.item_code for row in page.rows}


async def test_a_bank_with_every_ordinary_category_reads_none_of_it(wang, bank, reading):
    await reading.permit(wang, bank, ORDINARY)
    assert await read(reading, bank, wang) == {"VOLUNTEER-SERVICE"}


async def test_with_a_basis_of_its_own_a_bank_reads_that_category_and_another_bank_nothing(
    wang, bank, reading, receipts
):
    await reading.permit(wang, bank, ["health"])
    assert await read(reading, bank, wang) == {"BLOOD-DONATION"}
    assert await receipts() == [(wang.own_person, "loan.match", ["health"], 1)]
    other = reading.officer()
    assert await read(reading, other, wang) == set()


@pytest.mark.parametrize("category", sorted(SENSITIVE_CATEGORIES))
async def test_no_basis_names_it_beside_anything_else(wang, bank, reading, counted, category):
    """PIPL art. 29: separate consent."""
    with pytest.raises(Exception, match="sensitive_apart"):
        await reading.permit(wang, bank, [category.value, "honours"])
    assert await counted("access_bases") == (0,)


async def test_no_contract_and_no_statute_opens_it(wang, bank, reading, admin):
    await reading.permit(wang, bank, ["health"])
    for kind in ("contract", "statutory"):
        with pytest.raises(asyncpg.CheckViolationError, match="sensitive_apart"):
            await admin.execute("update access_bases set kind = $1", kind)


def test_a_purpose_asks_for_one_sensitive_category_and_nothing_else_or_for_none():
    for purpose in PURPOSES.values():
        assert not purpose.categories & SENSITIVE_CATEGORIES or len(purpose.categories) == 1
    assert DataCategory.SCORE_TIER not in SENSITIVE_CATEGORIES


async def test_he_reads_all_of_his_own(wang, reading):
    async with reading.as_(wang) as session:
        assert len((await session.scalars(records(wang.own_person))).all()) == len(CONTENTS)
