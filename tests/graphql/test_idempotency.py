"""A mutation sent twice with one key is carried out once."""

import asyncio

from observing import nothing_written

OFFER = {
    "amountFen": 40_000_000,
    "termMonths": 12,
    "rateBps": 435,
    "repaymentMethod": "EQUAL_INSTALMENT",
    "guarantee": "CREDIT",
}
KEY = "offer-2026-0001"


async def offered(bank_a, case) -> dict[str, object]:
    await case.accept()
    await case.consent()
    return await bank_a.write("make_offer", key=KEY, referralId=case.referral_id, terms=OFFER)


async def test_the_same_again_answers_the_same_as_a_replay(bank_a, case, admin):
    first = await offered(bank_a, case)
    assert first["replayed"] is False
    async with nothing_written(admin):
        again = await bank_a.write("make_offer", key=KEY, referralId=case.referral_id, terms=OFFER)
    assert again == {**first, "replayed": True}
    assert await admin.fetchval("select count(*) from offers") == 1


async def test_a_replay_shows_the_thing_as_it_is_now(bank_a, case):
    first = await offered(bank_a, case)
    await bank_a.write("withdraw_offer", offerId=first["offer"]["id"])
    again = await bank_a.write("make_offer", key=KEY, referralId=case.referral_id, terms=OFFER)
    assert again["replayed"] is True
    assert again["offer"]["id"] == first["offer"]["id"]
    assert again["offer"]["state"] == "WITHDRAWN"


async def test_left_out_and_given_defaults_are_the_same_request(bank_a, case):
    first = await offered(bank_a, case)
    again = await bank_a.write(
        "make_offer",
        key=KEY,
        referralId=case.referral_id,
        terms={**OFFER, "validDays": 7, "conditions": ""},
    )
    assert again == {**first, "replayed": True}


async def test_another_request_with_the_key_is_refused(bank_a, case, admin):
    await offered(bank_a, case)
    async with nothing_written(admin):
        other = await bank_a.write(
            "make_offer",
            key=KEY,
            referralId=case.referral_id,
            terms={**OFFER, "amountFen": 39_000_000},
        )
        elsewhere = await bank_a.write("accept_referral", key=KEY, referralId=case.referral_id)
    assert (other["code"], other["field"]) == ("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
    assert elsewhere["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_a_refused_mutation_frees_its_key(bank_a, case):
    await case.accept()
    refused = await bank_a.write("make_offer", key=KEY, referralId=case.referral_id, terms=OFFER)
    assert refused["code"] == "CONSENT_REQUIRED"
    await case.consent()
    made = await bank_a.write("make_offer", key=KEY, referralId=case.referral_id, terms=OFFER)
    assert made["replayed"] is False


async def test_keys_that_are_none(bank_a, case, admin):
    async with nothing_written(admin):
        for key in ("short", "x" * 129, "with blanks in it", "键键键键键键键键"):
            refused = await bank_a.write("accept_referral", key=key, referralId=case.referral_id)
            assert refused["code"] == "IDEMPOTENCY_KEY_INVALID"


async def test_two_banks_may_choose_the_same_key(bank_a, bank_b, case):
    inbox = await bank_b.run("inbox", first=5)
    other = inbox["referrals"]["edges"][0]["node"]["id"]
    first = await bank_a.write("accept_referral", key=KEY, referralId=case.referral_id)
    second = await bank_b.write("accept_referral", key=KEY, referralId=other)
    assert (first["replayed"], second["replayed"]) == (False, False)


async def test_the_same_at_once_is_carried_out_once(bank_a, case, admin):
    answers = await asyncio.gather(
        *(bank_a.write("accept_referral", key=KEY, referralId=case.referral_id) for _ in range(4))
    )
    outcomes = sorted(
        "first" if one.get("replayed") is False else one.get("code", "replay") for one in answers
    )
    assert outcomes.count("first") == 1
    assert set(outcomes) <= {"first", "replay", "REQUEST_IN_FLIGHT"}
    assert await admin.fetchval("select count(*) from idempotency_keys") == 1


async def test_several_mutations_in_one_document_run_one_after_another(bank_a, case):
    """Each is its own transaction: the second refusal leaves the first done, and its payload sees it."""
    document = """mutation ($id: ID!) {
      a: acceptReferral(input: {referralId: $id, idempotencyKey: "first-of-two"}) {
        ... on AcceptReferralPayload { referral { state } }
      }
      b: startDueDiligence(input: {referralId: $id, idempotencyKey: "second-of-two"}) {
        ... on Refusal { code }
      }
      c: declineReferral(input: {referralId: $id, reason: OVER_INDEBTED, idempotencyKey: "third-of-two"}) {
        ... on DeclineReferralPayload { referral { state } }
      }
    }"""
    assert await bank_a.data(document, id=case.referral_id) == {
        "a": {"referral": {"state": "ACCEPTED"}},
        "b": {"code": "STEP_NOT_POSSIBLE"},
        "c": {"referral": {"state": "DECLINED"}},
    }
