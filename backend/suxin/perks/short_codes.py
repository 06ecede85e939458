"""Codes redeemed at once in three round trips, those of one till's tenant together: passes, then whoever comes, then all is written.

What is asked, what applies and what is refused is as in ``presenting.redeem_by_code``, by the same rules; only the way to the database is another
one. Turns are taken in the same order: the keys, the passes, the bases of one-time consents, the programmes, their days, whoever comes, the
accounts. What nobody but a subject may see (what he has had, whether he is limited, his handle) is read in his rows, borrowed for that alone and
put on record, one subject after the other.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from suxin.consent.fetches import ConsentNotActive, judged_use
from suxin.consent.models import Consent, ConsentFetch
from suxin.consent.purposes import PERK_REDEEM
from suxin.consent.single_use import USED_TOPIC, to_end
from suxin.kernel import many_keys
from suxin.kernel.actor import Actor
from suxin.kernel.audit import AuditEntry, borrowing, receipt_of
from suxin.kernel.bases import AccessBasis, BasisKind
from suxin.kernel.idempotency import IdempotencyKey, Outcome
from suxin.kernel.many_keys import Keys
from suxin.kernel.many_rows import document_of
from suxin.kernel.outbox import OutboxRow, row_of
from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.sealing import Sealer
from suxin.kernel.short_transactions import ShortTransaction
from suxin.perks import short_code_steps as steps
from suxin.perks import short_counter
from suxin.perks.benefits import UNKNOWN
from suxin.perks.drafted import new_handle, redeemer_of
from suxin.perks.first_use import CATEGORIES
from suxin.perks.limits import HadByPerson
from suxin.perks.models import PerkHandle, Programme, Redeemer, Redemption
from suxin.perks.presenting import still_given
from suxin.perks.queries import THING, standing_by
from suxin.perks.recording import RECORD_TOPIC, is_looked_at, to_look_at
from suxin.perks.short_code_steps import PersonSeen, UseSeen
from suxin.perks.short_counter import Comer, Counters
from suxin.perks.short_redeeming import Asked, Show
from suxin.scoring.models import ScoreTier
from suxin.scoring.queries import opens_tiers, tiers_receipt
from suxin.subjects import many_codes
from suxin.subjects.models import PassKind, PresentationPass
from suxin.subjects.presentation_codes import CodeUnreadable, Shown, read_code
from suxin.subjects.presenting import CodeNotGenuine, Presented, presented_by

REASON: Final = "perk redeemed"
"""Why a subject's rows are borrowed, as it is put on record."""


class SeenTwice(Exception):
    """A subject comes twice in one transaction: what he has had is read anew in one of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A code that is good at this counter, before it is known what applies."""

    asked: Asked
    presented: Presented
    kept: PresentationPass


@dataclass(slots=True, kw_only=True)
class _Written:
    """What is to be written besides what ``Counters`` says."""

    passes: list[PresentationPass] = field(default_factory=list)
    kept: list[IdempotencyKey] = field(default_factory=list)
    noted: list[AuditEntry] = field(default_factory=list)
    fetches: list[ConsentFetch] = field(default_factory=list)
    jobs: list[OutboxRow] = field(default_factory=list)
    persons: list[tuple[Redeemer, list[PerkHandle]]] = field(default_factory=list)


