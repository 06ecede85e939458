"""A plain kind of case with nothing behind it, and a case of the applicant's that was declined and may be appealed."""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sample_rows import insert, sample
from small_city import SmallCity

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.sealed_documents import sealed_content
from suxin.review.deciding import accept_case, check_case, decide_case
from suxin.review.filing import CaseFiling, file_case
from suxin.review.kinds import CaseKind
from suxin.review.models import DOCUMENT, DOCUMENT_KEY, CaseDocument, ReviewCase
from suxin.review.states import CaseState, Outcome
from suxin.rights.policies import CASE_CHECK, CASE_DECIDE

_PAPER = b"%PDF-1.7 a made-up paper"
SETTLED: list[tuple[UUID, CaseState, Outcome | None]] = []
"""What the plain kind was told had ended, in order."""


async def settle(_session: Any, case: ReviewCase, *, now: datetime) -> None:
    """Remember that a case has ended."""
    assert case.ended_at == now
    SETTLED.append((case.id, case.state, case.outcome))


PLAIN = CaseKind(
    code="plain",
    zh="一般事项",
    en="plain case",
    decide=CASE_DECIDE,
    check=CASE_CHECK,
    accept_days=1,
    decide_days=7,
    extend_days=3,
    source="a test's own",
    desk_page="/desk/cases",
    page="/pages/cases",
    settle=settle,
)


def colleague(city: SmallCity) -> Actor:
    """Another of the office's staff, with the same rights."""
    return replace(city.operator, staff_id=new_id())


def filing(city: SmallCity, **changes: Any) -> CaseFiling:
    """What the applicant asks for his firm."""
    given: dict[str, Any] = {
        "subject_id": city.firm_id,
        "person_id": city.person_id,
        "object_id": None,
        "item": "纳税信用级别",
        "source": "税务局",
        "wanted": "应为 A 级",
        "reason": "税务机关已复核",
        "stated": {"grade": "B"},
        **changes,
    }
    return CaseFiling(**given)


async def filed(city: SmallCity, actor: Actor | None = None, **changes: Any) -> ReviewCase:
    """File a plain case with the city's office."""
    now = changes.pop("now", None)
    case: ReviewCase = await city.act(
        file_case,
        actor or city.applicant,
        kind=PLAIN,
        office_id=city.operator.tenant_id,
        filing=filing(city, **changes),
        now=now,
    )
    return case


async def declined(city: SmallCity) -> UUID:
    """Let a plain case be declined by one and checked by another, and another one wait; return the first one's id."""
    await filed(city, item="社保参保人数")
    case = await filed(city)
    which: dict[str, Any] = {"kind": PLAIN, "case_id": case.id}
    await city.act(accept_case, city.operator, **which)
    decision = {"outcome": Outcome.DECLINED, "reason": "核查无误"}
    await city.act(decide_case, city.operator, **which, **decision)
    await city.act(check_case, colleague(city), **which, upheld=True, reason="")
    return case.id


def loose_id(case_id: UUID) -> UUID:
    """Return the id of the document that waits for a case."""
    return UUID(int=case_id.int ^ 1)


async def with_documents(city: SmallCity, admin: asyncpg.Connection, case_id: UUID) -> UUID:
    """Let a case of the firm's have a document of its own id, and another document wait for a case; return the case's id."""
    digest = hashlib.sha256(_PAPER).hexdigest()
    own = {"subject_id": city.firm_id, "sha256": digest, "media_type": "application/pdf"}
    secret, pieces = sealed_content(city.sealer, case_id, _PAPER, purpose=DOCUMENT)
    taken = {
        "case_id": case_id,
        "office_id": city.operator.tenant_id,
        "key_sealed": city.sealer.seal(secret, purpose=DOCUMENT_KEY, row=case_id),
        "content": pieces,
    }
    await insert(admin, CaseDocument, sample(CaseDocument, city.now, **own, **taken, id=case_id))
    loose = sample(CaseDocument, city.now, **own, id=loose_id(case_id))
    await insert(admin, CaseDocument, loose)
    return case_id


async def end_cases(admin: asyncpg.Connection, old: datetime) -> None:
    """Bring every case to where its time of keeping is over, and every decision to where its case is gone."""
    await admin.execute(
        "update review_cases set state = 'WITHDRAWN', ended_at = $1, decision_number = null,"
        " decided_by = null, checked_by = null, outcome = null, answer = null, noticed_at = null",
        old,
    )
    await admin.execute("update review_decisions set case_id = gen_random_uuid()")
