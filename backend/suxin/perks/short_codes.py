"""Redeeming a code in two round trips, once it was looked at: one takes the turns, locks and reads, the other writes everything and commits.

What applies and what is refused is as in ``presenting.redeem_by_code``, by the same rules, and turns are taken in the same order: the key,
the pass, the basis of the one-time consent, the programme, its day, the person, the accounts by id. Only the plain case goes this way. Where
anything stands in it, nothing is written, and the session's way says what.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import text

from suxin.consent.fetches import ConsentNotActive, number_after, require_active, use_of
from suxin.consent.models import Consent, ConsentFetch, ConsentState
from suxin.consent.purposes import PERK_REDEEM, FetchUnit
from suxin.consent.single_use import USED_TOPIC, named_of
from suxin.events.models import TenantEvent
from suxin.kernel import outbox
from suxin.kernel.audit import AuditEntry, act_of, entry_of
from suxin.kernel.bases import AccessBasis, BasisKind
from suxin.kernel.database import BORROWED_ACTION
from suxin.kernel.doorways import ENTERED, LEFT
from suxin.kernel.idempotency import IdempotencyKey, Outcome, scope_of, turn_of
from suxin.kernel.many_rows import document_of, inserting
from suxin.kernel.outbox import OutboxRow
from suxin.kernel.refusals import Refusal
from suxin.kernel.short_transactions import Decided, ShortWork
from suxin.kernel.single_steps import SingleStep
from suxin.kernel.tables import Table
from suxin.kernel.working_days import local_day
from suxin.ledger import posting
from suxin.perks.benefits import best_for
from suxin.perks.drafted import redeemer_of
from suxin.perks.first_use import CATEGORIES
from suxin.perks.limiting.states import LimitState
from suxin.perks.limits import require_within
from suxin.perks.models import PerkHandle, Programme, Redeemer, Redemption
from suxin.perks.queries import standing_by
from suxin.perks.recording import RECORD_TOPIC
from suxin.perks.redeeming import drawn_handle
from suxin.perks.short_redeeming import (
    COUNTED_WORDS,
    FACTS,
    LOCK_ACCOUNTS,
    SHARE_PROGRAMME,
    TAKE_DAY,
    Asked,
    Counter,
    Show,
    completed_act,
    completed_event,
    kept_of,
)
from suxin.perks.states import RecordRule, RedemptionState
from suxin.scoring.models import ScoreTier
from suxin.scoring.queries import MAX_TIERS, basis_of_tiers, weighed_receipt
from suxin.subjects.presenting import MAX_FAILURES, PassSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAsked:
    """A redemption that is asked for by a code, as it was looked at."""

    asked: Asked
    seen: PassSeen


class _Given(msgspec.Struct, kw_only=True):
    """A one-time consent, as it is judged; each stands under its column's name."""

    subject_id: UUID
    id: UUID
    tenant_id: UUID
    state: ConsentState
    frequency_times: int
    frequency_unit: FetchUnit
    starts_at: datetime
    expires_at: datetime


class _Based(msgspec.Struct, kw_only=True):
    """A live basis."""

    kind: BasisKind
    source_id: UUID
    categories: list[str]


class _Tier(msgspec.Struct, kw_only=True):
    """A tier in force."""

    model_code: str
    natural_person: bool
    place: int


class _Own(msgspec.Struct, kw_only=True):
    """What the merchant's own row context shows of whoever comes: his consent, and what stands on it."""

    consent: _Given | None
    bases: list[_Based]
    tiers: list[_Tier]
    used: dict[str, tuple[int, int]]
    """For each period, how many uses there were, and the last one's number."""


_LIVE: Final = """access_bases b where b.subject_id = cast(:subject as uuid) and b.tenant_id = cast(:tenant as uuid)
    and b.source_id = cast(:consent as uuid) and b.ended_at is null
    and b.starts_at <= cast(cast(:now as text) as timestamptz) and b.ends_at > cast(cast(:now as text) as timestamptz)"""

# As for visitors: what is found before the last statement waits in settings of the transaction.
_TAKE_TURN: Final = f"""
    select where 0 = num_nonnulls({ENTERED}, set_config('suxin.turn', cast(pg_try_advisory_xact_lock(cast(:turn as bigint)) as text), true))"""
