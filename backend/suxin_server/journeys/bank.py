"""The bank's side of a journey: an officer logs in at the desk, the bank's own system works over GraphQL."""

import html
import re
from collections.abc import Mapping
from typing import Any, Final

from suxin_graphql.trusted import OPERATIONS, SUFFIX, document_id
from suxin_server.demo import cast
from suxin_server.journeys.walking import Talk, expect, moment, new_key

DESK: Final = "/desk"
LOG_IN: Final = "/oauth/log-in"
SESSION_COOKIE: Final = "suxin_desk"
PAGE: Final = 100
MAX_PAGES: Final = 20
_HIDDEN: Final = re.compile(r'type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"')

MUTATIONS: Final = {
    "acceptReferral": "accept_referral",
    "recordContact": "record_contact",
    "declineReferral": "decline_referral",
    "makeOffer": "make_offer",
}
"""The trusted document of each mutation that a journey carries out."""

Thing = Mapping[str, Any]


class Bank:
    """One bank that a request was referred to, and the referral it works on."""

    def __init__(self, url: str, referral: Thing) -> None:
        self.name: str = referral["bank"]["shortName"]
        self.tenant_id: str = referral["bank"]["tenantId"]
        self.dispatched_at = moment(referral["dispatchedAt"])
        self.login = next(
            person.login
            for bank in cast.BANKS
            for person in bank.staff
            if bank.short_name == self.name and person.role == "loan_officer"
        )
        self.referral_id = ""
        self._desk = Talk(url)

    def log_in(self) -> None:
        """Log in to the desk by way of the authorization server; the desk's session also serves GraphQL."""
        wrong = filled_in(self._desk, self.login, cast.PASSWORD[::-1])
        self._desk.send("POST", LOG_IN, status=401, data=wrong)
        desk_token(self._desk, self.login)
        shown = self._desk.send("GET", DESK, follow_redirects=True)
        expect(self.name in shown.text, f"{self.name}的工作台", shown.url)
        self._desk.show(X_CSRF_Token=hidden_fields(shown.text)["_csrf"])

    def find_lead(self) -> None:
        """Find the referral in the inbox; nothing but its moment says which one it is."""
        after = None
        for _ in range(MAX_PAGES):
            asked = {"first": PAGE, "after": after, "filter": {"state": {"in": ["DISPATCHED"]}}}
            page = self.ask("inbox", **asked)["referrals"]
            for edge in page["edges"]:
                if moment(edge["node"]["dispatchedAt"]) == self.dispatched_at:
                    self.referral_id = edge["node"]["id"]
                    return
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        expect(fact=False, expected=f"收件箱里有 {self.dispatched_at} 推送的线索", got="没有")

    def referral(self) -> Thing:
        """Return the referral, with its applicant as far as he permits."""
        found: Thing = self.ask("referral", id=self.referral_id)["node"]
        return found

    def referral_text(self) -> str:
        """Return the referral as the server sent it, to look for what must not be in it."""
        return self._post("referral", {"id": self.referral_id})[1]

    def ask(self, document: str, **variables: object) -> Thing:
        """Ask for something by the trusted document of this name and return its data."""
        answer, text = self._post(document, variables)
        expect("errors" not in answer, "没有错误", text)
        data: Thing = answer["data"]
        return data

    def do(self, mutation: str, *, key: str | None = None, **given: object) -> Thing:
        """Carry out a mutation on the referral and return its payload."""
        done = self._do(mutation, key or new_key(), given)
        expect("code" not in done, f"{mutation} 成功", done)
        return done

    def refused(self, mutation: str, code: str, **given: object) -> None:
        """Ask for what must be refused with this code."""
        done = self._do(mutation, new_key(), given)
        expect(done.get("code") == code, f"{mutation} → {code}", done)

    def terms(self, request: Thing) -> dict[str, object]:
        """Return an offer within what the referred product promises, at its best rate."""
        referral = self.referral()
        product = self.ask("product", id=referral["product"]["id"])["loanProduct"]
        return {
            "amountFen": min(request["amountFen"], product["maxAmountFen"]),
            "termMonths": min(request["termMonths"], product["maxTermMonths"]),
            "rateBps": product["minRateBps"],
            "repaymentMethod": product["repaymentMethods"][0],
            "guarantee": referral["lead"]["guarantee"],
            "upfrontFeeBps": product["upfrontFeeBps"],
            "upfrontFeeFen": product["upfrontFeeFen"],
            "coolingOffDays": product["coolingOffDays"],
            "validDays": 7,
            "conditions": "须在本行开立结算账户",
        }

    def _do(self, mutation: str, key: str, given: Mapping[str, object]) -> Thing:
        fields = {"referralId": self.referral_id, **given, "idempotencyKey": key}
        done: Thing = self.ask(MUTATIONS[mutation], input=fields)[mutation]
        return done

    def _post(self, document: str, variables: Mapping[str, object]) -> tuple[Thing, str]:
        return send_document(self._desk, document, variables)


def send_document(desk: Talk, document: str, variables: Mapping[str, object]) -> tuple[Thing, str]:
    """Send a trusted document on a desk's session; return the answer, read and as it came."""
    # By its id: that is enough on every installation, also where nobody may compose documents of his own.
    identifier = document_id(OPERATIONS[f"{document}{SUFFIX}"])
    body = {"documentId": identifier, "variables": variables}
    answer = desk.send("POST", "/graphql", json=body)
    return answer.json(), answer.text


def desk_token(desk: Talk, login: str) -> str:
    """Log in to a desk as a browser does; return the session's token."""
    wanted = filled_in(desk, login, cast.PASSWORD)
    answer = desk.send("POST", LOG_IN, data=wanted, follow_redirects=True)
    token = desk.cookie(SESSION_COOKIE)
    expect(token, "登录后有会话", dict(answer.headers))
    return token


def filled_in(desk: Talk, login: str, password: str) -> dict[str, str]:
    """Return the log-in form that this browser is led to when it asks for the desk, filled in."""
    shown = desk.send("GET", DESK, follow_redirects=True).text
    found = hidden_fields(shown)
    expect("_csrf" in found, "登录表单带有防伪令牌", shown)
    return {**found, "login": login, "password": password}


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's forms."""
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(page)}
