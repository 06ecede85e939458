"""Ratings of a village after everything has happened to them once: the first bank leads them, as if it were a village, and rates the firm."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sample_rows import insert, sample
from small_city import SmallCity

from suxin.kernel.actor import Actor
from suxin.rural import models as rural
from suxin.rural.policies import RATING_READ

CYCLE_ID, ENTRY_ID, STATEMENT_ID, TITLE_ID = (UUID(int=number) for number in range(681, 685))
CERTIFICATE_ID = UUID(int=689)
AREA = "321302150201"


@dataclass(frozen=True, kw_only=True)
class FilledRural:
    """The ids of one rating, and somebody who may look at it."""

    keeper: Actor
    staff_id: UUID

    @property
    def tenant_id(self) -> UUID:
        """Whose rating it is."""
        return self.keeper.own_tenant


async def fill_rural(city: SmallCity, admin: asyncpg.Connection, model_id: UUID) -> FilledRural:
    """Write one row of every table down."""
    bank, now = city.banks[0], city.now
    entry = {"tenant_id": bank.tenant_id, "entry_id": ENTRY_ID, "subject_id": city.firm_id}
    cycle = {"tenant_id": bank.tenant_id, "cycle_id": CYCLE_ID}
    rows: list[tuple[Any, dict[str, Any]]] = [
        (rural.RatingCycle, {**cycle, "id": CYCLE_ID, "year": 2026, "state": "OPEN", "model_id": model_id}),
        (rural.PanelMember, {**cycle, "staff_id": bank.staff_id}),
        (rural.RatingEntry, {**cycle, **entry, "id": ENTRY_ID, "state": "ENTERED"}),
        (rural.PanelRecusal, {**entry, "staff_id": bank.staff_id}),
        (rural.PanelBallot, {**cycle, **entry, "staff_id": bank.staff_id}),
        (rural.PanelVote, entry),
        (
            rural.RuralNotice,
            {**cycle, "lines": '[{"number": 1, "tier": "A", "name": null}]', "ends_at": now + timedelta(days=9)},
        ),
        (rural.RuralStatement, {**entry, "id": STATEMENT_ID, "state": "STATED", "item_code": "VILLAGE-RESIDENCE"}),
        (rural.RuralReckoning, {**entry, "model_id": model_id, "dimensions": [0] * 8}),
        (rural.RuralHearing, {**entry, "open_until": now + timedelta(days=9)}),
        (
            rural.RuralGrade,
            {**entry, "state": "IN_FORCE", "expires_on": now.date() + timedelta(days=365)},
        ),
        (rural.RuralCertificate, {"id": CERTIFICATE_ID}),
        (
            rural.RuralAreaCount,
            {"area_code": AREA, "tenant_id": bank.tenant_id, "level": "village", "households": 2},
        ),
        (
            rural.RuralTitle,
            {"id": TITLE_ID, "area_code": AREA, "level": "village", "year": 2026, "state": "APPROVED", "decided_at": now},
        ),
    ]  # fmt: skip
    for model, given in rows:
        await insert(admin, model, sample(model, now, **given))
    keeper = replace(bank.officer, permissions=frozenset({RATING_READ}))
    return FilledRural(keeper=keeper, staff_id=bank.staff_id)
