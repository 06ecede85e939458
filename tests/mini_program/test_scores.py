"""One's score on the phone: explained to the point, and a certificate of the tier that holds nothing of the number."""

import json
from datetime import datetime, timedelta

from small_scores import active_model, run

from suxin.kernel.signing import KeyUse, unverified_header
from suxin.scoring.certificates import TYPE
from suxin.scoring.packaged import FIRM_GRADE, packaged_model


async def scored(small_city) -> None:
    await run(small_city, await active_model(small_city, packaged_model(FIRM_GRADE)))


async def test_before_the_first_run_there_is_no_score(applicant):
    assert await applicant.read("/score") == {"score": None, "tiers": []}
    refused = await applicant.get("/score/certificate")
    assert (refused.status_code, refused.json()["detail"]) == (404, "找不到该有效的信用等级")


async def test_a_score_is_explained_to_the_point(applicant, small_city):
    await scored(small_city)
    shown = (await applicant.read("/score"))["score"]
    assert (shown["model"], shown["modelVersion"], shown["score"]) == (FIRM_GRADE, 1, 630)
    assert shown["tier"] == {"code": "BBB", "name": "信用良好", "fromScore": 550}
    assert (shown["least"], shown["most"], len(shown["tiers"])) == (0, 1000, 7)
    assert "演示配置" in shown["note"]
    assert sum(one["points"] for one in shown["contributions"]) == 630
    assert shown["contributions"][1] == {
        "kind": "INDICATOR",
        "code": "T01",
        "name": "纳税信用A级",
        "points": 80,
    }
    assert shown["changes"] == []
    assert [step["gain"] for step in shown["steps"]] == [25, 20, 20]
    assert shown["history"] == [{"asOf": "2026-11-20", "score": 630, "tier": "BBB"}]


async def test_a_tier_says_whose_word_it_is_and_of_which_day(applicant, small_city, admin):
    await scored(small_city)
    (tier,) = (await applicant.read("/score"))["tiers"]
    assert tier == {
        "run": str(await admin.fetchval("select run_id from score_tiers")),
        "model": FIRM_GRADE,
        "modelName": "企业信用等级（演示配置）",
        "tier": "BBB",
        "name": "信用良好",
        "origin": {"code": "engine", "zh": "平台评分引擎", "en": "the platform's own engine"},
        "asOf": "2026-11-20",
        "learnedAt": tier["learnedAt"],
        "validUntil": tier["validUntil"],
    }
    await admin.execute("delete from scores")
    await admin.execute("update score_tiers set origin = 'city'")
    shown = await applicant.read("/score")
    assert (shown["score"], shown["tiers"][0]["origin"]["zh"]) == (None, "本市信用评分系统")


async def test_another_subject_is_shown_his_own(stranger, small_city):
    await scored(small_city)
    assert (await stranger.read("/score"))["score"]["score"] == 500


async def test_a_certificate_proves_the_tier_without_the_number(
    applicant, small_city, admin, runtime, now
):
    await scored(small_city)
    shown = await applicant.read("/score/certificate")
    signed = shown["certificate"]
    assert datetime.fromisoformat(shown["expiresAt"]) == now + timedelta(minutes=10)
    keys = await runtime.keys.at(now)
    payload = json.loads(keys.verified(signed, use=KeyUse.ARTEFACT, typ=TYPE, now=now))
    assert payload["tiers"] == [{"model": FIRM_GRADE, "tier": "BBB", "asOf": "2026-11-20"}]
    assert payload["holder"] == "宿迁市沭河木业有限公司"
    assert payload["exp"] - payload["iat"] == 600
    assert set(payload) == {"iss", "jti", "iat", "exp", "holder", "tiers"}
    assert "630" not in json.dumps(payload["tiers"])
    # Its key is among those that anybody may fetch.
    published = keys.published(now=now, use=KeyUse.ARTEFACT)["keys"]
    assert unverified_header(signed)["kid"] in {key["kid"] for key in published}
    # A tier that no run renewed is certified to nobody.
    await admin.execute("update score_tiers set valid_until = as_of")
    assert (await applicant.get("/score/certificate")).status_code == 404
