"""信易+: a merchant publishes a benefit, a resident says no and yes and shows a code, a clerk takes it, and all that should not work does not."""

import base64
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from suxin.perks.scenarios import scenario_named
from suxin.scoring.packaged import XICHU
from suxin.subjects.models import PassKind
from suxin.subjects.presentation_codes import WINDOW, scanned_code, typed_code, window_of
from suxin_server.demo import cast
from suxin_server.journeys.applicant import API, Applicant, Thing
from suxin_server.journeys.bank import hidden_fields, send_document
from suxin_server.journeys.desk import Desk
from suxin_server.journeys.record import SCORING_PATIENCE_S, model_in_force
from suxin_server.journeys.walking import Step, Talk, expect, new_key, until, walk_demo

SCENARIO: Final = "tour.ticket"
KEPT_SCENARIO: Final = "shop.umbrella"
KEPT_INDICATOR: Final = "P16"
"""Where the model of persons counts what was kept of a benefit, a point each up to a bound of its own."""

KEPT_AT_MOST: Final = 20
CITY_PATIENCE_S: Final = 180.0
"""The worker fills the demo city some time after its start."""

PERSONS: Final = "西楚分"
PERK_PURPOSE: Final = "perk.redeem"
FORGED: Final = "SXP1.000000." + 24 * "A"
_HANDLE: Final = re.compile(r"<dt>顾客编号</dt>\s*<dd>([^<]+)</dd>")


@dataclass
class PerkStory:
    """What the steps hand on to each other."""

    url: str
    resident: Applicant
    clerk: Desk
    office: Desk
    merchant: cast.Organiser
    name: str = field(default_factory=lambda: f"流程演示门票 {new_key()[-6:]}")
    perk: Thing = field(init=False)
    opened: Thing = field(init=False)
    code: str = ""
    held: str = ""
    kept: str = ""

    @property
    def path(self) -> str:
        """Where the resident finds the benefit."""
        return f"{API}/perks/{self.perk['id']}"


def check_health(story: PerkStory) -> str:
    """Ask whether everything behind the server is ready."""
    Talk(story.url).get("/health/ready")
    return "数据库、缓存、迁移均就绪"


def log_in(story: PerkStory) -> str:
    """Log in: the resident on his phone, proved if he was not, and the merchant's clerk at the desk."""
    if not story.resident.log_in():
        story.resident.prove(story.resident.phone_code())
    story.clerk.log_in()
    page = story.clerk.page("/redeem")
    story.clerk.talk.show(X_CSRF_Token=hidden_fields(page)["_csrf"])
    story.office.log_in()
    return f"{story.resident.role.name}、{story.clerk.login} 已登录"


def publish(story: PerkStory) -> str:
    """Publish a benefit from a template, as the merchant's own system does it, once the demo city has published its own."""
    until(
        lambda: story.resident.items("perks") or None,
        expected="演示城市的权益已发布",
        patience_s=CITY_PATIENCE_S,
    )
    _publish(story, SCENARIO, story.name)
    return f"{story.merchant.short_name}以“{scenario_named(SCENARIO).zh}”模板发布“{story.name}”"


def look_around(story: PerkStory) -> str:
    """Find it among what there is."""
    story.perk = _found(story, story.name)
    better = "、".join(one["label"] for one in story.perk["better"])
    return f"人人可享：{story.perk['fallback']['label']}；守信更优：{better}"


def read_notice(story: PerkStory) -> str:
    """Read who weighs the tier, and for what; without an answer on this wording no code is opened."""
    told = story.resident.talk.get(story.path)
    for words in (story.merchant.name, "信用等级（不含分值）", "共 1 次"):
        expect(words in told["noticeBody"], words, told["noticeBody"])
    story.resident.talk.refused(
        "NOTICE_OUTDATED",
        "POST",
        f"{story.path}/code",
        status=409,
        body={"agree": True, "noticeVersion": "perk.redeem/2020-01"},
        key=new_key(),
    )
    return f"告知书 {told['noticeVersion']} 写明接收方、用途、仅等级、一次"


