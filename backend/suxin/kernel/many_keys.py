"""Keys of idempotency of many requests that share a short transaction: their turns, their answers, and what is kept of them.

As ``idempotency.once``, for each by itself. What is found before the rows that the requests are about waits in settings of the transaction,
because of the statements before a reading none gives a row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

import msgspec
from sqlalchemy import text

from suxin.kernel.actor import Actor
from suxin.kernel.doorways import ENTERED, LEFT
from suxin.kernel.idempotency import (
    IdempotencyKey,
    Outcome,
    RequestInFlight,
    replay,
    scope_of,
    turn_of,
)
from suxin.kernel.many_rows import inserting
from suxin.kernel.single_steps import SingleStep

_KEYS: Final = "json_to_recordset(cast(:keys as json)) as asked (key text, turn bigint)"

TAKE_TURNS: Final = SingleStep(
    text(f"""
    select where 0 = num_nonnulls({ENTERED}, set_config('suxin.turns', (
      select coalesce(string_agg(key, ','), '') from {_KEYS} where pg_try_advisory_xact_lock(turn)), true))""")  # noqa: S608 - words of our own
)
"""Takes the turns that are free, and enters the doorway."""

LOOK_UP: Final = SingleStep(
    text(f"""
    select where 0 = num_nonnulls({LEFT}, set_config('suxin.known', (
      select coalesce(json_object_agg(asked.key, json_build_array(encode(request_hash, 'hex'), result)), '{{}}')::text
      from {_KEYS} cross join lateral (
        select request_hash, result from idempotency_keys k where k.scope = :scope and k.key = asked.key offset 0
      ) kept), true))""")  # noqa: S608 - as above
)
"""Looks up what the keys were answered, after their turns were taken, and leaves the doorway."""

FOUND: Final = "current_setting('suxin.turns') as turns, current_setting('suxin.known') as known"
"""What a reading says so that ``Keys.found`` is told."""

ENTER: Final = SingleStep(text(f"select where {ENTERED} is null"))
"""Enters the doorway, for what is kept."""

KEEP: Final = SingleStep(text(inserting(IdempotencyKey, document="kept")))
"""Keeps the answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """One request: who asks by which key, and what the key stands for."""

    actor: Actor
    key: str
    operation: str
    request: Mapping[str, Any]
    request_hash: bytes
    now: datetime

    def kept(self, answer: Outcome) -> IdempotencyKey:
        """Return the row that keeps the answer."""
        return IdempotencyKey(
            scope=scope_of(self.actor),
            key=self.key,
            operation=self.operation,
            request_hash=self.request_hash,
            result=answer.result,
            # As everything that guards the platform itself, by the machine's clock.
            created_at=self.now - self.actor.ahead,
        )


@dataclass(frozen=True, slots=True)
class Keys:
    """Which turns were taken, and what was answered before."""

    turns: frozenset[str]
    known: Mapping[str, tuple[str, dict[str, Any]]]

    @classmethod
    def found(cls, turns: str, known: str) -> Self:
        """Return what the settings of the transaction say."""
        return cls(frozenset(turns.split(",")), msgspec.json.decode(known))

    def answered(self, asked: KeyedRequest) -> Outcome | None:
        """Return the answer that a request has already; none if it is to be carried out.

        :raises RequestInFlight: if another transaction holds its key
        :raises IdempotencyKeyReused: if the key answered a different request
        """
        if asked.key not in self.turns:
            raise RequestInFlight(field="idempotencyKey")
        known = self.known.get(asked.key)
        if known is None:
            return None
        return replay(bytes.fromhex(known[0]), known[1], hashed=asked.request_hash)


def given(actor: Actor, asked: Sequence[KeyedRequest]) -> dict[str, Any]:
    """Return the values of ``TAKE_TURNS`` and ``LOOK_UP`` for requests of one scope."""
    scope = scope_of(actor)
    keys = [{"key": one.key, "turn": turn_of(scope, one.key)} for one in asked]
    return {"scope": scope, "keys": msgspec.json.encode(keys).decode()}
