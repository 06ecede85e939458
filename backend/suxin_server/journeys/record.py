"""One record's way: sent by a department, counted and explained, contested, put right, and counted no more."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from suxin.scoring.packaged import FIRM_GRADE, XICHU
from suxin_server.demo import cast
from suxin_server.demo.applicant import Applicant as Role
from suxin_server.journeys.applicant import API, Applicant, Thing
from suxin_server.journeys.desk import Desk
from suxin_server.journeys.source import SCOPE, SourceSystem
from suxin_server.journeys.walking import Step, Talk, expect, moment, new_key, until, walk_demo

SCORING_PATIENCE_S: Final = 180.0
"""The worker looks for what is due every two seconds, but the demo city's own scores begin some time after its start."""

ITEM: Final = "PENALTY"
CLASS: Final = "一般"
DAYS_AGO: Final = 3
COLUMNS: Final = "item_code,source_ref,occurred_on,content\n"
_MODEL: Final = re.compile(r'data-href="/desk(/score-models/[0-9a-f-]{36})"')
_CASE: Final = re.compile(r'data-href="/desk(/cases/[0-9a-f-]{36})"')


@dataclass(frozen=True, slots=True)
class Matter:
    """Whose record it is: by which column and number a department names him, and where a penalty of his counts."""

    column: str
    number: str
    model: str
    model_name: str
    indicator: str
    for_firm: bool


def of_firm(who: Role) -> Matter:
    """Return the matter of somebody's firm, which departments know by its credit code."""
    return Matter("uscc", who.uscc, FIRM_GRADE, "企业信用等级", "L08", for_firm=True)


def of_person(who: Role) -> Matter:
    """Return the matter of somebody himself, whom departments know by his resident id."""
    return Matter("resident_id", who.resident_id, XICHU, "西楚分", "L05", for_firm=False)


@dataclass
class RecordStory:
    """What the steps hand on to each other."""

    url: str
    matter: Matter
    applicant: Applicant
    office: Desk
    administrator: Desk
    source: SourceSystem
    name: str = ""
    batch_key: str = field(default_factory=new_key)
    model: str = ""
    record_id: str = ""
    client: str = ""
    first: Thing = field(init=False)
    last: Thing = field(init=False)


def check_health(story: RecordStory) -> str:
    """Ask whether everything behind the server is ready."""
    Talk(story.url).get("/health/ready")
    return "数据库、缓存、迁移均就绪"


def log_in(story: RecordStory) -> str:
    """Log in: the firm's representative, or the person himself, and two of the credit office."""
    expect(story.applicant.log_in(), "申请人已实名", "尚未实名")
    role = story.applicant.role
    if story.matter.for_firm:
        story.applicant.act_for_firm()
    for desk in (story.office, story.administrator):
        desk.log_in()
    name = role.subject_name if story.matter.for_firm else role.name
    return f"{name}、{story.office.login}、{story.administrator.login} 已登录"


def register_source(story: RecordStory) -> str:
    """Register the department's system at the office's desk, and let it take a token."""
    story.name = f"流程演示部门 {story.batch_key[-6:]}"
    story.client = story.administrator.send(
        "/clients",
        shown_at="/clients",
        name=story.name,
        confidential="yes",
        grantTypes="client_credentials",
        scopes=SCOPE,
        jwks=story.source.jwks,
    )
    story.source.take_token(story.client.rsplit("/", 1)[1])
    return f"{story.name} 已登记，令牌绑定密钥"


def deliver(story: RecordStory) -> str:
    """Send a penalty, and a row about what no catalogue has: the one is taken, the other named."""
    day = (date.today() - timedelta(days=DAYS_AGO)).isoformat()  # noqa: DTZ011 - any day lately
    content = f'"{{""authority"": ""{story.name}"", ""number"": ""{story.batch_key}"", ""class"": ""{CLASS}""}}"'
    rows = "".join(
        f"{story.matter.number},{item},{story.batch_key}-{item},{day},{content}\n"
        for item in (ITEM, "NO-SUCH-ITEM")
    )
    content_of_file = f"{story.matter.column},{COLUMNS}{rows}"
    story.source.deliver(story.batch_key, content_of_file.encode("gb18030"))
    told = story.source.outcome(story.batch_key)
    counted = (told["state"], told["rowsAdded"], told["rowsRejected"])
    expect(counted == ("COMPLETED", 1, 1), "收 1 条、拒 1 条", told)
    expect(told["rejects"][0]["code"] == "NOT_IN_CATALOGUE", "NOT_IN_CATALOGUE", told["rejects"])
    return "收 1 条（行政处罚），目录外 1 条被拒（NOT_IN_CATALOGUE）；重发为同一批次"


def run(story: RecordStory) -> str:
    """Ask for a run of the model in force, and wait until the penalty counts."""
    story.model = until(
        lambda: model_in_force(story.office, story.matter.model_name),
        expected=f"{story.matter.model_name}模型已启用",
        patience_s=SCORING_PATIENCE_S,
    )
    story.office.send(f"{story.model}/run", shown_at=story.model)

    def counted() -> Thing | None:
        score = _score(story)
        return score if score is not None and story.matter.indicator in _points(score) else None

    story.first = until(counted, expected="处罚计入评分", patience_s=SCORING_PATIENCE_S)
    return f"{story.office.login} 要求评分，平台已评完"


