"""Two banks answer: blind at first, then one with the applicant's consent."""

from typing import Final

from suxin.kernel.money import format_yuan
from suxin.lending.leads import AmountBand
from suxin.lending.terms import DeclineReason
from suxin_server.journeys.bank import Bank
from suxin_server.journeys.story import Story
from suxin_server.journeys.walking import expect, new_key

COSTS: Final = (
    "monthlyPaymentFen",
    "totalInterestFen",
    "totalFeesFen",
    "totalCostFen",
    "annualisedRateBps",
)
"""What the bank and the applicant are told alike of what an offer costs."""

DECLINE_REASON: Final = DeclineReason.INDUSTRY_POLICY


def banks_log_in(story: Story) -> str:
    """Let two of the referred banks log in at their desks."""
    story.referrals = story.applicant.items(story.about("/referrals"))
    story.offering, story.declining = (Bank(story.url, one) for one in story.referrals[:2])
    for bank in story.banks:
        bank.log_in()
    return f"{story.offering.login}、{story.declining.login} 已登录；错误密码被拒"


def see_blind_leads(story: Story) -> str:
    """See the lead at both banks: nothing in it tells who asks."""
    role = story.applicant.role
    telling = (role.subject_name, role.uscc, role.name, role.phone, role.resident_id)
    for bank in story.banks:
        bank.find_lead()
        expect(bank.referral()["applicant"] is None, "申请人为空", bank.referral()["applicant"])
        text = bank.referral_text()
        told = [word for word in (*telling, story.request["number"]) if word in text]
        expect(not told, "线索不含任何可识别信息", told)
    lead = story.offering.referral()["lead"]
    return (
        f"线索 {lead['number']}：{lead['county']['name']}、{lead['industryZh'] or '行业不披露'}、"
        f"{AmountBand[lead['amountBand']].zh}；两家银行均看不到申请人"
    )


def accept_leads(story: Story) -> str:
    """Take the lead up at both banks; sent twice it happens once."""
    for bank in story.banks:
        key = new_key()
        done = bank.do("acceptReferral", key=key)
        expect(done["referral"]["state"] == "ACCEPTED", "ACCEPTED", done)
        again = bank.do("acceptReferral", key=key)
        expect(again["replayed"] and not done["replayed"], "第二次为重放", again)
    return f"{story.offering.name}、{story.declining.name} 已受理"


def refuse_blind_offer(story: Story) -> str:
    """Try to offer and to make contact without consent."""
    bank = story.offering
    story.offer_terms = bank.terms(story.request)
    bank.refused("makeOffer", "CONSENT_REQUIRED", terms=story.offer_terms)
    bank.refused("recordContact", "CONSENT_REQUIRED")
    return "未获授权：报价和联系均被拒（CONSENT_REQUIRED）"


def consent(story: Story) -> str:
    """Permit one bank, and only that one, to see who asks."""
    story.consent = story.applicant.consent_to(story.request, story.offering.tenant_id)
    names = "、".join(one["zh"] for one in story.consent["categories"])
    return f"已授权{story.offering.name}查阅：{names}"


def see_dossier(story: Story) -> str:
    """See who asks, at the one bank; the other one still sees nothing."""
    role, applicant = story.applicant.role, story.offering.referral()["applicant"]
    expect(applicant is not None, "授权后可见申请人", applicant)
    expect(applicant["name"] == role.subject_name, role.subject_name, applicant)
    expect(applicant["uscc"] == role.uscc, role.uscc, applicant)
    allowed = {one["code"].upper() for one in story.consent["categories"]}
    records = applicant["records"]
    seen = {edge["node"]["category"] for edge in records["edges"]}
    expect(seen and seen <= allowed, f"记录只在授权类别内 {sorted(allowed)}", sorted(seen))
    blind = story.declining.referral()["applicant"]
    expect(blind is None, f"{story.declining.name}仍看不到", blind)
    return f"{story.offering.name}看到 {applicant['name']} 及 {len(records['edges'])} 条记录"


def offer(story: Story) -> str:
    """Make contact, see what the offer will cost, and make it."""
    bank = story.offering
    contacted = bank.do("recordContact")["referral"]
    expect(contacted["state"] == "CONTACTED", "CONTACTED", contacted)
    preview = bank.ask("offer_preview", terms=story.offer_terms)["offerPreview"]
    story.costs = {name: preview[name] for name in COSTS}
    above = story.offer_terms | {"amountFen": story.request["amountFen"] + 1}
    bank.refused("makeOffer", "OFFER_ABOVE_REQUEST", terms=above)
    made = bank.do("makeOffer", terms=story.offer_terms)["offer"]
    expect(made["totalCostFen"] == story.costs["totalCostFen"], story.costs, made)
    rate = made["annualisedRateBps"] / 100
    return f"{bank.name}报价：年化 {rate:.2f}%，总成本 {format_yuan(made['totalCostFen'])}元，与试算一致"


def decline(story: Story) -> str:
    """Decline at the other bank: not without words where words are needed, then with a reason."""
    bank = story.declining
    bank.refused("declineReferral", "INVALID", reason="OTHER_WITH_NOTE", note=" ")
    done = bank.do("declineReferral", reason=DECLINE_REASON.value, note=None)["referral"]
    answered = (done["state"], done["declineReason"])
    expect(answered == ("DECLINED", DECLINE_REASON.value), DECLINE_REASON, done)
    return f"{bank.name}婉拒：{DECLINE_REASON.zh}"
