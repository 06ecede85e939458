"""The identity client against the stand-in over HTTP."""

import json
import logging
import traceback

import pytest
from structlog.testing import capture_logs

from suxin.kernel.refusals import RefusalKind
from suxin.subjects.identity import (
    FirmNotRegistered,
    IdentityNotProved,
    IdentityServiceUnavailable,
    IdentityVerifier,
    NotLegalRepresentative,
    OnSiteCheck,
    PersonProof,
    RepresentativeProof,
)
from suxin_outbound.identity import IdentityClient
from suxin_outbound.signed_requests import signature
from suxin_server.demo import cast
from suxin_server.demo.visitor import COUNTER_VISITOR, TERMINAL_REF
from suxin_server.stand_ins.keys import stand_in_key

PERSON = "/v1/person/verify"
ON_SITE = "/v1/person/verify-on-site"
FIRM = "/v1/enterprise/legal-representative/verify"
USCC = "91321302MA1EXAMPLE"
# The sample of GB 11643-1999's check character that python-stdnum documents.
RESIDENT_ID = "360426199101010071"
ZHANG = {"name": "张三丰", "resident_id": RESIDENT_ID, "phone": "13800138000"}
AT_COUNTER = {"name": "张三丰", "resident_id": RESIDENT_ID, "terminal_ref": "SD-20261129-01"}
REPRESENTATIVE = {"uscc": USCC, "name": "张三丰", "resident_id": RESIDENT_ID}


async def test_person_is_proved(identity: IdentityVerifier, now):
    proof = await identity.verify_person(**ZHANG, now=now)
    assert proof == PersonProof(
        proof_ref=proof.proof_ref, method="name+resident_id+phone", proved_at=now
    )
    assert (proof.proof_ref[0], len(proof.proof_ref)) == ("P", 25)
    assert await identity.verify_person(**ZHANG, now=now) == proof


@pytest.mark.parametrize(
    "change",
    [{"name": "无此人"}, {"name": ""}, {"resident_id": "360426199101010072"}, {"phone": "12345"}],
)
async def test_person_is_not_proved(identity, now, change):
    with pytest.raises(IdentityNotProved) as refused:
        await identity.verify_person(**(ZHANG | change), now=now)
    assert refused.value.facts["proof_ref"].startswith("P")
    assert (refused.value.kind, refused.value.retryable) == (RefusalKind.INVALID, False)
    assert RESIDENT_ID not in refused.value.zh_message


@pytest.mark.parametrize("applicant", cast.APPLICANTS, ids=lambda applicant: applicant.wechat)
async def test_the_made_up_people_of_the_demo_city_are_proved(identity, now, applicant):
    proof = await identity.verify_person(
        name=applicant.name, resident_id=applicant.resident_id, phone=applicant.phone, now=now
    )
    assert proof.proof_ref.startswith("P")


async def test_whoever_stands_at_a_counter_is_proved_without_a_phone(identity, now):
    for check in OnSiteCheck:
        proof = await identity.verify_on_site(**AT_COUNTER, check=check, now=now)
        assert proof == PersonProof(
            proof_ref=proof.proof_ref, method=f"name+resident_id+{check.value}", proved_at=now
        )
        assert (proof.proof_ref[0], len(proof.proof_ref)) == ("S", 25)


@pytest.mark.parametrize(
    "change",
    [{"name": "无此人"}, {"resident_id": "360426199101010072"}, {"terminal_ref": "x"}],
)
async def test_somebody_else_at_a_counter_is_not_proved(identity, now, change):
    asked = {**AT_COUNTER, "check": OnSiteCheck.FACE, **change}
    with pytest.raises(IdentityNotProved) as refused:
        await identity.verify_on_site(**asked, now=now)
    assert refused.value.facts["proof_ref"].startswith("S")
    assert RESIDENT_ID not in refused.value.zh_message


