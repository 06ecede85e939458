"""The household has a line: four sign, it joins, another of the bank decides; and on the line in force one tap brings an offer."""

import re
from typing import Final

from suxin.kernel.money import format_yuan
from suxin_server.demo import cast
from suxin_server.demo.lined import PRODUCTS, VILLAGE
from suxin_server.journeys.applicant import API, Thing
from suxin_server.journeys.bank import Bank
from suxin_server.journeys.farm_story import (
    ID,
    NAME,
    FarmStory,
    call_off,
    credit_of,
    end_round,
    leave,
    membership,
    stands,
)
from suxin_server.journeys.walking import Talk, expect, new_key

_MEMBER: Final = re.compile(f'name="members" value="({ID})"')


def sign_round(story: FarmStory) -> str:
    """Propose a round, and have it signed by two of the bank and two of the village; nobody signs twice."""
    page = story.officer.page("/credit-rounds/new")
    story.round = story.officer.send(
        "/credit-rounds/new",
        shown_at="/credit-rounds/new",
        villageCode=VILLAGE,
        productId=_option(page, PRODUCTS[1][1]),
        lineAAA="30",
        lineAA="20",
        lineA="10",
        lineB="5",
        lineC="2",
    )
    at = story.round
    story.branch_head.send(f"{at}/sign", shown_at=at)
    story.manager.send(f"{at}/accept", shown_at=at)
    story.checker.send(f"{at}/confirm", shown_at=at)
    expect('data-testid="member-row"' not in story.officer.page(at), "尚无农户", at)
    return f"{story.officer.login} 提出、{story.branch_head.login} 签署，村居两人接受、确认；银行看不到任何农户"


def join(story: FarmStory) -> str:
    """Join by one's own consent: the bank knows the household from then on, and the village still does not."""
    found = [one for one in credit_of(story)["rounds"] if one["product"] == PRODUCTS[1][1]]
    expect(len(found) == 1, "一个可参加的整村授信", found)
    at = f"{API}/village-credit/rounds/{found[0]['id']}"
    told = story.head.talk.get(f"{at}/notice")
    expect(cast.HONGZE.name in told["body"], "告知书写明银行", told["body"])
    body = {"noticeVersion": told["version"]}
    story.head.talk.post(f"{at}/join", body, status=201, key=new_key())
    story.head.talk.refused(
        "CREDIT_ROUND_JOINED", "POST", f"{at}/join", status=409, body=body, key=new_key()
    )
    expect(NAME in story.officer.page(story.round), "银行看到本户", story.round)
    village = story.manager.page(story.round)
    expect(NAME not in village, "村居看不到谁参加", village)
    return "授权后银行才看到本户，村居只有人数；重复参加被拒"


def decide_line(story: FarmStory) -> str:
    """Have another of the bank decide: the line follows from the grade, is on notice by a number alone, and cannot be used before its end."""
    page = story.branch_head.page(story.round)
    members = _MEMBER.findall(page)
    at = f"{story.round}/lines"
    story.branch_head.send(at, shown_at=story.round, members=members)
    member = membership(story, PRODUCTS[1][1])
    expect(stands(member, "NOTICED"), "公示中", member)
    number = f"{member['number']:03d}"
    notice = f"/village-credit/notices/{story.round.rsplit('/', 1)[1]}"
    public = Talk(story.url).send("GET", notice).text
    expect(number in public and NAME not in public, f"只有编号 {number}", public)
    body = _wanted(story, member, 1_000_000)
    story.head.talk.refused(
        "CREDIT_LINE_NOT_ACTIVE",
        "POST",
        f"{API}/village-credit/memberships/{member['id']}/request",
        status=409,
        body=body,
        key=new_key(),
    )
    reads = [
        one for one in story.head.items("data-reads") if one["purpose"]["code"] == "bank.credit"
    ]
    expect(reads, "等级的查阅有记录", reads)
    return f"{member['tier']} 级额度 {format_yuan(member['lineFen'])}元，公示编号 {number}，公示期内不能用款；谁看过我的等级有记录"


