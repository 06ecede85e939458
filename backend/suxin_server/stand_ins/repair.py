"""The stand-in for the national window of credit repair.

An application moves on when it is asked about: at the first question the department has taken it up, at the second it has
decided that the record is repaired. A word in the applicant's statement makes it go otherwise:

=============  ============================================================================
``【补正】``    returned once for another document; sent again, it goes on as usual
``【不受理】``  not taken up
``【不修复】``  taken up, and refused
``【延期】``    taken up, extended by the department once, then repaired
``【停滞】``    received, and never answered
=============  ============================================================================

The moments it tells are those of whoever asks (the request's own timestamp), so that a platform whose time is set is served
as well. With ``--repair-state`` it keeps what it knows in a file, so that a restart forgets nothing; of documents it keeps
the digest alone.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final

import msgspec
from typing_extensions import override

from suxin_server.stand_ins.signatures import Signatures
from suxin_server.stand_ins.wire import Reply, Request, StandIn, reply

RETURNED: Final = "【补正】"
NOT_ACCEPTED: Final = "【不受理】"
REFUSED: Final = "【不修复】"
EXTENDED: Final = "【延期】"
STALLED: Final = "【停滞】"
EXTENSION: Final = timedelta(days=30)
MAX_DOCUMENT_BYTES: Final = 2 * 1024 * 1024
MEDIA_TYPES: Final = frozenset({"application/pdf", "image/jpeg", "image/png"})

_REASONS: Final = {
    "returned": "请补充罚款缴纳凭证",
    "not_accepted": "未提供已纠正失信行为的证明",
    "refused": "经核查，相关义务尚未完全履行",
    "repaired": "准予信用修复",
}
_WAYS: Final[Mapping[str, tuple[str, ...]]] = {
    NOT_ACCEPTED: ("not_accepted",),
    REFUSED: ("accepted", "refused"),
    EXTENDED: ("accepted", "accepted", "repaired"),
    STALLED: (),
}
_USUAL: Final = ("accepted", "repaired")


class _Application(msgspec.Struct):
    receipt_no: str
    round: int
    statement: str
    documents: list[str]
    received_at: datetime
    since: datetime
    state: str = "received"
    asked: int = 0
    decide_by: date | None = None


class _Known(msgspec.Struct):
    documents: dict[str, str]
    applications: dict[str, _Application]


class RepairStandIn(StandIn):
    """The window as the platform sees it."""

    max_request_bytes = 4 * 1024 * 1024

    def __init__(self, state_file: Path | None = None) -> None:
        super().__init__()
        self._file = state_file
        self._signatures = Signatures("repair")
        self._known = self._read()
        self.routes |= {
            ("POST", "/v1/documents"): self._take_document,
            ("POST", "/v1/applications"): self._take_application,
            ("POST", "/v1/applications/status"): self._tell,
        }

    @override
    def reset(self) -> None:
        """Forget calls, documents, applications and planted faults."""
        super().reset()
        self._known = _Known({}, {})
        self._write()

    def _take_document(self, request: Request) -> Reply:
        if not self._signatures.hold(request):
            return reply({"error": "BAD_SIGNATURE"}, HTTPStatus.UNAUTHORIZED)
        given = request.fields()
        number, digest = str(given.get("document_no", "")), str(given.get("sha256", ""))
        known = self._known.documents.get(number)
        if known is not None and known != digest:
            return _rejected("DOCUMENT_NO_REUSED", "文件编号已用于另一文件")
        try:
            content = base64.b64decode(str(given.get("content", "")), validate=True)
        except binascii.Error:
            return _rejected("DOCUMENT_UNREADABLE", "文件内容无法读取")
        if hashlib.sha256(content).hexdigest() != digest or not number:
            return _rejected("DOCUMENT_UNREADABLE", "文件内容与摘要不符")
        if len(content) > MAX_DOCUMENT_BYTES or given.get("media_type") not in MEDIA_TYPES:
            return _rejected("DOCUMENT_REFUSED", "文件类型或大小不符合要求")
        self._known.documents[number] = digest
        self._write()
        return reply({"document_no": number})

    def _take_application(self, request: Request) -> Reply:
        if not self._signatures.hold(request):
            return reply({"error": "BAD_SIGNATURE"}, HTTPStatus.UNAUTHORIZED)
        given = request.fields()
        number, number_of_round = str(given.get("application_no", "")), given.get("round")
        documents = [str(one) for one in given.get("documents", ())]
        if not number or not isinstance(number_of_round, int) or not given.get("subject"):
            return _rejected("INCOMPLETE", "申请缺少编号或主体")
        if not documents or any(one not in self._known.documents for one in documents):
            return _rejected("DOCUMENTS_MISSING", "申请所附材料不全")
        known = self._known.applications.get(number)
        now = _moment(request)
        if known is None:
            receipt = "XYXF" + hashlib.sha256(number.encode()).hexdigest()[:16].upper()
            known = _Application(receipt, number_of_round, "", [], now, now)
            self._known.applications[number] = known
        elif known.round == number_of_round:
            return _received(known)
        elif known.state != "returned" or number_of_round != known.round + 1:
            return _rejected("NOT_RETURNED", "该申请未被退回，不能补正")
        known.round, known.documents = number_of_round, documents
        known.statement = str(given.get("statement", ""))
        known.state, known.asked, known.received_at, known.since = "received", 0, now, now
        self.messages.append({"application_no": number, **given})
        self._write()
        return _received(known)

    def _tell(self, request: Request) -> Reply:
        if not self._signatures.hold(request):
            return reply({"error": "BAD_SIGNATURE"}, HTTPStatus.UNAUTHORIZED)
        receipt = request.fields().get("receipt_no")
        for known in self._known.applications.values():
            if known.receipt_no == receipt:
                self._move(known, _moment(request))
                return reply(
                    {
                        "state": known.state,
                        "since": known.since,
                        "round": known.round,
                        "reason": _REASONS.get(known.state, ""),
                        "decide_by": known.decide_by,
                    }
                )
        return reply({"error": "RECEIPT_UNKNOWN"}, HTTPStatus.NOT_FOUND)

    def _move(self, known: _Application, now: datetime) -> None:
        way = _way(known)
        if known.asked >= len(way):
            return
        state = way[known.asked]
        known.asked += 1
        if state == known.state:
            known.decide_by = (now + EXTENSION).date()
        else:
            known.state, known.since = state, now
        self._write()

    def _read(self) -> _Known:
        if self._file is not None and self._file.exists():
            return msgspec.json.decode(self._file.read_bytes(), type=_Known)
        return _Known({}, {})

    def _write(self) -> None:
        if self._file is None:
            return
        beside = self._file.with_suffix(".new")
        beside.write_bytes(msgspec.json.encode(self._known))
        beside.replace(self._file)


def _way(known: _Application) -> tuple[str, ...]:
    if RETURNED in known.statement and known.round == 1:
        return ("returned",)
    return next((way for word, way in _WAYS.items() if word in known.statement), _USUAL)


def _received(known: _Application) -> Reply:
    return reply({"receipt_no": known.receipt_no, "received_at": known.received_at})


def _rejected(error: str, message: str) -> Reply:
    return reply({"error": error, "message": message}, HTTPStatus.UNPROCESSABLE_ENTITY)


def _moment(request: Request) -> datetime:
    return datetime.fromtimestamp(int(request.headers["x-timestamp"]), UTC)
