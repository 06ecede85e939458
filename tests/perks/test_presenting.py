"""Showing a code: the notice before it, the one-time consent with it, and one answer at the counter whatever was said."""

import json
from dataclasses import replace
from uuid import UUID

import asyncpg
import pytest
from small_city import SmallCity
from small_codes import SmallCodes, code_of, resident_of
from small_perks import build_perks, give_basis, give_tier

from suxin.consent.commands import revoke_consent
from suxin.consent.giving import NoticeOutdated
from suxin.consent.single_use import USED, end_used
from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.perks.first_use import FirstUseAnswer, FirstUseNoticeNeeded, first_use
from suxin.perks.presenting import hold_by_code
from suxin.perks.publishing import resume_programme, suspend_programme
from suxin.perks.refusals import ProgrammeNotOpen
from suxin.subjects.models import PassKind
from suxin.subjects.presenting import CodeForAnotherMerchant, CodeReplayed

BETTER, USUAL = "门票半价", "门票 9 折"


@pytest.fixture
async def codes(small_city: SmallCity, admin: asyncpg.Connection) -> SmallCodes:
    perks = await build_perks(small_city)
    await give_tier(admin, small_city, small_city.person_id, place=1)
    return SmallCodes(perks=perks, resident=resident_of(small_city))


async def consents(admin: asyncpg.Connection) -> list[tuple[str, str | None]]:
    """Return how the resident's consents to the merchant stand, oldest first."""
    rows = await admin.fetch(
        "select state, end_reason from consents where purpose = 'perk.redeem' order by id"
    )
    return [(row["state"], row["end_reason"]) for row in rows]


async def test_a_yes_is_good_for_one_scan(codes: SmallCodes, admin: asyncpg.Connection) -> None:
    programme = await codes.perks.published()
    shown = await codes.present(programme, agree=True)
    assert shown.weighed
    held = await codes.scan(shown)
    assert held.benefit_read.label == BETTER
    assert await consents(admin) == [("ACTIVE", None)]
    assert await admin.fetchval("select count(*) from consent_fetches") == 1
    live = "select count(*) from access_bases where purpose = 'perk.redeem' and ended_at is null"
    assert await admin.fetchval(live) == 0
    receipts = await admin.fetch(
        "select tenant_id, detail from audit_entries where action = 'data.read' and subject_id = $1"
        " and object_type = 'score_tier'",
        codes.resident.own_subject,
    )
    assert [row["tenant_id"] for row in receipts] == [programme.tenant_id]
    with pytest.raises(CodeReplayed):
        await codes.scan(shown)
    # The next time nothing is asked, and it is a consent of its own.
    again = await codes.scan(await codes.present(programme))
    assert (again.benefit_read.label, again.handle) == (BETTER, held.handle)
    assert await consents(admin) == [("SUPERSEDED", None), ("ACTIVE", None)]


async def test_the_platform_ends_a_consent_that_was_used(
    codes: SmallCodes, admin: asyncpg.Connection, small_city: SmallCity
) -> None:
    programme = await codes.perks.published()
    await codes.scan(await codes.present(programme, agree=True))
    job = await admin.fetchval("select payload from outbox where topic = 'consent.consent.used'")
    about = {name: UUID(value) for name, value in json.loads(job).items()}
    platform = Actor.system("test")
    async with (
        small_city.database.transaction(platform, now=small_city.now) as session,
        act_for(session, subject_id=about["subject_id"], reason="test"),
    ):
        assert await end_used(session, **about, now=small_city.now)
        assert not await end_used(session, **about, now=small_city.now)
    assert await consents(admin) == [("EXPIRED", USED)]
    assert (await codes.present(programme)).weighed


async def test_a_no_shows_the_same_code_and_gives_what_everybody_has(
    codes: SmallCodes, admin: asyncpg.Connection, small_city: SmallCity
) -> None:
    programme = await codes.perks.published()
    shown = await codes.present(programme, agree=False)
    # Nor is the tier weighed by another permission that is open.
    await give_basis(admin, small_city, small_city.person_id, programme.tenant_id)
    held = await codes.scan(shown)
    assert (held.benefit_read.label, held.handle is None) == (USUAL, False)
    assert await admin.fetchval("select count(*) from consent_fetches") == 0
    assert not (await codes.present(programme)).weighed
    assert await consents(admin) == [("REJECTED", None)]
    # He may say yes later, and no again.
    assert (await codes.present(programme, agree=True)).weighed
    assert not (await codes.present(programme, agree=False)).weighed
    assert [state for state, _ in await consents(admin)] == ["REJECTED", "SUPERSEDED", "REJECTED"]


