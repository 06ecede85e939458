"""Visitors' redemptions in two round trips: one takes the turns, locks and reads, the other writes everything and commits.

What is asked, what applies and what is refused is as in ``redeeming.redeem_at_once`` without a subject (``short_counter``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import select, text

from suxin.kernel import many_keys
from suxin.kernel.actor import Actor
from suxin.kernel.idempotency import IdempotencyKey, Outcome
from suxin.kernel.many_keys import KeyedRequest, Keys
from suxin.kernel.many_rows import document_of
from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.short_transactions import Decided, ShortWork
from suxin.kernel.single_steps import SingleStep
from suxin.perks import short_counter
from suxin.perks.benefits import UNKNOWN
from suxin.perks.models import Redemption
from suxin.perks.queries import THING
from suxin.perks.short_counter import Comer, Counters

Show = Callable[[Redemption], dict[str, Any]]
"""What a redemption is answered as, and kept as with its key."""

VISITOR: Final = Comer(standing=UNKNOWN, had=None, limited=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(KeyedRequest):
    """One redemption: who asks for it by which key, for how many, and by which code; none of a visitor."""

    persons: int
    code: str | None = None


WORK: Final = ShortWork(
    locks=(
        many_keys.TAKE_TURNS,
        many_keys.LOOK_UP,
        short_counter.SHARE_PROGRAMMES,
        short_counter.TAKE_DAYS,
        short_counter.LOCK_ACCOUNTS,
    ),
    read=SingleStep(select(text(many_keys.FOUND), *short_counter.COLUMNS)),
    writes=(*short_counter.WRITES, many_keys.ENTER, many_keys.KEEP),
)


def given(
    actor: Actor, programme_id: UUID, asked: Sequence[Asked], now: datetime
) -> dict[str, Any]:
    """Return the values of what is locked and read."""
    return {
        **many_keys.given(actor, asked),
        **short_counter.given(actor.own_tenant, [programme_id], now),
    }


def decide(
    programme_id: UUID, asked: Sequence[Asked], show: Show, found: asyncpg.Record, *, now: datetime
) -> Decided[list[Outcome | Exception]]:
    """Return each one's answer by the rules, and what is to be written."""
    keys = Keys.found(found["turns"], found["known"])
    counters = Counters.found(found)
    programme = counters.programmes.get(programme_id)
    answers: list[Outcome | Exception] = []
    kept: list[IdempotencyKey] = []
    for one in asked:
        try:
            answer = keys.answered(one)
            if answer is None:
                if programme is None:
                    raise NotFound(**THING)
                redemption = counters.redeem(
                    one.actor, programme, VISITOR, persons=one.persons, now=now
                )
                answer = Outcome(show(redemption), replayed=False)
                kept.append(one.kept(answer))
        except Refusal as refusal:
            answers.append(refusal)
        else:
            answers.append(answer)
    if not kept:
        return Decided(None, answers)
    written = counters.written(asked[0].actor.own_tenant, now=now)
    return Decided({**written, "kept": document_of(kept)}, answers)
