"""Download my data: everything held about the acting subject and nothing about anybody else, in portions that end."""

import msgspec
import pytest
from small_city import offered

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.lending.commands.offers import accept_offer
from suxin.rights.portions import PORTIONS, portion_named
from suxin.rights.queries.holdings import download, told


@pytest.fixture
async def read(small_city):
    async def read(actor):
        async with small_city.database.snapshot(actor, now=small_city.now) as session:
            return {
                one.portion.code: one for one in await download(session, actor, small_city.sealer)
            }

    return read


async def test_everything_that_happened_is_told_with_source_channel_and_reasons(
    small_city, read, admin
):
    submitted, offer_id = await offered(small_city, small_city.banks[0])
    await small_city.act(accept_offer, small_city.applicant, offer_id=offer_id)

    data = await read(small_city.applicant)

    counts = {code: one.count for code, one in data.items() if one.count}
    assert counts.pop("acts") > 3
    assert counts == {
        "subject": 1,
        "mandates": 1,
        "records": 3,
        "loan_requests": 1,
        "match_results": 2,
        "leads": 1,
        "referrals": 2,
        "offers": 1,
        "decision_snapshots": 1,
        "consents": 1,
        "access_bases": 2,
    }
    record = data["records"].rows[0]
    assert (record["source"], record["channel"]) == ("test", "authorised_public")
    assert data["loan_requests"].rows[0]["id"] == submitted.request.id
    assert msgspec.json.encode([one.rows for one in data.values()])
    act = await admin.fetchrow("select * from audit_entries where action like 'rights.data.%'")
    assert (act["action"], act["subject_id"]) == ("rights.data.downloaded", small_city.firm_id)


async def test_every_portion_reads_as_its_fields_say(small_city, read):
    await offered(small_city, small_city.banks[0])
    for actor in (small_city.applicant, _himself(small_city)):
        for one in (await read(actor)).values():
            for row in one.rows:
                assert len(row) == len(one.portion.fields), one.portion.code


async def test_ones_own_numbers_are_masked_in_a_file_that_is_passed_on(small_city, read):
    row = (await read(_himself(small_city)))["identity"].rows[0]

    assert (row["name"], row["residentId"], row["phone"]) == (
        "王**",
        "321***********0012",
        "199****0001",
    )


async def test_a_firm_has_nothing_that_is_a_persons_alone(small_city, read):
    firm, person = await read(small_city.applicant), await read(_himself(small_city))

    assert set(person) - set(firm) == {
        "counter_visits",
        "identity",
        "wechat_accounts",
        "notices",
        "point_agreements",
        "point_appeals",
        "point_claims",
        "shop_cards",
        "shop_lines",
        "shop_redemptions",
        "village_links",
    }
    assert set(person) == {portion.code for portion in PORTIONS}


async def test_a_stranger_is_told_nothing_of_anothers(small_city, read):
    await offered(small_city, small_city.banks[0])

    data = await read(small_city.stranger)

    assert {code: one.count for code, one in data.items() if one.count} == {
        "subject": 1,
        "mandates": 1,
    }
    assert small_city.firm_id not in [row["id"] for row in data["subject"].rows]


async def test_what_does_not_fit_is_read_on_from_the_place_that_is_named(small_city):
    actor = small_city.applicant
    portion = portion_named(actor, "records")
    found, after = [], None
    async with small_city.database.snapshot(actor, now=small_city.now) as session:
        for _ in range(5):
            one = await told(session, actor, portion, small_city.sealer, limit=1, after=after)
            found += [row["id"] for row in one.rows]
            after = one.next_place
            if after is None:
                break

    assert (len(found), len(set(found)), one.count) == (3, 3, 3)
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize("place", [[], ["x"], [1, 2], [None]])
async def test_a_place_of_ones_own_making_is_refused(small_city, place):
    actor = small_city.applicant
    async with small_city.database.snapshot(actor, now=small_city.now) as session:
        with pytest.raises(Invalid):
            await told(
                session, actor, portion_named(actor, "records"), small_city.sealer, after=place
            )


def _himself(city):
    return Actor.subject("test", person_id=city.person_id, subject_id=city.person_id)
