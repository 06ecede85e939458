"""What the platform asks of the national window (“信用中国”), and what may come back; spoken over HTTP elsewhere.

The window is asked by jobs, at least once: an application and a document have numbers of the platform's own, under which the
same may be sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class WindowState(StrEnum):
    """Where the window says that an application stands."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    NOT_ACCEPTED = "not_accepted"
    REPAIRED = "repaired"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentDocument:
    """A document as it is sent; ``id`` stays the same however often it is."""

    id: UUID
    kind: str
    name: str
    media_type: str
    sha256: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An application as it is sent: who asks, about which record, why, and which documents that were sent before belong to it.

    ``number`` is the platform's own and stays with the application; ``round`` counts from one and grows each time it was
    returned and is sent again.
    """

    number: UUID
    round: int
    uscc: str
    subject_name: str
    item_code: str
    source: str
    record_ref: str
    occurred_on: date
    statement: str
    documents: Sequence[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowReceipt:
    """The window has an application, under its own number, since a moment."""

    receipt_no: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowStatus:
    """Where an application stands, since when, and why.

    ``round`` is which sending of it this is about. ``decide_by`` is the last day that the department has set itself, where
    it says so: that of an extension too.
    """

    state: WindowState
    since: datetime
    round: int
    reason: str = ""
    decide_by: date | None = None


class WindowUnavailable(Exception):
    """The window gave no usable answer: what was asked may have happened or not, and is asked again."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class WindowRejected(Exception):
    """The window does not take the application as it is, and says why; sending the same again cannot succeed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RepairWindow(Protocol):
    """The national window."""

    async def send_document(self, document: SentDocument, *, now: datetime) -> None:
        """Send a document, before the application that names it.

        :raises WindowUnavailable: if there was no usable answer
        :raises WindowRejected: if the window does not take it
        """
        ...

    async def submit(self, submission: Submission, *, now: datetime) -> WindowReceipt:
        """Send an application.

        :raises WindowUnavailable: if there was no usable answer
        :raises WindowRejected: if the window does not take it as it is
        """
        ...

    async def status(self, receipt_no: str, *, now: datetime) -> WindowStatus:
        """Ask where an application stands.

        :raises WindowUnavailable: if there was no usable answer
        """
        ...
