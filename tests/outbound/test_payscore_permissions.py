"""Authorisations at the stand-in over HTTP, and what a phone opens: its signature over the very fields that are shown."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from suxin.perks.orders.authorisations.provider import AuthorisationName
from suxin.perks.orders.authorisations.states import Standing
from suxin.perks.orders.provider import ProviderRejected
from suxin_outbound.payscore_call_up import confirming, signature
from suxin_outbound.payscore_permissions import PayScorePermissions
from suxin_server.stand_ins.payscore_call_up import opens

NAME = AuthorisationName(code="AUTH|1*", service_code="500001", sub_mchid="1900000109")
NOTIFY_URL = "http://127.0.0.1:9/payscore/v1/calls"


@pytest.fixture
def now():
    """The service's own time: signatures are compared with it."""
    return datetime.now(UTC)


@pytest.fixture
async def permissions(payscore, asker):
    payscore.http.post(f"{payscore.payscore}/_stand_in/reset", json={})
    return PayScorePermissions(app_id="wx0", notify_url=NOTIFY_URL, asker=asker)


def acts(payscore, what, **opened):
    given = {"sub_mchid": NAME.sub_mchid, "authorization_code": NAME.code, "act": what, **opened}
    return payscore.http.post(f"{payscore.payscore}/_stand_in/authorisation", json=given)


async def test_an_authorisation_goes_its_whole_way_there(permissions, payscore, now):
    opened = json.loads(await permissions.apply(NAME, now=now))
    assert opened == json.loads(await permissions.apply(NAME, now=now))
    assert opened["businessType"] == "wxpayScoreEnable"
    token = opened["extraData"]["apply_permissions_token"]
    assert await permissions.standing(NAME, now=now) is Standing.NOT_YET
    with pytest.raises(ProviderRejected):
        await permissions.end(NAME, reason="未开通", now=now)
    assert acts(payscore, "open", token="another").status_code == 409
    assert acts(payscore, "open", token=token).is_success
    assert await permissions.standing(NAME, now=now) is Standing.GIVEN
    await permissions.end(NAME, reason="用户不再使用", now=now)
    assert await permissions.standing(NAME, now=now) is Standing.ENDED


async def test_a_number_of_another_service_is_refused(permissions, now):
    await permissions.apply(NAME, now=now)
    with pytest.raises(ProviderRejected):
        await permissions.apply(replace(NAME, service_code="500002"), now=now)


def test_a_page_is_opened_with_what_was_signed(pay_keys, now):
    """HMAC-SHA256 by the APIv2 key over all fields by their names, in capitals: the other side works it out anew."""
    signed = confirming("package-1", keys=pay_keys, now=now)
    assert opens(signed, "package-1")
    assert not opens(signed, "package-2")
    said = json.loads(signed)
    assert said["businessType"] == "wxpayScoreUse"
    assert not opens(signed.replace(said["extraData"]["nonce_str"], "0" * 32), "package-1")
    assert not opens(
        confirming("package-1", keys=replace(pay_keys, client_key=b"x" * 32), now=now), "package-1"
    )
    assert not opens("{}", "package-1")


def test_a_signature_is_over_sorted_fields_that_are_not_empty():
    # Worked out with: printf 'a=1&b=2&key=k' | openssl dgst -sha256 -hmac k
    expected = "196937ABF201954EED0C61E7A226FB7DD5670AEF413E3F8E73373120F1DFE454"
    assert signature({"b": "2", "a": "1", "empty": ""}, b"k") == expected
