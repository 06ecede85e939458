"""The applicant asks: from the log-in to the match."""

from typing import Final
from uuid import uuid4

from suxin.kernel.money import format_wan
from suxin_server.journeys.applicant import API, check_match, same_refusal
from suxin_server.journeys.story import Story
from suxin_server.journeys.walking import Talk, expect, new_key

BANKS_NEEDED: Final = 2


def check_health(story: Story) -> str:
    """Ask whether everything behind the server is ready."""
    Talk(story.url).get("/health/ready")
    return "数据库、缓存、迁移均就绪"


def log_in(story: Story) -> str:
    """Log in, and prove who one is unless that was done before."""
    refused = Talk(story.url)
    refused.refused("UNAUTHENTICATED", "GET", f"{API}/me", status=401)
    proved = story.applicant.log_in()
    return f"{story.applicant.role.name}已登录（{'此前已实名' if proved else '尚未实名'}）"


def prove_identity(story: Story) -> str:
    """Prove who one is with the code that the phone received."""
    person = story.applicant.me()["person"]
    if person is not None:
        return f"{person['name']} 此前已实名，跳过短信验证码"
    story.applicant.prove(story.applicant.phone_code())
    return f"短信验证码已送达并核验，{story.applicant.me()['person']['name']} 实名通过"


def act_for_firm(story: Story) -> str:
    """Act for the firm whose legal representative he is."""
    proved = story.applicant.act_for_firm()
    how = "法定代表人核验通过" if proved else "此前已核验"
    return f"{story.applicant.role.subject_name}，{how}"


def clear_table(story: Story) -> str:
    """Take back what an earlier journey left running."""
    count = story.applicant.withdraw_all()
    return f"撤回此前未完成的申请 {count} 笔" if count else "没有未完成的申请"


def refuse_zero(story: Story) -> str:
    """Ask for nothing at all: refused, naming the field, and nothing is written."""
    before = len(story.applicant.items("loan-requests"))
    problem = story.applicant.talk.refused(
        "LOAN_TERM_OUT_OF_RANGE",
        "POST",
        f"{API}/loan-requests",
        status=422,
        body=story.applicant.form() | {"amountFen": 0},
        key=new_key(),
    )
    expect(problem["field"] == "amountFen", "指出字段 amountFen", problem)
    after = len(story.applicant.items("loan-requests"))
    expect(after == before, f"申请仍为 {before} 笔", after)
    return f"已拒绝：{problem['detail']}"


def submit(story: Story) -> str:
    """Submit the request; sent twice it is one, and its key serves no other."""
    talk, form, key = story.applicant.talk, story.applicant.form(), new_key()
    path, headers = f"{API}/loan-requests", {"Idempotency-Key": key}
    first = talk.send("POST", path, status=201, json=form, headers=headers)
    again = talk.send("POST", path, status=201, json=form, headers=headers)
    expect(again.headers.get("Idempotency-Replayed") == "true", "第二次标明为重放", again.headers)
    expect(again.json() == first.json(), first.text, again.text)
    talk.refused(
        "IDEMPOTENCY_KEY_REUSED",
        "POST",
        path,
        status=409,
        body=form | {"termMonths": 24},
        key=key,
    )
    story.request = first.json()["request"]
    expect(story.request["state"]["code"] == "OPEN", "状态 OPEN", story.request["state"])
    banks = len(first.json()["bankIds"])
    expect(banks >= BANKS_NEEDED, f"至少推送 {BANKS_NEEDED} 家银行", banks)
    amount = format_wan(story.request["amountFen"])
    return f"{story.request['number']}，{amount}，匿名推送 {banks} 家；重发为重放，改内容被拒"


def look_at_matches(story: Story) -> str:
    """See how every product fared."""
    path = story.about("/matches")
    fitting = story.applicant.items(path, eligible="true")
    others = story.applicant.items(path, eligible="false")
    expect(fitting, "有相符产品", fitting)
    check_match(fitting, others)
    best = fitting[0]
    return (
        f"{len(fitting)} 个产品相符，第一名 {best['bank']['shortName']}"
        f"（得分 {best['score']}/{best['fullScore']}，各项相加无误）；{len(others)} 个不符，均列明原因"
    )


def refuse_others_request(story: Story) -> str:
    """Ask for someone else's request: the same answer as for one that does not exist."""
    expect(story.other.log_in(), "另一位申请人已实名", "尚未实名")
    story.other.act_for_firm()
    theirs = story.other.items("loan-requests")[0]["id"]
    talk = story.applicant.talk
    asked, unknown = (
        talk.refused("NOT_FOUND", "GET", f"{API}/loan-requests/{one}", status=404)
        for one in (theirs, uuid4())
    )
    expect(same_refusal(asked, unknown), unknown, asked)
    return (
        f"{story.other.role.name}的申请对{story.applicant.role.name}不存在（404，与未知编号相同）"
    )
