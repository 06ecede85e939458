"""积分: a resident claims with a photo, the village's bodies and a notice follow, and what was posted before buys goods with a code, a return, and help at the counter.

A notice stands 5 to 7 working days and the server's clock is the world's: what this journey puts on notice it leaves there, and spends what the
demo city's worker posted after notices of weeks ago.
"""

import base64
import io
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from PIL import Image

from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.subjects.presentation_codes import scanned_code, window_of
from suxin_server.demo import cast
from suxin_server.journeys.applicant import API, Applicant, Thing
from suxin_server.journeys.desk import Desk
from suxin_server.journeys.walking import Step, Talk, expect, moment, new_key, until, walk_demo

CITY_PATIENCE_S: Final = 180.0
"""The worker fills the demo city some time after its start."""

COMMITTEE: Final = ("committee", "committee2", "committee3")
RULE: Final = "activity"
"""A rule that anybody may claim by once a day, so that the journey may be walked often."""

DAYS: Final = 30
"""How far back a day is looked for on which nothing was claimed by the rule."""

NEIGHBOUR: Final = "0030"
NOTICE: Final = timedelta(days=5)
"""No notice of five working days is shorter."""

FORGED: Final = "SXP1.000000." + 24 * "A"
_HOUSEHOLD: Final = re.compile(r"household=([0-9a-f-]{36})")
_MEMBER: Final = re.compile(r'<option value="([0-9a-f-]{36})"')


@dataclass
class PointStory:
    """What the steps hand on to each other."""

    url: str
    resident: Applicant
    desks: dict[str, Desk]
    village: Thing = field(init=False)
    rule: Thing = field(init=False)
    claim: Thing = field(init=False)
    good: Thing = field(init=False)
    shop: Thing = field(init=False)
    code: str = ""
    held: str = ""

    @property
    def path(self) -> str:
        """Where the resident finds his household's points."""
        return f"{API}/points/{self.village['id']}"

    def standing(self) -> Thing:
        """Return how the household stands at the shop."""
        found: Thing = self.resident.talk.get(f"{self.path}/shop")
        return found

    def claimed(self) -> Thing:
        """Return the claim as the resident sees it now."""
        mine = self.resident.items(f"points/{self.village['id']}/claims")
        return next(one for one in mine if one["id"] == self.claim["id"])

    def stands(self, state: str) -> Thing:
        """Go on if the claim stands so; return it."""
        found = self.claimed()
        expect(found["state"] == state, state, found)
        return found


def check_health(story: PointStory) -> str:
    """Ask whether everything behind the server is ready."""
    Talk(story.url).get("/health/ready")
    return "数据库、缓存、迁移均就绪"


def log_in(story: PointStory) -> str:
    """Log in: the resident on his phone, proved if he was not, and the village's people at their desks."""
    if not story.resident.log_in():
        story.resident.prove(story.resident.phone_code())
    for desk in story.desks.values():
        desk.log_in()
    return f"{story.resident.role.name}、村里 {len(story.desks)} 人已登录"


def link(story: PointStory) -> str:
    """Be linked to one's household by one's resident id, once the demo city has its village."""
    keeper = story.desks["shop"]
    until(
        lambda: "洗洁精" in keeper.page("/shop") or None,
        expected="演示村的积分超市已上架",
        patience_s=CITY_PATIENCE_S,
    )
    story.resident.talk.post(f"{API}/household-links/proof", key=new_key())
    (story.village,) = story.resident.talk.get(f"{API}/points")["items"]
    expect(story.village["posted"] > 0, "此前公示期满的申报已入账", story.village)
    return f"{story.village['name']} {story.village['householdNumber']} 号农户，已入账 {story.village['posted']} 分"


def read_rules(story: PointStory) -> str:
    """Read by which rules one may claim."""
    rules = story.resident.talk.get(f"{story.path}/rules")["items"]
    story.rule = next(one for one in rules if one["code"] == RULE)
    return f"{len(rules)} 项可自己申报，例如“{story.rule['name']}”{story.rule['points']} 分"


def send_claim(story: PointStory) -> str:
    """Claim for a day on which nothing was claimed by the rule, with a photo."""
    mine = story.resident.items(f"points/{story.village['id']}/claims")
    taken = {one["happenedOn"] for one in mine if one["ruleName"] == story.rule["name"]}
    today = local_day(datetime.now(UTC))
    days = [(today - timedelta(days=back)).isoformat() for back in range(DAYS)]
    free = [day for day in days if day not in taken]
    expect(free, "近 30 天内有未申报的一天", sorted(taken))
    wanted = {
        "ruleCode": RULE,
        "happenedOn": free[0],
        "note": "流程演示",
        "photos": [base64.b64encode(_photo()).decode()],
    }
    story.claim = story.resident.talk.post(
        f"{story.path}/claims", wanted, status=201, key=new_key()
    )
    story.stands("SUBMITTED")
    return f"{free[0]} “{story.rule['name']}”，附照片一张，待初审"


