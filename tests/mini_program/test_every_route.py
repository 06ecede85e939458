"""What holds for every route alike: who may call it, what is refused before anything happens, how lists are paged."""

import json
import re
from dataclasses import dataclass
from uuid import uuid4

import pytest
from route_bodies import BODIES, NEEDED, SOMEBODY, UPLOADS

from suxin_mini_program.contract import Caller, Contract
from suxin_mini_program.openapi import ENDPOINTS, contract_of
from suxin_mini_program.point_views import MAX_BODY_BYTES as CLAIM_BYTES
from suxin_mini_program.repairs import MAX_UPLOAD_BYTES

# With its photos.
CLAIMS = "/points/{village_id:str}/claims"


@dataclass(frozen=True)
class Route:
    """One route as a caller sees it."""

    method: str
    path: str
    contract: Contract

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def address(self, some_id: str = SOMEBODY) -> str:
        return re.sub(r"\{\w+:str\}", some_id, self.path)


ROUTES = [
    Route(method, path, contract_of(handler))
    for handler in ENDPOINTS
    for path in handler.paths
    for method in handler.http_methods
]


async def call(phone, route: Route, *, some_id: str = SOMEBODY, key: str | None = "", **query: str):
    address, body = route.address(some_id), BODIES.get(route.path)
    if route.method == "GET":
        return await phone.get(address, **{**NEEDED.get(route.path, {}), **query})
    if route.method == "DELETE":
        return await phone.delete(address, key=key)
    return await phone.post(address, body, key=key)


async def send(phone, route: Route, content: bytes, **headers: str):
    given = {"Content-Type": "application/json", **headers}
    return await phone.request(
        "POST", route.address(), key=str(uuid4()), content=content, headers=given
    )


def test_every_route_is_listed_once() -> None:
    names = [route.name for route in ROUTES]

    assert len(names) == len(set(names)) == 118
    assert {route.path for route in ROUTES if route.contract.body is not None} == set(BODIES)


async def test_without_a_token_only_what_is_public_answers(nobody, subtests) -> None:
    for route in ROUTES:
        if route.contract.caller is Caller.ANYONE:
            continue
        with subtests.test(route.name):
            refused = await call(nobody, route)

            assert (refused.status_code, refused.json()["code"]) == (401, "UNAUTHENTICATED")
            assert (
                refused.headers["www-authenticate"]
                == 'DPoP realm="suxin", algs="ES256 PS256 EdDSA"'
            )


async def test_a_made_up_token_opens_nothing(nobody, subtests) -> None:
    nobody.token = "x" * 43
    for route in ROUTES:
        if route.contract.caller is Caller.ANYONE:
            continue
        with subtests.test(route.name):
            refused = await call(nobody, route)

            assert (refused.status_code, refused.json()["code"]) == (401, "TOKEN_REFUSED")
            assert 'error="invalid_token"' in refused.headers["www-authenticate"]


async def test_without_real_name_proof_nothing_of_a_person_answers(guest, subtests) -> None:
    for route in ROUTES:
        if route.contract.caller is not Caller.APPLICANT:
            continue
        with subtests.test(route.name):
            refused = await call(guest, route)

            assert (refused.status_code, refused.json()["code"]) == (403, "IDENTITY_REQUIRED")


async def test_a_subject_that_one_does_not_represent_is_not_found(
    applicant, small_city, subtests
) -> None:
    answers = set()
    for subject in (small_city.stranger_firm_id, small_city.stranger_id, uuid4()):
        applicant.subject = subject
        for route in ROUTES:
            if route.contract.caller is not Caller.APPLICANT:
                continue
            with subtests.test(f"{route.name} as {subject}"):
                refused = await call(applicant, route)

                problem = refused.json()
                told = (problem["code"], problem["detail"], problem["field"])
                answers.add((refused.status_code, *told))
    # The preview tells by the field that the choice of whom to act for has to be made again.
    assert answers == {(404, "NOT_FOUND", "找不到该可代理的主体", "Suxin-Subject")}


