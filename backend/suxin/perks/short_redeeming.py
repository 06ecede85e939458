"""Redeeming at once in two round trips: one takes the turns, locks and reads, the other writes everything and commits.

What is asked, what applies and what is refused is as in ``redeeming.redeem_at_once`` without a subject, by the same rules; only the way to the
database is another one. Turns are taken in the same order: the keys, the programme, its day, its accounts by id.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import text

from suxin.events.feed import event_of
from suxin.events.models import TenantEvent
from suxin.kernel.actor import Actor
from suxin.kernel.audit import AuditEntry, act_of
from suxin.kernel.doorways import ENTERED, LEFT
from suxin.kernel.idempotency import (
    IdempotencyKey,
    Outcome,
    RequestInFlight,
    replay,
    scope_of,
    turn_of,
)
from suxin.kernel.many_rows import document_of, inserting
from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.short_transactions import Decided, ShortWork
from suxin.kernel.single_steps import SingleStep
from suxin.kernel.working_days import local_day
from suxin.ledger import posting
from suxin.ledger.books import AccountState, Books, Transfer
from suxin.ledger.postings import judge_chain
from suxin.ledger.refusals import WouldCrossFloor
from suxin.perks import accounts, at_once
from suxin.perks.benefits import UNKNOWN, best_for
from suxin.perks.drafted import act_words, check_party, completed_facts, drafted
from suxin.perks.event_types import REDEMPTION_COMPLETED
from suxin.perks.limits import require_open
from suxin.perks.models import Programme, Redemption
from suxin.perks.queries import THING
from suxin.perks.refusals import DayLimitReached
from suxin.perks.states import COUNTED, ProgrammeState, RedemptionState

Show = Callable[[Redemption], dict[str, Any]]
"""What a redemption is answered as, and kept as with its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One visitor's redemption: who asks for it by which key, and for how many."""

    actor: Actor
    key: str
    operation: str
    request: Mapping[str, Any]
    request_hash: bytes
    persons: int
    now: datetime


class _Seen(msgspec.Struct, kw_only=True):
    """What of a programme is judged; each stands under its column's name."""

    tenant_id: UUID
    id: UUID
    state: ProgrammeState
    offers: list[dict[str, Any]]
    fallback: dict[str, Any]
    starts_on: date
    ends_before: date
    closed_on: list[str]
    opens_minute: int | None
    closes_minute: int | None
    daily: int | None
    uses_each: int
    party_limit: int
    hold_minutes: int
    stock_id: UUID | None
    used_id: UUID | None
    budget_id: UUID | None
    due_id: UUID | None


_KEYS: Final = "json_to_recordset(cast(:keys as json)) as asked (key text, turn bigint)"
_PROGRAMME: Final = "perk_programmes p where p.tenant_id = cast(:tenant as uuid) and p.id = cast(:programme as uuid)"
_ACCOUNTS: Final = f"""(
    select wanted.id from (select stock_id, used_id, budget_id, due_id from {_PROGRAMME}) mine
    cross join lateral unnest(array[stock_id, used_id, budget_id, due_id]) as wanted (id)
    where wanted.id is not null order by 1) concerned cross join lateral"""  # noqa: S608 - words of our own
_COUNTED: Final = ", ".join(f"'{state.value}'" for state in COUNTED)

# What is found before the row context's own rows are read waits in settings of the transaction: no statement but the last answers.
_TAKE_TURNS: Final = f"""
    select where 0 = num_nonnulls({ENTERED}, set_config('suxin.turns', (
      select coalesce(string_agg(key, ','), '') from {_KEYS} where pg_try_advisory_xact_lock(turn)), true))"""  # noqa: S608 - as above
_LOOK_UP: Final = f"""
    select where 0 = num_nonnulls({LEFT}, set_config('suxin.known', (
      select coalesce(json_object_agg(asked.key, json_build_array(encode(request_hash, 'hex'), result)), '{{}}')::text
      from {_KEYS} cross join lateral (
        select request_hash, result from idempotency_keys k where k.scope = :scope and k.key = asked.key offset 0
      ) kept), true))"""  # noqa: S608 - as above
_SHARE_PROGRAMME: Final = (
    f"select from (select from {_PROGRAMME} for share) locked having count(*) < 0"  # noqa: S608 - as above
)
_TAKE_DAY: Final = f"""
    select from {_PROGRAMME} and p.daily is not null
    and pg_advisory_xact_lock(hashtextextended('perks.day:' || p.id, 0)) is null"""
_LOCK_ACCOUNTS: Final = f"""
    select from {_ACCOUNTS} (
      select from ledger_accounts where tenant_id = cast(:tenant as uuid) and id = concerned.id for no key update
    ) locked having count(*) < 0"""  # noqa: S608 - as above
_READ: Final = f"""
    select current_setting('suxin.turns') as turns, current_setting('suxin.known') as known,
      (select row_to_json(seen)::text from (select {", ".join(_Seen.__struct_fields__)} from {_PROGRAMME}) seen) as programme,
      (select json_agg(a)::text from {_ACCOUNTS} (
        select {", ".join(AccountState.__dataclass_fields__)} from ledger_accounts
        where tenant_id = cast(:tenant as uuid) and id = concerned.id offset 0) a) as accounts,
      (select case when p.daily is null then 0 else (
        select coalesce(sum(r.persons), 0) from perk_redemptions r
        where r.tenant_id = p.tenant_id and r.programme_id = p.id and r.day = cast(:day as text)::date and r.state in ({_COUNTED})
        and not (r.state = '{RedemptionState.HELD}' and r.held_until <= cast(:now as text)::timestamptz)) end from {_PROGRAMME}) as had"""  # noqa: S608 - as above
