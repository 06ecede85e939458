"""Who reads what of a subject: with no, live, future, expired and ended bases, and what is noted of it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden, NotFound
from suxin.subjects.catalogue import packaged
from suxin.subjects.identities import Identity, identity_of
from suxin.subjects.mandates import prove_mandate
from suxin.subjects.models import CreditRecord, RecordStatus
from suxin.subjects.policies import RECORD_READ
from suxin.subjects.queries import records, records_of, subject_row
from suxin.subjects.shapes import SHAPES

FIRM = "91321302MATE5T017A"
DAY = timedelta(days=1)


@pytest.fixture
async def applicant(people, firms, database, batch, now):
    """A proved person acting for his firm, which has a tax grade, a tax payment and a penalty."""
    wang = await people.proved()
    await prove_mandate(
        database, wang, uscc=FIRM, verifier=people.registry, sealer=people.sealer, now=now
    )
    rows = (
        ("TAX-GRADE", {"grade": "A", "year": 2025}, None, 5),
        ("TAX-PAID", {"year": 2025}, 1_234_500, 6),
        ("PENALTY", {"authority": "城管局", "number": "1", "class": "一般"}, None, 7),
    )
    async with batch.transaction(Actor.system("t"), now=now) as session:
        items = {one.code: one for one in packaged().items}
        session.add_all(
            CreditRecord(
                subject_id=firms[FIRM],
                id=new_id(),
                item_code=item,
                category=items[item].category,
                channel=items[item].channel,
                natural_person=False,
                source="test",
                source_ref=item,
                occurred_on=now.date().replace(month=month),
                polarity=SHAPES[item].polarity,
                status=RecordStatus.ACTIVE,
                content=content,
                amount_fen=amount,
                self_declared=False,
                loaded_at=now,
            )
            for item, content, amount, month in rows
        )
    return await people.acting(await people.visit(), firms[FIRM])


async def codes(reading, actor, subject_id, purpose="loan.match", at=None):
    async with reading.as_(actor, at) as session:
        page = await records_of(session, actor, subject_id, purpose)
    return [row.item_code for row in page.rows]


async def test_a_subject_reads_all_of_his_own_without_a_receipt(applicant, reading, receipts):
    found = await codes(reading, applicant, applicant.own_subject)
    assert found == ["PENALTY", "TAX-PAID", "TAX-GRADE"]
    assert await receipts() == []


async def test_a_tenant_without_a_basis_reads_nothing(applicant, reading, receipts):
    officer = reading.officer()
    assert await codes(reading, officer, applicant.own_subject) == []
    async with reading.as_(officer) as session:
        assert (await session.scalars(records(applicant.own_subject))).all() == []
        with pytest.raises(NotFound):
            await subject_row(session, applicant.own_subject)
    assert await receipts() == []


async def test_a_live_basis_admits_its_categories_and_is_noted(applicant, reading, receipts):
    officer, other = reading.officer(), reading.officer()
    await reading.permit(applicant, officer, ["tax", "registration"])
    subject_id = applicant.own_subject
    assert await codes(reading, officer, subject_id) == ["TAX-PAID", "TAX-GRADE"]
    async with reading.as_(officer) as session:
        assert (await subject_row(session, subject_id)).uscc == FIRM
    assert await codes(reading, other, subject_id) == []
    assert await receipts() == [(subject_id, "loan.match", ["tax"], 2)]


async def test_finding_nothing_in_a_permitted_category_is_noted_too(applicant, reading, receipts):
    officer = reading.officer()
    await reading.permit(applicant, officer, ["honours", "environment"])
    assert await codes(reading, officer, applicant.own_subject) == []
    assert await receipts() == [
        (applicant.own_subject, "loan.match", ["environment", "honours"], 0)
    ]


@pytest.mark.parametrize(
    "period",
    [
        {"starts": DAY},
        {"starts": -2 * DAY, "life": 2 * DAY},
        {"starts": -2 * DAY, "ended": -DAY},
    ],
    ids=["not yet", "expired", "paused or revoked"],
)
async def test_a_basis_that_is_not_live_admits_nothing(applicant, reading, receipts, period):
    officer = reading.officer()
    await reading.permit(applicant, officer, ["tax", "registration", "identity"], **period)
    assert await codes(reading, officer, applicant.own_subject) == []
    async with reading.as_(officer) as session:
        with pytest.raises(NotFound):
            await subject_row(session, applicant.own_subject)
    assert await receipts() == []


async def test_a_basis_is_for_its_own_purpose(applicant, reading, receipts):
    officer = reading.officer()
    await reading.permit(applicant, officer, ["penalties"], purpose="loan.contract")
    subject_id = applicant.own_subject
    assert await codes(reading, officer, subject_id) == []
    assert await codes(reading, officer, subject_id, "loan.contract") == ["PENALTY"]
    with pytest.raises(Forbidden):
        await codes(reading, officer, subject_id, "marketing")
    assert await receipts() == [(subject_id, "loan.contract", ["penalties"], 1)]


async def test_a_token_bound_to_one_consent_reads_by_that_one_alone(applicant, reading):
    officer = reading.officer()
    tax = await reading.permit(applicant, officer, ["tax"])
    await reading.permit(applicant, officer, ["penalties"])
    narrowed = reading.officer(
        officer.tenant_id, kind=ActorKind.CLIENT, staff_id=None, consent_id=tax
    )
    subject_id = applicant.own_subject
    assert await codes(reading, narrowed, subject_id) == ["TAX-PAID", "TAX-GRADE"]
    assert len(await codes(reading, officer, subject_id)) == 3


async def test_without_the_permission_no_basis_helps(applicant, reading, people):
    officer = reading.officer()
    await reading.permit(applicant, officer, ["tax"])
    clerk = reading.officer(officer.tenant_id, permissions=frozenset())
    with pytest.raises(Forbidden):
        await codes(reading, clerk, applicant.own_subject)
    reader = reading.officer(officer.tenant_id, permissions=frozenset({RECORD_READ}))
    async with reading.as_(reader) as session:
        with pytest.raises(Forbidden):
            await identity_of(session, people.sealer, applicant.own_person)


async def test_another_person_reads_nothing(applicant, people, reading):
    li = await people.proved("openid-li", 2, name="李四")
    assert await codes(reading, li, applicant.own_subject) == []
    async with reading.as_(li) as session:
        for subject_id in (applicant.own_subject, applicant.own_person, uuid4()):
            with pytest.raises(NotFound):
                await subject_row(session, subject_id)
        with pytest.raises(NotFound):
            await identity_of(session, people.sealer, applicant.own_person)


async def test_a_person_reads_his_own_identity_without_a_receipt(
    applicant, people, reading, receipts
):
    async with reading.as_(applicant) as session:
        found = await identity_of(session, people.sealer, applicant.own_person)
    assert (found.name, found.phone) == ("王小明", "19900000001")
    assert found.resident_id.startswith("32130219900101001")
    assert await receipts() == []


async def test_a_tenant_learns_the_identity_and_the_phone_only_on_a_basis_for_each(
    people, reading, receipts
):
    wang, officer = await people.proved(), reading.officer()
    person_id = wang.own_person

    async def read() -> Identity:
        async with reading.as_(officer) as session:
            return await identity_of(session, people.sealer, person_id)

    with pytest.raises(NotFound):
        await read()
    await reading.permit(wang, officer, ["identity"])
    assert ((await read()).name, (await read()).phone) == ("王小明", None)
    await reading.permit(wang, officer, ["identity", "contact"], purpose="loan.contract")
    assert (await read()).phone == "19900000001"
    assert await receipts() == [
        (person_id, "loan.match", ["identity"], 1),
        (person_id, "loan.match", ["identity"], 1),
        (person_id, "loan.contract", ["identity", "contact"], 1),
    ]


def test_an_identity_is_shown_and_printed_masked():
    identity = Identity(name="张三丰", resident_id="321302199001010012", phone="13812345678")
    masked = identity.masked()
    assert (masked.name, masked.resident_id, masked.phone) == (
        "张**",
        "321***********0012",
        "138****5678",
    )
    assert repr(identity) == "Identity(张**, 321***********0012, 138****5678)"
    assert Identity(name="张三", resident_id="x", phone=None).masked().phone is None