def say_no(story: PerkStory) -> str:
    """Say no, show the code all the same, and have what everybody has."""
    _open(story, agree=False)
    page = _take(story)
    expect(story.perk["fallback"]["label"] in page, story.perk["fallback"]["label"], page)
    handle = _HANDLE.findall(page)
    expect(len(handle) == 1, "顾客编号", page)
    for told in (story.resident.role.name, story.resident.role.resident_id, "西楚分"):
        expect(told not in page, f"页面不含“{told}”", page)
    return (
        f"不同意也能核销：{story.perk['fallback']['label']}；店员只看到待遇和顾客编号 {handle[0]}"
    )


def roll_back(story: PerkStory) -> str:
    """Take it back at the counter: nothing was used."""
    at = f"{story.held}/roll-back"
    led = story.clerk.send(at, shown_at=story.held, reason="顾客改日再来")
    page = story.clerk.page(led)
    expect("已撤回" in page, "已撤回", page)
    return "已撤回，库存、预算和次数恢复如前"


def refuse_wrong_codes(story: PerkStory) -> str:
    """Try the code again, a forged one, and one that was mistyped."""
    says = {
        story.code: "该权益码已使用过",
        FORGED: "权益码无法核验",
        "1234 5678 9012": "有数字输错",
    }
    for code, words in says.items():
        story.clerk.refused(
            "/redeem", shown_at="/redeem", status=422, says=words, code=code, persons="1"
        )
    return "重放、伪造、输错的码均被拒，各有说明"


def say_yes(story: PerkStory) -> str:
    """Say yes, show a code that is typed, and have it given and completed."""
    _open(story, agree=True)
    page = _take(story, typed=True)
    benefits = [one["label"] for one in (*story.perk["better"], story.perk["fallback"])]
    applied = [label for label in benefits if label in page]
    expect(len(applied) == 1, benefits, page)
    led = story.clerk.send(f"{story.held}/finish", shown_at=story.held)
    done = story.clerk.page(led)
    expect("已完成" in done, "已完成", done)
    return f"输入 12 位数字核销并完成：{applied[0]}"


def look_back(story: PerkStory) -> str:
    """See on the phone what was redeemed, and who weighed one's tier: once, for the yes alone."""
    mine = [
        one for one in story.resident.items("perk-redemptions") if one["perkId"] == story.perk["id"]
    ]
    states = [one["state"]["code"] for one in mine]
    expect(states == ["COMPLETED", "ROLLED_BACK"], "COMPLETED、ROLLED_BACK", states)
    reads = [
        read
        for read in story.resident.items("data-reads")
        if read["purpose"]["code"] == PERK_PURPOSE and read["at"] >= story.opened["openedAt"]
    ]
    expect(len(reads) == 1, "同意的那一次有一条查阅记录", reads)
    return f"核销记录 2 条；谁看过我的资料：{reads[0]['reader']['name']} 1 次，用途 {reads[0]['purpose']['zh']}"


def use_paper(story: PerkStory) -> str:
    """Write a code down, show it where there is no phone, and see that it is good once."""
    opened = story.resident.talk.post(
        f"{story.path}/code", {"kind": "paper"}, status=201, key=new_key()
    )
    code = opened["paperCode"]
    story.held = story.clerk.send("/redeem", shown_at="/redeem", code=code, persons="1")
    story.clerk.send(f"{story.held}/finish", shown_at=story.held)
    story.clerk.refused(
        "/redeem",
        shown_at="/redeem",
        status=422,
        says="该权益码已使用过",
        code=code,
        persons="1",
    )
    return "手机没电：纸质码 16 位数字，一次有效；再次输入被拒"


def keep_faith(story: PerkStory) -> str:
    """Borrow an umbrella without a deposit and bring it back: agreed to by a yes, it becomes a positive record."""
    story.kept = f"流程演示借伞 {new_key()[-6:]}"
    _publish(story, KEPT_SCENARIO, story.kept)
    story.perk = _found(story, story.kept)
    _open(story, agree=True)
    _take(story)
    story.clerk.send(f"{story.held}/finish", shown_at=story.held)

    def recorded() -> list[Thing] | None:
        rows = story.resident.items("my-data/rows", part="records")
        return [row for row in rows if story.kept in str(row.get("content", row))] or None

    rows = until(recorded, expected="守约记录已写入", patience_s=CITY_PATIENCE_S)
    expect(len(rows) == 1, "一条守约记录", rows)
    return f"“{story.kept}”归还完成，形成一条正面记录"