_WRITE: Final = f"""
    with redeemed as ({inserting(Redemption, document="redemptions")}),
    noted as ({inserting(AuditEntry, document="acts")})
    {inserting(TenantEvent, document="events", without=("recorded_at",))}"""

WORK: Final = ShortWork(
    locks=tuple(
        SingleStep(text(one))
        for one in (_TAKE_TURNS, _LOOK_UP, _SHARE_PROGRAMME, _TAKE_DAY, _LOCK_ACCOUNTS)
    ),
    read=SingleStep(text(_READ)),
    writes=(
        posting.WRITE,
        SingleStep(text(_WRITE)),
        SingleStep(text(f"select where {ENTERED} is null")),
        SingleStep(text(inserting(IdempotencyKey, document="kept"))),
    ),
)

_PROGRAMMES: Final = msgspec.json.Decoder(_Seen)
_STATES: Final = msgspec.json.Decoder(list[AccountState])


def given(
    actor: Actor, programme_id: UUID, asked: Sequence[Asked], now: datetime
) -> dict[str, Any]:
    """Return the values of what is locked and read."""
    scope = scope_of(actor)
    keys = [{"key": one.key, "turn": turn_of(scope, one.key)} for one in asked]
    return {
        "tenant": actor.own_tenant,
        "programme": programme_id,
        "scope": scope,
        "keys": msgspec.json.encode(keys).decode(),
        "day": local_day(now).isoformat(),
        "now": now.isoformat(),
    }


@dataclass(slots=True, kw_only=True)
class _Counter:
    """What was read, as it stands after what was redeemed so far, and what is new."""

    turns: frozenset[str]
    known: Mapping[str, tuple[str, dict[str, Any]]]
    programme: Programme | None
    books: Books
    had: int
    transfers: list[Transfer]
    redemptions: list[tuple[Asked, Redemption]]

    def redeem(self, asked: Asked, *, now: datetime) -> Redemption:
        """Judge one visitor's redemption on what those before him leave, and take it.

        :raises Refusal: see ``redeeming.redeem_at_once``
        """
        programme = self.programme
        if programme is None:
            raise NotFound(**THING)
        at_once.require_at_once(programme)
        check_party(programme, asked.persons)
        require_open(programme, now=now)
        if programme.daily is not None and self.had + asked.persons > programme.daily:
            raise DayLimitReached
        benefit = best_for(programme.offers_read, programme.fallback_read, UNKNOWN)
        redemption = drafted(
            programme, benefit, persons=asked.persons, held_by=asked.actor.staff_id, now=now
        )
        at_once.use_up(redemption, now=now)
        transfers = accounts.spending(programme, redemption, now=now)
        if transfers:
            try:
                self.transfers += judge_chain(self.books, transfers, now=now).transfers
            except WouldCrossFloor as refusal:
                raise accounts.exhausted(programme, refusal) from refusal
        self.had += asked.persons
        self.redemptions.append((asked, redemption))
        return redemption


def decide(
    asked: Sequence[Asked], show: Show, found: asyncpg.Record, *, now: datetime
) -> Decided[list[Outcome | Exception]]:
    """Return each one's answer by the rules, and what is to be written."""
    counter = _counter(found)
    answers: list[Outcome | Exception] = []
    kept: list[IdempotencyKey] = []
    for one in asked:
        try:
            answer = _answer(counter, one, show, now=now)
        except Refusal as refusal:
            answers.append(refusal)
            continue
        answers.append(answer)
        if not answer.replayed:
            kept.append(_kept(one, answer))
    return Decided(_written(counter, kept, now=now) if kept else None, answers)


def _counter(found: asyncpg.Record) -> _Counter:
    seen = None if found["programme"] is None else _PROGRAMMES.decode(found["programme"])
    states = _STATES.decode(found["accounts"] or "[]")
    return _Counter(
        turns=frozenset(found["turns"].split(",")),
        known=msgspec.json.decode(found["known"]),
        programme=None if seen is None else Programme(**msgspec.structs.asdict(seen)),
        books=Books(accounts={one.id: one for one in states}),
        had=int(found["had"] or 0),
        transfers=[],
        redemptions=[],
    )


def _answer(counter: _Counter, asked: Asked, show: Show, *, now: datetime) -> Outcome:
    if asked.key not in counter.turns:
        raise RequestInFlight(field="idempotencyKey")
    known = counter.known.get(asked.key)
    if known is not None:
        return replay(bytes.fromhex(known[0]), known[1], hashed=asked.request_hash)
    return Outcome(show(counter.redeem(asked, now=now)), replayed=False)


def _kept(asked: Asked, answer: Outcome) -> IdempotencyKey:
    return IdempotencyKey(
        scope=scope_of(asked.actor),
        key=asked.key,
        operation=asked.operation,
        request_hash=asked.request_hash,
        result=answer.result,
        # As everything that guards the platform itself, by the machine's clock.
        created_at=asked.now - asked.actor.ahead,
    )


def _written(counter: _Counter, kept: Sequence[IdempotencyKey], *, now: datetime) -> dict[str, Any]:
    redemptions = [redemption for _, redemption in counter.redemptions]
    acts = [
        act_of(
            asked.actor,
            at=now - asked.actor.ahead,
            tenant_id=redemption.tenant_id,
            **act_words(redemption),
        )
        for asked, redemption in counter.redemptions
    ]
    events = [
        event_of(
            REDEMPTION_COMPLETED,
            tenant_id=redemption.tenant_id,
            object_id=redemption.id,
            now=now,
            **completed_facts(redemption),
        )
        for redemption in redemptions
    ]
    return {
        "book": redemptions[0].tenant_id,
        "document": posting.document_of(counter.transfers),
        "redemptions": document_of(redemptions),
        "acts": document_of(acts),
        "events": document_of(events),
        "kept": document_of(kept),
    }
