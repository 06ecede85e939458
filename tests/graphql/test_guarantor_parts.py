"""A guarantor's part over GraphQL: it accepts the agreement, refuses or pays, the bank confirms, and nobody else sees anything."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from small_guarantees import build_guarantor
from small_parts import FORTY_TWENTY_FORTY, build_parts
from small_pools import build_pool, signed

from suxin.kernel.actor import Actor
from suxin.kernel.money import MAX_AMOUNT_FEN
from suxin_graphql.ids import to_global


@dataclass(frozen=True)
class House:
    """A guarantor, as a caller's organisation."""

    tenant_id: UUID
    staff_id: UUID
    officer: Actor


async def desk_of(guarantor, desks, role):
    who = guarantor.underwriter
    house = House(tenant_id=who.tenant_id, staff_id=who.staff_id, officer=who)
    return await desks.open(house, roles=[role])


async def test_a_guarantor_reads_accepts_and_declines_the_agreements_that_name_it(
    bank_a, desks, case
):
    guarantor = await build_guarantor(case.city)
    small, bank = await build_pool(case.city), case.city.banks[0]
    named = {"terms": FORTY_TWENTY_FORTY, "guarantor_id": guarantor.tenant_id}
    offered = await signed(case.city, small.pool.id, bank, products=("P-1",), **named)
    caller = await desk_of(guarantor, desks, "guarantor_admin")
    [edge] = (await caller.run("pool_agreements", first=5))["edges"]
    assert (edge["node"]["version"], edge["node"]["state"]) == (2, "SIGNED")
    assert edge["node"]["pool"]["name"] == small.pool.name
    mine = to_global("PoolAgreement", offered.id, guarantor.underwriter)
    done = await caller.write("accept_pool_agreement", agreementId=mine)
    assert done["agreement"]["state"] == "SIGNED"
    again = await caller.write("accept_pool_agreement", agreementId=mine)
    assert again["code"] == "STEP_NOT_POSSIBLE"
    banks = to_global("PoolAgreement", offered.id, bank.officer)
    done = await bank_a.write("accept_pool_agreement", agreementId=banks)
    assert done["agreement"]["state"] == "IN_FORCE"
    third = await signed(case.city, small.pool.id, bank, products=("P-1",), **named)
    declined = await caller.write(
        "decline_pool_agreement",
        agreementId=to_global("PoolAgreement", third.id, guarantor.underwriter),
        note="比例过高",
    )
    assert declined["agreement"]["state"] == "DECLINED"
    other = await build_guarantor(case.city, number=1)
    stranger = await desk_of(other, desks, "guarantor_admin")
    assert (await stranger.run("pool_agreements", first=5))["edges"] == []
    refused = await stranger.write("accept_pool_agreement", agreementId=mine)
    assert refused["code"] == "NOT_FOUND"
    viewer = await desk_of(guarantor, desks, "viewer")
    assert (await viewer.write("accept_pool_agreement", agreementId=mine))["code"] == "FORBIDDEN"


@pytest.fixture
async def small(case):
    return await build_parts(case.city)


async def test_a_part_is_refused_by_its_guarantor_alone(bank_a, desks, case, small):
    _, part = await small.submitted()
    caller = await desk_of(small.guarantor, desks, "guarantee_approver")
    [edge] = (await caller.run("guarantor_parts", first=5))["edges"]
    assert (edge["node"]["state"], edge["node"]["amountFen"]) == ("ASKED", part.amount_fen)
    other = await desk_of(await build_guarantor(case.city, number=1), desks, "guarantee_approver")
    assert (await other.run("guarantor_parts", first=5))["edges"] == []
    given = {"partId": edge["node"]["id"], "refusal": "PERIOD_OVER", "note": "担保期间已过"}
    assert (await other.write("refuse_guarantor_part", **given))["code"] == "NOT_FOUND"
    done = await caller.write("refuse_guarantor_part", **given)
    assert (done["part"]["state"], done["part"]["refusal"]) == ("REFUSED", "PERIOD_OVER")
    [told] = (await bank_a.run("guarantor_parts", first=5))["edges"]
    shown = await bank_a.run("guarantor_part", id=told["node"]["id"])
    assert (shown["note"], shown["shareBps"]) == ("担保期间已过", 4_000)


async def test_what_is_paid_is_noted_and_confirmed(bank_a, bank_b, desks, small, admin):
    _, part = await small.paid_by_pool()
    await admin.execute("update guarantor_parts set asked_at = $1", small.claims.city.now)
    caller = await desk_of(small.guarantor, desks, "underwriter")
    part_id = to_global("GuarantorPart", part.id, small.guarantor.underwriter)
    given = {"partId": part_id, "amountFen": part.amount_fen, "paidOn": "2026-11-20"}
    for fen in (MAX_AMOUNT_FEN + 1, -1):
        refused = await caller.write(
            "note_guarantor_payment", **(given | {"reference": "DK-0", "amountFen": fen})
        )
        assert (refused["code"], refused["field"]) == ("AMOUNT_OUT_OF_RANGE", "amountFen")
    first = await caller.write("note_guarantor_payment", **given, reference="DK-1")
    assert first["transfer"]["state"] == "NOTED"
    [edge] = (await bank_a.run("guarantor_transfers", first=5))["edges"]
    transfer_id = edge["node"]["id"]
    denied = await bank_a.write("deny_guarantor_transfer", transferId=transfer_id, note="未查到")
    assert denied["transfer"]["state"] == "DENIED"
    await caller.write("note_guarantor_payment", **given, reference="DK-2")
    edges = (await bank_a.run("guarantor_transfers", first=5))["edges"]
    transfer_id = edges[0]["node"]["id"]
    for fen in (MAX_AMOUNT_FEN + 1, 1):
        refused = await bank_a.write(
            "confirm_guarantor_transfer", transferId=transfer_id, amountFen=fen
        )
        assert (refused["code"], refused["field"]) == ("GUARANTOR_TRANSFER_DIFFERS", "amountFen")
    done = await bank_a.write(
        "confirm_guarantor_transfer", transferId=transfer_id, amountFen=part.amount_fen
    )
    assert done["transfer"]["state"] == "CONFIRMED"
    assert (await bank_b.run("guarantor_transfers", first=5))["edges"] == []
