"""openid-client and oauth4webapi, which the OpenID Foundation certified, walk every flow at a server that runs."""

from pathlib import Path

import pytest
from code_flow import CALLBACK, OFFICER, PERMISSIONS, SCOPE
from node_projects import driven
from small_city import PASSWORD

pytestmark = pytest.mark.processes

FOLDER = Path(__file__).parent
RESIDENT_ID = "321302199001010012"

ASKED = [
    {
        "type": "credit_record",
        "purpose": "loan.match",
        "datatypes": ["identity", "tax"],
        "life_days": 30,
    }
]
# Of a natural person's records those of tax are cut, although he ticked them: they go through a licensed channel alone.
DETAILS = [{**ASKED[0], "datatypes": ["identity"]}]
# What RFC 9068 asks for, and of our own what a grant is.
OWN = ["aud", "client_id", "cnf", "exp", "iat", "iss", "jti", "scope", "sub"]
GRANTED = sorted([*OWN, "grant_id"])


@pytest.fixture
def task(registered, phone_code):
    return {
        "issuer": registered.issuer,
        "clientId": registered.client_id,
        "key": {**registered.key.as_dict(private=True), "kid": registered.key.thumbprint()},
        "callback": CALLBACK,
        "scope": SCOPE,
        "details": ASKED,
        "staff": {"login": OFFICER, "password": PASSWORD},
        "person": {"residentId": RESIDENT_ID, "code": phone_code, "categories": "tax"},
    }


def test_openid_client_walks_every_flow(node, task):
    steps = driven(node, FOLDER / "openid_client.mjs", task)
    works = {"scope": SCOPE, "permissions": PERMISSIONS}
    assert steps == {
        "discovery": task["issuer"],
        "clientCredentials": works,
        "introspection": True,
        "revoked": False,
        "code": works,
        "refresh": works,
        "refreshRefused": "invalid_grant",
        "details": DETAILS,
        "device": works,
    }


def test_oauth4webapi_walks_every_flow_and_reads_our_tokens(node, task):
    steps = driven(node, FOLDER / "oauth4webapi.mjs", task)
    works = {"scope": SCOPE, "permissions": PERMISSIONS}
    assert steps == {
        "discovery": task["issuer"],
        "clientCredentials": {**works, "claims": OWN},
        "introspection": True,
        "revoked": False,
        "code": {**works, "claims": GRANTED},
        "refresh": {**works, "claims": GRANTED},
        "refreshRefused": "invalid_grant",
        "details": DETAILS,
        "deviceWaits": "authorization_pending",
        "device": {**works, "claims": GRANTED},
    }
