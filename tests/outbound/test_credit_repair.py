"""The client of the national window against the stand-in over HTTP: what is sent, what comes back, and what goes wrong."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from suxin.repair.window import (
    SentDocument,
    Submission,
    WindowReceipt,
    WindowRejected,
    WindowState,
    WindowStatus,
    WindowUnavailable,
)
from suxin_outbound.credit_repair import LIMITS, CreditRepairClient
from suxin_outbound.guarded import GuardedClient
from suxin_server.stand_ins.keys import stand_in_key
from suxin_server.stand_ins.repair import EXTENSION

KEY = stand_in_key("repair")
DOCUMENTS = "/v1/documents"
APPLICATIONS = "/v1/applications"
STATUS = "/v1/applications/status"
CONTENT = b"%PDF-1.7 a receipt"
DOCUMENT = SentDocument(
    id=UUID(int=7),
    kind="proof",
    name="罚款缴纳凭证.pdf",
    media_type="application/pdf",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    content=CONTENT,
)
SUBMISSION = Submission(
    number=UUID(int=1),
    round=1,
    uscc="91321302MATE5T017A",
    subject_name="宿迁市某某公司",
    item_code="PENALTY",
    source="市场监督管理局",
    record_ref="宿市监罚〔2026〕12号",
    occurred_on=date(2026, 6, 1),
    statement="罚款已缴清",
    documents=(DOCUMENT.id,),
)


def saying(word: str, **changes) -> Submission:
    return replace(SUBMISSION, statement=f"罚款已缴清{word}", **changes)


@pytest.fixture
def window(stand_ins, guarded):
    return client(stand_ins, guarded)


@pytest.fixture
async def sent(window, stand_ins, now):
    """The document, which the window has by now."""
    await window.send_document(DOCUMENT, now=now)


def client(stand_ins, guarded, secret=KEY) -> CreditRepairClient:
    return CreditRepairClient(
        base_url=stand_ins.repair, app_id="suxin", secret=secret, guarded=guarded
    )


@pytest.fixture
def ask(window, now):
    """Return a way to ask how an application stands, an hour later each time."""

    async def ask(receipt, *, times):
        return [
            (await window.status(receipt.receipt_no, now=now + timedelta(hours=hour))).state.value
            for hour in range(1, times + 1)
        ]

    return ask


async def test_an_application_is_received_with_its_documents_and_then_repaired(
    window, sent, stand_ins, now
):
    receipt = await window.submit(SUBMISSION, now=now)
    assert receipt == WindowReceipt(receipt_no=receipt.receipt_no, received_at=now)
    (taken,) = stand_ins.messages("repair")
    assert taken["record"] == {
        "item": "PENALTY",
        "source": "市场监督管理局",
        "ref": "宿市监罚〔2026〕12号",
        "occurred_on": "2026-06-01",
    }
    assert (taken["documents"], taken["subject"]["uscc"]) == ([str(DOCUMENT.id)], SUBMISSION.uscc)

    first = await window.status(receipt.receipt_no, now=now + timedelta(hours=1))
    assert first == WindowStatus(
        state=WindowState.ACCEPTED, since=now + timedelta(hours=1), round=1
    )
    second = await window.status(receipt.receipt_no, now=now + timedelta(hours=2))
    assert (second.state, second.since) == (WindowState.REPAIRED, now + timedelta(hours=2))
    assert await window.status(receipt.receipt_no, now=now + timedelta(hours=3)) == second


async def test_the_same_sent_again_is_the_same_application(window, sent, stand_ins, now):
    first = await window.submit(SUBMISSION, now=now)
    assert await window.submit(SUBMISSION, now=now + timedelta(hours=1)) == first
    assert len(stand_ins.messages("repair")) == 1


@pytest.mark.parametrize(
    ("word", "states"),
    [
        ("", ["accepted", "repaired", "repaired"]),
        ("【不受理】", ["not_accepted", "not_accepted"]),
        ("【不修复】", ["accepted", "refused", "refused"]),
        ("【停滞】", ["received", "received", "received"]),
    ],
)
async def test_a_word_in_the_statement_scripts_the_outcome(window, sent, ask, now, word, states):
    receipt = await window.submit(saying(word), now=now)
    assert await ask(receipt, times=len(states)) == states


async def test_an_extension_says_until_when(window, sent, now):
    receipt = await window.submit(saying("【延期】"), now=now)
    assert (await window.status(receipt.receipt_no, now=now)).decide_by is None
    extended = await window.status(receipt.receipt_no, now=now)
    assert (extended.state, extended.decide_by) == (
        WindowState.ACCEPTED,
        (now + EXTENSION).date(),
    )
    assert (await window.status(receipt.receipt_no, now=now)).state is WindowState.REPAIRED


async def test_what_was_returned_is_sent_again_in_a_new_round(window, sent, ask, now):
    receipt = await window.submit(saying("【补正】"), now=now)
    assert await ask(receipt, times=1) == ["returned"]
    returned = await window.status(receipt.receipt_no, now=now)
    assert (returned.round, returned.reason) == (1, "请补充罚款缴纳凭证")

    again = await window.submit(saying("【补正】", round=2), now=now)
    assert again.receipt_no == receipt.receipt_no
    assert await ask(again, times=2) == ["accepted", "repaired"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"media_type": "text/html"}, "文件类型或大小不符合要求"),
        ({"sha256": "0" * 64}, "文件内容与摘要不符"),
    ],
)
async def test_a_document_that_the_window_does_not_take_is_told_with_its_reason(
    window, now, changes, reason
):
    with pytest.raises(WindowRejected) as rejected:
        await window.send_document(replace(DOCUMENT, **changes), now=now)
    assert rejected.value.reason == reason
    with pytest.raises(WindowRejected, match="申请所附材料不全"):
        await window.submit(SUBMISSION, now=now)


async def test_a_second_round_of_what_was_not_returned_is_rejected(window, sent, now):
    await window.submit(SUBMISSION, now=now)
    with pytest.raises(WindowRejected):
        await window.submit(replace(SUBMISSION, round=2), now=now)


@pytest.mark.parametrize("how", [{"status": 503}, {"lose_answer": True}])
async def test_a_doubtful_call_is_repeated_and_does_no_harm(window, sent, stand_ins, now, how):
    stand_ins.fail("repair", APPLICATIONS, **how)
    await window.submit(SUBMISSION, now=now)
    assert stand_ins.calls("repair") == {DOCUMENTS: 1, APPLICATIONS: 2}
    assert len(stand_ins.messages("repair")) == 1


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        ({"status": 503, "times": 3}, "status_503"),
        ({"status": 401}, "status_401"),
        ({"redirect_to": "http://127.0.0.1/"}, "redirected"),
        ({"body_bytes": 5000}, "too_large"),
        ({"body_bytes": 10}, "not_understood"),
        ({"errcode": 0}, "not_understood"),
        ({"delay_s": 0.8, "times": 3}, "read_timeout"),
    ],
)
async def test_an_unusable_answer_decides_nothing(window, sent, stand_ins, now, how, problem):
    receipt = await window.submit(SUBMISSION, now=now)
    stand_ins.fail("repair", STATUS, **how)
    with capture_logs() as logged, pytest.raises(WindowUnavailable) as failed:
        await window.status(receipt.receipt_no, now=now)
    assert failed.value.problem == problem
    assert logged == [{"event": "repair_window_failed", "problem": problem, "log_level": "warning"}]


async def test_an_unknown_receipt_or_a_state_nobody_knows_is_no_answer(window, raw_server, guarded):
    moment = datetime(2026, 11, 2, tzinfo=UTC)
    with pytest.raises(WindowUnavailable, match="status_404"):
        await window.status("XYXF0000000000000000", now=moment)
    for body in (
        b'{"state":"granted","since":"2026-11-02T00:00:00Z","round":1}',
        b'{"state":"accepted","since":"2026-11-02T00:00:00","round":1}',
    ):
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
        async with raw_server(head + body) as server:
            raw = CreditRepairClient(base_url=server.url, app_id="a", secret="b", guarded=guarded)
            with pytest.raises(WindowUnavailable):
                await raw.status("XYXF1", now=moment)


async def test_whoever_does_not_sign_as_agreed_is_told_nothing(stand_ins, guarded, now):
    with pytest.raises(WindowUnavailable, match="status_401"):
        await client(stand_ins, guarded, "not-the-key").submit(SUBMISSION, now=now)
    assert stand_ins.messages("repair") == []


async def test_a_large_document_fits_in_the_limits_of_both_sides(stand_ins, now):
    content = b"%PDF-1.7" + bytes(2 * 1024 * 1024 - 8)
    large = replace(DOCUMENT, content=content, sha256=hashlib.sha256(content).hexdigest())
    guarded = GuardedClient.to_trusted(LIMITS)
    try:
        await client(stand_ins, guarded).send_document(large, now=now)
    finally:
        await guarded.close()
    assert stand_ins.calls("repair") == {DOCUMENTS: 1}


async def test_a_window_that_restarts_has_forgotten_nothing(
    start_stand_ins, guarded, tmp_path, now
):
    words = ("--repair-state", str(tmp_path / "window.json"))
    with start_stand_ins(*words) as (_, running):
        window = client(running, guarded)
        await window.send_document(DOCUMENT, now=now)
        receipt = await window.submit(SUBMISSION, now=now)
        assert (await window.status(receipt.receipt_no, now=now)).state is WindowState.ACCEPTED
    with start_stand_ins(*words) as (_, running):
        window = client(running, guarded)
        assert await window.submit(SUBMISSION, now=now) == receipt
        assert (await window.status(receipt.receipt_no, now=now)).state is WindowState.REPAIRED
