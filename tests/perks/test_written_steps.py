"""Every change of state of a programme, a redemption and a ticket that anyone could write: the declared steps, and no other."""

from itertools import product

import pytest
from filled_perks import fill_perks
from small_merchant import build_merchant
from written_steps import steps

from suxin.kernel.actor import Actor
from suxin.perks.states import ProgrammeState, RedemptionState
from suxin.perks.tickets.states import TicketState

PROGRAMME = (
    "state = cast({to} as text), published_at = drafted_at,"
    " ended_at = case when cast({to} as text) = 'ENDED' then drafted_at end"
)
REDEMPTION = (
    "state = cast({to} as text), granted_at = held_at,"
    " uses = case when cast({to} as text) = 'COMPLETED' then 1 else 0 end,"
    " ended_at = case when cast({to} as text) not in ('HELD', 'GRANTED') then held_at end"
)
TICKET = (
    "state = cast({to} as text),"
    " used = case cast({to} as text) when 'USED' then persons when 'PART_USED' then 1 else 0 end,"
    " ended_at = case when cast({to} as text) not in ('ISSUED', 'PART_USED') then issued_at end"
)
OPERATORS = {("SUBMITTED", "DRAFT"), ("SUBMITTED", "PUBLISHED"), ("PUBLISHED", "SUSPENDED")}
MERCHANTS = {
    ("DRAFT", "SUBMITTED"),
    ("DRAFT", "PUBLISHED"),
    ("SUBMITTED", "DRAFT"),
    ("PUBLISHED", "SUSPENDED"),
    ("SUSPENDED", "PUBLISHED"),
    *product(("DRAFT", "SUBMITTED", "PUBLISHED", "SUSPENDED"), ("ENDED",)),
}
PLATFORMS = {*product(("DRAFT", "SUBMITTED", "PUBLISHED", "SUSPENDED"), ("ENDED",))}


@pytest.mark.parametrize(
    ("who", "of_programme", "of_redemption"),
    [
        (
            "owner",
            MERCHANTS,
            {
                ("HELD", "GRANTED"),
                ("GRANTED", "COMPLETED"),
                ("HELD", "ROLLED_BACK"),
                ("GRANTED", "ROLLED_BACK"),
            },
        ),
        ("operator", OPERATORS, set()),
        (
            "platform",
            PLATFORMS,
            {("HELD", "EXPIRED"), ("GRANTED", "EXPIRED"), ("GRANTED", "COMPLETED")},
        ),
        ("merchant", set(), set()),
        ("applicant", set(), set()),
    ],
)
async def test_a_caller_takes_the_declared_steps_and_no_other(
    small_city, admin, who, of_programme, of_redemption
):
    filled = await fill_perks(small_city)
    actor = {
        "owner": filled.gate,
        "operator": small_city.operator,
        "platform": Actor.system("test"),
        "merchant": await build_merchant(small_city),
        "applicant": small_city.applicant,
    }[who]
    found = await steps(
        small_city, admin, "perk_programmes", ProgrammeState, filled.programme.id,
        actor=actor, assignment=PROGRAMME,
    )  # fmt: skip
    assert found == of_programme
    found = await steps(
        small_city, admin, "perk_redemptions", RedemptionState, filled.redemption_id,
        actor=actor, assignment=REDEMPTION,
    )  # fmt: skip
    assert found == of_redemption


@pytest.mark.parametrize(
    ("who", "declared"),
    [
        (
            "owner",
            {
                ("ISSUED", "PART_USED"),
                ("ISSUED", "USED"),
                ("PART_USED", "USED"),
                ("ISSUED", "CANCELLED"),
            },
        ),
        ("operator", set()),
        ("platform", {("ISSUED", "EXPIRED"), ("PART_USED", "EXPIRED")}),
        ("merchant", set()),
        ("applicant", set()),
    ],
)
async def test_a_tickets_steps_are_the_attractions_and_the_platforms(
    small_city, admin, who, declared
):
    filled = await fill_perks(small_city)
    actor = {
        "owner": filled.gate,
        "operator": small_city.operator,
        "platform": Actor.system("test"),
        "merchant": await build_merchant(small_city),
        "applicant": small_city.applicant,
    }[who]
    found = await steps(
        small_city, admin, "perk_tickets", TicketState, filled.ticket_id,
        actor=actor, assignment=TICKET,
    )  # fmt: skip
    assert found == declared
