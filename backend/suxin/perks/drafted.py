"""Redemptions as they begin, and what is said of them: on record, to the merchant's systems, and by whom. Pure."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final, TypedDict
from uuid import UUID

from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.perks.benefits import Benefit, stored
from suxin.perks.models import Programme, Redeemer, Redemption
from suxin.perks.refusals import GroupTooLarge
from suxin.perks.states import RedemptionState

HANDLE_LENGTH: Final = 8
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class ActWords(TypedDict):
    """What is put on record of a redemption."""

    action: str
    object_type: str
    object_id: UUID
    detail: dict[str, Any]


def drafted(
    programme: Programme, benefit: Benefit, *, persons: int, held_by: UUID | None, now: datetime
) -> Redemption:
    """Return a redemption as it begins: locked, and nothing of it used."""
    return Redemption(
        tenant_id=programme.tenant_id,
        id=new_id(now),
        programme_id=programme.id,
        handle=None,
        persons=persons,
        benefit=stored(benefit),
        state=RedemptionState.HELD,
        uses=0,
        uses_allowed=persons * programme.uses_each,
        value_fen=persons * benefit.value_fen,
        used_value_fen=0,
        stock_hold_id=None,
        budget_hold_id=None,
        day=local_day(now),
        held_at=now,
        held_until=now + timedelta(minutes=programme.hold_minutes),
        held_by=held_by,
        granted_at=None,
        use_by=None,
        ended_at=None,
        reason=None,
    )


def new_handle() -> str:
    """Return a pseudonym under which one merchant knows a subject again: random, so that no two merchants can compare theirs."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(HANDLE_LENGTH))


def redeemer_of(
    programme: Programme, redemption: Redemption, subject_id: UUID, consent_id: UUID | None
) -> Redeemer:
    """Return the row that says by whom a redemption is."""
    return Redeemer(
        tenant_id=programme.tenant_id,
        redemption_id=redemption.id,
        subject_id=subject_id,
        consent_id=consent_id,
        programme_id=programme.id,
        scenario_code=programme.scenario_code,
        persons=redemption.persons,
        day=redemption.day,
    )


def completed_facts(redemption: Redemption) -> dict[str, UUID | int]:
    """Return what the merchant's systems are told of a completed redemption."""
    return {
        "programme": redemption.programme_id,
        "uses": redemption.uses,
        "valueFen": redemption.used_value_fen,
    }


def check_party(programme: Programme, persons: int) -> None:
    """Refuse a group that a programme does not take at once.

    :raises GroupTooLarge: if they are none, or too many
    """
    if not 1 <= persons <= programme.party_limit:
        raise GroupTooLarge(field="persons", limit=programme.party_limit)


def act_words(redemption: Redemption) -> ActWords:
    """Return what is put on record of where a redemption has come to stand."""
    return {
        "action": f"perks.redemption.{redemption.state.value.lower()}",
        "object_type": "redemption",
        "object_id": redemption.id,
        "detail": {"persons": redemption.persons, "uses": redemption.uses},
    }
