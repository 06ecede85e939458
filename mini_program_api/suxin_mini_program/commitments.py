"""Commitments: those that are public, and one's own, with what became of them."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Response, get
from sqlalchemy import Row

from suxin.subjects.commitments.models import Commitment
from suxin.subjects.commitments.queries import commitments_of, public_commitments
from suxin_mini_program.answering import newest_page
from suxin_mini_program.contract import Caller, Contract
from suxin_mini_program.labels import COMMITMENT_KINDS, Label
from suxin_mini_program.paging import Page, PageQuery
from suxin_mini_program.reading import AnyRequest
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "信用承诺"


class PublicCommitment(msgspec.Struct, rename="camel", kw_only=True):
    """A commitment of an organisation as everybody reads it; who signed it for the organisation is not told."""

    id: UUID
    number: str
    subject_name: str
    kind: Label
    authority: str
    title: str
    text: str
    made_on: date
    due_on: date | None
    state: Label


class OwnCommitment(PublicCommitment, rename="camel", kw_only=True):
    """One's own commitment, with why it was judged as it was and by which document."""

    public: bool
    judged_at: datetime | None
    reason: str | None
    document: str | None


PUBLIC: Final = Contract(
    tag=TAG,
    zh="向社会公示的信用承诺及其履行情况，最新在前（自然人的不公示）",
    en="Published commitments and what became of them, newest first; none of a natural person",
    caller=Caller.ANYONE,
    query=PageQuery,
    answer=Page[PublicCommitment],
)
OWN: Final = Contract(
    tag=TAG,
    zh="当前主体的信用承诺及认定结果，最新在前",
    en="What the subject acted for promised, and what became of it, newest first",
    query=PageQuery,
    answer=Page[OwnCommitment],
)


@get("/commitments", opt=PUBLIC.opt)
async def list_public_commitments(
    request: AnyRequest, runtime: GivenRuntime, caller: GivenActor
) -> Response[bytes]:
    """List the published commitments."""
    return await newest_page(
        request,
        runtime,
        caller,
        public_commitments(),
        name="commitments",
        by=Commitment.id,
        view=lambda row: PublicCommitment(**_told(row[0])),
    )


@get("/subjects/current/commitments", opt=OWN.opt)
async def list_own_commitments(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """List the commitments of the subject acted for."""
    return await newest_page(
        request,
        runtime,
        actor,
        commitments_of(actor.own_subject),
        name="own-commitments",
        by=Commitment.id,
        view=_own,
    )


def _told(one: Commitment) -> dict[str, Any]:
    return {
        "id": one.id,
        "number": one.number,
        "subject_name": one.subject_name,
        "kind": Label(one.kind.value, *COMMITMENT_KINDS[one.kind]),
        "authority": one.authority,
        "title": one.title,
        "text": one.text,
        "made_on": one.made_on,
        "due_on": one.due_on,
        "state": Label(one.state.value, one.state_zh, one.state.value.lower()),
    }


def _own(row: Row[Any]) -> OwnCommitment:
    one: Commitment = row[0]
    return OwnCommitment(
        **_told(one),
        public=one.published,
        judged_at=one.judged_at,
        reason=one.reason,
        document=one.document,
    )


HANDLERS: Final = (list_public_commitments, list_own_commitments)
