"""Answers of a tenant's own identity provider that are not believed, and providers that do not answer."""

import pytest
from joserfc.jwk import ECKey, RSAKey
from provider_log_ins import FLOW, answered, assert_nobody, assert_refused, linked, to_provider
from small_provider import CLIENT_ID

from suxin.tenancy.providers.models import ProviderFlow
from suxin_outbound import kept_answers


async def test_an_rsa_key_is_taken_of_a_provider(browser, provider, in_force, officer):
    provider.key, provider.algorithm = RSAKey.generate_key(2048), "RS256"
    assert (await linked(browser, provider, in_force)).status_code == 303


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"nonce": "another"}, "its nonce is of another log-in"),
        ({"nonce": None}, "its nonce is of another log-in"),
        ({"iss": "https://evil.example"}, "another provider issued it"),
        ({"aud": "another"}, "it is for another client"),
        ({"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}, "it is for another client"),
        ({"azp": "another"}, "it is for another client"),
        ({"exp": 1}, "it has expired"),
        ({"exp": None}, "it does not say how long it is good"),
        ({"iat": True}, "it does not say how long it is good"),
        ({"iat": 1}, "it was not issued just now; compare the clocks"),
        ({"sub": ""}, "its sub is no name"),
        ({"sub": None}, "it names nobody"),
    ],
)
async def test_a_statement_that_is_not_about_this_log_in_is_refused(
    browser, provider, in_force, rows, claims, words
):
    location = await to_provider(browser, in_force)
    back = provider.decide(location)
    provider.claims |= claims
    answer = await answered(browser, back)
    assert_refused(answer, "ID_TOKEN_INVALID")
    assert words in answer.text
    await assert_nobody(rows)


async def test_a_statement_that_nobody_signed_is_refused(browser, provider, in_force, rows):
    back = provider.decide(await to_provider(browser, in_force))
    provider.unsigned = True
    answer = await answered(browser, back)
    assert_refused(answer, "ID_TOKEN_INVALID")
    assert "its algorithm is not taken" in answer.text
    await assert_nobody(rows)


async def test_a_statement_that_another_signed_is_refused(browser, provider, in_force, rows):
    back = provider.decide(await to_provider(browser, in_force))
    provider.stranger = True
    answer = await answered(browser, back)
    assert_refused(answer, "ID_TOKEN_INVALID")
    assert "its signature is wrong" in answer.text
    await assert_nobody(rows)


async def test_a_key_set_that_rotated_is_read_anew(
    browser, provider, in_force, officer, monkeypatch
):
    assert (await linked(browser, provider, in_force)).status_code == 303
    provider.key = ECKey.generate_key("P-256")
    back = provider.decide(await to_provider(browser, in_force))
    answer = await answered(browser, back)
    # Names of keys cost nothing, so that the set is read anew at most every half minute.
    assert_refused(answer, "ID_TOKEN_INVALID")
    assert "the key that it names is not published" in answer.text
    monkeypatch.setattr(kept_answers, "ASKED_AGAIN_S", 0)
    answer = await answered(browser, provider.decide(await to_provider(browser, in_force)))
    assert answer.status_code == 303, answer.text


async def test_an_answer_is_taken_once(browser, provider, in_force, officer):
    await linked(browser, provider, in_force)
    location = await to_provider(browser, in_force)
    kept = browser.cookies[FLOW]
    back = provider.decide(location)
    assert (await answered(browser, back)).status_code == 303
    browser.cookies.set(FLOW, kept, domain="suxin.test")
    assert_refused(await answered(browser, back), "PROVIDER_FLOW_USED")


async def test_an_answer_belongs_to_the_browser_that_asked(browser, provider, in_force, rows):
    back = provider.decide(await to_provider(browser, in_force))
    browser.cookies.clear()
    assert_refused(await answered(browser, back), "PROVIDER_FLOW_OVER")
    await to_provider(browser, in_force)
    # Of two flows in one browser the later one counts.
    assert_refused(await answered(browser, back), "PROVIDER_FLOW_OVER")
    assert provider.calls.count("/token") == 0
    await assert_nobody(rows)


async def test_an_answer_comes_within_ten_minutes(browser, provider, in_force, clock, rows):
    back = provider.decide(await to_provider(browser, in_force))
    clock.pass_time(minutes=10)
    assert_refused(await answered(browser, back), "PROVIDER_FLOW_OVER")
    await assert_nobody(rows)


@pytest.mark.parametrize("named", ["", "&iss=https://evil.example"])
async def test_an_answer_names_the_provider_that_was_asked(
    browser, provider, in_force, rows, named
):
    back = provider.decide(await to_provider(browser, in_force)).partition("&iss=")[0] + named
    assert_refused(await answered(browser, back), "IDENTITY_PROVIDER_MIXED_UP")
    assert provider.calls.count("/token") == 0
    await assert_nobody(rows)


async def test_a_no_of_the_provider_is_told_without_its_words(browser, provider, in_force, rows):
    asked = provider.asked(await to_provider(browser, in_force))
    where = f"{asked['redirect_uri']}?state={asked['state']}&iss={provider.issuer}"
    answer = await answered(browser, f"{where}&error=access_denied&error_description=<b>x</b>")
    assert_refused(answer, "IDENTITY_PROVIDER_SAID_NO")
    assert "access_denied" in answer.text
    assert "<b>" not in answer.text
    await assert_nobody(rows)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((400, {"error": "invalid_client"}), "IDENTITY_PROVIDER_SAID_NO"),
        ((500, {}), "IDENTITY_PROVIDER_UNREACHABLE"),
        ((200, {}), "ID_TOKEN_INVALID"),
        ((200, {"id_token": "x.y"}), "ID_TOKEN_INVALID"),
        ((200, []), "IDENTITY_PROVIDER_UNREACHABLE"),
    ],
)
async def test_an_answer_without_a_statement_is_refused(
    browser, provider, in_force, rows, answer, code
):
    back = provider.decide(await to_provider(browser, in_force))
    provider.answer = answer
    assert_refused(await answered(browser, back), code)
    await assert_nobody(rows)


async def test_a_provider_that_is_down_is_said_to_be(browser, put_in_force, rows):
    provider_id = await put_in_force(issuer="http://127.0.0.1:9")
    answer = await browser.get(f"/oauth/log-in/with/{provider_id}")
    assert_refused(answer, "IDENTITY_PROVIDER_UNREACHABLE")
    await assert_nobody(rows)
    assert await rows(ProviderFlow) == []


@pytest.mark.parametrize(
    "published",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": None},
        {"code_challenge_methods_supported": ["plain"]},
        {"id_token_signing_alg_values_supported": ["HS256"]},
    ],
)
async def test_a_provider_that_does_not_fit_is_not_asked(
    browser, provider, in_force, rows, published
):
    provider.published = published
    answer = await browser.get(f"/oauth/log-in/with/{in_force}")
    assert_refused(answer, "IDENTITY_PROVIDER_UNFIT")
    assert await rows(ProviderFlow) == []
