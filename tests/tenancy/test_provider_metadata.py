"""What a provider publishes about itself, and what of it is not taken."""

import pytest

from suxin.tenancy.providers.calls import checked_metadata, plain_error, require_fit
from suxin.tenancy.providers.id_tokens import Demands
from suxin.tenancy.providers.models import ClientMethod
from suxin.tenancy.providers.refusals import ProviderUnfit

ISSUER = "https://sso.bank.example"
PUBLISHED = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize?tenant=1",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/jwks",
}


def test_whoever_publishes_the_least_is_taken_by_the_defaults_of_the_standard():
    found = checked_metadata(PUBLISHED, issuer=ISSUER)
    assert found.methods == ("client_secret_basic",)
    assert not found.names_itself
    strong = Demands(acr_values=("urn:bank:strong",))
    for demands in (Demands(), strong):
        require_fit(found, ClientMethod.CLIENT_SECRET_BASIC, demands)
    with pytest.raises(ProviderUnfit) as refused:
        require_fit(found, ClientMethod.PRIVATE_KEY_JWT, Demands())
    assert refused.value.field == "method"


def test_a_provider_that_says_which_classes_it_knows_must_know_one_that_is_demanded():
    known = {"acr_values_supported": ["0", "urn:bank:strong"]}
    found = checked_metadata(PUBLISHED | known, issuer=ISSUER)
    method = ClientMethod.CLIENT_SECRET_BASIC
    require_fit(found, method, Demands())
    require_fit(found, method, Demands(acr_values=("urn:bank:stronger", "urn:bank:strong")))
    with pytest.raises(ProviderUnfit) as refused:
        require_fit(found, method, Demands(acr_values=("urn:bank:stronger",)))
    assert refused.value.field == "acrValues"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"issuer": f"{ISSUER}/"}, "its issuer is another one"),
        ({"jwks_uri": None}, "it has no jwks_uri"),
        ({"jwks_uri": 7}, "it has no jwks_uri"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "it has no authorization_endpoint"),
        ({"authorization_endpoint": f"{ISSUER}/a#b"}, "it has no authorization_endpoint"),
        (
            {"authorization_endpoint": "http://sso.bank.example/authorize"},
            "its authorization_endpoint is not at an https address",
        ),
        ({"code_challenge_methods_supported": ["plain"]}, "it does not know PKCE by S256"),
        ({"code_challenge_methods_supported": []}, "it does not know PKCE by S256"),
        ({"id_token_signing_alg_values_supported": ["HS256"]}, "none of its signatures is taken"),
    ],
)
def test_what_does_not_fit_is_not_taken(changes, words):
    with pytest.raises(ProviderUnfit) as refused:
        checked_metadata({**PUBLISHED, **changes}, issuer=ISSUER)
    assert words in refused.value.en_message


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("access_denied", "access_denied"),
        ("<b>", "error"),
        ("", "error"),
        (None, "error"),
        ("x" * 41, "error"),
    ],
)
def test_an_error_of_others_is_shown_only_as_the_word_it_should_be(error, shown):
    assert plain_error(error) == shown
