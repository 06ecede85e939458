"""The national window for credit repair (“信用中国”) over HTTP.

The documents go first, one call each, because a single call with all of them would be large; the application names them.
Whatever is sent has a number of the platform's own, so that a doubtful call is repeated. The window keeps
its own time: what it says is told as it says it.
"""

from collections.abc import Mapping
from datetime import date, datetime
from http import HTTPStatus
from typing import Final

import msgspec
import structlog

from suxin.repair.window import (
    SentDocument,
    Submission,
    WindowReceipt,
    WindowRejected,
    WindowState,
    WindowStatus,
    WindowUnavailable,
)
from suxin_outbound.guarded import Answer, Call, CallFailed, CallLimits, Decoded, GuardedClient
from suxin_outbound.signed_requests import signer

SERVICE: Final = "repair"
LIMITS: Final = CallLimits(write_timeout_s=15.0, read_timeout_s=15.0, total_timeout_s=30.0)
"""A document of two megabytes takes its time over a slow line; a job, which makes one call, has a minute."""

MAX_REASON: Final = 500
"""How much of a reason is kept; the window's own limit is not known."""

_log = structlog.get_logger(__name__)


class _Received(msgspec.Struct):
    receipt_no: str
    received_at: datetime


class _Standing(msgspec.Struct):
    state: WindowState
    since: datetime
    round: int
    reason: str = ""
    decide_by: date | None = None


class _Error(msgspec.Struct):
    error: str
    message: str = ""


class CreditRepairClient:
    """Implements :class:`suxin.repair.window.RepairWindow`."""

    def __init__(self, *, base_url: str, app_id: str, secret: str, guarded: GuardedClient) -> None:
        self._base_url = base_url.rstrip("/")
        self._app_id = app_id
        self._secret = secret
        self._guarded = guarded

    async def send_document(self, document: SentDocument, *, now: datetime) -> None:
        """Send a document, before the application that names it."""
        await self._ask("/v1/documents", _document(document), now)

    async def submit(self, submission: Submission, *, now: datetime) -> WindowReceipt:
        """Send an application."""
        answer = await self._ask("/v1/applications", _application(submission), now)
        received = _decoded(answer, _Received)
        return WindowReceipt(
            receipt_no=received.receipt_no, received_at=_aware(received.received_at)
        )

    async def status(self, receipt_no: str, *, now: datetime) -> WindowStatus:
        """Ask where an application stands."""
        answer = await self._ask("/v1/applications/status", {"receipt_no": receipt_no}, now)
        found = _decoded(answer, _Standing)
        return WindowStatus(
            state=found.state,
            since=_aware(found.since),
            round=found.round,
            reason=found.reason[:MAX_REASON],
            decide_by=found.decide_by,
        )

    async def _ask(self, path: str, body: Mapping[str, object], now: datetime) -> Answer:
        call = Call(
            service=SERVICE,
            method="POST",
            url=self._base_url + path,
            body=body,
            sign=signer(app_id=self._app_id, secret=self._secret, now=now),
            idempotent=True,
        )
        try:
            answer = await self._guarded.call(call)
        except CallFailed as failed:
            raise _unusable(failed.problem.value) from None
        if answer.status in {HTTPStatus.OK, HTTPStatus.ACCEPTED}:
            return answer
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            refused = _decoded(answer, _Error)
            _log.warning("repair_window_rejected", error=refused.error)
            raise WindowRejected((refused.message or refused.error)[:MAX_REASON])
        raise _unusable(f"status_{answer.status}")


def _document(document: SentDocument) -> dict[str, object]:
    return {
        "document_no": str(document.id),
        "kind": document.kind,
        "name": document.name,
        "media_type": document.media_type,
        "sha256": document.sha256,
        "content": document.content,
    }


def _application(submission: Submission) -> dict[str, object]:
    return {
        "application_no": str(submission.number),
        "round": submission.round,
        "subject": {"uscc": submission.uscc, "name": submission.subject_name},
        "record": {
            "item": submission.item_code,
            "source": submission.source,
            "ref": submission.record_ref,
            "occurred_on": submission.occurred_on,
        },
        "statement": submission.statement,
        "documents": [str(document_id) for document_id in submission.documents],
    }


def _decoded(answer: Answer, shape: type[Decoded]) -> Decoded:
    try:
        return answer.decode(shape)
    except CallFailed as failed:
        raise _unusable(failed.problem.value) from None


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise _unusable("time_without_zone")
    return moment


def _unusable(problem: str) -> WindowUnavailable:
    _log.warning("repair_window_failed", problem=problem)
    return WindowUnavailable(problem)
