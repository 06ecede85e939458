"""How many statements a query takes: one, but for what is counted, continued or told; never more for more rows."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import BUILT_IN
from suxin.lending.dispatch import new_referral
from suxin.lending.models import DispatchMode, Lead, Offer, OfferState, Referral
from suxin.lending.terms import GuaranteeMode, RepaymentMethod

INBOX = """query ($n: Int!) {
  referrals(first: $n) {
    edges {
      node {
        id state
        lead { number county { name } }
        product { code draftOf { code } }
        offers(first: 3) { edges { node { amountFen } } }
      }
    }
  }
}"""


def nodes(connection):
    return [edge["node"] for edge in connection["edges"]]


@pytest.fixture
async def fifty(small_city):
    """Fifty referrals to the first bank, each with a lead, its product and two offers."""
    bank = small_city.banks[0]
    system = Actor.system("test", tenant_id=bank.tenant_id)
    async with small_city.database.transaction(system, now=small_city.now) as session:
        leads = [_lead(number, small_city.now) for number in range(50)]
        session.add_all(leads)
        await session.flush()
        referrals = [
            new_referral(
                lead,
                tenant_id=bank.tenant_id,
                product_id=bank.product_id,
                mode=DispatchMode.RECOMMENDED,
                calendar=BUILT_IN,
                now=small_city.now,
            )
            for lead in leads
        ]
        session.add_all(referrals)
        await session.flush()
        session.add_all(
            _offer(bank.tenant_id, referral.id, number, small_city.now)
            for referral in referrals
            for number in (1, 2)
        )
    return referrals


def _lead(number: int, now) -> Lead:
    return Lead(
        id=new_id(),
        number=f"L{number:03}",
        subject_kind="firm",
        county_code="321302",
        industry_section="C",
        amount_band="from_50_wan",
        term_band="up_to_12",
        grade="unrated",
        purpose="working_capital",
        guarantee="credit",
        created_at=now,
        closes_at=now + timedelta(days=30),
        pool_open=False,
    )


def _offer(tenant_id: UUID, referral_id: UUID, number: int, now) -> Offer:
    return Offer(
        tenant_id=tenant_id,
        id=new_id(),
        referral_id=referral_id,
        request_id=new_id(),
        subject_id=new_id(),
        state=OfferState.WITHDRAWN,
        amount_fen=10_000_000 * number,
        term_months=12,
        rate_bps=400,
        upfront_fee_bps=0,
        upfront_fee_fen=0,
        repayment_method=RepaymentMethod.BULLET,
        guarantee=GuaranteeMode.CREDIT,
        monthly_payment_fen=1,
        total_interest_fen=1,
        total_fees_fen=0,
        total_cost_fen=1,
        annualised_rate_bps=400,
        cooling_off_days=3,
        conditions="",
        made_at=now,
        valid_until=now + timedelta(days=7),
    )


async def test_fifty_referrals_are_one_statement_with_all_that_is_nested_in_them(
    bank_a, fifty, statements
):
    for first in (1, 50):
        async with statements() as sent:
            data = await bank_a.data(INBOX, n=first)
        assert len(data["referrals"]["edges"]) == first
        assert len(sent) == 1
        # A statement is planned once, so its plan must know how many rows are wanted.
        assert f"LIMIT {first})" in sent[0]
        # Only who asks whether others follow has one more read for it.
        async with statements() as sent:
            await bank_a.data(f"{{ referrals(first: {first}) {{ pageInfo {{ hasNextPage }} }} }}")
        assert sent[0].rstrip().endswith(f"LIMIT {first + 1}")


async def test_the_way_back_is_found_once_for_a_page_and_not_for_each_of_its_rows(
    bank_a, fifty, statements
):
    back = (
        "referral { lead { number } } again: referral { id offers(first: 1) { edges { cursor } } }"
    )
    async with statements() as sent:
        data = await bank_a.data(
            "{ referrals(first: 3) { edges { node { id lead { number } offers(first: 2) {"
            f" edges {{ node {{ id {back} amountFen }} }} }} }} }} }} }}"
        )
    assert len(sent) == 1
    # What it is found by stands in the level around the page, and nowhere in the page's own rows.
    assert sent[0].count("referrals.id = anon_1.c0") >= 2
    assert "offers.referral_id AS" not in sent[0]
    offers = [
        (edge["node"], inner["node"])
        for edge in data["referrals"]["edges"]
        for inner in edge["node"]["offers"]["edges"]
    ]
    assert len({inner["id"] for _, inner in offers}) == len(offers) == 6
    for outer, inner in offers:
        assert inner["referral"] == {"lead": outer["lead"]}
        assert inner["again"]["id"] == outer["id"]
        assert len(inner["again"]["offers"]["edges"]) == 1
    assert {inner["amountFen"] for _, inner in offers} == {10_000_000, 20_000_000}


WITH_THE_WAY_BACK = """{ referrals(first: %d) { edges { node {
  id state %s offers(first: 2) { edges { node { id referral { id state mode } } } }
} } } }"""


async def test_a_level_is_not_read_again_from_beneath(bank_a, fifty, statements):
    async with statements() as sent:
        data = await bank_a.data(WITH_THE_WAY_BACK % (3, ""))
    assert len(sent) == 1
    assert (sent[0].count("FROM referrals"), sent[0].count("JOIN")) == (1, 0)
    for node in nodes(data["referrals"]):
        own = {"id": node["id"], "state": node["state"], "mode": "RECOMMENDED"}
        assert [one["referral"] for one in nodes(node["offers"])] == [own, own]


async def test_what_is_joined_is_no_statement_of_the_source_and_is_asked_again(
    bank_a, fifty, statements
):
    async with statements() as sent:
        data = await bank_a.data(WITH_THE_WAY_BACK % (3, "lead { number }"))
    assert (sent[0].count("FROM referrals"), sent[0].count("JOIN leads")) == (2, 1)
    assert "JOIN referrals" in sent[0]
    for node in nodes(data["referrals"]):
        assert [one["referral"]["id"] for one in nodes(node["offers"])] == [node["id"]] * 2


async def test_a_list_beneath_a_level_holds_what_the_same_list_alone_does(
    desks, small_city, fifty, bank_a
):
    system = Actor.system("test", tenant_id=fifty[0].tenant_id)
    async with small_city.database.transaction(system, now=small_city.now) as session:
        await session.execute(
            update(Referral)
            .where(Referral.id.in_([one.id for one in fifty[:20]]))
            .values(county_code="321324")
        )
    near = await desks.open(small_city.banks[0], areas=["321324"])
    for caller, count in ((near, 20), (bank_a, 50)):
        under = nodes((await caller.data(WITH_THE_WAY_BACK % (60, "")))["referrals"])
        alone = await caller.data("{ offers(first: 100) { edges { node { id } } } }")
        offers = [one["id"] for node in under for one in nodes(node["offers"])]
        assert (len(under), len(offers)) == (count, 2 * count)
        assert set(offers) == {one["id"] for one in nodes(alone["offers"])}


async def test_no_process_can_delete_a_lead_so_that_a_referral_always_has_one(small_city):
    async with small_city.database.transaction(Actor.system("test"), now=small_city.now) as session:
        for role in ("suxin_app", "suxin_batch", "suxin_doorway"):
            may = func.has_table_privilege(role, "leads", "DELETE")
            assert (await session.execute(select(may))).scalar_one() is False


async def test_what_is_counted_or_continued_is_a_statement_for_all_rows_of_a_level(
    bank_a, fifty, statements
):
    data = await bank_a.data(
        "{ referrals(first: 1) { edges { node { offers(first: 1) { pageInfo { endCursor } } } } } }"
    )
    cursor = data["referrals"]["edges"][0]["node"]["offers"]["pageInfo"]["endCursor"]
    for more, expected in (("totalCount", 3), ("edges { cursor }", 2)):
        counted = []
        for first in (1, 50):
            async with statements() as sent:
                await bank_a.data(
                    "query ($n: Int!, $after: String) { referrals(first: $n) { edges { node {"
                    f" offers(first: 3, after: $after) {{ {more} }} }} }} }} }}",
                    n=first,
                    after=None if more == "totalCount" else cursor,
                )
            counted.append(len(sent))
        assert counted == [expected, expected], more


async def test_several_root_fields_see_one_state_of_the_database(bank_a, fifty, statements):
    async with statements() as sent:
        await bank_a.data(
            "{ a: referrals(first: 1) { edges { cursor } } b: offers(first: 1) { edges { cursor } } }"
        )
    assert len(sent) == 2


async def test_they_are_all_there_and_in_order(bank_a, fifty):
    data = await bank_a.data(INBOX, n=50)
    nodes = [edge["node"] for edge in data["referrals"]["edges"]]
    assert [node["lead"]["number"] for node in nodes] == [f"L{n:03}" for n in reversed(range(50))]
    assert {node["product"]["code"] for node in nodes} == {"P-1"}
    assert {node["lead"]["county"]["name"] for node in nodes} == {"宿城区"}
    amounts = [[e["node"]["amountFen"] for e in node["offers"]["edges"]] for node in nodes]
    assert amounts == [[20_000_000, 10_000_000]] * 50


async def test_only_what_is_asked_for_is_read(bank_a, fifty, statements):
    async with statements() as sent:
        await bank_a.data("{ referrals(first: 5) { edges { node { state } } } }")
    assert len(sent) == 1
    columns = sent[-1].split("FROM")[0]
    assert "referrals.state" in columns
    assert "decline_note" not in columns
    assert "leads." not in columns


async def test_the_same_field_twice_with_different_selections(bank_a, fifty):
    """What is read under one alias is not taken for what was asked under another."""
    data = await bank_a.data(
        """{
          referrals(first: 1) {
            a: edges { n: node { x: lead { number } y: lead { id purpose } offers(first: 1) { totalCount } } }
            b: edges { node { more: offers(first: 2) { edges { node { amountFen } } pageInfo { hasNextPage } } } }
            totalCount
          }
        }"""
    )
    page = data["referrals"]
    assert page["totalCount"] == 50
    node = page["a"][0]["n"]
    assert node["x"] == {"number": "L049"}
    assert node["y"]["purpose"] == "WORKING_CAPITAL"
    assert node["offers"] == {"totalCount": 2}
    assert page["b"][0]["node"]["more"] == {
        "edges": [{"node": {"amountFen": 20_000_000}}, {"node": {"amountFen": 10_000_000}}],
        "pageInfo": {"hasNextPage": False},
    }


async def test_sibling_root_fields_share_one_snapshot_in_turns(bank_a, fifty, statements):
    async with statements() as sent:
        data = await bank_a.data(
            "{ a: referrals(first: 3) { totalCount } b: referrals(first: 2) { totalCount }"
            " inboxCounts { dispatched } viewer { tenant { shortName } } leads(first: 1) { totalCount } }"
        )
    assert data == {
        "a": {"totalCount": 50},
        "b": {"totalCount": 50},
        "inboxCounts": {"dispatched": 50},
        "viewer": {"tenant": {"shortName": "一行"}},
        "leads": {"totalCount": 0},
    }
    assert len(sent) == 9