def give_up(story: FarmStory) -> str:
    """Leave the round and give the cycle up: the notice of seven working days is not waited for."""
    leave(story, membership(story, PRODUCTS[1][1]))
    expect(NAME not in story.officer.page(story.round), "银行不再看到本户", story.round)
    end_round(story, story.round)
    call_off(story, story.cycle)
    return "公示须满 7 个工作日，流程不等待：退出本轮，等级与额度随即清除；以下用上年已生效的额度"


def ask_on_line(story: FarmStory) -> str:
    """Ask for money on the line in force by one tap: not beyond the line, and to its bank alone."""
    story.line = membership(story, PRODUCTS[0][1])
    left, amount_fen = story.line["leftFen"], cast.ZHOU_GUILAN.ask.amount_fen
    expect(
        left >= amount_fen, "演示农户还有可用额度", f"可用 {format_yuan(left)}元，请重建演示城市"
    )
    at = f"{API}/village-credit/memberships/{story.line['id']}"
    beyond = _wanted(story, story.line, left + 100)
    story.head.talk.refused(
        "CREDIT_LINE_EXCEEDED", "POST", f"{at}/request", status=409, body=beyond, key=new_key()
    )
    wanted = _wanted(story, story.line, amount_fen)
    made = story.head.talk.post(f"{at}/request", wanted, status=201, key=new_key())
    story.request = story.head.talk.get(f"{API}/loan-requests/{made['requestId']}")
    referrals = story.head.items(f"loan-requests/{made['requestId']}/referrals")
    named = [one["bank"]["shortName"] for one in referrals]
    expect(named == [cast.HONGZE.short_name], cast.HONGZE.short_name, named)
    story.bank = Bank(story.url, referrals[0])
    now_left = membership(story, PRODUCTS[0][1])["leftFen"]
    expect(left - now_left == wanted["amountFen"], "可用额度相应减少", now_left)
    return f"{story.request['number']} 只发给{named[0]}，授权同一步给出；超额被拒；可用额度 {format_yuan(now_left)}元"


def bank_offers(story: FarmStory) -> str:
    """See at the bank who asks, on the consent given with the tap; accept, make contact and offer within what was asked for."""
    bank = story.bank
    bank.log_in()
    bank.find_lead()
    bank.do("acceptReferral")
    applicant = bank.referral()["applicant"]
    expect(applicant is not None, "凭一键授权可见申请人", applicant)
    bank.do("recordContact")
    terms = bank.terms(story.request)
    above = terms | {"amountFen": story.request["amountFen"] + 1}
    bank.refused("makeOffer", "OFFER_ABOVE_REQUEST", terms=above)
    made = bank.do("makeOffer", terms=terms)["offer"]
    rate = made["annualisedRateBps"] / 100
    return f"{bank.name}看到 {applicant['name']}，报价年化 {rate:.2f}%；超过申请金额的报价被拒"


def accept(story: FarmStory) -> str:
    """Accept the offer."""
    path = f"loan-requests/{story.request['id']}"
    offers = story.head.items(f"{path}/offers")
    expect(len(offers) == 1, "一份报价", offers)
    done = story.head.talk.post(f"{API}/offers/{offers[0]['id']}/acceptance", key=new_key())
    expect(stands(done, "CHOSEN"), "CHOSEN", done)
    state = story.head.talk.get(f"{API}/{path}")["state"]
    expect(state["code"] == "ACCEPTED", "ACCEPTED", state)
    left = membership(story, PRODUCTS[0][1])["leftFen"]
    taken = story.line["leftFen"] - left
    expect(taken == story.request["amountFen"], "至放款结清前占用额度", left)
    return f"已接受{story.bank.name}的报价；可用额度 {format_yuan(left)}元，结清后恢复"


def _wanted(story: FarmStory, member: Thing, amount_fen: int) -> dict[str, object]:
    asked = cast.ZHOU_GUILAN.ask
    told = story.head.talk.get(f"{API}/village-credit/memberships/{member['id']}/request-notice")
    return {
        "amountFen": amount_fen,
        "termMonths": asked.term_months,
        "purpose": asked.purpose.value,
        "noticeVersion": told["version"],
    }


def _option(page: str, name: str) -> str:
    """Return the id of an option by its words."""
    found = re.findall(f'<option value="({ID})"[^>]*>{name}<', page)
    expect(len(found) == 1, f"可选{name}", found)
    return str(found[0])
