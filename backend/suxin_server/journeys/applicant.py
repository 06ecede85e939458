"""The applicant's side of a journey: the mini program, as its REST API has it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from suxin.consent.oauth.own_clients import MINI_PROGRAM_CLIENT, WECHAT
from suxin_oauth import paths
from suxin_server.demo.applicant import Applicant as Role
from suxin_server.journeys.dpop_auth import DpopAuth
from suxin_server.journeys.walking import Talk, expect, moment, new_key, until

API: Final = "/mp/v1"
PAGE: Final = 100
PURPOSE: Final = "loan.match"

Thing = Mapping[str, Any]
Things = Sequence[Mapping[str, Any]]


class Applicant:
    """One of the demo city's applicants, with the mini program in his hand."""

    def __init__(self, url: str, role: Role) -> None:
        self.role = role
        self.talk = Talk(url)

    def log_in(self) -> bool:
        """Trade the WeChat code for a token bound to a key of the phone; return whether a person is proved behind it."""
        phone = DpopAuth(self.talk.get(paths.METADATA)["issuer"])
        self.talk.prove_by(phone)
        form = {
            "grant_type": WECHAT,
            "client_id": MINI_PROGRAM_CLIENT,
            "js_code": self.role.wechat,
        }
        phone.access_token = self.talk.send("POST", paths.TOKEN, data=form).json()["access_token"]
        return bool(self.me()["proved"])

    def phone_code(self) -> str:
        """Have a one-time code sent and read it where the demo shows it; the worker delivers it."""
        before = self._last_code()
        self.talk.post(f"{API}/phone-codes", {"phone": self.role.phone}, status=204)

        def arrived() -> str | None:
            code = self._last_code()
            return code if code != before else None

        return until(arrived, expected="短信验证码送达")

    def prove(self, code: str) -> None:
        """Prove who he is."""
        claim = {
            "name": self.role.name,
            "residentId": self.role.resident_id,
            "phone": self.role.phone,
            "code": code,
        }
        self.talk.post(f"{API}/identity-proofs", claim, status=201)
        expect(self.me()["proved"], "已实名", self.me())

    def act_for_firm(self) -> bool:
        """Act for the firm from now on; return whether its mandate had to be proved first."""
        held = [one for one in self.me()["subjects"] if one["uscc"] == self.role.uscc]
        firm = held[0] if held else self._prove_mandate()
        expect(firm["name"] == self.role.subject_name, self.role.subject_name, firm)
        self.talk.show(Suxin_Subject=firm["id"])
        return not held

    def me(self) -> Thing:
        """Return who he is, masked."""
        found: Thing = self.talk.get(f"{API}/me")
        return found

    def withdraw_all(self) -> int:
        """Take back whatever is still running; return how many requests."""
        running = [one for one in self.items("loan-requests") if one["alive"]]
        for one in running:
            self.talk.post(f"{API}/loan-requests/{one['id']}/withdrawal", key=new_key())
        return len(running)

    def form(self) -> dict[str, Any]:
        """Return what he asks for, to be matched with every bank's products."""
        asked = self.role.ask
        return {
            "amountFen": asked.amount_fen,
            "termMonths": asked.term_months,
            "purpose": asked.purpose.value,
            "guarantee": asked.guarantee_mode.value,
            "mode": "recommended",
            "firstLoan": False,
            "note": "",
        }

    def items(self, path: str, **query: object) -> list[Thing]:
        """Return a whole list, page by page."""
        found: list[Thing] = []
        after: dict[str, object] = {}
        while True:
            page = self.talk.get(f"{API}/{path}", first=PAGE, **query, **after)
            found.extend(page["items"])
            if page["nextCursor"] is None:
                return found
            after = {"after": page["nextCursor"]}

    def consent_to(self, request: Thing, tenant_id: str) -> Thing:
        """Read the notice about a bank, choose everything that may be added, and agree; return the consent."""
        about = {"requestId": request["id"], "tenantId": tenant_id}
        offered = self.talk.get(f"{API}/consent-notices", **about)["categories"]
        beforehand = [one["category"]["code"] for one in offered if one["chosen"]]
        required = [one["category"]["code"] for one in offered if one["required"]]
        expect(beforehand == required, f"事先只选办理必需的 {required}", beforehand)
        everything = [one["category"]["code"] for one in offered]
        notice = self.talk.get(f"{API}/consent-notices", **about, categories=",".join(everything))
        body = notice["body"]
        expect(notice["recipient"]["name"] in body, "告知书写明接收方", body)
        agreed = {
            **about,
            "categories": everything,
            "lifeDays": notice["lifeDays"],
            "noticeVersion": notice["version"],
        }
        granted: Thing = self.talk.post(f"{API}/consents", agreed, status=201, key=new_key())
        return granted

    def reads_by(self, tenant_id: str, *, since: str) -> Things:
        """Return the readings of his data by one bank since a moment of the server's clock."""
        began = moment(since)
        return [
            read
            for read in self.items("data-reads")
            if read["reader"] is not None
            and read["reader"]["tenantId"] == tenant_id
            and moment(read["at"]) >= began
        ]

    def _prove_mandate(self) -> Thing:
        proved: Thing = self.talk.post(
            f"{API}/mandates", {"uscc": self.role.uscc}, status=201, key=new_key()
        )
        return proved

    def _last_code(self) -> str | None:
        code: str | None = self.talk.get("/preview/sms-code", phone=self.role.phone)["code"]
        return code


def check_match(fitting: Things, others: Things) -> None:
    """Check that the fitting products are ranked by scores that add up, and that the others say why not."""
    ranks = [one["rank"] for one in fitting]
    expect(ranks == list(range(1, len(fitting) + 1)), "名次从 1 连续", ranks)
    scores = [one["score"] for one in fitting]
    expect(scores == sorted(scores, reverse=True), "得分由高到低", scores)
    for one in fitting:
        parts = sum(part["points"] for part in one["contributions"])
        expect(parts == one["score"], f"各项得分之和 {one['score']}", f"{parts} {one}")
    for one in others:
        expect(one["reasons"], "每个不符产品都有原因", one)


def check_schedule(offer: Thing, plan: Thing, parts: Things) -> None:
    """Check that the instalments add up to what the offer says it costs."""
    expect(len(parts) == offer["termMonths"], f"{offer['termMonths']} 期", len(parts))
    sums = {
        name: sum(part[f"{name}Fen"] for part in parts)
        for name in ("principal", "interest", "fee", "total")
    }
    fees = sums["fee"] + plan["upfrontFeeFen"]
    expected = {
        "本金": (offer["amountFen"], sums["principal"]),
        "利息": (offer["totalInterestFen"], sums["interest"]),
        "费用": (offer["totalFeesFen"], fees),
        "总成本": (offer["totalCostFen"], sums["interest"] + fees),
        "应还": (sums["principal"] + sums["interest"] + sums["fee"], sums["total"]),
    }
    for name, (said, summed) in expected.items():
        expect(said == summed, f"{name}合计 {said}", summed)


def same_refusal(one: Thing, other: Thing) -> bool:
    """Tell whether two problems say the same, but for where and in which request."""
    own = {"instance", "requestId"}
    return {name: one[name] for name in one.keys() - own} == {
        name: other[name] for name in other.keys() - own
    }
