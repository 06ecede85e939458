"""My data over the mini program: download, read on, correct, delete, close the account."""

import json
import re
from datetime import date
from uuid import uuid4

import httpx
import pytest
from observing import changed, contents
from phones import Phone
from small_cases import colleague

from suxin.review.deciding import accept_case, check_case
from suxin.review.states import Outcome
from suxin.rights.answering import answer_case
from suxin.rights.kinds import CORRECTION

HONOUR = {
    "itemCode": "VOL-HONOUR",
    "content": {"title": "诚信企业", "issuer": "商会"},
    "commitmentVersion": "declaration/2026-11",
}


@pytest.fixture
async def declared(applicant: Phone) -> str:
    filed = await applicant.write("/subjects/current/declarations", HONOUR)
    return str(filed["id"])


def parts(document: dict) -> dict[str, dict]:
    return {part["code"]: part for part in document["parts"]}


async def test_the_file_for_machines_names_its_format_and_holds_every_part(
    applicant, declared, new_request, admin
) -> None:
    await applicant.write("/loan-requests", new_request)

    served = await applicant.get("/my-data/export")

    assert served.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    document = json.loads(served.content.decode("utf-8"))
    assert document["format"] == "suxin.my-data/1"
    assert document["subject"]["name"] == "宿迁市沭河木业有限公司"
    held = parts(document)
    assert held["declarations"]["rows"][0]["id"] == declared
    assert held["declarations"]["fields"]["channel"] == "渠道"
    assert held["loan_requests"]["rows"][0]["note"] == "采购木材"
    assert held["match_results"]["count"] == 2
    assert any("脱敏" in note for note in document["notes"])
    acts = await admin.fetch("select action from audit_entries where action like 'rights.%'")
    assert [act["action"] for act in acts] == ["rights.data.downloaded"]


async def test_the_page_to_read_stands_by_itself_and_speaks_chinese(
    applicant, declared, new_request
) -> None:
    await applicant.write("/loan-requests", new_request)

    served = await applicant.get("/my-data/document")

    assert served.headers["content-type"] == "text/html; charset=utf-8"
    page = served.text
    for words in ("我的数据", "诚信企业", "500,000.00元", "本人申报", "银行办理中", "流动资金"):
        assert words in page, words
    # Nothing is fetched from elsewhere, so that the file can be kept.
    assert "src=" not in page
    assert "<link" not in page
    assert "http" not in page.replace("https://", "http")


async def test_a_person_and_his_firm_are_told_separately(applicant, small_city) -> None:
    firm = await applicant.read("/my-data")
    applicant.subject = None
    person = await applicant.read("/my-data")

    assert firm["subjectId"] == str(small_city.firm_id)
    assert person["subjectId"] == str(small_city.person_id)
    assert set(parts(person)) - set(parts(firm)) == {
        "counter_visits",
        "identity",
        "wechat_accounts",
        "notices",
        "point_agreements",
        "point_appeals",
        "point_claims",
        "shop_cards",
        "shop_lines",
        "shop_redemptions",
        "village_links",
    }
    assert parts(person)["wechat_accounts"]["count"] == 1
    assert parts(firm)["records"]["kept"]["law"].startswith("《个人信息保护法》")


async def test_a_part_is_read_on_page_by_page(applicant) -> None:
    seen, after = [], {}
    while True:
        page = await applicant.read("/my-data/rows", part="records", first=2, **after)
        seen += [row["id"] for row in page["items"]]
        read = [{one["name"]: one["value"] for one in row} for row in page["shown"]]
        assert [row["编号"] for row in read] == [row["id"] for row in page["items"]]
        assert {row["状态"] for row in read} == {"有效"}
        if page["nextCursor"] is None:
            break
        after = {"after": page["nextCursor"]}

    assert (len(seen), len(set(seen))) == (3, 3)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("disputed", "核查中"),
        ("exempted", "已豁免"),
        ("repaired", "已修复"),
        ("withdrawn", "已撤销"),
    ],
)
async def test_what_became_of_a_record_is_told_to_whom_it_is_about(
    applicant, admin, status, word
) -> None:
    """Also what nobody else is told any more."""
    await admin.execute(
        "update credit_records set status = $1 where item_code = 'TAX-GRADE'", status
    )
    page = await applicant.read("/my-data/rows", part="records", first=9)
    read = [{one["name"]: one["value"] for one in row} for row in page["shown"]]
    assert sorted(row["状态"] for row in read) == sorted(["有效", "有效", word])


