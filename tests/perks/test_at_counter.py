"""A paper code from a counter: proved, read aloud, signed, printed once, taken by the merchant's clerk and by nobody who helps."""

import asyncio
from datetime import timedelta

import pytest
from counter_visits import Counter, another_counter, helper_of
from observing import nothing_written
from small_codes import SmallCodes, resident_of
from small_perks import build_perks, give_tier

from suxin.consent.models import ConsentState, ConsentStateConflict
from suxin.counter.models import Decision, VisitNotReady
from suxin.counter.policies import VisitOver
from suxin.counter.queries import EvidenceMissing
from suxin.kernel.refusals import Forbidden, NotFound
from suxin.perks.at_counter import (
    CODE_LIFE,
    CodeOpenAlready,
    ask_at_counter,
    code_handed_out,
    hand_out_code,
)
from suxin.perks.presenting import hold_by_code, redeem_by_code
from suxin.perks.refusals import ProgrammeNotOpen
from suxin.subjects.models import PassKind
from suxin.subjects.presenting import CodeExpired, CodeForAnotherMerchant, CodeReplayed
from suxin.tenancy.profiles import TenantKind


class AtCounter:
    """A counter where the applicant stands, and a merchant with a programme."""

    def __init__(self, counter, perks, programme):
        self.counter, self.perks, self.programme = counter, perks, programme
        self.city, self.visit_id = counter.city, None

    async def ask(self, programme=None):
        asked = await self.counter.act(
            ask_at_counter,
            visit_id=self.visit_id,
            programme_id=(programme or self.programme).id,
        )
        return asked.id

    async def sign(self, decision=Decision.ALLOW, programme=None):
        return await self.counter.decide(self.visit_id, await self.ask(programme), decision)

    async def hand_out(self, evidence_id, counter=None, **given):
        return await (counter or self.counter).act(
            hand_out_code,
            visit_id=self.visit_id,
            evidence_id=evidence_id,
            sealer=self.city.sealer,
            **given,
        )

    async def redeem(self, paper, actor=None, command=redeem_by_code, now=None):
        return await self.city.act(
            command,
            actor or self.perks.merchant,
            code=paper.code,
            sealer=self.city.sealer,
            now=now,
        )


@pytest.fixture
async def desk(small_city, admin):
    await give_tier(admin, small_city, small_city.person_id, place=0)
    perks = await build_perks(small_city)
    counter = Counter(small_city, helper_of(small_city))
    await counter.known()
    found = AtCounter(counter, perks, await perks.published(stock=9))
    found.visit_id = await counter.welcome()
    return found


async def test_who_has_no_phone_gets_the_better_benefit_on_paper(desk, admin):
    paper = await desk.hand_out(await desk.sign())
    assert len(paper.code.replace(" ", "")) == 16
    assert paper.expires_at - paper.opened_at == CODE_LIFE <= timedelta(hours=4)
    done = await desk.redeem(paper)
    assert done.benefit_read == desk.programme.offers_read[0].benefit
    # Whose hands it went through is on record; no code and no redemption of the helper's is.
    acts = await admin.fetch(
        "select action, actor_kind, staff_id, subject_id, object_id from audit_entries"
        " where action in ('perks.code.handed_out', 'perks.redemption.completed') order by id"
    )
    helper, person = desk.counter.helper.staff_id, desk.city.person_id
    assert [tuple(row)[:4] for row in acts] == [
        ("perks.code.handed_out", "operator", helper, person),
        ("perks.redemption.completed", "staff", desk.perks.merchant.staff_id, None),
    ]
    assert acts[0]["object_id"] == desk.visit_id
    kept = await admin.fetchval("select string_agg(detail::text, '') from audit_entries")
    assert paper.code not in kept
    consent = "select state, end_reason, decided_by from consents where purpose = 'perk.redeem'"
    assert tuple(await admin.fetchrow(consent))[2] == person
    with pytest.raises(CodeReplayed):
        await desk.redeem(paper)


async def test_the_helper_never_redeems_it_himself_nor_does_another_merchant(desk, admin):
    paper = await desk.hand_out(await desk.sign())
    rivals = await build_perks(desk.city, TenantKind.ATTRACTION)
    async with nothing_written(admin):
        for command in (hold_by_code, redeem_by_code):
            for actor in (desk.counter.helper, desk.city.operator):
                with pytest.raises(Forbidden):
                    await desk.redeem(paper, actor, command)
        with pytest.raises(CodeForAnotherMerchant):
            await desk.redeem(paper, rivals.merchant)
    assert (await desk.redeem(paper)).persons == 1


