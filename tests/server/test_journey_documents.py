"""The bank's side of the journeys works by trusted documents, as a bank's system has to where nobody may compose any."""

from types import SimpleNamespace

import pytest

from suxin_graphql.trusted import TRUSTED
from suxin_server.journeys import claimant
from suxin_server.journeys.bank import MUTATIONS, Bank


@pytest.mark.parametrize(
    "document",
    [
        "inbox",
        "referral",
        "product",
        "offer_preview",
        *MUTATIONS.values(),
        "pool_claim",
        "pool_claims",
        *claimant.MUTATIONS.values(),
    ],
)
def test_what_is_sent_is_named_by_its_id_alone(document):
    sent = []

    class Desk:
        def send(self, method, path, *, json):
            sent.append((method, path, json))
            return SimpleNamespace(json=lambda: {"data": {}}, text="{}")

    bank = object.__new__(Bank)
    bank._desk = Desk()
    bank.ask(document, id="x")
    [(method, path, body)] = sent
    assert (method, path, body.keys()) == ("POST", "/graphql", {"documentId", "variables"})
    assert body["documentId"] in TRUSTED