# The small city's day is the 20th of November 2026.
@pytest.mark.parametrize(
    ("ends", "ended", "reads"),
    [
        (("negative", "2020-01-01", None, None), "five_years", "已满五年：不再向他人提供"),
        (("negative", "2026-01-01", "2026-11-20", None), "publication", "公示期满：不再向他人提供"),
        (("negative", "2026-01-01", "2026-11-21", None), None, None),
        (("positive", "2026-01-01", "2026-11-01", None), None, None),
        (("positive", "2026-01-01", None, "2026-11-20"), "validity", "有效期满：不再计入评价"),
    ],
)
async def test_a_record_that_is_over_is_told_to_whom_it_is_about_as_over(
    applicant, admin, ends, ended, reads
) -> None:
    """征信业管理条例 art. 16, 信用修复管理办法 art. 3: he reads it, because it is held, and that it counts no more."""
    polarity, *days = ends
    occurred_on, published_until, valid_until = (day and date.fromisoformat(day) for day in days)
    await admin.execute(
        "update credit_records set polarity = $1, occurred_on = $2, published_until = $3,"
        " valid_until = $4 where item_code = 'TAX-GRADE'",
        polarity,
        occurred_on,
        published_until,
        valid_until,
    )

    page = await applicant.read("/my-data/rows", part="records", first=9)

    (place,) = (n for n, row in enumerate(page["items"]) if row["itemCode"] == "TAX-GRADE")
    held = page["items"][place]
    shown = {one["name"]: one["value"] for one in page["shown"][place]}
    assert (held["status"], held["ended"]) == ("active", ended)
    assert shown["状态"] == ("有效" if ended is None else "已期满")
    assert (shown.get("停用原因") or "").startswith(reads or "")
    assert ("停用原因" in shown) is (ended is not None)
    if polarity == "negative":
        asked = {"recordId": held["id"], "reason": "已改正", "evidence": "无"}
        answer = await applicant.post("/cases/exemptions", asked)
        assert answer.status_code == (201 if ended is None else 409)


async def test_a_mandate_that_has_ended_opens_none_of_it(applicant, small_city, admin) -> None:
    await admin.execute("update mandates set ended_at = $1", small_city.now)
    for path in ("/my-data", "/my-data/export", "/my-data/document", "/my-data/corrections"):
        refused = await applicant.get(path)
        assert (refused.status_code, refused.json()["field"]) == (404, "Suxin-Subject")


