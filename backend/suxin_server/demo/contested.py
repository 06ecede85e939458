"""What people of the demo city contest, ask for and promised, so that no queue of its credit office is empty.

The worker does it after the start, before the city is scored, so that nobody waits for it. Each step is a command of the product, as of
some days ago; all of them are one transaction, so that a start that is killed leaves it to the next. Whoever
the cast plays is left alone: what a visitor does with them is his own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealing import Sealer
from suxin.kernel.together import Together, together
from suxin.kernel.working_days import local_day
from suxin.repair.commands import apply_for_repair
from suxin.repair.documents import put_down_document
from suxin.repair.models import DocumentKind
from suxin.repair.periods import facts_of, require_repairable
from suxin.review.deciding import accept_case
from suxin.review.documents import put_down_evidence
from suxin.review.models import ReviewCase
from suxin.rights.corrections import request_correction
from suxin.rights.exemptions import request_exemption
from suxin.rights.inquiries import ask_source
from suxin.rights.kinds import DISPUTE, EXEMPTION
from suxin.rights.policies import CASE_DECIDE, CASE_READ
from suxin.rights.remedies import CorrectionAbout
from suxin.subjects.commitments.judging import Verdict, judge_commitment
from suxin.subjects.commitments.models import Commitment, CommitmentKind, CommitmentState
from suxin.subjects.commitments.policies import COMMITMENT_JUDGE, COMMITMENT_READ
from suxin.subjects.commitments.registering import Promise, register_commitment
from suxin.subjects.models import CreditRecord, Mandate, Polarity, RecordStatus, Subject
from suxin.subjects.standing import counts
from suxin_server.demo import cast
from suxin_server.demo.book import REQUEST_ID
from suxin_server.demo.office import SYSTEM, credit_office

DISPUTES: Final = ((3, True, True), (1, True, False), (6, False, False))
"""How many days ago a record was disputed, whether the office accepted that, and whether it asked the source."""

PROMISES: Final = ((60, None), (45, None), (-10, None), (-20, CommitmentState.KEPT))
"""In how many days what was promised is due (ago, where it is negative), and what became of it."""

_RIGHTS: Final = frozenset({CASE_DECIDE, CASE_READ, COMMITMENT_JUDGE, COMMITMENT_READ})
_DAY: Final = timedelta(days=1)
_PAPER: Final = b"%PDF-1.4\n% a made-up document of the demo city\n%%EOF\n"
_MADE_BEFORE: Final = timedelta(days=90)
_JUDGED_BEFORE: Final = timedelta(days=15)
_AFTER_S: Final = 5.0
_MOST: Final = 200


class _Party(NamedTuple):
    """A firm with whom speaks for it, and a record that somebody else has of it."""

    person_id: UUID
    subject_id: UUID
    uscc: str
    record: CreditRecord

    @property
    def actor(self) -> Actor:
        return Actor.subject(REQUEST_ID, person_id=self.person_id, subject_id=self.subject_id)


Command = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestedCity:
    """The two databases of a demo city, as the requests' role and as the batch role, and its keys."""

    database: Database
    batch: Database
    sealer: Sealer

    async def contest(self, *, now: datetime) -> bool:
        """Let some firms contest, ask for and promise something; return whether there was anything to do.

        A city that has a case was contested before.
        """
        office = await credit_office(self.database, rights=_RIGHTS, now=now)
        if not office or await self._is_contested(now=now):
            return False
        bad = await self._parties(Polarity.NEGATIVE, now=now)
        plain = await self._parties(Polarity.NEUTRAL, now=now)
        others = [one for one in plain if one.subject_id not in {two.subject_id for two in bad}]
        used = [one for one in bad if counts(one.record, today=local_day(now - _DAY))]
        exempted = {one.subject_id for one in used[:1]}
        async with together(self.database, now=now) as one:
            turns = _Turns(one, self.sealer)
            await turns.promise(office[0], others, now=now)
            await turns.dispute(office[0], others, now=now)
            await turns.exempt(office[0], used[:1], now=now)
            await turns.repair([two for two in bad if two.subject_id not in exempted], now=now)
        return True

    async def contest_soon(self) -> None:
        """Do so a few seconds after the start, and then nothing for as long as the worker lives."""
        await asyncio.sleep(_AFTER_S)
        await self.contest(now=datetime.now(UTC))
        await asyncio.Event().wait()

    async def _is_contested(self, *, now: datetime) -> bool:
        async with self.database.transaction(SYSTEM, now=now) as session:
            return bool(await session.scalar(select(func.count()).select_from(ReviewCase)))

    async def _parties(self, polarity: Polarity, *, now: datetime) -> list[_Party]:
        async with self.batch.transaction(SYSTEM, now=now) as session:
            return await _found(session, polarity)