_TAKE_PASS: Final = f"""
    select where 0 = num_nonnulls(
      set_config('suxin.known', (select cast(count(*) as text) from idempotency_keys k where k.scope = :scope and k.key = :key), true),
      set_config('suxin.unused', (select cast(count(*) as text) from (
        select from presentation_passes where id = cast(:pass as uuid) and used_at is null and failures < {MAX_FAILURES} for update) one), true),
      {LEFT})"""  # noqa: S608 - as above
_HOLD_BASIS: Final = f"select from (select from {_LIVE} for update) locked having count(*) < 0"  # noqa: S608 - as above
# Before his rows are borrowed: tiers are read where the merchant's own basis shows them, and nowhere else.
_READ_OWN: Final = f"""
    select where 0 = num_nonnulls(set_config('suxin.own', (select cast(json_build_object(
      'consent', (select row_to_json(c) from (select {", ".join(_Given.__struct_fields__)} from consents
        where subject_id = cast(:subject as uuid) and tenant_id = cast(:tenant as uuid) and id = cast(:consent as uuid)) c),
      'bases', (select coalesce(json_agg(one), '[]') from (select {", ".join(_Based.__struct_fields__)} from {_LIVE}
        and b.purpose = '{PERK_REDEEM.code}' order by b.id desc) one),
      'tiers', (select coalesce(json_agg(one), '[]') from (select {", ".join(_Tier.__struct_fields__)} from score_tiers
        where subject_id = cast(:subject as uuid) and valid_until > cast(cast(:day as text) as date) order by model_code limit {MAX_TIERS}) one),
      'used', (select coalesce(json_object_agg(period, json_build_array(times, last)), '{{}}') from (
        select period, count(*) as times, max(number) as last from consent_fetches
        where subject_id = cast(:subject as uuid) and consent_id = cast(:consent as uuid) group by period) one)
    ) as text)), true))"""  # noqa: S608 - as above
_BORROW: Final = "select where 0 = num_nonnulls(set_config('app.subject_id', :subject, true))"
_TAKE_PERSON: Final = """
    select where pg_advisory_xact_lock(hashtextextended('perks.subject:' || cast(:subject as text), 0)) is null"""
_READ: Final = f"""
    select current_setting('suxin.turn') as turn, current_setting('suxin.known') as known, current_setting('suxin.unused') as unused,
      current_setting('suxin.own') as own,
      (select json_build_array(
          coalesce(sum(r.persons) filter (where r.programme_id = cast(:programme as uuid) and r.day = cast(cast(:day as text) as date)), 0),
          coalesce(sum(r.persons) filter (where r.programme_id = cast(:programme as uuid)), 0),
          coalesce(sum(r.persons) filter (where r.scenario_code = p.scenario_code and r.day >= cast(cast(:month as text) as date)), 0))::text
        from perk_programmes p, perk_redeemers r join perk_redemptions q on q.tenant_id = r.tenant_id and q.id = r.redemption_id
        where p.tenant_id = cast(:tenant as uuid) and p.id = cast(:programme as uuid) and r.subject_id = cast(:subject as uuid)
        and (r.programme_id = p.id or r.scenario_code = p.scenario_code and r.day >= cast(cast(:month as text) as date))
        and q.state in ({COUNTED_WORDS})
        and not (q.state = '{RedemptionState.HELD}' and q.held_until <= cast(cast(:now as text) as timestamptz))) as had_himself,
      exists (select from perk_limits l join perk_limit_parties y on y.tenant_id = l.tenant_id and y.limit_id = l.id
        where y.subject_id = cast(:subject as uuid) and y.tenant_id = cast(:tenant as uuid) and y.programme_id = cast(:programme as uuid)
        and l.state = '{LimitState.EFFECTIVE}') as limited,
      (select handle from perk_handles h where h.tenant_id = cast(:tenant as uuid) and h.subject_id = cast(:subject as uuid)) as handle,
      {FACTS}"""  # noqa: S608 - as above