async def test_the_visitor_of_the_demo_city_is_proved(identity, now):
    proof = await identity.verify_on_site(
        name=COUNTER_VISITOR.name,
        resident_id=COUNTER_VISITOR.resident_id,
        check=OnSiteCheck.CARD,
        terminal_ref=TERMINAL_REF,
        now=now,
    )
    assert proof.proof_ref.startswith("S")


async def test_a_counter_is_told_when_the_service_cannot_be_used(identity, stand_ins, now):
    stand_ins.fail("identity", ON_SITE, times=3, status=503)
    with pytest.raises(IdentityServiceUnavailable):
        await identity.verify_on_site(**AT_COUNTER, check=OnSiteCheck.CARD, now=now)


async def test_representative_is_proved(identity, now):
    proof = await identity.verify_legal_representative(**REPRESENTATIVE, now=now)
    assert proof == RepresentativeProof(
        proof_ref=proof.proof_ref,
        method="registry_legal_representative",
        proved_at=now,
        firm_name="宿迁示范企业MPLE",
        firm_status="存续",
    )


async def test_refused_name_represents_no_firm(identity, now):
    with pytest.raises(NotLegalRepresentative) as refused:
        await identity.verify_legal_representative(**(REPRESENTATIVE | {"name": "无此人"}), now=now)
    assert refused.value.facts["proof_ref"].startswith("R")


def registry(firm_name):
    firm = {
        "name": firm_name,
        "legal_representative": {"name": "张三丰", "resident_id": RESIDENT_ID},
    }
    return json.dumps({USCC: firm})


async def test_registry_file_says_who_represents_whom(start_stand_ins, guarded, tmp_path, now):
    file = tmp_path / "registry.json"
    with start_stand_ins("--registry", str(file)) as (_, stand_ins):
        identity = IdentityClient(
            base_url=stand_ins.identity,
            app_id="suxin",
            secret=stand_in_key("identity"),
            guarded=guarded,
        )
        with pytest.raises(FirmNotRegistered) as refused:
            await identity.verify_legal_representative(**REPRESENTATIVE, now=now)
        assert refused.value.field == "uscc"

        file.write_text(registry("宿迁市洋河酒业有限公司"))
        proof = await identity.verify_legal_representative(**REPRESENTATIVE, now=now)
        assert proof.firm_name == "宿迁市洋河酒业有限公司"
        for change in ({"name": "李四"}, {"resident_id": "11010519491231002X"}):
            with pytest.raises(NotLegalRepresentative):
                await identity.verify_legal_representative(**(REPRESENTATIVE | change), now=now)
        with pytest.raises(FirmNotRegistered):
            await identity.verify_legal_representative(
                **(REPRESENTATIVE | {"uscc": "91321302MA1UNKNOWN"}), now=now
            )

        file.write_text("{half a file")
        proof = await identity.verify_legal_representative(**REPRESENTATIVE, now=now)
        assert proof.firm_name == "宿迁市洋河酒业有限公司"
        file.write_text(registry("改名后的公司"))
        proof = await identity.verify_legal_representative(**REPRESENTATIVE, now=now)
        assert proof.firm_name == "改名后的公司"


@pytest.mark.parametrize("how", [{"status": 503}, {"status": 429}, {"delay_s": 0.8}])
async def test_injected_failure_is_asked_again_with_a_fresh_nonce(identity, stand_ins, now, how):
    stand_ins.fail("identity", PERSON, times=2, **how)
    assert (await identity.verify_person(**ZHANG, now=now)).proved_at == now
    assert stand_ins.calls("identity") == {PERSON: 3}


async def test_lost_answer_is_asked_again_with_a_fresh_nonce(identity, stand_ins, now):
    stand_ins.fail("identity", FIRM, lose_answer=True)
    proof = await identity.verify_legal_representative(**REPRESENTATIVE, now=now)
    assert proof.firm_name == "宿迁示范企业MPLE"
    assert stand_ins.calls("identity") == {FIRM: 2}


