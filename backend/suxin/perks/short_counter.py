"""What a short transaction has of the programmes that are redeemed in it: locked and read together, judged one redemption after the other.

What applies and what is refused is as in ``redeeming.redeem_at_once``, by the same rules. Turns are taken in the same order: the programme, its
day, whoever comes, the accounts by id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Self
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    DateTime,
    String,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    select,
    text,
)

from suxin.events.feed import event_of
from suxin.events.models import TenantEvent
from suxin.kernel.actor import Actor
from suxin.kernel.audit import AuditEntry, act_of
from suxin.kernel.many_rows import document_of, inserting
from suxin.kernel.single_steps import SingleStep
from suxin.kernel.working_days import local_day
from suxin.ledger import posting
from suxin.ledger.books import AccountState, Books, Transfer
from suxin.ledger.postings import judge_chain
from suxin.ledger.refusals import WouldCrossFloor
from suxin.perks import accounts, at_once
from suxin.perks.benefits import Standing, best_for
from suxin.perks.drafted import act_words, check_party, completed_facts, drafted
from suxin.perks.event_types import REDEMPTION_COMPLETED
from suxin.perks.limits import (
    HadByPerson,
    check_day,
    check_person,
    day_turn,
    had_of_day,
    require_open,
)
from suxin.perks.models import Programme, Redemption
from suxin.perks.states import ProgrammeState, RecordRule


class _Seen(msgspec.Struct, kw_only=True):
    """What of a programme is judged; each stands under its column's name."""

    tenant_id: UUID
    id: UUID
    state: ProgrammeState
    scenario_code: str
    record_rule: RecordRule
    offers: list[dict[str, Any]]
    fallback: dict[str, Any]
    starts_on: date
    ends_before: date
    closed_on: list[str]
    opens_minute: int | None
    closes_minute: int | None
    daily: int | None
    person_daily: int | None
    person_total: int | None
    scenario_monthly: int | None
    uses_each: int
    party_limit: int
    hold_minutes: int
    stock_id: UUID | None
    used_id: UUID | None
    budget_id: UUID | None
    due_id: UUID | None


TENANT: Final = bindparam("tenant", type_=Uuid())
DAY: Final = cast(bindparam("day", type_=String()), Date)
NOW: Final[ColumnElement[datetime]] = cast(
    bindparam("now", type_=String()), DateTime(timezone=True)
)
_CONCERNED: Final = (Programme.tenant_id == TENANT) & (
    Programme.id == bindparam("programmes", type_=ARRAY(Uuid())).any_()
)
_PROGRAMMES: Final = "perk_programmes p where p.tenant_id = cast(:tenant as uuid) and p.id = any(cast(:programmes as uuid[]))"
_ACCOUNTS: Final = f"""(
    select wanted.id from (select stock_id, used_id, budget_id, due_id from {_PROGRAMMES}) mine
    cross join lateral unnest(array[stock_id, used_id, budget_id, due_id]) as wanted (id)
    where wanted.id is not null order by 1) concerned cross join lateral"""  # noqa: S608 - words of our own
_WITH_A_DAY: Final = (
    select(Programme.id).where(_CONCERNED, Programme.daily.is_not(None)).order_by(Programme.id)
).subquery()

SHARE_PROGRAMMES: Final = SingleStep(
    text(
        f"select from (select from {_PROGRAMMES} order by p.id for share) locked having count(*) < 0"  # noqa: S608 - as above
    )
)
TAKE_DAYS: Final = SingleStep(
    select(_WITH_A_DAY.c.id).where(
        func.pg_advisory_xact_lock(func.hashtextextended(day_turn(_WITH_A_DAY.c.id), 0)).is_(None)
    )
)
LOCK_ACCOUNTS: Final = SingleStep(
    text(f"""
    select from {_ACCOUNTS} (
      select from ledger_accounts where tenant_id = cast(:tenant as uuid) and id = concerned.id for no key update
    ) locked having count(*) < 0""")  # noqa: S608 - as above
)

