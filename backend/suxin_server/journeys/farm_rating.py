"""The household is rated: it enters, five vote, somebody else checks, and what is in force is verified by anybody."""

import re
from typing import Final

from suxin.consent.purposes import RURAL_RATE
from suxin_server.demo.villages import PANEL
from suxin_server.journeys.applicant import API
from suxin_server.journeys.farm_story import ID, NAME, FarmStory, stands
from suxin_server.journeys.walking import Talk, expect, new_key, until

WORKER_PATIENCE_S: Final = 120.0
_ENTRY: Final = re.compile(f'action="/desk(/ratings/{ID}/entries/{ID}/vote)"')


def open_rating(story: FarmStory) -> str:
    """Open this year's rating of households; whoever does not enter is on no list."""
    story.cycle = story.manager.send("/ratings", shown_at="/ratings", kind="household")
    page = story.manager.page(story.cycle)
    expect('data-testid="entry-row"' not in page, "未报名的不在任何名单", page)
    return "村居发起本年农户评级；未报名的农户不在任何名单"


def enter(story: FarmStory) -> str:
    """Read the notice and enter; on another wording nobody enters."""
    cycles = story.head.talk.get(f"{API}/rural")["cycles"]
    expect(len(cycles) == 1, "一个可参加的评级", cycles)
    at = f"{API}/rural/cycles/{cycles[0]['id']}"
    notice = story.head.talk.get(f"{at}/notice")
    story.head.talk.refused(
        "NOTICE_OUTDATED",
        "POST",
        f"{at}/enter",
        status=409,
        body={"noticeVersion": f"{RURAL_RATE.code}/2020-01"},
        key=new_key(),
    )
    body = {"noticeVersion": notice["version"]}
    story.head.talk.post(f"{at}/enter", body, status=201, key=new_key())
    return f"阅读告知书 {notice['version']} 并授权参评；未同意公示名称"


def vote(story: FarmStory) -> str:
    """Name five who vote one after the other; the panel is not closed before, and nobody votes twice."""
    page = story.manager.page(story.cycle)
    chosen = [_choice(page, one.name) for one in PANEL]
    story.manager.send(f"{story.cycle}/panel", shown_at=story.cycle, members=chosen)
    story.manager.send(f"{story.cycle}/begin", shown_at=story.cycle)
    ballot = f"{story.cycle}/vote"
    for place, desk in enumerate(story.panel):
        if place == len(story.panel) - 1:
            story.manager.refused(
                f"{story.cycle}/close", shown_at=story.cycle, status=422, says="不能结束评议"
            )
        action = _ENTRY.findall(desk.page(ballot))
        expect(len(action) == 1, "一户待评议", action)
        desk.send(action[0], shown_at=ballot, character="4", family="5", ability="4")
        desk.refused(
            action[0],
            shown_at=ballot,
            status=422,
            says="评议过",
            character="4",
            family="5",
            ability="4",
        )
    story.manager.send(f"{story.cycle}/close", shown_at=story.cycle)
    return f"{len(story.panel)} 人逐一评议，各不知他人评分；不足五票不能结束，重复评议被拒"


def notice_grade(story: FarmStory) -> str:
    """Let the platform join votes and records, and somebody else check: the notice has a number and a grade, and no name."""

    def to_check() -> bool | None:
        return f'action="/desk{story.cycle}/check"' in story.checker.page(story.cycle) or None

    until(to_check, expected="平台已汇总，待复核", patience_s=WORKER_PATIENCE_S)
    story.checker.send(f"{story.cycle}/check", shown_at=story.cycle)
    story.entry = story.head.talk.get(f"{API}/rural")["entries"][0]
    expect(stands(story.entry, "RATED"), "已评定，公示中", story.entry)
    page = story.head.talk.send("GET", f"/rural/notices/{story.cycle.rsplit('/', 1)[1]}").text
    expect(f"<td>{story.entry['tier']}</td>" in page, story.entry["tier"], page)
    expect(NAME not in page, "公示不含名称", page)
    explained = story.head.talk.get(f"{API}/rural/entries/{story.entry['id']}/explanation")
    total = sum(one["points"] for one in explained["contributions"])
    expect(total == explained["score"], f"各项相加等于 {explained['score']}", total)
    return (
        f"拟定 {story.entry['tier']} 级（{explained['score']} 分，各项相加无误），"
        f"公示编号 {story.entry['number']:03d}，另一人复核；公示页只有编号和等级"
    )


def verify_grade(story: FarmStory) -> str:
    """Take the certificate of the grade in force, and verify it at the address of its code; a forged one is refused."""
    grades = story.head.talk.get(f"{API}/rural")["grades"]
    grade = next(one for one in grades if stands(one, "IN_FORCE"))
    signed = story.head.talk.get(f"{API}/rural/grades/{grade['id']}/certificate")
    place = signed["address"].split("/rural/", 1)[1]
    page = Talk(story.url).send("GET", f"/rural/{place}").text
    expect("签名有效，等级有效" in page, "签名有效，等级有效", page)
    Talk(story.url).send("GET", f"/rural/{place[:-6]}AAAAAA", status=422)
    return f"上年 {grade['tier']} 级有效至 {grade['expiresOn']}，扫码核验有效；伪造的证书被拒"


def _choice(page: str, name: str) -> str:
    """Return the id of a checkbox by the words beside it."""
    found = re.findall(f'name="members" value="({ID})"[^>]*>(?:<span>)?{name}', page)
    expect(len(found) == 1, f"名单上有{name}", found)
    return str(found[0])
