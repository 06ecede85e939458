"""Whole-village credit: a farm household from its data to a grade, and from the grade to a line and a bank's offer, with the wrong turns on the way.

A public notice lasts seven working days, which a journey does not wait for. What begins on it is walked as far as the notice and then given
up; what lies behind it is walked with the grade and the line that the same household has in the demo city since last year.
"""

import re
from datetime import UTC, datetime
from typing import Final

from suxin_server.demo import cast
from suxin_server.demo.lined import PRODUCTS
from suxin_server.demo.villages import CHECKER, PANEL
from suxin_server.journeys import farm_credit, farm_rating
from suxin_server.journeys.applicant import Applicant, Thing
from suxin_server.journeys.desk import Desk
from suxin_server.journeys.farm_story import (
    ID,
    FarmStory,
    call_off,
    credit_of,
    end_round,
    leave,
    stands,
)
from suxin_server.journeys.source import SCOPE, SourceSystem
from suxin_server.journeys.walking import Step, Talk, expect, until, walk_demo

CITY_PATIENCE_S: Final = 240.0
"""The worker fills the demo city some time after its start, this village after the others."""

_CYCLE: Final = re.compile(f'data-href="/desk(/ratings/{ID})"')
_ROUND: Final = re.compile(f'data-href="/desk(/credit-rounds/{ID})"')


def check_health(story: FarmStory) -> str:
    """Ask whether everything behind the server is ready."""
    Talk(story.url).get("/health/ready")
    return "数据库、缓存、迁移均就绪"


def log_in(story: FarmStory) -> str:
    """Log in: the household's head on her phone, the village's people and the bank's at their desks."""
    story.head.log_in()

    def acted_for() -> Thing | None:
        subjects = story.head.me()["subjects"]
        return next((one for one in subjects if one["kind"]["code"] == "household"), None)

    household = until(acted_for, expected="演示农户已建档", patience_s=CITY_PATIENCE_S)
    story.number = household["uscc"]
    story.head.talk.show(Suxin_Subject=household["id"])
    for desk in story.desks:
        desk.log_in()
    until(
        lambda: [one for one in credit_of(story)["memberships"] if stands(one, "ACTIVE")] or None,
        expected="演示农户的额度已生效",
        patience_s=CITY_PATIENCE_S,
    )
    return f"{household['name']}（{story.number}）和 {len(story.desks)} 名工作人员已登录"


def clear_table(story: FarmStory) -> str:
    """Give up what an earlier journey left running."""
    count = sum(call_off(story, one) for one in _CYCLE.findall(story.manager.page("/ratings")))
    for one in _ROUND.findall(story.officer.page("/credit-rounds")):
        count += end_round(story, one)
    for one in credit_of(story)["memberships"]:
        if one["product"] == PRODUCTS[1][1] and one["state"]["code"] not in ("LEFT", "ENDED"):
            leave(story, one)
            count += 1
    count += story.head.withdraw_all()
    return f"结束此前未完成的 {count} 件事" if count else "没有未完成的事"


def deliver(story: FarmStory) -> str:
    """Have a department send what it knows of the household; the household sees it, and the system is retired."""
    name = f"流程演示农业部门 {story.batch_key[-6:]}"
    client = story.administrator.send(
        "/clients",
        shown_at="/clients",
        name=name,
        confidential="yes",
        grantTypes="client_credentials",
        scopes=SCOPE,
        jwks=story.source.jwks,
    )
    story.source.take_token(client.rsplit("/", 1)[1])
    today = datetime.now(UTC).date()
    content = f'"{{""crop"": ""水稻"", ""year"": {today.year}}}"'
    row = f"{story.number},FARM-INSURED,{story.batch_key},{today.isoformat()},{content}\n"
    text = f"uscc,item_code,source_ref,occurred_on,content\n{row}"
    story.source.deliver(story.batch_key, text.encode("gb18030"))
    told = story.source.outcome(story.batch_key)
    expect((told["state"], told["rowsAdded"]) == ("COMPLETED", 1), "收 1 条", told)
    story.administrator.send(f"{client}/retire", shown_at=client)
    rows = story.head.items("my-data/rows", part="records")
    expect(any("水稻" in str(one) for one in rows), "本户看到该条记录", rows)
    return f"{name}报送农业保险记录 1 条，本户可在“我的数据”看到"


STEPS: Final[tuple[Step[FarmStory], ...]] = (
    ("服务健康", check_health),
    ("登录", log_in),
    ("清理旧事", clear_table),
    ("部门报送", deliver),
    ("发起评级", farm_rating.open_rating),
    ("告知并参评", farm_rating.enter),
    ("五人评议", farm_rating.vote),
    ("复核公示", farm_rating.notice_grade),
    ("等级与证书", farm_rating.verify_grade),
    ("四方签署", farm_credit.sign_round),
    ("自愿参加", farm_credit.join),
    ("测算与公示", farm_credit.decide_line),
    ("退出", farm_credit.give_up),
    ("一键用款", farm_credit.ask_on_line),
    ("银行报价", farm_credit.bank_offers),
    ("接受报价", farm_credit.accept),
)


def walk_farm(url: str) -> int:
    """Walk a farm household's way over HTTP against the demo city at ``url``; return 0 when every answer was right.

    :raises Unreachable: if no server answers there
    :raises DemoAbsent: if it runs without the demo city
    """

    def begin(address: str) -> FarmStory:
        return FarmStory(
            url=address,
            head=Applicant(address, cast.ZHOU_GUILAN),
            manager=Desk(address, "dianhu.admin"),
            checker=Desk(address, CHECKER.login),
            panel=tuple(Desk(address, one.login) for one in PANEL),
            officer=Desk(address, "hongze.loan"),
            branch_head=Desk(address, "hongze.head"),
            administrator=Desk(address, "operator.admin"),
            source=SourceSystem(address),
        )

    return walk_demo("整村授信 · the farm journey", url, begin, STEPS)
