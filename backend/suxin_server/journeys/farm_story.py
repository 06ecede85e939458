"""A farm household's journey: what its steps hand on to each other, and what several of them do."""

from dataclasses import dataclass, field
from typing import Final

from suxin_server.demo.lined import PRODUCTS
from suxin_server.journeys.applicant import API, Applicant, Thing
from suxin_server.journeys.bank import Bank
from suxin_server.journeys.desk import Desk
from suxin_server.journeys.source import SourceSystem
from suxin_server.journeys.walking import expect, new_key

ID: Final = "[0-9a-f-]{36}"
NAME: Final = "周家农户"
"""How the household is called; no notice may have it."""


@dataclass
class FarmStory:
    """What the steps hand on to each other."""

    url: str
    head: Applicant
    manager: Desk
    checker: Desk
    panel: tuple[Desk, ...]
    officer: Desk
    branch_head: Desk
    administrator: Desk
    source: SourceSystem
    batch_key: str = field(default_factory=new_key)
    number: str = ""
    cycle: str = ""
    entry: Thing = field(init=False)
    round: str = ""
    line: Thing = field(init=False)
    request: Thing = field(init=False)
    bank: Bank = field(init=False)
    offer: Thing = field(init=False)

    @property
    def desks(self) -> tuple[Desk, ...]:
        """Everybody who works at a desk."""
        people = (self.manager, self.checker, self.officer, self.branch_head, self.administrator)
        return (*people, *self.panel)


def stands(thing: Thing, state: str) -> bool:
    """Tell whether something stands there."""
    return bool(thing["state"]["code"] == state)


def credit_of(story: FarmStory) -> Thing:
    """Return the household's side of whole-village credit."""
    found: Thing = story.head.talk.get(f"{API}/village-credit")
    return found


def membership(story: FarmStory, product: str) -> Thing:
    """Return how the household stands in the latest round for a product."""
    return next(one for one in credit_of(story)["memberships"] if one["product"] == product)


def leave(story: FarmStory, member: Thing) -> None:
    """Take the household out of a round."""
    path = f"{API}/village-credit/memberships/{member['id']}/leave"
    left = story.head.talk.post(path, key=new_key())
    expect(stands(left, "LEFT"), "LEFT", left)


def call_off(story: FarmStory, cycle: str) -> int:
    """Give a rating up that has not taken effect; return how many that were."""
    if f'action="/desk{cycle}/call-off"' not in story.manager.page(cycle):
        return 0
    story.manager.send(f"{cycle}/call-off", shown_at=cycle, reason="流程演示结束")
    return 1


def end_round(story: FarmStory, found: str) -> int:
    """End a round of the journey's own product; the city's own goes on."""
    page = story.branch_head.page(found)
    if PRODUCTS[1][1] not in page or f'action="/desk{found}/end"' not in page:
        return 0
    story.branch_head.send(f"{found}/end", shown_at=found, reason="流程演示结束")
    return 1
