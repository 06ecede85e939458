"""Opening the mini program: from the code of ``wx.login`` to tokens bound to the phone, and how a log-in ends."""

from datetime import timedelta

import pytest
from oauth_client import new_key
from real_names import CLAIM, prove, sent_code

from suxin.consent.oauth.grants import REFRESH_LIFE, VISITOR_GRANT_LIFE

ME = "/me"


async def accounts(admin) -> int:
    return await admin.fetchval("select count(*) from wechat_accounts")


async def live_grants(admin) -> int:
    return await admin.fetchval("select count(*) from oauth_grants where ended_at is null")


async def test_a_code_of_wechat_gives_tokens_of_a_visitor(nobody, admin) -> None:
    answer = await nobody.open("demo-guest")

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["token_type"], told["expires_in"], told["scope"]) == (
        "DPoP",
        600,
        "mini_program",
    )
    assert (await nobody.read(ME))["proved"] is False
    grant = await admin.fetchrow("select kind, client_id, tenant_id, person_id from oauth_grants")
    assert tuple(grant) == ("visitor", "suxin-mini-program", None, None)


async def test_the_next_log_in_knows_who_one_is(guest, nobody, clock, send_messages, admin) -> None:
    await prove(guest, clock, send_messages)

    await nobody.open("demo-guest")

    assert (await nobody.read(ME))["proved"] is True
    assert await accounts(admin) == 1


async def test_a_code_unknown_to_wechat_begins_nothing(nobody, admin) -> None:
    refused = await nobody.open("made-up")

    assert (refused.status_code, refused.json()["code"]) == (401, "WECHAT_CODE_INVALID")
    assert (await accounts(admin), await live_grants(admin)) == (0, 0)


async def test_wechat_out_of_order_is_told(nobody, stand_ins, admin) -> None:
    stand_ins.fail("wechat", "/sns/jscode2session", status=500, times=3)

    refused = await nobody.open("demo-x")

    assert (refused.status_code, refused.json()["code"]) == (503, "WECHAT_UNAVAILABLE")
    assert refused.headers["retry-after"].isdecimal()
    assert (await accounts(admin), await live_grants(admin)) == (0, 0)


async def test_logging_out_is_revoking_and_opens_nothing_more(applicant, admin) -> None:
    ended = await applicant.app.post("/oauth/revoke", token=applicant.refresh_token)

    assert ended.status_code == 200
    refused = await applicant.get(ME)
    assert (refused.status_code, refused.json()["code"]) == (401, "TOKEN_REFUSED")
    assert (await applicant.refresh()).json()["error"] == "invalid_grant"
    assert await live_grants(admin) == 0


async def test_an_access_token_is_good_for_ten_minutes_and_refreshed(applicant, clock) -> None:
    clock.pass_time(minutes=10)
    assert (await applicant.get(ME)).status_code == 401
    before = applicant.refresh_token

    assert (await applicant.refresh()).status_code == 200

    assert (await applicant.get(ME)).status_code == 200
    assert applicant.refresh_token != before


async def test_a_refresh_token_is_used_once_but_two_tabs_may_race(applicant, clock, admin) -> None:
    first = applicant.refresh_token
    await applicant.refresh()
    newest = applicant.refresh_token
    applicant.refresh_token = first
    # The grace: the other tab did the same a moment ago.
    clock.pass_time(seconds=9)
    assert (await applicant.refresh()).status_code == 200

    applicant.refresh_token = first
    clock.pass_time(seconds=2)
    reused = await applicant.refresh()

    assert (reused.status_code, reused.json()["code"]) == (400, "OAUTH_GRANT_REUSED")
    assert (await applicant.get(ME)).status_code == 401
    applicant.refresh_token = newest
    assert (await applicant.refresh()).json()["error"] == "invalid_grant"
    assert await live_grants(admin) == 0


@pytest.mark.parametrize("life", [REFRESH_LIFE, VISITOR_GRANT_LIFE])
async def test_a_log_in_that_is_not_used_ends_by_itself(applicant, clock, life) -> None:
    clock.moment += life + timedelta(seconds=1)

    assert (await applicant.get(ME)).status_code == 401
    assert (await applicant.refresh()).json()["error"] == "invalid_grant"


async def test_tokens_are_good_with_their_phones_key_alone(applicant, admin) -> None:
    applicant.app.proof_key = new_key()

    refused = await applicant.get(ME)

    assert (refused.status_code, refused.json()["code"]) == (401, "TOKEN_REFUSED")
    assert (await applicant.refresh()).json()["error"] == "invalid_grant"
    # Whoever stole a token without its key ends nothing by trying.
    assert await live_grants(admin) == 1


async def test_a_token_as_a_bearer_token_opens_nothing(applicant) -> None:
    refused = await applicant.app.call("GET", "/mp/v1/me", token=applicant.token, scheme="Bearer")

    assert (refused.status_code, refused.json()["code"]) == (401, "UNAUTHENTICATED")


async def test_a_proof_of_another_request_opens_nothing(applicant) -> None:
    await applicant.read(ME)
    for odd in ({"htm": "POST"}, {"htu": "http://suxin.test/mp/v1/notices"}, {"ath": "x"}):
        refused = await applicant.app.call("GET", "/mp/v1/me", token=applicant.token, proof=odd)

        assert (refused.status_code, refused.json()["code"]) == (401, "TOKEN_PROOF_REFUSED"), odd


async def test_every_answer_brings_the_next_nonce(nobody, guest, clock) -> None:
    public = await nobody.get("/vocabulary")
    refused = await nobody.get(ME)
    assert public.headers["dpop-nonce"] == refused.headers["dpop-nonce"]
    assert refused.status_code == 401

    guest.app.nonce = None
    asked = await guest.app.web.get(
        "/mp/v1/me",
        headers={
            "Authorization": f"DPoP {guest.token}",
            "DPoP": guest.app.proof("GET", "http://suxin.test/mp/v1/me", token=guest.token),
        },
    )

    assert (asked.status_code, asked.json()["code"]) == (401, "TOKEN_NONCE_NEEDED")
    assert asked.headers.get_list("dpop-nonce") == [public.headers["dpop-nonce"]]


async def test_an_account_that_stands_for_its_person_no_more_is_logged_out(
    guest, nobody, clock, send_messages, admin
) -> None:
    await prove(guest, clock, send_messages)
    clock.pass_time(minutes=2)
    await nobody.open("demo-new-phone")
    code = await sent_code(nobody, clock, send_messages)
    done = await nobody.post("/identity-proofs", {**CLAIM, "code": code}, key=None)
    assert done.status_code == 201, done.text

    # From the next request on nobody is behind it, and once the worker was there, it opens nothing.
    assert (await guest.read(ME))["proved"] is False
    await send_messages(clock.now())

    assert (await guest.get(ME)).json()["code"] == "TOKEN_REFUSED"
    assert (await nobody.read(ME))["proved"] is True
    ended = await admin.fetch("select end_reason from oauth_grants where ended_at is not null")
    assert [row["end_reason"] for row in ended] == ["account_unbound"]
    clock.pass_time(minutes=1)
    await guest.open("demo-guest")
    assert (await guest.read(ME))["proved"] is False
