"""The bank that claims on its risk pool: its officer finds the overdue loan at the desk, and its system works over GraphQL."""

import re
from typing import Final

from suxin_server.demo import cast
from suxin_server.journeys.bank import Thing, hidden_fields, send_document
from suxin_server.journeys.desk import Desk
from suxin_server.journeys.walking import expect, new_key

PAGE: Final = 50
RECOVERED: Final = ("RECOVERING", "CLOSED", "WRITTEN_OFF")
"""Where a claim stands of which something came back, or nothing will."""
MUTATIONS: Final = {
    "submitClaim": "submit_claim",
    "reportRecovery": "report_recovery",
}
"""The trusted document of each mutation that the bank carries out."""
_CLAIMABLE: Final = re.compile(
    r'<a href="/desk(/loans/[0-9a-f-]{36})">([^<]+)</a>.*?action="/desk(/claims/of/[0-9a-f-]{36})"',
    re.DOTALL,
)
_TABLE: Final = re.compile(r'data-testid="claimable".*?</table>', re.DOTALL)


class Claimant(Desk):
    """The loan officer of the city's first bank, and the one claim that he makes."""

    def __init__(self, url: str) -> None:
        officer = next(one for one in cast.BANKS[0].staff if one.role == "loan_officer")
        super().__init__(url, officer.login)
        self.name = cast.BANKS[0].short_name
        self.loan = self.contract = self.place = self.claim_id = ""

    def take_token(self) -> None:
        """Let this session send documents, too."""
        token = hidden_fields(self.page("/claims"))["_csrf"]
        self.talk.show(X_CSRF_Token=token)

    def overdue(self) -> tuple[str, str, str] | None:
        """Return an overdue filed loan that nobody has claimed on: its page, its contract's number, and where a draft of it begins.

        There is none before the city's own claim was recovered: until then the worker may be about to claim on this one.
        """
        if not any(one["state"] in RECOVERED for one in self._claims()):
            return None
        table = _TABLE.search(self.page("/claims"))
        found = _CLAIMABLE.findall(table.group(0)) if table else []
        return found[0] if found else None

    def draft(self, found: tuple[str, str, str]) -> None:
        """Put the claim together at the desk, and find it over GraphQL."""
        self.loan, self.contract, begin = found
        self.place = self.send(begin, shown_at="/claims").partition("?")[0]
        mine = [one for one in self._claims() if one["contractNumber"] == self.contract]
        expect(len(mine) == 1, f"{self.contract} 有一笔代偿申请", mine)
        self.claim_id = mine[0]["id"]

    def collect(self, kind: str, result: str, day: str, note: str) -> None:
        """Put an attempt to get the money on record."""
        self.send(
            f"{self.place}/collect",
            shown_at=self.place,
            kind=kind,
            result=result,
            attemptedOn=day,
            note=note,
        )

    def claim(self) -> Thing:
        """Return the claim as the platform tells it."""
        found: Thing = self.ask("pool_claim", id=self.claim_id)["poolClaim"]
        return found

    def ask(self, document: str, **variables: object) -> Thing:
        """Ask by a trusted document and return its data."""
        answer, text = send_document(self.talk, document, variables)
        expect("errors" not in answer, "没有错误", text)
        data: Thing = answer["data"]
        return data

    def do(self, mutation: str, **given: object) -> Thing:
        """Carry out a mutation on the claim and return its payload."""
        done = self._do(mutation, given)
        expect("code" not in done, f"{mutation} 成功", done)
        return done

    def told(self, mutation: str, code: str, **given: object) -> str:
        """Ask for what must be refused with this code; return its words."""
        done = self._do(mutation, given)
        expect(done.get("code") == code, f"{mutation} → {code}", done)
        return str(done["messageZh"])

    def _claims(self) -> list[Thing]:
        """Return the bank's claims, newest first."""
        edges = self.ask("pool_claims", first=PAGE)["poolClaims"]["edges"]
        return [one["node"] for one in edges]

    def _do(self, mutation: str, given: dict[str, object]) -> Thing:
        fields = {"claimId": self.claim_id, **given, "idempotencyKey": new_key()}
        done: Thing = self.ask(MUTATIONS[mutation], input=fields)[mutation]
        return done
