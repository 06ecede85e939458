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

from suxin.consent.models import Consent, ConsentFetch
from suxin.consent.purposes import PERK_REDEEM
from suxin.consent.single_use import USED_TOPIC, to_end
from suxin.consent.uses import ConsentNotActive, judged_use
from suxin.kernel import many_keys
from suxin.kernel.actor import Actor
from suxin.kernel.audit import AuditEntry, Receipt, borrowing, receipt_of
from suxin.kernel.bases import AccessBasis, BasisKind
from suxin.kernel.idempotency import IdempotencyKey, Outcome
from suxin.kernel.lines import ByHimself
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
from suxin.perks.models import PerkHandle, Redeemer, Redemption
from suxin.perks.presenting import still_given
from suxin.perks.queries import THING, standing_by
from suxin.perks.recording import RECORD_TOPIC, is_looked_at, to_look_at
from suxin.perks.short_code_steps import PersonSeen, UseSeen
from suxin.perks.short_counter import Comer, Counters
from suxin.perks.short_redeeming import Asked, Show
from suxin.scoring.tiers import opens_tiers, tiers_receipt
from suxin.subjects import many_codes
from suxin.subjects.models import PassKind, PresentationPass
from suxin.subjects.presentation_codes import CodeUnreadable, Shown, read_code
from suxin.subjects.presenting import CodeNotGenuine, Presented, presented_by

REASON: Final = "perk redeemed"
"""Why a subject's rows are borrowed, as it is put on record."""


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
    redeemers: list[Redeemer] = field(default_factory=list)
    handles: list[PerkHandle] = field(default_factory=list)


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
                if kept is None:
                    raise CodeNotGenuine(field="code")
                presented = self._presented(one.actor, code, kept)
                if presented.subject_id in taken:
                    # What he has had is read anew, in a transaction of his own.
                    raise ByHimself
                taken[presented.subject_id] = _Taken(asked=one, presented=presented, kept=kept)
        return list(taken.values())

    def _presented(self, actor: Actor, code: Shown, kept: PresentationPass) -> Presented:
        try:
            return presented_by(
                kept, code, tenant_id=actor.own_tenant, sealer=self._sealer, now=self._now
            )
        except CodeNotGenuine:
            kept.failures += 1
            self._change(kept)
            raise

    async def _redeem(
        self, transaction: ShortTransaction, actor: Actor, taken: Sequence[_Taken]
    ) -> None:
        """Read what applies to those who show good codes, judge it, and have it written."""
        presented = [one.presented for one in taken]
        given = steps.given(actor, presented, self._now)
        transaction.send(given, *steps.LOCKS)
        for place, one in enumerate(presented):
            transaction.borrow(one.subject_id)
            transaction.send({**given, **steps.of_person(place, one)}, steps.READ_PERSON)
        transaction.borrow(None)
        found = await transaction.read(given, steps.READ)
        counters = Counters.found(found)
        uses = steps.uses_of(found["uses"])
        for comer, said in zip(taken, found["persons"], strict=True):
            with self._answering(comer.asked):
                use = uses.get(comer.presented.subject_id)
                self._judge(counters, comer, use, steps.person_of(said))
        if counters.redemptions:
            self._write(transaction, actor, counters, given)

    def _judge(
        self, counters: Counters, taken: _Taken, use: UseSeen | None, person: PersonSeen
    ) -> None:
        """Judge one redemption, answer it, and note what is to be written of it.

        :raises Refusal: see ``presenting.redeem_by_code``
        """
        asked, presented, now = taken.asked, taken.presented, self._now
        used = None if use is None else _used(use, asked.actor, now=now)
        programme = counters.programmes.get(presented.context_id)
        if programme is None:
            raise NotFound(**THING)
        receipt = None if used is None or use is None else _receipt(use)
        comer = Comer(
            standing=UNKNOWN if receipt is None or use is None else standing_by(use.tiers or ()),
            had=HadByPerson(person.daily, person.total, person.monthly),
            limited=person.limited,
        )
        redemption = counters.redeem(asked.actor, programme, comer, persons=asked.persons, now=now)
        redemption.handle = person.handle or new_handle()
        answer = Outcome(self._show(redemption), replayed=False)
        self._answers[asked.key] = answer
        self._written.kept.append(asked.kept(answer))
        consent_id = None if used is None else used.consent_id
        redeemer = redeemer_of(programme, redemption, presented.subject_id, consent_id)
        self._note_comer(taken, redeemer)
        if person.handle is None:
            self._written.handles.append(_handle(redemption, presented.subject_id))
        if receipt is not None:
            at = now - asked.actor.ahead
            self._written.noted.append(receipt_of(asked.actor, receipt, at=at))
        if used is not None:
            self._written.fetches.append(used)
            self._post(asked.actor, USED_TOPIC, to_end(used.subject_id, used.consent_id))
        if is_looked_at(programme, redemption):
            named = to_look_at(redemption.tenant_id, redemption.id)
            self._post(asked.actor, RECORD_TOPIC, named, tenant_id=redemption.tenant_id)

    def _note_comer(self, taken: _Taken, redeemer: Redeemer) -> None:
        """Note that a pass is used up, by whom, and that his rows were borrowed for it."""
        actor = taken.asked.actor
        at, subject_id = self._now - actor.ahead, redeemer.subject_id
        self._written.noted.append(borrowing(actor, reason=REASON, at=at, subject_id=subject_id))
        self._written.redeemers.append(redeemer)
        taken.kept.used_at = self._now
        self._change(taken.kept)

    def _post(
        self,
        actor: Actor,
        topic: str,
        named: Mapping[str, UUID],
        *,
        tenant_id: UUID | None = None,
    ) -> None:
        at = self._now - actor.ahead
        self._written.jobs.append(
            row_of(topic, named, at, at, tenant_id=tenant_id, sandbox_id=actor.sandbox_id)
        )

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
        new = {one.subject_id: one for one in written.handles}
        for redeemer in written.redeemers:
            transaction.borrow(redeemer.subject_id)
            handle = new.get(redeemer.subject_id)
            named = {
                "handles": document_of([] if handle is None else [handle]),
                "redeemers": document_of([redeemer]),
            }
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
        except (Refusal, ByHimself) as refusal:
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


def _receipt(use: UseSeen) -> Receipt | None:
    """Return what is noted of the tiers that are weighed; none where the consent opens none."""
    basis = AccessBasis(
        kind=BasisKind.CONSENT, source_id=use.consent_id, categories=use.categories or []
    )
    if use.purpose != PERK_REDEEM.code or not opens_tiers(basis):
        return None
    return tiers_receipt(use.subject_id, PERK_REDEEM.code, basis, count=len(use.tiers or ()))


def _handle(redemption: Redemption, subject_id: UUID) -> PerkHandle:
    return PerkHandle(
        tenant_id=redemption.tenant_id, subject_id=subject_id, handle=redemption.handle
    )