async def test_a_malformed_subject_is_named(applicant) -> None:
    applicant.subject = "not-an-id"

    refused = await applicant.get("/loan-requests")

    assert (refused.status_code, refused.json()["field"]) == (422, "Suxin-Subject")


async def test_a_malformed_id_in_a_path_is_refused(applicant, subtests) -> None:
    for route in ROUTES:
        if "{" not in route.path:
            continue
        for odd in ("1", "{" + str(uuid4()) + "}", "x" * 36):
            with subtests.test(f"{route.name} {odd}"):
                refused = await call(applicant, route, some_id=odd)

                assert (refused.status_code, refused.json()["code"]) == (422, "INVALID")


async def test_a_write_needs_a_key_of_the_right_form(applicant, subtests) -> None:
    for route in ROUTES:
        if not route.contract.keyed:
            continue
        for key in (None, "short", "has spaces in it", "x" * 129):
            with subtests.test(f"{route.name} {key}"):
                refused = await call(applicant, route, key=key)

                problem = refused.json()
                assert (refused.status_code, problem["code"], problem["field"]) == (
                    422,
                    "IDEMPOTENCY_KEY_INVALID",
                    "Idempotency-Key",
                )


async def test_only_writes_after_proof_take_a_key() -> None:
    unkeyed = {route.name for route in ROUTES if route.method != "GET" and not route.contract.keyed}

    assert unkeyed == {
        "POST /phone-codes",
        "POST /identity-proofs",
    }


BROKEN = {
    "nothing": b"",
    "cut off": b'{"a":',
    "cut off after a field that is unknown": b'{"a":1',
    "cut off after a field of another type": b'{"code":1,"phone":1,"name":1',
    "no JSON": b"a=1&b=2",
    "not UTF-8": b'{"a":"\xff"}',
    "half a pair": rb'{"a":"\ud800"}',
    "not a number": b'{"a":NaN}',
}


async def test_a_body_that_is_no_json_is_refused(applicant, subtests) -> None:
    for route in ROUTES:
        if route.contract.body is None:
            continue
        for name, content in BROKEN.items():
            with subtests.test(f"{route.name} {name}"):
                refused = await send(applicant, route, content)

                assert (refused.status_code, refused.json()["code"]) == (400, "BODY_MALFORMED")


async def test_a_body_of_another_shape_is_refused(applicant, subtests) -> None:
    for route in ROUTES:
        if route.contract.body is None:
            continue
        for content in (b"[]", b"null", b'"text"', b"1", b'{"unknownField":1}', b"[" * 5_000):
            with subtests.test(f"{route.name} {content[:20]!r}"):
                refused = await send(applicant, route, content)

                assert refused.status_code in {400, 422}
                assert refused.json()["code"] in {"INVALID", "BODY_MALFORMED"}


async def test_an_unknown_field_is_named(applicant, subtests) -> None:
    for route in ROUTES:
        if route.contract.body is None:
            continue
        with subtests.test(route.name):
            content = json.dumps({**BODIES[route.path], "isAdmin": True}).encode()
            refused = await send(applicant, route, content)

            problem = refused.json()
            assert (refused.status_code, problem["field"]) == (422, "isAdmin")


async def test_an_oversize_body_is_refused(applicant, subtests) -> None:
    for route in ROUTES:
        if route.contract.body is None:
            continue
        most = MAX_UPLOAD_BYTES if route.path in UPLOADS else 256 * 1024
        most = CLAIM_BYTES if route.path == CLAIMS else most
        content = b'{"note":"' + b"x" * most + b'"}'
        with subtests.test(route.name):
            refused = await send(applicant, route, content)

            assert (refused.status_code, refused.json()["code"]) == (413, "BODY_TOO_LARGE")


async def test_another_content_type_is_refused(applicant, subtests) -> None:
    for route in ROUTES:
        if route.contract.body is None:
            continue
        with subtests.test(route.name):
            refused = await send(applicant, route, b"a=1", **{"Content-Type": "text/plain"})

            assert (refused.status_code, refused.json()["code"]) == (
                415,
                "CONTENT_TYPE_UNSUPPORTED",
            )