def help_decides_nothing(story: PointStory) -> str:
    """Let the grid worker record a claim for a household without a phone: he may not check it, and takes it back."""
    worker = story.desks["grid"]
    found = _HOUSEHOLD.search(worker.page(f"/points/claims/new?q={NEIGHBOUR}"))
    expect(found, f"名册中有 {NEIGHBOUR} 号农户", worker.page("/points/claims/new"))
    form = f"/points/claims/new?household={found.group(1) if found else ''}"
    member = _MEMBER.findall(worker.page(form))[0]
    claim_id = str(new_id(datetime.now(UTC)))
    at = worker.send(
        "/points/claims/new",
        shown_at=form,
        household=found.group(1) if found else "",
        claimId=claim_id,
        memberId=member,
        ruleCode=RULE,
        happenedOn=story.claim["happenedOn"],
        times="1",
        note="代为登记",
    )
    worker.refused(f"{at}/check", shown_at=at, status=403, says="没有权限", verdict="for")
    page = worker.page(at)
    expect("待初审" in page, "仍待初审", page)
    worker.send(f"{at}/withdraw", shown_at=at)
    expect("已撤回" in worker.page(at), "已撤回", at)
    return "网格员为他人代录的申报，自己不能初审；已撤回"


def check_first(story: PointStory) -> str:
    """Let the first check pass."""
    _say(story, "admin", "check")
    story.stands("CHECKED")
    return "村管理员初审同意，待评议小组"


def vote(story: PointStory) -> str:
    """Let three of the committee speak: the majority decides, and nobody speaks twice."""
    first, *others = COMMITTEE
    _say(story, first, "vote")
    at = f"/points/claims/{story.claim['id']}"
    story.desks[first].refused(
        f"{at}/vote", shown_at=at, status=403, says="没有权限", verdict="for"
    )
    story.stands("CHECKED")
    for one in others:
        _say(story, one, "vote")
    story.stands("APPROVED")
    return "评议小组 3 人同意；同一人再次表态被拒"


def put_on_notice(story: PointStory) -> str:
    """Put it on notice: nothing is posted before five working days are over."""
    before = story.standing()["posted"]
    story.desks["admin"].send("/points/notices", shown_at="/points/notices")
    found = story.stands("NOTICED")
    lasts = moment(found["dueAt"]) - datetime.now(UTC)
    expect(lasts >= NOTICE, "公示不少于 5 个工作日", found)
    expect(story.standing()["posted"] == before, f"公示期内仍为 {before} 分", story.standing())
    return f"公示编号 {found['noticeLine']}，至 {found['dueAt'][:10]}，期满无异议才入账"


def look_at_shop(story: PointStory) -> str:
    """Look at what one has and what is offered for it."""
    story.shop = story.standing()
    story.good = min(story.shop["goods"], key=lambda one: int(one["pricePoints"]))
    expect(story.shop["available"] >= story.good["pricePoints"], "积分够换一件", story.shop)
    return f"可用 {story.shop['available']} 分，{len(story.shop['goods'])} 种商品，{story.good['name']} {story.good['pricePoints']} 分"


def redeem(story: PointStory) -> str:
    """Show a code at the shop, and have the goods held for one's household."""
    opened = story.resident.talk.post(f"{story.path}/shop/code", status=201, key=new_key())
    key = base64.urlsafe_b64decode(opened["key"] + "=")
    story.code = scanned_code(key, opened["number"], window=window_of(datetime.now(UTC)))
    story.held = _scan(story, story.code)
    held = story.standing()["held"] - story.shop["held"]
    expect(held == story.good["pricePoints"], f"待发放增加 {story.good['pricePoints']} 分", held)
    return f"扫码预留 {story.good['name']} 1 {story.good['unit']}"


def refuse_wrong_codes(story: PointStory) -> str:
    """Try the code again, and a forged one."""
    for code in (story.code, FORGED):
        page = story.desks["shop"].refused(
            "/shop",
            shown_at="/shop",
            status=422,
            says="码",
            means="code",
            code=code,
            **_basket(story),
        )
        expect("field-error" in page or "e-code" in page, "码旁有说明", page)
    return "重放和伪造的兑换码均被拒"