_ROWS: Final[Mapping[str, type[Table]]] = {
    "redeemers": Redeemer,
    "handles": PerkHandle,
    "acts": AuditEntry,
    "uses": ConsentFetch,
    "jobs": OutboxRow,
}
_WRITE: Final = f"""
    with redeemed as ({inserting(Redemption, document="redemptions")}),
    {", ".join(f"{name}_written as ({inserting(model, document=name)})" for name, model in _ROWS.items())}
    {inserting(TenantEvent, document="events", without=("recorded_at",))}"""
_END_BASIS: Final = """
    update access_bases set ended_at = cast(:now as timestamptz)
    where subject_id = cast(:subject as uuid) and source_id = cast(:consent as uuid) and ended_at is null"""
_USE_PASS: Final = f"""
    with used as (update presentation_passes set used_at = cast(:now as timestamptz) where id = cast(:pass as uuid))
    {inserting(IdempotencyKey, document="kept")}"""  # noqa: S608 - as above

WORK: Final = ShortWork(
    locks=tuple(
        SingleStep(text(one))
        for one in (
            _TAKE_TURN,
            _TAKE_PASS,
            _HOLD_BASIS,
            SHARE_PROGRAMME,
            TAKE_DAY,
            _READ_OWN,
            _BORROW,
            _TAKE_PERSON,
            LOCK_ACCOUNTS,
        )
    ),
    read=SingleStep(text(_READ)),
    writes=(
        posting.WRITE,
        SingleStep(text(_WRITE)),
        SingleStep(text(_END_BASIS)),
        SingleStep(text(f"select where {ENTERED} is null")),
        SingleStep(text(_USE_PASS)),
    ),
)

_OWN: Final = msgspec.json.Decoder(_Own)
_HAD: Final = msgspec.json.Decoder(tuple[int, int, int])


def given(code: CodeAsked, *, now: datetime) -> dict[str, Any]:
    """Return the values of what is locked and read."""
    actor, presented = code.asked.actor, code.seen.presented
    scope, day = scope_of(actor), local_day(now)
    return {
        "tenant": actor.own_tenant,
        "programme": presented.context_id,
        "subject": presented.subject_id,
        "consent": _consent_id(code),
        "pass": code.seen.pass_id,
        "scope": scope,
        "key": code.asked.key,
        "turn": turn_of(scope, code.asked.key),
        "day": day.isoformat(),
        "month": day.replace(day=1).isoformat(),
        "now": now.isoformat(),
    }