async def test_it_is_printed_again_while_unused_and_two_at_once_print_one(desk, admin):
    evidence_id = await desk.sign()
    first, second = await asyncio.gather(desk.hand_out(evidence_id), desk.hand_out(evidence_id))
    assert first.code == second.code
    async with desk.city.database.snapshot(desk.counter.helper, now=desk.city.now) as session:
        again = await code_handed_out(
            session,
            desk.counter.helper,
            visit_id=desk.visit_id,
            evidence_id=evidence_id,
            sealer=desk.city.sealer,
            now=desk.city.now,
        )
    assert again.code == first.code
    acts = "select count(*) from audit_entries where action = 'perks.code.handed_out'"
    assert await admin.fetchval(acts) == 1
    await desk.redeem(first)
    async with nothing_written(admin):
        with pytest.raises(ConsentStateConflict):
            await desk.hand_out(evidence_id)


async def test_it_is_good_for_its_short_life_alone(desk):
    paper = await desk.hand_out(await desk.sign())
    with pytest.raises(CodeExpired):
        await desk.redeem(paper, now=desk.city.now + CODE_LIFE)
    late = desk.city.now + CODE_LIFE - timedelta(seconds=1)
    assert (await desk.redeem(paper, now=late)).persons == 1


async def test_without_a_signed_yes_to_a_benefit_nothing_is_printed(desk, admin):
    bank = await desk.counter.asked(desk.city.person_id)
    to_a_bank = await desk.counter.decide(desk.visit_id, bank)
    refused = await desk.sign(Decision.REFUSE)
    for evidence_id in (to_a_bank, refused, desk.visit_id):
        async with nothing_written(admin):
            with pytest.raises(EvidenceMissing):
                await desk.hand_out(evidence_id)
    state = "select state from consents where purpose = 'perk.redeem'"
    assert await admin.fetchval(state) == ConsentState.REJECTED
    assert await admin.fetchval("select count(*) from presentation_passes") == 0


async def test_before_the_card_and_after_the_visit_nobody_is_asked_anything(desk, admin):
    evidence_id = await desk.sign()
    over = desk.city.now + timedelta(minutes=31)
    beside = await another_counter(desk.counter)
    async with nothing_written(admin):
        with pytest.raises(VisitOver):
            await desk.hand_out(evidence_id, now=over)
        with pytest.raises(NotFound):
            await desk.hand_out(evidence_id, beside)
    open_alone = await beside.open()
    async with nothing_written(admin):
        with pytest.raises(VisitNotReady):
            await beside.act(ask_at_counter, visit_id=open_alone, programme_id=desk.programme.id)


async def test_a_request_is_put_once_and_a_yes_is_not_asked_for_again(desk, admin):
    asked = await desk.ask()
    assert await desk.ask() == asked
    await desk.counter.decide(desk.visit_id, asked)
    with pytest.raises(CodeOpenAlready):
        await desk.ask()
    answer_by = (
        "select answer_by = (select expires_at from counter_visits) from consents where id = $1"
    )
    assert await admin.fetchval(answer_by, asked)


async def test_a_paper_for_another_place_ends_the_one_before_with_its_consent(desk, admin):
    first = await desk.hand_out(await desk.sign())
    other = await desk.perks.published("travel.parking")
    second = await desk.hand_out(await desk.sign(programme=other))
    assert first.code != second.code
    based = await admin.fetch(
        "select c.context_id from consents c join access_bases b on b.source_id = c.id"
        " where c.purpose = 'perk.redeem' and b.ended_at is null"
    )
    assert [row["context_id"] for row in based] == [other.id]


async def test_a_programme_that_is_closed_gives_nothing_on_paper_either(desk, admin):
    paper = await desk.hand_out(await desk.sign())
    await admin.execute("update perk_programmes set state = 'SUSPENDED'")
    with pytest.raises(ProgrammeNotOpen):
        await desk.redeem(paper)
    assert await admin.fetchval("select used_at from presentation_passes") is None


async def test_a_code_on_the_phone_stays_what_it_was(desk, admin):
    codes = SmallCodes(perks=desk.perks, resident=resident_of(desk.city))
    other = await desk.perks.published("travel.parking")
    shown = await codes.present(other, agree=False)
    await desk.hand_out(await desk.sign())
    kinds = await admin.fetch("select kind from presentation_passes order by kind")
    assert [row["kind"] for row in kinds] == [PassKind.PAPER, PassKind.PHONE]
    assert (await codes.scan(shown)).persons == 1