def hand_over(story: PointStory) -> str:
    """Hand the goods over: points, budget and stock are posted together."""
    keeper = story.desks["shop"]
    keeper.send(f"{story.held}/hand-over", shown_at=story.held, **_basket(story))
    expect("已发放" in keeper.page(story.held), "已发放", story.held)
    now = story.standing()
    spent = story.shop["available"] - now["available"]
    expect(spent == story.good["pricePoints"], f"扣 {story.good['pricePoints']} 分", now)
    return f"已发放，余 {now['available']} 分"


def look_back(story: PointStory) -> str:
    """See in the statement what was posted and what was redeemed: both make up what one has."""
    now, village = story.standing(), story.village["id"]
    claims = story.resident.items(f"points/{village}/claims")
    redeemed = story.resident.items(f"points/{village}/shop/redemptions")
    posted = sum(one["postedPoints"] for one in claims if one["state"] == "POSTED")
    spent = sum(one["points"] for one in redeemed if one["state"] == "HANDED_OVER")
    left = posted - spent - now["held"]
    expect(left == now["available"], f"{posted} - {spent} - {now['held']}", now)
    expect(redeemed[0]["lines"][0]["given"] == 1, "发放 1 件", redeemed[0])
    return (
        f"入账 {posted} 分 - 兑换 {spent} 分 - 待发放 {now['held']} 分 = 可用 {now['available']} 分"
    )


def take_back(story: PointStory) -> str:
    """Bring the goods back: one asks for it, another confirms, and all is as before."""
    story.desks["shop"].send(f"{story.held}/ask-return", shown_at=story.held, reason="包装破损")
    expect(story.standing()["spent"] > story.shop["spent"], "一人提出，尚未退回", story.held)
    story.desks["supervisor"].send(f"{story.held}/return", shown_at=story.held)
    now = story.standing()
    expect(now["available"] == story.shop["available"], "积分退回", now)
    return f"一人提出、另一人确认退货，恢复为 {now['available']} 分"


def help_at_counter(story: PointStory) -> str:
    """Have somebody help who is recorded: he may not hand over; it is cancelled, and nothing was spent."""
    worker, keeper = story.desks["grid"], story.desks["shop"]
    held = worker.send(
        "/shop",
        shown_at="/shop",
        means="counter",
        householdNumber=story.village["householdNumber"],
        collector=story.resident.role.name,
        **_basket(story),
    )
    worker.refused(
        f"{held}/hand-over", shown_at=held, status=403, says="没有权限", **_basket(story)
    )
    keeper.send(f"{held}/cancel", shown_at=held, reason="改日再来")
    now = story.standing()
    for name in ("held", "available"):
        expect(now[name] == story.shop[name], f"{name} 恢复如前", now)
    return "报农户编号由网格员协助，协助人不能发放；取消后积分不变"


STEPS: Final[tuple[Step[PointStory], ...]] = (
    ("服务健康", check_health),
    ("登录", log_in),
    ("关联本户", link),
    ("看细则", read_rules),
    ("申报", send_claim),
    ("代录不决定", help_decides_nothing),
    ("初审", check_first),
    ("评议", vote),
    ("公示", put_on_notice),
    ("积分超市", look_at_shop),
    ("出示兑换码", redeem),
    ("错误的码", refuse_wrong_codes),
    ("发放", hand_over),
    ("明细", look_back),
    ("退货", take_back),
    ("柜台协助", help_at_counter),
)


def walk_point(url: str) -> int:
    """Walk points from the field to the shop over HTTP against the demo city at ``url``; return 0 when every answer was right.

    :raises Unreachable: if no server answers there
    :raises DemoAbsent: if it runs without the demo city
    """

    def begin(address: str) -> PointStory:
        names = ("admin", "grid", *COMMITTEE, "supervisor", "shop")
        return PointStory(
            url=address,
            resident=Applicant(address, cast.APPLICANTS[-1]),
            desks={name: Desk(address, f"village.{name}") for name in names},
        )

    return walk_demo("积分 · the point journey", url, begin, STEPS)


def _say(story: PointStory, who: str, step: str) -> None:
    at = f"/points/claims/{story.claim['id']}"
    story.desks[who].send(f"{at}/{step}", shown_at=at, verdict="for")


def _scan(story: PointStory, code: str) -> str:
    return story.desks["shop"].send(
        "/shop", shown_at="/shop", means="code", code=code, **_basket(story)
    )


def _basket(story: PointStory) -> dict[str, Any]:
    return {f"pieces-{story.good['id']}": "1"}


def _photo() -> bytes:
    """Return a picture that nobody has sent before."""
    written = io.BytesIO()
    Image.frombytes("L", (64, 64), secrets.token_bytes(64 * 64)).save(written, "PNG")
    return written.getvalue()
