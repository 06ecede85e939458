"""A round of whole-village credit with one row of every table: the first bank's, in which the firm takes part as if it were a household."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sample_rows import insert, sample
from small_city import SmallCity

from suxin.village_credit import models as credit

ROUND_ID, MEMBER_ID, NOTICE_ID, REQUEST_ID = (UUID(int=number) for number in range(1001, 1005))


async def fill_village_credit(city: SmallCity, admin: asyncpg.Connection) -> UUID:
    """Write one row of every table down; return the round's id."""
    bank, now = city.banks[0], city.now
    own = {"tenant_id": bank.tenant_id, "round_id": ROUND_ID}
    party = {"tenant_id": bank.tenant_id, "subject_id": city.firm_id, "member_id": MEMBER_ID}
    rows: list[tuple[Any, dict[str, Any]]] = [
        (credit.CreditRound, {**own, "id": ROUND_ID, "state": "PROPOSED", "most_fen": 30_000_000}),
        (credit.RoundMember, {**own, **party, "id": MEMBER_ID, "state": "CONSENTED"}),
        (credit.RoundNotice, {**own, "id": NOTICE_ID, "ends_at": now + timedelta(days=9)}),
        (credit.LineUse, {**party, "request_id": REQUEST_ID}),
    ]
    for model, given in rows:
        await insert(admin, model, sample(model, now, **given))
    return ROUND_ID
