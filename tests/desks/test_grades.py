"""A firm's grade at a bank's desk: with a consent that covers it, explained without a number; and certificates, checked."""

from datetime import timedelta

import pytest
from observing import nothing_written
from small_scores import build_scores

from suxin.scoring.certificates import tier_certificate
from suxin.scoring.packaged import FIRM_GRADE
from suxin.scoring.queries import own_tiers
from suxin_web.signing_keys import HeldKeys

ORIGIN = "http://suxin.test"
CHECK = "/desk/certificates"


@pytest.fixture
def signed(small_city):
    """Make a certificate of the firm's, as the mini program does."""

    async def make(*, issuer=ORIGIN) -> str:
        now = small_city.now
        keys = await HeldKeys(small_city.database, small_city.sealer).at(now)
        async with small_city.database.snapshot(small_city.applicant, now=now) as session:
            tiers = await own_tiers(session, small_city.applicant, now=now)
        made = tier_certificate(
            tiers,
            holder="宿迁市沭河木业有限公司",
            issuer=issuer,
            keys=keys,
            now=now,
        )
        return made.text

    return make


def section(text: str, testid: str) -> str:
    return text.split(f'data-testid="{testid}"')[1].split("</section>", maxsplit=1)[0]


async def test_a_grade_is_shown_with_what_counts_and_the_look_is_on_record(
    desks, small_city, places, admin, words
):
    await build_scores(small_city)
    desk, referral_id = await desks.officer(), await desks.referred(consented=True)
    text = await desk.get(f"/desk/referrals/{referral_id}")
    shown = words(section(text, "grades"))
    assert "BBB 信用良好 企业信用等级（演示配置） · 平台评分引擎 2026-11-20 评定" in shown
    assert "有利事项 纳税信用A级 （纳税）" in shown
    assert "不利事项 授权类别内没有" in shown
    assert 'class="is-here" aria-current="true">BBB' in text
    # The number is nobody's but the subject's.
    assert "630" not in shown
    read = await admin.fetchrow(
        "select row_count, consent_id from audit_entries where categories = '{score_tier}'"
    )
    assert read["row_count"] == 1
    assert read["consent_id"] == await admin.fetchval("select id from consents")


@pytest.mark.parametrize(
    ("told", "statement"),
    [
        (
            "授权不含信用等级",
            "update consents set categories = array_remove(categories, 'score_tier')",
        ),
        ("暂无有效等级", "update score_tiers set valid_until = as_of"),
    ],
)
async def test_without_a_grade_the_page_says_what_to_do(
    desks, small_city, admin, words, told, statement
):
    await build_scores(small_city)
    desk, referral_id = await desks.officer(), await desks.referred(consented=True)
    await admin.execute(statement)
    shown = words(section(await desk.get(f"/desk/referrals/{referral_id}"), "grades"))
    assert told in shown
    assert "BBB" not in shown


async def test_before_a_consent_no_grade_is_there(desks, small_city, admin):
    await build_scores(small_city)
    desk, referral_id = await desks.officer(), await desks.referred()
    text = await desk.get(f"/desk/referrals/{referral_id}")
    assert 'data-testid="grades"' not in text
    assert "信用等级均不可见" in text
    assert (
        await admin.fetchval("select count(*) from audit_entries where action = 'data.read'") == 0
    )


async def test_a_certificate_proves_what_was_signed_and_leaves_no_trace(
    desks, small_city, admin, words, signed
):
    await build_scores(small_city)
    desk, text = await desks.officer(), await signed()
    assert "证明内容" in words(await desk.get(CHECK))
    async with nothing_written(admin):
        # Whoever copies it may well have broken its lines.
        answer = await desk.post(CHECK, certificate=f" {text[:90]}\n{text[90:]} ")
    shown = words(section(answer.text, "proof"))
    assert answer.status_code == 200
    assert "宿迁市沭河木业有限公司 签名有效 BBB 信用良好" in shown
    assert FIRM_GRADE not in shown


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda _: "", "此项必填"),
        (lambda _: "等级证明", "不是本平台签发的信用等级证明"),
        (lambda text: text[:-8] + "AAAAAAAA", "不是本平台签发的信用等级证明"),
        (lambda text: text.replace(".", ".A", 1), "不是本平台签发的信用等级证明"),
        (lambda text: text * 40, "不是本平台签发的信用等级证明"),
    ],
    ids=["none", "words", "signature", "payload", "length"],
)
async def test_what_is_no_certificate_is_said_beside_it(desks, small_city, signed, spoil, told):
    await build_scores(small_city)
    desk = await desks.officer()
    answer = await desk.post(CHECK, certificate=spoil(await signed()))
    assert answer.status_code == 422
    assert told in answer.text.split('id="e-certificate"')[1].split("</p>")[0]
    assert 'data-testid="proof"' not in answer.text


async def test_a_certificate_of_another_platform_or_time_proves_nothing(
    desks, small_city, words, signed
):
    await build_scores(small_city)
    desk, text = await desks.officer(), await signed()
    foreign = await desk.post(CHECK, certificate=await signed(issuer="https://elsewhere.example"))
    assert "不是本平台签发的信用等级证明" in words(foreign.text)
    desks.clock.moment += timedelta(minutes=10)
    late = await desk.post(CHECK, certificate=text)
    assert (late.status_code, "信用等级证明已过期" in late.text) == (422, True)


@pytest.mark.parametrize(("role", "status"), [("bank_admin", 403), ("viewer", 403)])
async def test_whoever_asks_for_no_tiers_checks_none(desks, role, status):
    desk = await desks.of(role)
    assert (await desk.client.get(CHECK)).status_code == status
    assert (await (await desks.operator()).client.get(CHECK)).status_code == 404


async def test_a_grade_of_the_citys_system_says_so_and_gives_no_reasons(
    desks, small_city, places, admin, words
):
    await build_scores(small_city)
    await admin.execute("update score_tiers set origin = 'city'")
    desk, referral_id = await desks.officer(), await desks.referred(consented=True)
    shown = words(section(await desk.get(f"/desk/referrals/{referral_id}"), "grades"))
    assert "本市信用评分系统 2026-11-20 评定" in shown
    assert "平台不掌握其计分事项" in shown
    assert "有利事项" not in shown
