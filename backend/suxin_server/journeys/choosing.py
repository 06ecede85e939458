"""The applicant chooses: told, comparing, accepting, and taking the consent back."""

from suxin_server.journeys.answering import DECLINE_REASON
from suxin_server.journeys.applicant import API, PURPOSE, check_schedule
from suxin_server.journeys.story import Story
from suxin_server.journeys.walking import expect, new_key, until


def be_told(story: Story) -> str:
    """Wait until the applicant is told; what a bank did reaches him by way of the outbox and the worker."""
    link = f"/pages/request?id={story.request['id']}"
    words = (
        f"{story.declining.name}未予受理：{DECLINE_REASON.zh}",
        f"{story.request['number']} 收到一份报价",
    )

    def told() -> list[str] | None:
        notices = [one["body"] for one in story.applicant.items("notices") if one["link"] == link]
        return notices if all(any(word in body for body in notices) for word in words) else None

    notices = until(told, expected=f"收到通知 {words}")
    kinds = [one["kind"] for one in story.applicant.items(story.about("/timeline"))]
    happened = {"submitted", "dispatched", "bank_accepted", "consented", "offered", "declined"}
    expect(happened <= set(kinds), sorted(happened), kinds)
    return f"收到 {len(notices)} 条通知，含报价、婉拒及原因，时间线上 {len(kinds)} 件事"


def compare(story: Story) -> str:
    """Compare: the offer as it was made, and a repayment plan that adds up to it."""
    offers = story.applicant.items(story.about("/offers"))
    expect(len(offers) == 1, "一份报价", offers)
    story.offer = offers[0]
    for name, cost in story.costs.items():
        expect(story.offer[name] == cost, f"{name} {cost}", story.offer[name])
    path = f"offers/{story.offer['id']}/schedule"
    plan = story.applicant.talk.get(f"{API}/{path}")
    parts = story.applicant.items(path)
    check_schedule(story.offer, plan, parts)
    return f"{len(parts)} 期还款计划，本金、利息、费用逐项相加无误"


def see_who_read(story: Story) -> str:
    """See who read one's data, and for what."""
    since = story.referrals[0]["dispatchedAt"]
    reads = story.applicant.reads_by(story.offering.tenant_id, since=since)
    expect(reads, f"有{story.offering.name}的查阅记录", reads)
    purposes = {read["purpose"]["code"] for read in reads}
    expect(purposes == {PURPOSE}, PURPOSE, purposes)
    blind = story.applicant.reads_by(story.declining.tenant_id, since=since)
    expect(not blind, f"没有{story.declining.name}的查阅记录", blind)
    return f"{story.offering.name}查阅 {len(reads)} 次，用途：{reads[0]['purpose']['zh']}"


def accept(story: Story) -> str:
    """Accept the offer, and nobody else's."""
    talk = story.applicant.talk
    theirs = story.other.items("loan-requests")[0]["id"]
    foreign = story.other.items(f"loan-requests/{theirs}/offers")[0]["id"]
    talk.refused(
        "NOT_FOUND", "POST", f"{API}/offers/{foreign}/acceptance", status=404, key=new_key()
    )
    done = talk.post(f"{API}/offers/{story.offer['id']}/acceptance", key=new_key())
    expect(done["state"]["code"] == "CHOSEN", "CHOSEN", done)
    state = talk.get(story.path())["state"]
    expect(state["code"] == "ACCEPTED", "ACCEPTED", state)
    return f"已接受{story.offering.name}的报价；他人的报价不可接受（404）"


def see_others_pass(story: Story) -> str:
    """See that all other banks are done, and that a second acceptance is refused."""
    states = {
        one["bank"]["shortName"]: one["state"]["code"]
        for one in story.applicant.items(story.about("/referrals"))
    }
    expected = dict.fromkeys(states, "PASSED") | {
        story.offering.name: "OFFERED",
        story.declining.name: "DECLINED",
    }
    expect(states == expected, expected, states)
    story.applicant.talk.refused(
        "STEP_NOT_POSSIBLE",
        "POST",
        f"{API}/offers/{story.offer['id']}/acceptance",
        status=409,
        key=new_key(),
    )
    passed = [name for name, state in states.items() if state == "PASSED"]
    return f"其余银行已结束（{'、'.join(passed) or '无'}）；再次接受被拒"


def see_contract_basis(story: Story) -> str:
    """See on which ground the chosen bank keeps the applicant's identity and contact."""
    bases = [
        one
        for one in story.applicant.items("access-bases")
        if one["requestId"] == story.request["id"]
    ]
    held = [(one["recipient"]["tenantId"], one["kind"]["code"]) for one in bases]
    expect(held == [(story.offering.tenant_id, "contract")], "只有所选银行的合同依据", bases)
    names = "、".join(one["zh"] for one in bases[0]["categories"])
    return f"{story.offering.name}凭合同保留：{names}"


def revoke(story: Story) -> str:
    """Take the consent back: the bank's very next read shows what its contract keeps, and nothing of what was consented to."""
    before = _reads_on_consent(story)
    ended = story.applicant.talk.post(
        f"{API}/consents/{story.consent['id']}/revocation",
        {"reason": "已选定银行"},
        key=new_key(),
    )
    expect(ended["state"]["code"] == "REVOKED", "REVOKED", ended)
    applicant = story.offering.referral()["applicant"]
    expect(applicant["basis"] == "CONTRACT", "只剩合同依据", applicant)
    told = [applicant[name] for name in ("name", "uscc", "records", "consent") if applicant[name]]
    expect(not told, "撤回后下一次查阅不含授权内容", told)
    expect(applicant["request"]["number"] == story.request["number"], "本次申请", applicant)
    after = _reads_on_consent(story)
    expect(after == before, f"凭授权的查阅仍为 {before} 次", after)
    return "授权已撤回，银行的下一次查阅只剩合同保留的内容"


def _reads_on_consent(story: Story) -> int:
    since = story.referrals[0]["dispatchedAt"]
    reads = story.applicant.reads_by(story.offering.tenant_id, since=since)
    return len([read for read in reads if read["purpose"]["code"] == PURPOSE])