async def test_a_declaration_is_corrected_and_a_replay_corrects_nothing_more(
    applicant, declared, admin
) -> None:
    body = {"content": {"title": "诚信企业", "issuer": "市商会"}}
    path, key = f"/my-data/declarations/{declared}/correction", str(uuid4())

    first = await applicant.post(path, body, key=key)
    again = await applicant.post(path, body, key=key)

    assert first.status_code == 200
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    rows = await admin.fetch("select status from credit_records where self_declared order by id")
    assert [row["status"] for row in rows] == ["withdrawn", "active"]
    other = await applicant.post(path, {"content": {"title": "x", "issuer": "y"}}, key=key)
    assert other.json()["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_a_correction_is_asked_for_listed_and_taken_back(applicant, stranger, admin) -> None:
    rows = await applicant.read("/my-data/rows", part="records")
    record = next(row for row in rows["items"] if row["itemCode"] == "TAX-GRADE")
    asked = await applicant.write(
        "/my-data/corrections",
        {
            "about": "record",
            "recordId": record["id"],
            "wanted": "应为 A 级",
            "reason": "税务机关已复核",
        },
    )
    listed = await applicant.read("/my-data/corrections")
    assert [one["id"] for one in listed["items"]] == [asked["id"]]
    listed = listed["items"][0]
    assert (listed["state"]["zh"], listed["late"], listed["outcome"]) == ("待受理", False, None)
    assert listed["remedy"]["zh"] == "核实后停用原记录，转请来源部门核改"

    path = f"/my-data/corrections/{asked['id']}/withdrawal"
    foreign = await stranger.post(path)
    assert (foreign.status_code, foreign.json()["detail"]) == (404, "找不到该申请事项")
    assert (await applicant.write(path))["state"]["code"] == "WITHDRAWN"
    status = await admin.fetchval("select status from credit_records where item_code = 'TAX-GRADE'")
    assert status == "active"


async def test_what_came_of_a_granted_correction_is_told(applicant, small_city) -> None:
    asked = await applicant.write(
        "/my-data/corrections",
        {"about": "industry", "wanted": "家具制造业", "reason": "主营业务已变更"},
    )
    assert asked["remedy"] == {
        "code": "platform",
        "zh": "核实后由平台直接更改",
        "en": "changed by the platform once it is verified",
    }
    which = {"kind": CORRECTION, "case_id": asked["id"]}
    await small_city.act(accept_case, small_city.operator, **which)
    await small_city.act(
        answer_case,
        small_city.operator,
        case_id=asked["id"],
        outcome=Outcome.GRANTED,
        reason="经核实无误",
        value="C21",
    )
    await small_city.act(check_case, colleague(small_city), **which, upheld=True, reason="")

    (listed,) = (await applicant.read("/my-data/corrections"))["items"]

    assert (listed["decided"]["zh"], listed["answer"]) == ("予以更正", "经核实无误")
    assert listed["outcome"]["zh"] == "平台登记资料已改为“制造业 21”，即时生效"
    assert (await applicant.read("/subjects/current"))["industry"] == "C21"
    (row,) = (await applicant.read("/my-data/rows", part="subject"))["shown"]
    told = {one["name"]: one["value"] for one in row}
    assert (told["类型"], told["行业代码"]) == ("企业", "C21")
    assert told["已被更正的原登记"].startswith("行业代码 ")


async def test_a_deletion_answers_what_went_and_what_stays_why_and_until_when(
    applicant, declared
) -> None:
    done = await applicant.write("/my-data/deletions", {"parts": ["declarations", "records"]})

    assert done["erased"] == [{"code": "declarations", "zh": "自主申报", "count": 1}]
    (kept,) = done["kept"]
    assert (kept["code"], kept["count"]) == ("records", 3)
    assert kept["why"]["law"]
    assert kept["why"]["until"]


@pytest.mark.parametrize(
    "body", [{}, {"parts": ["x"]}, {"parts": ["records"], "consentId": str(uuid4())}]
)
async def test_a_wish_names_one_thing(applicant, declared, admin, body) -> None:
    before = await contents(admin)
    refused = await applicant.post("/my-data/deletions", body)
    assert (refused.status_code, refused.json()["field"]) == (422, "parts")
    assert await changed(admin, before) == set()


async def test_anothers_declaration_and_consent_are_not_found(stranger, declared, admin) -> None:
    before = await contents(admin)
    for body in ({"declarationId": declared}, {"consentId": str(uuid4())}):
        refused = await stranger.post("/my-data/deletions", body)
        assert refused.status_code == 404
    refused = await stranger.post(
        f"/my-data/declarations/{declared}/correction", {"content": HONOUR["content"]}
    )
    assert refused.status_code == 404
    assert await changed(admin, before) == set()


async def test_after_closing_the_token_is_dead_and_the_same_wechat_is_a_new_visitor(
    applicant, small_city, admin
) -> None:
    applicant.subject = None
    key = str(uuid4())

    done = await applicant.write("/account/closure", {"confirmation": "确认注销"}, key=key)

    assert {part["code"] for part in done["kept"]} >= {"subject", "identity"}
    ended: httpx.Response = await applicant.get("/me")
    assert (ended.status_code, ended.json()["code"]) == (401, "TOKEN_REFUSED")
    replay = await applicant.post("/account/closure", {"confirmation": "确认注销"}, key=key)
    assert replay.status_code == 401
    assert (await applicant.open("demo-xiaoming")).status_code == 200
    assert (await applicant.read("/me"))["proved"] is False
    closures = await admin.fetch("select person_id from account_closures")
    assert [row["person_id"] for row in closures] == [small_city.person_id]


async def test_it_is_not_closed_for_a_firm_nor_by_another_phrase(applicant, admin) -> None:
    before = await contents(admin)
    refused = await applicant.post("/account/closure", {"confirmation": "确认注销"})
    assert (refused.status_code, refused.json()["code"]) == (409, "CLOSE_AS_YOURSELF")
    applicant.subject = None
    refused = await applicant.post("/account/closure", {"confirmation": "好"})
    assert (refused.status_code, refused.json()["field"]) == (422, "confirmation")
    assert await changed(admin, before) == set()


async def test_no_act_on_record_shows_a_code(applicant, new_request) -> None:
    made = (await applicant.write("/loan-requests", new_request))["request"]
    await applicant.write(f"/loan-requests/{made['id']}/withdrawal")

    page = await applicant.read("/my-data/rows", part="acts", first=50)

    acts = [{one["name"]: one["value"] for one in row} for row in page["shown"]]
    said = [{name: act[name] for name in act if not name.endswith("编号")} for act in acts]
    assert [act["事项"] for act in said] == ["撤回贷款申请", "提交贷款申请"]
    assert [act for act in said if re.search(r"[a-z]", "".join(act.values()))] == []