@dataclass(frozen=True, slots=True)
class _Turns:
    """What each party and the office do in their turns."""

    one: Together
    sealer: Sealer

    async def dispute(self, office: Actor, parties: Sequence[_Party], *, now: datetime) -> None:
        """Contest records as ``DISPUTES`` says, and one thing of the platform's own."""
        for party, (days, is_accepted, is_passed_on) in zip(parties, DISPUTES, strict=False):
            at = now - days * _DAY
            case = await self._do(
                request_correction,
                party.actor,
                about=CorrectionAbout.RECORD,
                record_id=party.record.id,
                wanted="请按最新情况更正",
                reason="该记录与实际不符，已向来源部门说明（演示）",
                now=at,
            )
            if is_accepted:
                await self._do(accept_case, office, kind=DISPUTE, case_id=case.id, now=at)
            if is_passed_on:
                asked = {"case_id": case.id, "question": "请核实该记录（演示）"}
                await self._do(ask_source, office, **asked, now=at)
        for party in parties[len(DISPUTES) : len(DISPUTES) + 1]:
            await self._do(
                request_correction,
                party.actor,
                about=CorrectionAbout.INDUSTRY,
                record_id=None,
                wanted="C20",
                reason="主营业务已变更（演示）",
                now=now - _DAY,
            )

    async def exempt(self, office: Actor, parties: Sequence[_Party], *, now: datetime) -> None:
        """Ask for an exemption with a document; it waits for its decision."""
        at = now - _DAY
        for party in parties:
            paper = await self._do(
                put_down_evidence,
                party.actor,
                name="受灾情况证明（演示）.pdf",
                content=_PAPER,
                sealer=self.sealer,
                now=at,
            )
            case = await self._do(
                request_exemption,
                party.actor,
                record_id=party.record.id,
                reason="受强降雨影响停产，未能按期履行（演示）",
                evidence="应急管理部门受灾情况证明（演示）",
                document_ids=[paper],
                now=at,
            )
            await self._do(accept_case, office, kind=EXEMPTION, case_id=case.id, now=at)

    async def repair(self, parties: Sequence[_Party], *, now: datetime) -> None:
        """Apply for what may be repaired by now; it stays with the stand-in of the window."""
        ready = [one for one in parties if _is_repairable(one.record, now=now)]
        for party in ready[:1]:
            papers = [
                await self._do(
                    put_down_document,
                    party.actor,
                    kind=kind,
                    name=f"{name}（演示）.pdf",
                    content=_PAPER,
                    sealer=self.sealer,
                    now=now,
                )
                for kind, name in (
                    (DocumentKind.PROOF, "缴款凭证"),
                    (DocumentKind.COMMITMENT, "信用承诺书"),
                )
            ]
            await self._do(
                apply_for_repair,
                party.actor,
                record_id=party.record.id,
                statement="罚款已缴清，已整改到位（演示）【停滞】",
                document_ids=papers,
                now=now,
            )

    async def promise(self, office: Actor, parties: Sequence[_Party], *, now: datetime) -> None:
        """Register what was promised, and judge what was kept."""
        made = now - _MADE_BEFORE
        for number, (party, (days, became)) in enumerate(
            zip(parties[-len(PROMISES) :], PROMISES, strict=False), 1
        ):
            promise = Promise(
                kind=CommitmentKind.APPROVAL,
                number=f"演示承诺〔{made.year}〕{number}号",
                authority="市行政审批局",
                title="告知承诺制审批（演示）",
                text="承诺在期限内补齐全部材料并达到规定条件；未履行的，接受相应处理。",
                made_on=local_day(made),
                due_on=local_day(now + days * _DAY),
            )
            kept: Commitment = await self._do(
                register_commitment, office, uscc=party.uscc, promise=promise, now=made
            )
            if became is not None:
                verdict = Verdict(
                    state=became, reason="材料已补齐（演示）", document=f"核查〔{number}〕"
                )
                at = now - _JUDGED_BEFORE
                await self._do(
                    judge_commitment, office, commitment_id=kept.id, verdict=verdict, now=at
                )

    async def _do(self, command: Command, actor: Actor, *, now: datetime, **given: Any) -> Any:  # noqa: ANN401 - whatever the command returns
        async with self.one.transaction(actor, now=now) as session:
            return await command(session, actor, now=now, **given)


async def _found(session: AsyncSession, polarity: Polarity) -> list[_Party]:
    """Return firms with a record of a kind, one of each, as the batch role sees them."""
    played = [one.uscc for one in cast.APPLICANTS]
    rows = await session.execute(
        select(Mandate.person_id, Subject.uscc, CreditRecord)
        .join(Subject, Subject.id == Mandate.subject_id)
        .join(CreditRecord, CreditRecord.subject_id == Subject.id)
        .where(
            Mandate.ended_at.is_(None),
            Subject.uscc.not_in(played),
            CreditRecord.polarity == polarity,
            CreditRecord.status == RecordStatus.ACTIVE,
            CreditRecord.self_declared.is_(False),
            CreditRecord.natural_person.is_(False),
        )
        .order_by(CreditRecord.subject_id, CreditRecord.id)
        .limit(_MOST)
    )
    found: dict[UUID, _Party] = {}
    for person, uscc, record in rows:
        if uscc is not None:
            party = _Party(person, record.subject_id, uscc, record)
            found.setdefault(record.subject_id, party)
    return list(found.values())


def _is_repairable(record: CreditRecord, *, now: datetime) -> bool:
    try:
        require_repairable(facts_of(record), today=local_day(now))
    except Refusal:
        return False
    return True
