"""The story of one loan request: what the steps of its journey hand on to each other."""

from dataclasses import dataclass, field

from suxin_server.journeys.applicant import API, Applicant, Thing
from suxin_server.journeys.bank import Bank


@dataclass
class Story:
    """What the steps hand on to each other."""

    url: str
    applicant: Applicant
    other: Applicant
    request: Thing = field(init=False)
    referrals: list[Thing] = field(init=False)
    offering: Bank = field(init=False)
    declining: Bank = field(init=False)
    consent: Thing = field(init=False)
    offer_terms: dict[str, object] = field(init=False)
    costs: Thing = field(init=False)
    offer: Thing = field(init=False)

    @property
    def banks(self) -> tuple[Bank, Bank]:
        """The two banks that answer."""
        return self.offering, self.declining

    def path(self, rest: str = "") -> str:
        """Return the path of the request, or of something about it."""
        return f"{API}/{self.about(rest)}"

    def about(self, rest: str = "") -> str:
        """Return the same path as the API's lists are named."""
        return f"loan-requests/{self.request['id']}{rest}"
