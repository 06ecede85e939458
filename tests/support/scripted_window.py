"""A national window that answers as a test tells it, and remembers what it was sent; over HTTP the stand-in is proved elsewhere."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from suxin.repair.window import (
    SentDocument,
    Submission,
    WindowReceipt,
    WindowRejected,
    WindowState,
    WindowStatus,
    WindowUnavailable,
)

RECEIPT_NO = "XYXF0000000000000001"


@dataclass
class ScriptedWindow:
    """``down`` answers nothing, ``rejects`` takes nothing; ``says`` is where the application stands."""

    down: bool = False
    rejects: str = ""
    documents: list[SentDocument] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)
    status_: WindowStatus | None = None

    async def send_document(self, document: SentDocument, *, now: datetime) -> None:
        self._answer()
        self.documents.append(document)

    async def submit(self, submission: Submission, *, now: datetime) -> WindowReceipt:
        self._answer()
        self.submissions.append(submission)
        self.status_ = WindowStatus(state=WindowState.RECEIVED, since=now, round=submission.round)
        return WindowReceipt(receipt_no=RECEIPT_NO, received_at=now)

    async def status(self, receipt_no: str, *, now: datetime) -> WindowStatus:
        self._answer()
        assert receipt_no == RECEIPT_NO
        assert self.status_ is not None
        return self.status_

    def says(
        self,
        state: WindowState,
        since: datetime,
        *,
        reason: str = "",
        decide_by: date | None = None,
    ) -> None:
        """Let the department have got this far with the application that was sent last."""
        assert self.status_ is not None
        self.status_ = replace(
            self.status_, state=state, since=since, reason=reason, decide_by=decide_by
        )

    def _answer(self) -> None:
        if self.down:
            raise WindowUnavailable("status_503")
        if self.rejects:
            raise WindowRejected(self.rejects)