def decide(
    code: CodeAsked, show: Show, found: asyncpg.Record, *, now: datetime
) -> Decided[Outcome | None]:
    """Return the answer and what is to be written; neither where anything stands in the way."""
    if (found["turn"], found["known"], found["unused"]) != ("true", "0", "1"):
        return Decided(None, None)
    try:
        redeemed = _Redeemed.of(code, found, now=now)
    except Refusal:
        return Decided(None, None)
    answer = Outcome(show(redeemed.redemption), replayed=False)
    return Decided(redeemed.written(answer, now=now), answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Redeemed:
    """A redemption that is to be written, with all that goes with it."""

    code: CodeAsked
    counter: Counter
    programme: Programme
    redemption: Redemption
    consent: Consent | None
    use: ConsentFetch | None
    receipt: AuditEntry | None
    is_known: bool

    @classmethod
    def of(cls, code: CodeAsked, found: asyncpg.Record, *, now: datetime) -> "_Redeemed":
        """Judge what was read.

        :raises Refusal: see ``presenting.redeem_by_code``; also where a consent was given and is not live any more
        """
        asked = code.asked
        own, counter = _OWN.decode(found["own"]), Counter.of(found)
        consent, use = _used(code, own, now=now)
        programme = counter.open_to(asked, now=now)
        tiers, receipt = _weighed(code, own, now=now)
        benefit = best_for(programme.offers_read, programme.fallback_read, standing_by(tiers))
        require_within(programme, _HAD.decode(found["had_himself"]), persons=asked.persons)
        if found["limited"]:
            benefit = programme.fallback_read
        redemption = counter.redeem(asked, programme, benefit, now=now)
        redemption.handle = found["handle"] or drawn_handle()
        return cls(
            code=code,
            counter=counter,
            programme=programme,
            redemption=redemption,
            consent=consent,
            use=use,
            receipt=receipt,
            is_known=found["handle"] is not None,
        )

    def written(self, answer: Outcome, *, now: datetime) -> dict[str, Any]:
        """Return the values of what is written."""
        presented, redemption = self.code.seen.presented, self.redemption
        tenant_id, subject_id = redemption.tenant_id, presented.subject_id
        consent_id = None if self.consent is None else self.consent.id
        handle = PerkHandle(tenant_id=tenant_id, subject_id=subject_id, handle=redemption.handle)
        rows: Mapping[str, list[Any]] = {
            "redemptions": [redemption],
            "redeemers": [redeemer_of(self.programme, redemption, subject_id, consent_id)],
            "handles": [] if self.is_known else [handle],
            "acts": self._acts(now=now),
            "uses": [] if self.use is None else [self.use],
            "jobs": self._jobs(now=now),
            "events": [completed_event(redemption, now=now)],
            "kept": [kept_of(self.code.asked, answer)],
        }
        return {
            "book": tenant_id,
            "document": posting.document_of(self.counter.transfers),
            **{name: document_of(each) for name, each in rows.items()},
            "subject": subject_id,
            "consent": _consent_id(self.code),
            "pass": self.code.seen.pass_id,
            "now": now.isoformat(),
        }

    def _acts(self, *, now: datetime) -> list[AuditEntry]:
        """Return what is put on record: that his rows were borrowed, and for what; the redemption; what was read of him."""
        reasons = ["perk redeemed"] if self.consent is None else ["perk redeemed", "perk code used"]
        borrowed = [
            act_of(
                self.code.asked.actor,
                action=BORROWED_ACTION,
                at=now,
                subject_id=self.code.seen.presented.subject_id,
                detail={"reason": reason},
            )
            for reason in reasons
        ]
        receipts = [] if self.receipt is None else [self.receipt]
        return [*borrowed, completed_act(self.code.asked, self.redemption, now=now), *receipts]

    def _jobs(self, *, now: datetime) -> list[OutboxRow]:
        jobs = []
        if self.consent is not None:
            jobs.append(outbox.row_of(USED_TOPIC, named_of(self.consent), at=now))
        if self.programme.record_rule is RecordRule.KEPT:
            tenant_id = self.redemption.tenant_id
            named = {"tenant_id": tenant_id, "redemption_id": self.redemption.id}
            jobs.append(outbox.row_of(RECORD_TOPIC, named, tenant_id=tenant_id, at=now))
        return jobs


def _consent_id(code: CodeAsked) -> UUID:
    """Return the one consent that is read on; of who said no, none is: there is no consent with the programme's id."""
    presented = code.seen.presented
    return presented.consent_id or presented.context_id


def _used(
    code: CodeAsked, own: _Own, *, now: datetime
) -> tuple[Consent | None, ConsentFetch | None]:
    """Return the one-time consent of a pass with the use of it that is counted.

    :raises ConsentNotActive, FrequencyExhausted: if it is not live any more, or has no use left
    """
    if code.seen.presented.consent_id is None:
        return None, None
    if own.consent is None or not own.bases:
        raise ConsentNotActive(state=ConsentState.REVOKED)
    consent = Consent(**msgspec.structs.asdict(own.consent))
    require_active(consent, now=now)
    times, _ = own.used.get(consent.frequency.period_of(now), (0, 0))
    last = max((number for _, number in own.used.values()), default=0)
    number = number_after(consent, last=last, used=times)
    return consent, use_of(consent, number, at_desk=False, categories=CATEGORIES, now=now)


def _weighed(
    code: CodeAsked, own: _Own, *, now: datetime
) -> tuple[list[ScoreTier], AuditEntry | None]:
    """Return the tiers that a live basis lets be weighed, with their receipt; none without such a basis."""
    basis = basis_of_tiers([AccessBasis(**msgspec.structs.asdict(one)) for one in own.bases])
    if basis is None:
        return [], None
    subject_id = code.seen.presented.subject_id
    receipt = weighed_receipt(basis, subject_id, PERK_REDEEM.code, row_count=len(own.tiers))
    tiers = [ScoreTier(**msgspec.structs.asdict(one)) for one in own.tiers]
    return tiers, entry_of(code.asked.actor, receipt, at=now)