@pytest.mark.parametrize(
    ("how", "problem", "asked"),
    [
        ({"status": 503, "times": 3}, "status_503", 3),
        ({"status": 503, "retry_after_s": 60}, "status_503", 1),
        ({"delay_s": 0.8, "times": 3}, "read_timeout", 3),
        ({"status": 400}, "status_400", 1),
        ({"status": 500}, "status_500", 1),
        ({"redirect_to": "http://127.0.0.1/"}, "redirected", 1),
        ({"body_bytes": 5000}, "too_large", 1),
        ({"body_bytes": 10}, "not_understood", 1),
        ({"errcode": 0}, "not_understood", 1),
    ],
)
async def test_unusable_answer_decides_nothing(identity, stand_ins, now, *, how, problem, asked):
    stand_ins.fail("identity", PERSON, **how)
    with capture_logs() as logged, pytest.raises(IdentityServiceUnavailable) as refused:
        await identity.verify_person(**ZHANG, now=now)
    assert (refused.value.kind, refused.value.retryable) == (RefusalKind.UNAVAILABLE, True)
    assert logged == [
        {"event": "identity_check_failed", "problem": problem, "log_level": "warning"}
    ]
    assert stand_ins.calls("identity") == {PERSON: asked}


@pytest.mark.parametrize("result", ["maybe", "no_such_firm"])
async def test_unknown_result_is_no_proof(raw_server, guarded, now, result):
    body = json.dumps({"result": result, "proof_no": "P1", "method": "m"})
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    async with raw_server(head.encode()) as server:
        identity = IdentityClient(base_url=server.url, app_id="a", secret="b", guarded=guarded)
        with pytest.raises(IdentityServiceUnavailable):
            await identity.verify_person(**ZHANG, now=now)
    assert b"X-App-Id: a" in server.received[0]


async def test_match_without_a_firm_is_no_proof(raw_server, guarded, now):
    body = b'{"result":"match","proof_no":"R1","method":"m"}'
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with raw_server(head + body) as server:
        identity = IdentityClient(base_url=server.url, app_id="a", secret="b", guarded=guarded)
        with pytest.raises(IdentityServiceUnavailable):
            await identity.verify_legal_representative(**REPRESENTATIVE, now=now)
    assert len(server.received) == 1


async def test_bad_signature_shows_nothing(stand_ins, guarded, now, caplog):
    caplog.set_level(logging.DEBUG)
    secret = "not-the-key-of-the-gateway"
    identity = IdentityClient(
        base_url=stand_ins.identity, app_id="suxin", secret=secret, guarded=guarded
    )
    with capture_logs() as logged, pytest.raises(IdentityServiceUnavailable) as refused:
        await identity.verify_person(**ZHANG, now=now)
    assert logged[0]["problem"] == "status_401"
    shown = "".join(traceback.format_exception(refused.value)) + caplog.text + str(logged)
    for hidden in (secret, *ZHANG.values()):
        assert hidden not in shown


def test_signature_of_a_known_request():
    made = signature(
        "key", method="POST", path="/v1/x", timestamp="1700000000", nonce="n", body=b"{}"
    )
    assert made == "afd531b197a7ae287409f506ddb1bdb23d0b241b80d3217999f4694897f6421f"


def test_gateway_refuses_a_nonce_it_has_seen(stand_ins):
    body = json.dumps(ZHANG).encode()
    signed = signature(
        stand_in_key("identity"),
        method="POST",
        path=PERSON,
        timestamp="1700000000",
        nonce="seen-once",
        body=body,
    )
    headers = {"X-Timestamp": "1700000000", "X-Nonce": "seen-once", "X-Signature": signed}
    answers = [
        stand_ins.http.post(stand_ins.identity + PERSON, content=body, headers=headers)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert answers[1].json() == {"error": "BAD_SIGNATURE"}