def explain(story: RecordStory) -> str:
    """See the score and why: everything adds up, and what to do about the penalty is said."""
    total = sum(one["points"] for one in story.first["contributions"])
    expect(total == story.first["score"], f"各项相加等于 {story.first['score']}", total)
    points = _points(story.first)[story.matter.indicator]
    expect(points < 0, "处罚为扣分项", points)
    steps = "；".join(one["text"] for one in story.first["steps"])
    return f"{story.first['score']} 分（{story.first['tier']['code']}），行政处罚 {points} 分；建议：{steps or '无'}"


def dispute(story: RecordStory) -> str:
    """Contest the record: it is marked from then on, and cannot be contested twice."""
    rows = story.applicant.items("my-data/rows", part="records")
    story.record_id = next(
        row["id"] for row in rows if story.batch_key in str(row.get("content", row))
    )
    body = {
        "about": "record",
        "recordId": story.record_id,
        "wanted": "撤销该条行政处罚记录",
        "reason": "处罚决定书所列对象有误",
    }
    path = f"{API}/my-data/corrections"
    filed = story.applicant.talk.post(path, body, status=201, key=new_key())
    story.applicant.talk.refused(
        "RECORD_NOT_CONTESTABLE", "POST", path, status=409, body=body, key=new_key()
    )
    days = moment(filed["answerBy"]).date().isoformat()
    return f"异议已受理，{days} 前答复，期间不计分；重复申请被拒"


def put_right(story: RecordStory) -> str:
    """Decide at one desk of the office that the record is wrong, and agree at another's; nobody checks himself."""
    running = _CASE.findall(story.office.page("/cases"))
    place = next(one for one in running if story.batch_key in story.office.page(one))
    story.office.send(f"{place}/accept", shown_at=place)
    reason = "经核实，处罚对象有误，予以更正"
    story.office.send(f"{place}/grant", shown_at=place, reason=reason)
    story.administrator.send(f"{place}/uphold", shown_at=place)
    listed = story.applicant.items("my-data/corrections")
    mine = next(one for one in listed if one["recordId"] == story.record_id)
    expect(mine["answer"] == reason, "已答复并告知", mine)
    return f"{story.office.login} 决定予以更正，{story.administrator.login} 复核；申请人已获知"


def run_again(story: RecordStory) -> str:
    """Ask for the next run: the penalty counts no more, and the change is told."""
    story.office.send(f"{story.model}/run", shown_at=story.model)

    def mended() -> Thing | None:
        score = _score(story)
        is_there = score is None or story.matter.indicator in _points(score)
        return None if is_there else score

    story.last = until(mended, expected="更正后的评分", patience_s=SCORING_PATIENCE_S)
    change = next(one for one in story.last["changes"] if one["code"] == story.matter.indicator)
    expect((change["before"] < 0, change["after"]) == (True, 0), "扣分归零", change)
    gained = story.last["score"] - story.first["score"]
    expect(gained >= 0, "得分不低于更正前", gained)
    return f"{story.first['score']} → {story.last['score']} 分：行政处罚 {change['before']} → 0"


def retire_source(story: RecordStory) -> str:
    """Retire the department's system: its token is good no longer."""
    story.administrator.send(f"{story.client}/retire", shown_at=story.client)
    path = f"/sources/v1/batches/{story.batch_key}"
    story.source.talk.send("GET", path, status=401)
    return f"{story.name} 已停用，令牌随即失效"


def model_in_force(office: Desk, name: str) -> str | None:
    """Return the page of the model of this name that may be run, once there is one."""
    for place in _MODEL.findall(office.page("/score-models")):
        page = office.page(place)
        if f'action="/desk{place}/run"' in page and name in page:
            return str(place)
    return None


def _score(story: RecordStory) -> Thing | None:
    found: Thing | None = story.applicant.talk.get(f"{API}/score")["score"]
    return found if found is not None and found["model"] == story.matter.model else None


def _points(score: Thing) -> dict[str, int]:
    return {one["code"]: one["points"] for one in score["contributions"]}


STEPS: Final[tuple[Step[RecordStory], ...]] = (
    ("服务健康", check_health),
    ("登录", log_in),
    ("登记来源系统", register_source),
    ("报送记录", deliver),
    ("评分", run),
    ("得分与原因", explain),
    ("提出异议", dispute),
    ("信用办答复", put_right),
    ("再次评分", run_again),
    ("停用来源系统", retire_source),
)


def walk_records(url: str, *, person: bool = False) -> int:
    """Walk a record's way over HTTP against the demo city at ``url``; return 0 when every answer was right.

    The record is a firm's, or the natural person's who speaks for it.

    :raises Unreachable: if no server answers there
    :raises DemoAbsent: if it runs without the demo city
    """
    who = cast.ZHAO_MIN

    def begin(address: str) -> RecordStory:
        return RecordStory(
            url=address,
            matter=of_person(who) if person else of_firm(who),
            applicant=Applicant(address, who),
            office=Desk(address, "operator.credit"),
            administrator=Desk(address, "operator.admin"),
            source=SourceSystem(address),
        )

    return walk_demo("记录与评分 · the journey of a record", url, begin, STEPS)
