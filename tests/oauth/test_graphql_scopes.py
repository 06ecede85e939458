"""The authorization matrix, for systems: every root field × a client of every scope, of none, and a token that is none."""

import pytest
from root_fields import CALLS, NEEDS, PUBLIC, document

from suxin.consent.oauth.policies import DOCUMENT_COMPOSE
from suxin.consent.oauth.scopes import permissions_for_clients
from suxin.tenancy.profiles import TenantKind
from suxin_tenants import PROFILES

SCOPES = sorted(map(str, permissions_for_clients(PROFILES[TenantKind.BANK])))


async def opened(app, token) -> set[str]:
    """The root fields that are not refused for want of a permission."""
    found = set()
    for name in CALLS:
        answer = await app.call("POST", "/graphql", token=token, json={"query": document(name)})
        assert answer.status_code == 200, (name, answer.text)
        body = answer.json()
        codes = {error["extensions"]["code"] for error in body.get("errors", [])}
        told = (body["data"] or {}).get(name)
        codes |= {told["code"]} if isinstance(told, dict) and "code" in told else set()
        if "FORBIDDEN" not in codes:
            found.add(name)
    return found


def fields_of(*permissions) -> set[str]:
    return {name for name, needs in NEEDS.items() if needs in {PUBLIC, *permissions}}


def test_scopes_are_of_the_matrix():
    """What a system may be given that opens no root field by itself is named."""
    assert set(SCOPES) - set(NEEDS.values()) == {
        "consent.document.compose",
        "lending.referral.assign",
        "lending.statistics.read",
        "risk_pool.bank_ledger.send",
        "rural.coverage.read",
        "subjects.identity.read",
        "tenancy.branch.manage",
        "tenancy.leave.record",
        "tenancy.staff.read",
        "village_credit.line.decide",
        "village_credit.round.propose",
        "village_credit.round.sign",
    }


@pytest.mark.parametrize("scope", SCOPES)
async def test_a_scope_opens_what_it_is_for_and_nothing_else(register, scope):
    app = await register(scopes=SCOPES)
    token = await app.access_token(grant_type="client_credentials", scope=scope)
    assert await opened(app, token) == fields_of(scope)


async def test_without_a_scope_nothing_is_open_but_what_is_public(register):
    app = await register(scopes=[str(DOCUMENT_COMPOSE)])
    token = await app.access_token(grant_type="client_credentials")
    assert await opened(app, token) == fields_of()


async def test_a_token_that_is_none_opens_nothing(register):
    app = await register()
    for name in CALLS:
        answer = await app.call(
            "POST", "/graphql", token="no-such-token", json={"query": document(name)}
        )
        assert answer.status_code == 401, name
        assert set(answer.json()) == {"errors"}
