"""The person of the small city acting for himself, with what he declares, what is on record about him, and what he contests."""

import pytest
from small_cases import colleague

from suxin.kernel import performing
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.doorways import doorway
from suxin.kernel.messaging import Delivery
from suxin.kernel.sealing import Keyring, Sealer
from suxin.review.deciding import accept_case, check_case
from suxin.review.states import CaseState, Outcome
from suxin.rights.answering import answer_case
from suxin.rights.corrections import request_correction
from suxin.rights.kinds import KINDS
from suxin.rights.remedies import CorrectionAbout
from suxin.subjects.catalogue import load_catalogue
from suxin.subjects.commitments.texts import CURRENT
from suxin.subjects.declarations import declare_record
from suxin.subjects.models import WeChatAccount
from suxin_server.jobs import handlers

HONOUR = {"title": "诚信示范户", "issuer": "上塘镇"}
OPENID = "openid-of-xiaoming"


class Silent:
    """A channel that sends nothing."""

    async def send_subscribe_message(self, **_message) -> Delivery:
        return Delivery.taken(None)

    async def send_sms(self, **_message) -> Delivery:
        return Delivery.taken(None)


@pytest.fixture
async def catalogue(small_city):
    async with small_city.batch.transaction(Actor.system("test"), now=small_city.now) as session:
        await load_catalogue(session)
        append_act(session, action="test.catalogue.loaded", now=small_city.now)


@pytest.fixture
def himself(small_city) -> Actor:
    return Actor.subject(
        "test-himself", person_id=small_city.person_id, subject_id=small_city.person_id
    )


@pytest.fixture
def declared(small_city, catalogue):
    """Return a way to declare an honour; it answers the record's id."""

    async def declared(actor):
        return await small_city.act(
            declare_record,
            actor,
            item_code="VOL-HONOUR",
            content=HONOUR,
            commitment_version=CURRENT.version,
        )

    return declared


@pytest.fixture
async def phone_of_his(small_city):
    """His WeChat account, as it is after the real-name proof."""
    anyone = Actor.anonymous("test")
    async with (
        small_city.database.transaction(anyone, now=small_city.now) as session,
        doorway(session),
    ):
        session.add(
            WeChatAccount(openid=OPENID, person_id=small_city.person_id, created_at=small_city.now)
        )
    return OPENID


@pytest.fixture
async def record_id(admin, small_city, catalogue):
    return await admin.fetchval("select id from credit_records where item_code = 'TAX-GRADE'")


@pytest.fixture
def ask(small_city, record_id):
    async def ask(actor=small_city.applicant, now=None, **changes):
        given = {
            "about": CorrectionAbout.RECORD,
            "record_id": record_id,
            "wanted": "纳税信用级别应为 A 级",
            "reason": "税务机关已复核",
            **changes,
        }
        return await small_city.act(request_correction, actor, now=now, **given)

    return ask


@pytest.fixture
def accept(small_city):
    async def accept(case, *, now=None):
        return await small_city.act(
            accept_case, small_city.operator, kind=KINDS[case.kind], case_id=case.id, now=now
        )

    return accept


@pytest.fixture
def answer(small_city, accept):
    async def answer(
        case, *, granted=True, text="经核实，确有错误", actor=None, now=None, value=""
    ):
        """Accept a case, let one decide and another check it."""
        which = {"case_id": case.id, "now": now}
        if case.state is CaseState.SUBMITTED:
            await accept(case, now=now)
        await small_city.act(
            answer_case,
            actor or small_city.operator,
            outcome=Outcome.GRANTED if granted else Outcome.DECLINED,
            reason=text,
            value=value,
            **which,
        )
        return await small_city.act(
            check_case,
            colleague(small_city),
            kind=KINDS[case.kind],
            upheld=True,
            reason="",
            **which,
        )

    return answer


@pytest.fixture
def run(small_city, admin):
    """Return a way to carry out what is due of a topic; it answers how many rows there were."""
    table = handlers(sealer=Sealer(Keyring.generate()), channel=Silent())

    async def run(topic, now):
        rows = await admin.fetch(
            "select id from outbox where topic = $1 and not_before <= $2 and done_at is null"
            " order by not_before, id",
            topic,
            now,
        )
        for row in rows:
            assert await performing.perform(small_city.database, row["id"], table, now=now)
        return len(rows)

    return run
