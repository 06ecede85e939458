"""Trusted documents: named by their hash, taken from every caller, by POST and, where they read, by GET."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from costs import without_cost
from observing import nothing_written
from staff_log_ins import at_desk

from suxin.consent.oauth.policies import DOCUMENT_COMPOSE
from suxin_graphql.served_documents import served_folder
from suxin_graphql.trusted import (
    MAX_DOCUMENT_BYTES,
    MAX_DOCUMENTS,
    OPERATIONS,
    TRUSTED,
    FolderUnfit,
    document_id,
)
from suxin_web.document_rules import DocumentRules

NEW = "application/graphql-response+json"
OWN = "query Own { viewer { areas } }"
SEVERAL = "mutation Writes { __typename } query Reads { viewer { areas } }"
SCHEMA_ASKED = "{ __schema { queryType { name } } }"
FOLDER = Path(__file__).parents[2] / "graphql" / "operations"
MORE = {document_id(text): text for text in (SEVERAL, SCHEMA_ASKED)}


def id_of(name: str) -> str:
    return document_id(OPERATIONS[f"{name}.graphql"])


@pytest.fixture
def rules() -> DocumentRules:
    """An installation that takes trusted documents alone, two of them its own."""
    return DocumentRules(trusted=MORE)


@pytest.fixture
def runtime(runtime, rules):
    return replace(runtime, documents=rules)


@pytest.fixture
async def officer(desks):
    """Somebody who may not compose documents."""
    return await desks.open(desks.city.banks[0], roles=["loan_officer", "viewer"])


async def get(caller, headers: dict[str, str] | None = None, /, **parameters: str):
    known = at_desk(caller.token or "") if headers is None else headers
    return await caller.client.get(f"/graphql?{urlencode(parameters)}", headers=known)


def codes_of(response) -> list[str]:
    assert set(response.json()) - {"extensions"} == {"errors"}
    return [error["extensions"]["code"] for error in response.json()["errors"]]


def test_an_id_is_the_hash_of_the_file():
    found = {
        f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
        for file in FOLDER.glob("*.graphql")
    }
    assert set(TRUSTED) == found
    assert len(found) == len(OPERATIONS) == 153


def test_the_example_of_the_specification():
    text = "query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}"
    expected = "sha256:7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e"
    assert document_id(text) == expected


async def test_a_document_is_taken_by_its_id_or_its_text_by_post_or_get(officer):
    body = {"documentId": id_of("products"), "variables": {"first": 5}}
    by_id = await officer.post(body)
    assert by_id.status_code == 200
    assert by_id.json()["data"]["loanProducts"]["totalCount"] == 1
    text = OPERATIONS["products.graphql"]
    for answer in (
        await officer.post({"query": text, "variables": {"first": 5}}),
        await get(officer, documentId=id_of("products"), variables='{"first":5}'),
        await get(officer, query=text, variables='{"first":5}', operationName="", extensions="{}"),
    ):
        assert (answer.status_code, answer.json()) == (200, by_id.json())
        assert answer.headers["Cache-Control"] == "no-store"


async def test_a_mutation_is_taken_by_its_id(officer, case, admin):
    body = {
        "documentId": id_of("accept_referral"),
        "variables": {"input": {"referralId": case.referral_id, "idempotencyKey": "by-its-id"}},
    }
    done = (await officer.post(body)).json()["data"]["acceptReferral"]
    assert done["referral"]["state"] == "ACCEPTED"
    assert await admin.fetchval("select state from referrals where id = $1", case.local_id) == (
        "ACCEPTED"
    )


@pytest.mark.parametrize("accept", ["application/json", NEW])
async def test_an_unknown_id_is_one_error_and_no_data(officer, accept):
    for identifier in (document_id(OWN), "", "x", "sha256:", id_of("inbox").upper(), "y" * 9_000):
        answer = await officer.post({"documentId": identifier}, Accept=accept)
        assert (answer.status_code, codes_of(answer)) == (404, ["DOCUMENT_UNKNOWN"])
        assert answer.headers["Content-Type"].startswith(accept)
        [error] = answer.json()["errors"]
        assert error["extensions"]["field"] == "documentId"
        assert len(error["message"]) < 100


async def test_a_document_of_ones_own_needs_the_permission(officer, bank_a):
    answer = await officer.post({"query": OWN})
    assert (answer.status_code, codes_of(answer)) == (403, ["DOCUMENT_NOT_TRUSTED"])
    # One blank more makes it another document.
    other = await officer.post({"query": OPERATIONS["viewer.graphql"] + " "})
    assert codes_of(other) == ["DOCUMENT_NOT_TRUSTED"]
    assert (
        DOCUMENT_COMPOSE
        in (await bank_a.data("{ viewer { permissions } }"))["viewer"]["permissions"]
    )
    assert await bank_a.data(OWN) == {"viewer": {"areas": []}}


async def test_nothing_is_executed_of_a_document_that_is_not_taken(officer, case, admin):
    text = (
        f'mutation {{ acceptReferral(input: {{referralId: "{case.referral_id}",'
        ' idempotencyKey: "refused"}) { __typename } }'
    )
    async with nothing_written(admin):
        assert codes_of(await officer.post({"query": text})) == ["DOCUMENT_NOT_TRUSTED"]


@pytest.mark.parametrize("rules", [DocumentRules(ad_hoc=True)], ids=["ad hoc"])
async def test_an_installation_may_take_any_document_and_tell_nothing_of_the_schema(officer):
    assert await officer.data(OWN) == {"viewer": {"areas": []}}
    for asked in (
        SCHEMA_ASKED,
        '{ __type(name: "Viewer") { name } }',
        "{ ...A } fragment A on Query { __schema { types { name } } }",
        "{ __schema { nothing } }",
        "query A { viewer { areas } } query B { __schema { types { name } } }",
    ):
        answer = await officer.post({"query": asked, "operationName": None})
        assert (answer.status_code, codes_of(answer)) == (403, ["INTROSPECTION_CLOSED"]), asked
    assert await officer.data("{ viewer { __typename } }") == {"viewer": {"__typename": "Viewer"}}


async def test_who_composes_documents_sees_the_schema(officer, bank_a):
    body = {"documentId": document_id(SCHEMA_ASKED)}
    told = {"data": {"__schema": {"queryType": {"name": "Query"}}}}
    assert without_cost(await bank_a.post(body)) == told
    assert without_cost(await get(bank_a, **body)) == told
    # That a document is trusted opens nothing that is closed to its sender.
    assert codes_of(await officer.post(body)) == ["INTROSPECTION_CLOSED"]


@pytest.mark.parametrize("rules", [DocumentRules(introspection=True, trusted=MORE)], ids=["open"])
async def test_an_installation_may_tell_everyone_of_the_schema(officer):
    answer = await officer.post({"documentId": document_id(SCHEMA_ASKED)})
    assert without_cost(answer) == {"data": {"__schema": {"queryType": {"name": "Query"}}}}


async def test_get_never_writes(bank_a, case, admin):
    given = {"referralId": case.referral_id, "idempotencyKey": "by-get"}
    asked = {"documentId": id_of("accept_referral"), "variables": json.dumps({"input": given})}
    several = {"documentId": document_id(SEVERAL)}
    async with nothing_written(admin):
        for parameters in (asked, {**several, "operationName": "Writes"}):
            answer = await get(bank_a, **parameters)
            assert (answer.status_code, codes_of(answer)) == (405, ["OPERATION_NOT_BY_GET"])
            assert answer.headers["Allow"] == "POST"
        # By GET also nobody's own document is taken.
        for text in ("mutation { __typename }", OWN, "{"):
            answer = await get(bank_a, query=text)
            assert (answer.status_code, codes_of(answer)) == (405, ["DOCUMENT_NOT_BY_GET"])
        for name in ("", "Nothing"):
            answer = await get(
                bank_a, {**at_desk(bank_a.token), "Accept": NEW}, **several, operationName=name
            )
            assert (answer.status_code, codes_of(answer)) == (400, ["OPERATION_UNKNOWN"])
    read = await get(bank_a, **several, operationName="Reads")
    assert without_cost(read) == {"data": {"viewer": {"areas": []}}}


async def test_the_cookie_alone_reads_nothing_by_get(officer, admin):
    """A reading leaves a receipt and may use a consent up: the page of another site must not set one off."""
    known = at_desk(officer.token)
    asked = {"documentId": id_of("viewer")}
    for headers in (
        {"Cookie": known["Cookie"]},
        {**known, "Sec-Fetch-Site": "cross-site"},
        {**known, "Origin": "https://elsewhere.example"},
    ):
        answer = await get(officer, headers, **asked)
        assert (answer.status_code, codes_of(answer)) == (403, ["CSRF_REFUSED"])
    stranger = await get(officer, {}, **asked)
    assert (stranger.status_code, codes_of(stranger)) == (401, ["UNAUTHENTICATED"])
    assert (await get(officer, known, **asked)).status_code == 200


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"documentId": "x", "query": "{ __typename }"},
        {"documentId": "x", "variables": "string"},
        {"documentId": "x", "variables": "7"},
        {"documentId": "x", "variables": "[]"},
        {"documentId": "x", "variables": ""},
        {"documentId": "x", "variables": "[" * 3_000},
        {"documentId": "x", "extensions": '"x"'},
        [("documentId", "x"), ("documentId", "y")],
    ],
)
async def test_an_address_that_is_no_request(officer, parameters: Any):
    place = f"/graphql?{urlencode(parameters)}"
    answer = await officer.client.get(place, headers=at_desk(officer.token))
    assert (answer.status_code, codes_of(answer)) == (400, ["REQUEST_MALFORMED"])


async def test_a_body_names_one_document(officer):
    identifier = id_of("viewer")
    for body in (
        {"documentId": identifier, "query": "{ __typename }"},
        {"documentId": None},
        {"documentId": 7},
    ):
        answer = await officer.post(body)
        assert (answer.status_code, codes_of(answer)) == (400, ["REQUEST_MALFORMED"])
    assert (await officer.post({"documentId": identifier, "query": None})).status_code == 200


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{ nothing }", "Cannot query field 'nothing'"),
        (b"{", "Syntax Error"),
        (b"{ viewer { areas } \xff}", "no UTF-8"),
        (b"#" * (MAX_DOCUMENT_BYTES + 1), "more than 64 KiB"),
        (b"{ viewer { " + b"areas " * 11 + b"} }", "重复选取字段 areas 超过 10 次"),
    ],
)
def test_a_folder_with_what_cannot_be_served_is_refused_by_the_name_of_the_file(
    tmp_path, content, told
):
    (tmp_path / "good.graphql").write_text(OWN)
    assert served_folder(tmp_path) == {document_id(OWN): OWN}
    (tmp_path / "bad.graphql").write_bytes(content)
    with pytest.raises(FolderUnfit) as unfit:
        served_folder(tmp_path)
    assert str(unfit.value).startswith(f"{tmp_path / 'bad.graphql'}: ")
    assert told in str(unfit.value)


def test_a_folder_that_holds_none_or_too_many_is_refused(tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(FolderUnfit, match=r"no \*\.graphql"):
            served_folder(folder)
    for number in range(MAX_DOCUMENTS + 1):
        (tmp_path / f"{number}.graphql").touch()
    with pytest.raises(FolderUnfit, match="more than 1000 documents"):
        served_folder(tmp_path)