class CodesTurn:
    """Codes that are redeemed in one transaction, each judged on what those before it leave."""

    def __init__(self, asked: Sequence[Asked], show: Show, sealer: Sealer, now: datetime) -> None:
        self._asked = asked
        self._show = show
        self._sealer = sealer
        self._now = now
        self._answers: dict[str, Outcome | Exception] = {}
        self._written = _Written()

    async def carry_out(self, transaction: ShortTransaction) -> Sequence[Outcome | Exception]:
        """Return each one's answer, once everything is sent that is to be committed."""
        actor = self._asked[0].actor
        codes = {one.key: _read(one) for one in self._asked}
        shown = [code for code in codes.values() if isinstance(code, Shown)]
        given = {**many_keys.given(actor, self._asked), **many_codes.given(shown)}
        transaction.send(
            given, many_keys.TAKE_TURNS, many_codes.LOCK, many_codes.SHOW, many_keys.LOOK_UP
        )
        found = await transaction.read({}, steps.READ_PASSES)
        taken = self._taken(
            codes,
            Keys.found(found["turns"], found["known"]),
            many_codes.passes_of(found["passes"]),
        )
        if taken:
            await self._redeem(transaction, actor, taken)
        self._keep(transaction)
        return [self._answers[one.key] for one in self._asked]

    def _taken(
        self,
        codes: Mapping[str, Shown | CodeUnreadable],
        keys: Keys,
        passes: Mapping[tuple[int, PassKind], PresentationPass],
    ) -> list[_Taken]:
        """Return who shows a good code; everybody else is answered."""
        taken: dict[UUID, _Taken] = {}
        for one in self._asked:
            with self._answering(one):
                answer = keys.answered(one)
                if answer is not None:
                    self._answers[one.key] = answer
                    continue
                code = codes[one.key]
                if isinstance(code, CodeUnreadable):
                    raise code
                kept = passes.get((code.number, code.kind))
                presented = self._presented(one.actor, code, kept)
                if kept is None or presented.subject_id in taken:
                    raise SeenTwice
                taken[presented.subject_id] = _Taken(asked=one, presented=presented, kept=kept)
        return list(taken.values())

    def _presented(self, actor: Actor, code: Shown, kept: PresentationPass | None) -> Presented:
        try:
            return presented_by(
                kept, code, tenant_id=actor.own_tenant, sealer=self._sealer, now=self._now
            )
        except CodeNotGenuine:
            if kept is not None:
                kept.failures += 1
                self._change(kept)
            raise

    async def _redeem(
        self, transaction: ShortTransaction, actor: Actor, taken: Sequence[_Taken]
    ) -> None:
        """Read what applies to those who show good codes, judge it, and have it written."""
        presented = [one.presented for one in taken]
        given = steps.given(actor.own_tenant, presented, self._now)
        transaction.send(given, *steps.LOCKS)
        for place, one in enumerate(presented):
            transaction.borrow(one.subject_id)
            transaction.send({**given, **steps.of_person(place, one)}, steps.READ_PERSON)
        transaction.borrow(None)
        found = await transaction.read(given, steps.READ)
        counters = Counters.found(found)
        uses = steps.uses_of(found["uses"])
        for one, said in zip(taken, found["persons"], strict=True):
            with self._answering(one.asked):
                self._judge(
                    counters, one, uses.get(one.presented.subject_id), steps.person_of(said)
                )
        if counters.redemptions:
            self._write(transaction, actor, counters, given)

    def _judge(
        self, counters: Counters, taken: _Taken, use: UseSeen | None, person: PersonSeen
    ) -> None:
        """Judge one redemption, and note what is to be written of it.

        :raises Refusal: see ``presenting.redeem_by_code``
        """
        asked, presented, now = taken.asked, taken.presented, self._now
        used = None if use is None else _used(use, asked.actor, now=now)
        programme = counters.programmes.get(presented.context_id)
        if programme is None:
            raise NotFound(**THING)
        at = now - asked.actor.ahead
        noted = [borrowing(asked.actor, reason=REASON, at=at, subject_id=presented.subject_id)]
        standing = UNKNOWN
        if use is not None and used is not None and _opens_tiers(use):
            tiers = [ScoreTier(**msgspec.structs.asdict(one)) for one in use.tiers or ()]
            standing = standing_by(tiers)
            basis = AccessBasis(kind=BasisKind.CONSENT, source_id=use.consent_id)
            receipt = tiers_receipt(presented.subject_id, PERK_REDEEM.code, basis, count=len(tiers))
            noted.append(receipt_of(asked.actor, receipt, at=at))
        comer = Comer(
            standing=standing,
            had=HadByPerson(person.daily, person.total, person.monthly),
            limited=person.limited,
        )
        redemption = counters.redeem(asked.actor, programme, comer, persons=asked.persons, now=now)
        redemption.handle = person.handle or new_handle()
        self._note(taken, redemption, programme, used, person, noted)

    def _note(
        self,
        taken: _Taken,
        redemption: Redemption,
        programme: Programme,
        used: ConsentFetch | None,
        person: PersonSeen,
        noted: Sequence[AuditEntry],
    ) -> None:
        """Note what is written of one redemption that is good, and answer it."""
        asked, written = taken.asked, self._written
        at, sandbox_id = self._now - asked.actor.ahead, asked.actor.sandbox_id
        subject_id, tenant_id = taken.presented.subject_id, redemption.tenant_id
        written.noted += noted
        consent_id = None
        if used is not None:
            consent_id = used.consent_id
            written.fetches.append(used)
            written.jobs.append(
                row_of(
                    USED_TOPIC,
                    to_end(used.subject_id, used.consent_id),
                    at,
                    at,
                    tenant_id=None,
                    sandbox_id=sandbox_id,
                )
            )
        if is_looked_at(programme, redemption):
            named = to_look_at(tenant_id, redemption.id)
            written.jobs.append(
                row_of(RECORD_TOPIC, named, at, at, tenant_id=tenant_id, sandbox_id=sandbox_id)
            )
        handles = [] if person.handle else [
            PerkHandle(tenant_id=tenant_id, subject_id=subject_id, handle=redemption.handle)
        ]  # fmt: skip
        written.persons.append(
            (redeemer_of(programme, redemption, subject_id, consent_id), handles)
        )
        taken.kept.used_at = self._now
        self._change(taken.kept)
        answer = Outcome(self._show(redemption), replayed=False)
        written.kept.append(asked.kept(answer))
        self._answers[asked.key] = answer

    def _write(
        self,
        transaction: ShortTransaction,
        actor: Actor,
        counters: Counters,
        given: Mapping[str, Any],
    ) -> None:
        """Have redemptions written, and what follows from them for those who came."""
        written = self._written
        transaction.send(
            counters.written(actor.own_tenant, noted=written.noted, now=self._now),
            *short_counter.WRITES,
        )
        transaction.send(
            {"fetches": document_of(written.fetches), "jobs": document_of(written.jobs)},
            steps.WRITE_USES,
        )
        for redeemer, handles in written.persons:
            transaction.borrow(redeemer.subject_id)
            named = {"handles": document_of(handles), "redeemers": document_of([redeemer])}
            transaction.send(named, steps.WRITE_PERSON)
            if redeemer.consent_id is not None:
                about = {"subject": redeemer.subject_id, "consent": redeemer.consent_id}
                transaction.send({**given, **about}, steps.END_BASES)
        transaction.borrow(None)

    def _keep(self, transaction: ShortTransaction) -> None:
        """Have what became of passes written, and the keys' answers."""
        written = self._written
        if written.passes:
            transaction.send({}, many_keys.ENTER)
            transaction.send(many_codes.written(written.passes), many_codes.WRITE)
            transaction.send({"kept": document_of(written.kept)}, many_keys.KEEP)

    def _change(self, kept: PresentationPass) -> None:
        if kept not in self._written.passes:
            self._written.passes.append(kept)

    @contextmanager
    def _answering(self, asked: Asked) -> Iterator[None]:
        """Answer by a refusal what ends in one."""
        try:
            yield
        except (Refusal, SeenTwice) as refusal:
            self._answers[asked.key] = refusal


def _read(asked: Asked) -> Shown | CodeUnreadable:
    try:
        return read_code(asked.code or "")
    except CodeUnreadable as refusal:
        return refusal


def _used(use: UseSeen, actor: Actor, *, now: datetime) -> ConsentFetch | None:
    """Return the use of a one-time consent; none of one that was taken back meanwhile.

    :raises FrequencyExhausted: if it was used as often as was agreed
    """
    consent = Consent(
        subject_id=use.subject_id,
        id=use.consent_id,
        tenant_id=actor.own_tenant,
        state=use.state,
        starts_at=use.starts_at,
        expires_at=use.expires_at,
        frequency_times=use.frequency_times,
        frequency_unit=use.frequency_unit,
    )
    if not still_given(consent, now=now):
        return None
    with suppress(ConsentNotActive):
        return judged_use(
            consent,
            is_held=use.basis_id is not None,
            last=use.last,
            used=use.used,
            categories=CATEGORIES,
            now=now,
        )
    return None


def _opens_tiers(use: UseSeen) -> bool:
    return use.purpose == PERK_REDEEM.code and opens_tiers(AccessBasis(categories=use.categories))