LISTS = [
    route
    for route in ROUTES
    if route.method == "GET"
    and {"first", "after"} <= set(getattr(route.contract.query, "__struct_encode_fields__", ()))
]


def test_every_list_is_paged() -> None:
    assert {route.path for route in LISTS} == {
        "/access-bases",
        "/areas",
        "/cases",
        "/cautions",
        "/commitments",
        "/consents",
        "/data-reads",
        "/loan-requests",
        "/perk-limits",
        "/perk-redemptions",
        "/perks",
        "/points/{village_id:str}/claims",
        "/points/{village_id:str}/shop/redemptions",
        "/tickets",
        "/loan-requests/{request_id:str}/attachments",
        "/loan-requests/{request_id:str}/loans",
        "/loan-requests/{request_id:str}/loans/{loan_id:str}/drawdowns",
        "/loan-requests/{request_id:str}/loans/{loan_id:str}/instalments",
        "/loan-requests/{request_id:str}/loans/{loan_id:str}/warnings",
        "/loan-requests/{request_id:str}/matches",
        "/loan-requests/{request_id:str}/material-requests",
        "/loan-requests/{request_id:str}/offers",
        "/loan-requests/{request_id:str}/referrals",
        "/loan-requests/{request_id:str}/timeline",
        "/my-data/corrections",
        "/my-data/rows",
        "/notices",
        "/offers/{offer_id:str}/schedule",
        "/products",
        "/referrals/{referral_id:str}/messages",
        "/repairs",
        "/repairs/records",
        "/subjects/current/commitments",
    }


@pytest.mark.parametrize("first", ["0", "-1", "101", "1.5", "abc", "", "9" * 30, "true"])
async def test_a_page_holds_one_to_a_hundred(applicant, subtests, first) -> None:
    for route in LISTS:
        with subtests.test(route.name):
            refused = await call(applicant, route, first=first)

            problem = refused.json()
            assert (refused.status_code, problem["code"], problem["field"]) == (
                422,
                "INVALID",
                "first",
            )


async def test_a_parameter_that_does_not_exist_is_refused(applicant, subtests) -> None:
    for route in LISTS:
        with subtests.test(route.name):
            refused = await call(applicant, route, frist="10")

            assert (refused.status_code, refused.json()["field"]) == (422, "frist")


async def test_a_parameter_given_twice_is_refused(applicant) -> None:
    refused = await applicant.request("GET", "/loan-requests?first=1&first=2")

    assert (refused.status_code, refused.json()["field"]) == (422, "first")


CURSORS = {
    "no base64": "%%%",
    "no JSON": "YWJj",
    "of another list": "WyJlbHNld2hlcmUiLDFd",
    "of nothing": "W10",
    "too long": "A" * 257,
}


async def test_a_cursor_of_ones_own_making_is_refused(applicant, new_request, subtests) -> None:
    made = (await applicant.write("/loan-requests", new_request))["request"]["id"]
    for route in LISTS:
        # Of an offer, a referral, a loan and a village's points the pages are walked by tests of their own.
        if any(one in route.path for one in ("offer_id", "referral_id", "loan_id", "village_id")):
            continue
        for name, cursor in CURSORS.items():
            with subtests.test(f"{route.name} {name}"):
                refused = await call(applicant, route, some_id=made, after=cursor)

                assert (refused.status_code, refused.json()["field"]) == (422, "after")


async def test_what_is_not_there_reads_like_what_is_anothers(
    applicant, stranger, new_request, subtests
) -> None:
    theirs = (await stranger.write("/loan-requests", new_request))["request"]["id"]
    for route in ROUTES:
        if "{request_id:str}" not in route.path:
            continue
        with subtests.test(route.name):
            foreign = await call(applicant, route, some_id=theirs)
            unknown = await call(applicant, route)

            assert _told(foreign) == _told(unknown) == (404, "NOT_FOUND", "找不到该贷款申请")
    assert (await stranger.read(f"/loan-requests/{theirs}"))["state"]["code"] == "OPEN"


def _told(response) -> tuple[int, str, str]:
    problem = response.json()
    return response.status_code, problem["code"], problem["detail"]