COLUMNS: Final = (
    text(
        f"(select json_agg(seen)::text from (select {', '.join(_Seen.__struct_fields__)} from {_PROGRAMMES}) seen) as programmes"  # noqa: S608 - as above
    ),
    text(f"""
    (select json_agg(a)::text from {_ACCOUNTS} (
      select {", ".join(AccountState.__dataclass_fields__)} from ledger_accounts
      where tenant_id = cast(:tenant as uuid) and id = concerned.id offset 0) a) as accounts"""),  # noqa: S608 - as above
    select(
        cast(
            func.json_object_agg(
                Programme.id,
                case(
                    (Programme.daily.is_(None), 0),
                    else_=had_of_day(
                        Programme.tenant_id, Programme.id, day=DAY, now=NOW
                    ).scalar_subquery(),
                ),
            ),
            String,
        )
    )
    .where(_CONCERNED)
    .scalar_subquery()
    .label("had"),
)
"""What a reading asks so that ``Counters.found`` is told."""

WRITES: Final = (
    posting.WRITE,
    SingleStep(
        text(f"""
    with redeemed as ({inserting(Redemption, document="redemptions")}),
    noted as ({inserting(AuditEntry, document="acts")})
    {inserting(TenantEvent, document="events", without=("recorded_at",))}""")
    ),
)
"""What writes down what ``Counters.written`` says."""

_SEEN: Final = msgspec.json.Decoder(list[_Seen])
_STATES: Final = msgspec.json.Decoder(list[AccountState])


def given(tenant_id: UUID, programme_ids: Sequence[UUID], now: datetime) -> dict[str, Any]:
    """Return the values of what is locked and read of some programmes."""
    return {
        "tenant": tenant_id,
        "programmes": list(programme_ids),
        "day": local_day(now).isoformat(),
        "now": now.isoformat(),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comer:
    """Who comes: what is known of him, what he has had, and whether his use of this programme is limited."""

    standing: Standing
    had: HadByPerson | None
    limited: bool


@dataclass(slots=True, kw_only=True)
class Counters:
    """What was read, as it stands after what was redeemed so far, and what is new."""

    programmes: Mapping[UUID, Programme]
    books: Books
    had: dict[UUID, int]
    transfers: list[Transfer] = field(default_factory=list)
    redemptions: list[tuple[Actor, Redemption]] = field(default_factory=list)

    @classmethod
    def found(cls, found: asyncpg.Record) -> Self:
        """Return what a reading with ``COLUMNS`` found."""
        states = _STATES.decode(found["accounts"] or "[]")
        seen = _SEEN.decode(found["programmes"] or "[]")
        return cls(
            programmes={one.id: Programme(**msgspec.structs.asdict(one)) for one in seen},
            books=Books(accounts={one.id: one for one in states}),
            had={
                UUID(one): int(had)
                for one, had in msgspec.json.decode(found["had"] or "{}").items()
            },
        )

    def redeem(
        self, actor: Actor, programme: Programme, comer: Comer, *, persons: int, now: datetime
    ) -> Redemption:
        """Judge one redemption on what those before it leave, and take it.

        :raises Refusal: see ``redeeming.redeem_at_once``
        """
        at_once.require_at_once(programme)
        check_party(programme, persons)
        require_open(programme, now=now)
        check_day(programme, self.had[programme.id], persons=persons)
        if comer.had is not None:
            check_person(programme, comer.had, persons=persons)
        # Of whoever is limited as of everybody else: the same path, page and words.
        offers = () if comer.limited else programme.offers_read
        benefit = best_for(offers, programme.fallback_read, comer.standing)
        redemption = drafted(programme, benefit, persons=persons, held_by=actor.staff_id, now=now)
        at_once.use_up(redemption, now=now)
        transfers = accounts.spending(programme, redemption, now=now)
        if transfers:
            try:
                self.transfers += judge_chain(self.books, transfers, now=now).transfers
            except WouldCrossFloor as refusal:
                raise accounts.exhausted(programme, refusal) from refusal
        self.had[programme.id] += persons
        self.redemptions.append((actor, redemption))
        return redemption

    def written(
        self, tenant_id: UUID, *, noted: Sequence[AuditEntry] = (), now: datetime
    ) -> dict[str, Any]:
        """Return the values of what is written; ``noted`` is put on record besides what was redeemed."""
        acts = [
            act_of(
                actor,
                at=now - actor.ahead,
                tenant_id=redemption.tenant_id,
                **act_words(redemption),
            )
            for actor, redemption in self.redemptions
        ]
        redemptions = [redemption for _, redemption in self.redemptions]
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
            "book": tenant_id,
            "document": posting.document_of(self.transfers),
            "redemptions": document_of(redemptions),
            "acts": document_of([*noted, *acts]),
            "events": document_of(events),
        }
