"""The error catalogue: current, complete, and true about the status under which a refusal comes."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from suxin.kernel.refusals import refusal_catalogue
from suxin_server.cli import cli
from suxin_server.error_catalogue import ANY_MUTATION, catalogue, sections
from suxin_server.schema_admin import Stale

PAGE = Path(__file__).parents[2] / "docs" / "api" / "errors.md"
ROW = re.compile(r"^\| `([A-Z0-9_]+)` \| (\d+) \| (yes|no) \|", re.MULTILINE)


@pytest.fixture(scope="module")
def told() -> dict[str, tuple[int, bool]]:
    """The status of every code in the page, and whether to ask again."""
    rows = ROW.findall(catalogue())
    assert len({code for code, _, _ in rows}) == len(rows)
    return {code: (int(status), again == "yes") for code, status, again in rows}


def test_the_page_that_is_checked_in_is_current():
    assert PAGE.read_text(encoding="utf-8") == catalogue()


def test_the_page_names_every_refusal_of_the_product(told):
    ours = {
        code: refusal.retryable
        for code, refusal in refusal_catalogue().items()
        if refusal.__module__.startswith("suxin")
    }
    assert {code: again for code, (_, again) in told.items()} == ours
    assert len(ours) > 150


def test_a_mutations_refusals_name_the_mutations_that_declare_them():
    where = {refusal.code: words for refusal, words in sections()[1].rows}
    assert where["FORBIDDEN"] == where["IDEMPOTENCY_KEY_REUSED"] == ANY_MUTATION
    assert where["LEAD_NOT_CLAIMABLE"] == "`claimLead`"
    assert where["OFFER_ABOVE_REQUEST"] == "`makeOffer`"


def test_a_page_that_is_stale_fails_the_check(tmp_path):
    page = tmp_path / "errors.md"
    page.write_text(catalogue().replace("OFFER_LAPSED", "OFFER_GONE"), encoding="utf-8")
    command = ["errors", "export", "--path", str(page)]
    assert isinstance(CliRunner().invoke(cli, [*command, "--check"]).exception, Stale)
    assert CliRunner().invoke(cli, command).exit_code == 0
    assert CliRunner().invoke(cli, [*command, "--check"]).exit_code == 0


REFUSED = {
    "DOCUMENT_MALFORMED": {"query": "{"},
    "DOCUMENT_INVALID": {"query": "{ nothing }"},
    "TOO_MANY_DIRECTIVES": {"query": "{ viewer { areas " + "@include(if: true) " * 5 + "} }"},
    "PAGE_SIZE_OUT_OF_RANGE": {"query": "{ referrals(first: 0) { totalCount } }"},
    "VARIABLES_INVALID": {"query": "query ($n: Int!) { referrals(first: $n) { totalCount } }"},
    "OPERATION_UNKNOWN": {"query": "query A { viewer { areas } }", "operationName": "B"},
    "DOCUMENT_UNKNOWN": {"documentId": "sha256:0"},
    "REQUEST_MALFORMED": {"query": 1},
    "CURSOR_INVALID": {
        "query": '{ identityProviderLinks referrals(first: 1, after: "x") { totalCount } }'
    },
    "MOMENT_UNCLEAR": {
        "query": '{ referrals(first: 1, filter: {decideBy: {lt: "2026-11-20"}}) { totalCount } }'
    },
}


@pytest.mark.parametrize("code", REFUSED)
async def test_a_refusal_comes_under_the_status_that_the_page_tells(bank_a, told, code):
    answer = await bank_a.post(REFUSED[code], accept="application/graphql-response+json")
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == [code]
    assert answer.status_code == told[code][0]