def score_again(story: PerkStory) -> str:
    """Have the persons' scores worked out anew: what was kept counts in the next one."""
    model = until(
        lambda: model_in_force(story.office, PERSONS),
        expected=f"{PERSONS}模型已启用",
        patience_s=SCORING_PATIENCE_S,
    )
    before = _kept_points(story)
    story.office.send(f"{model}/run", shown_at=model)
    wanted = min(before + 1, KEPT_AT_MOST)

    def counted() -> int | None:
        points = _kept_points(story)
        return points if points >= wanted else None

    after = until(counted, expected="守约计入评分", patience_s=SCORING_PATIENCE_S)
    return f"守约使用信易+服务：{before} → {after} 分"


STEPS: Final[tuple[Step[PerkStory], ...]] = (
    ("服务健康", check_health),
    ("登录", log_in),
    ("商户发布", publish),
    ("附近权益", look_around),
    ("首次告知", read_notice),
    ("不同意也可用", say_no),
    ("柜台撤回", roll_back),
    ("错误的码", refuse_wrong_codes),
    ("同意并完成", say_yes),
    ("回看", look_back),
    ("纸质码", use_paper),
    ("守约成记录", keep_faith),
    ("下次评分", score_again),
)


def walk_perk(url: str) -> int:
    """Walk a benefit's way over HTTP against the demo city at ``url``; return 0 when every answer was right.

    :raises Unreachable: if no server answers there
    :raises DemoAbsent: if it runs without the demo city
    """

    def begin(address: str) -> PerkStory:
        merchant = cast.OTHERS[0]
        return PerkStory(
            url=address,
            resident=Applicant(address, cast.CHEN_JING),
            clerk=Desk(address, merchant.staff[0].login),
            office=Desk(address, "operator.credit"),
            merchant=merchant,
        )

    return walk_demo("信易+ · the perk journey", url, begin, STEPS)


def _publish(story: PerkStory, scenario: str, name: str) -> None:
    today = date.today()  # noqa: DTZ011 - any day from now on
    given = {
        "scenarioCode": scenario,
        "name": name,
        "startsOn": today.isoformat(),
        "endsBefore": (today + timedelta(days=30)).isoformat(),
        "funderName": story.merchant.short_name,
        "personDaily": 10,
    }
    drafted = _do(story, "draft_perk_programme", "draftPerkProgramme", given)["programme"]
    named = {"programmeId": drafted["id"]}
    done = _do(story, "publish_perk_programme", "publishPerkProgramme", named)["programme"]
    expect(done["state"] == "PUBLISHED", "PUBLISHED", done)


def _found(story: PerkStory, name: str) -> Thing:
    found = [one for one in story.resident.items("perks") if one["name"] == name]
    expect(len(found) == 1, name, found)
    return found[0]


def _kept_points(story: PerkStory) -> int:
    score = story.resident.talk.get(f"{API}/score")["score"]
    if score is None or score["model"] != XICHU:
        return 0
    points: dict[str, int] = {one["code"]: one["points"] for one in score["contributions"]}
    return points.get(KEPT_INDICATOR, 0)


def _do(story: PerkStory, document: str, name: str, given: dict[str, object]) -> Thing:
    wanted = {"input": {**given, "idempotencyKey": new_key()}}
    answer, text = send_document(story.clerk.talk, document, wanted)
    expect("errors" not in answer and "code" not in answer["data"][name], f"{name} 成功", text)
    done: Thing = answer["data"][name]
    return done


def _open(story: PerkStory, *, agree: bool) -> None:
    version = story.resident.talk.get(story.path)["noticeVersion"]
    wanted = {"agree": agree, "noticeVersion": version}
    story.opened = story.resident.talk.post(f"{story.path}/code", wanted, status=201, key=new_key())
    expect(story.opened["weighed"] is agree, f"weighed {agree}", story.opened)
    expect(story.opened["windowSeconds"] == WINDOW.total_seconds(), WINDOW, story.opened)


def _take(story: PerkStory, *, typed: bool = False) -> str:
    """Show the present code at the counter; return the page that the clerk is led to."""
    opened = story.opened
    key = base64.urlsafe_b64decode(opened["key"] + "=")
    number, window = opened["number"], window_of(datetime.now(UTC))
    story.code = (
        typed_code(key, number, kind=PassKind.PHONE, window=window)
        if typed
        else scanned_code(key, number, window=window)
    )
    story.held = story.clerk.send("/redeem", shown_at="/redeem", code=story.code, persons="1")
    return story.clerk.page(story.held)