async def test_nothing_is_weighed_before_the_notice_was_answered(
    codes: SmallCodes, admin: asyncpg.Connection
) -> None:
    programme = await codes.perks.published()
    with pytest.raises(FirstUseNoticeNeeded):
        await codes.present(programme)
    with pytest.raises(NoticeOutdated):
        await codes.present(programme, agree=True, notice_version="perk.redeem/2020-01")
    assert await consents(admin) == []
    assert await admin.fetchval("select count(*) from presentation_passes") == 0


async def test_the_notice_tells_who_and_what_and_the_last_answer(codes: SmallCodes) -> None:
    programme = await codes.perks.published()
    city = codes.perks.city

    async def asked() -> FirstUseAnswer:
        async with city.database.snapshot(codes.resident, now=city.now) as session:
            found = await first_use(session, codes.resident, tenant_id=programme.tenant_id)
        assert "宿迁某超市（测试）" in found.notice.body
        assert "信用等级（不含分值）" in found.notice.body
        assert "共 1 次" in found.notice.body
        return found.answer

    assert await asked() is FirstUseAnswer.NONE
    await codes.present(programme, agree=True)
    assert await asked() is FirstUseAnswer.AGREED
    await codes.present(programme, agree=False)
    assert await asked() is FirstUseAnswer.DECLINED


async def test_what_was_taken_back_meanwhile_is_not_weighed(
    codes: SmallCodes, admin: asyncpg.Connection
) -> None:
    programme = await codes.perks.published()
    shown = await codes.present(programme, agree=True)
    consent_id = await admin.fetchval("select id from consents where purpose = 'perk.redeem'")
    await codes.perks.city.act(revoke_consent, codes.resident, consent_id=consent_id, reason=None)
    assert (await codes.scan(shown)).benefit_read.label == USUAL
    with pytest.raises(FirstUseNoticeNeeded):
        await codes.present(programme)


async def test_what_stands_in_the_way_leaves_the_code_unused(codes: SmallCodes) -> None:
    programme, perks = await codes.perks.published(), codes.perks
    shown = await codes.present(programme, agree=True)
    await perks.city.act(
        suspend_programme, perks.merchant, programme_id=programme.id, reason="设备检修"
    )
    with pytest.raises(ProgrammeNotOpen):
        await codes.scan(shown)
    await perks.city.act(resume_programme, perks.merchant, programme_id=programme.id)
    assert (await codes.scan(shown)).benefit_read.label == BETTER


async def test_a_code_that_is_not_shown_any_more_leaves_no_permission_open(
    codes: SmallCodes, admin: asyncpg.Connection
) -> None:
    first, second = await codes.perks.published(), await codes.perks.published(name="另一权益")
    await codes.present(first, agree=True)
    await codes.present(first)
    assert await consents(admin) == [("ACTIVE", None)]
    shown = await codes.present(second)
    assert await consents(admin) == [("SUPERSEDED", None), ("ACTIVE", None)]
    assert (await codes.scan(shown)).programme_id == second.id


async def test_paper_goes_where_a_phone_does_not(codes: SmallCodes) -> None:
    programme = await codes.perks.published()
    paper = await codes.present(programme, agree=True, kind=PassKind.PAPER)
    held = await codes.scan(paper, persons=3)
    assert (held.benefit_read.label, held.persons) == (BETTER, 3)
    with pytest.raises(CodeReplayed):
        await codes.scan(paper)


async def test_another_tenant_learns_nothing_from_a_code(
    codes: SmallCodes, small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    shown = await codes.present(await codes.perks.published(), agree=True)
    strange = replace(codes.perks.merchant, tenant_id=small_city.banks[0].tenant_id)
    with pytest.raises(CodeForAnotherMerchant):
        await small_city.act(
            hold_by_code,
            strange,
            code=code_of(shown.opened, small_city.now),
            sealer=small_city.sealer,
        )
    assert await admin.fetchval("select count(*) from perk_redemptions") == 0
    assert (await codes.scan(shown)).benefit_read.label == BETTER
