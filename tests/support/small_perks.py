"""A merchant's programme in a test's small city, and somebody with a tier that the merchant may have weighed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sample_rows import insert, sample
from small_city import SmallCity
from small_merchant import build_merchant

from suxin.consent.purposes import PERK_REDEEM
from suxin.kernel.actor import Actor
from suxin.kernel.bases import AccessBasis
from suxin.perks.drafts import ProgrammeDraft
from suxin.perks.models import Programme, Redemption
from suxin.perks.publishing import draft_programme, publish_programme
from suxin.perks.redeeming import hold_redemption
from suxin.perks.scenarios import scenario_named
from suxin.scoring.models import ScoreTier
from suxin.tenancy.profiles import TenantKind

FIRST_DAY = date(2026, 1, 1)
LAST_DAY = date(2027, 12, 31)


def programme_draft(scenario: str = "tour.ticket", **changes: Any) -> ProgrammeDraft:
    """Return a draft from a template, without limits of persons unless said otherwise."""
    template = scenario_named(scenario)
    values: dict[str, Any] = {
        "scenario_code": scenario,
        "name": template.zh,
        "venue": "宿迁市宿城区某路 1 号",
        "offers": template.offers,
        "fallback": template.fallback,
        "starts_on": FIRST_DAY,
        "ends_before": LAST_DAY,
        "person_daily": None,
        "party_limit": 10,
        "funder_name": "某超市",
        **changes,
    }
    return ProgrammeDraft(**values)


@dataclass(frozen=True, kw_only=True)
class SmallPerks:
    """A merchant and what may be done there."""

    city: SmallCity
    merchant: Actor

    async def published(self, scenario: str = "tour.ticket", **changes: Any) -> Programme:
        """Publish a programme of the merchant's."""
        drafted = await self.city.act(
            draft_programme, self.merchant, draft=programme_draft(scenario, **changes)
        )
        published: Programme = await self.city.act(
            publish_programme, self.merchant, programme_id=drafted.id
        )
        return published

    async def hold(
        self, programme: Programme, subject_id: UUID | None = None, **arguments: Any
    ) -> Redemption:
        """Hold a redemption."""
        held: Redemption = await self.city.act(
            hold_redemption,
            self.merchant,
            programme_id=programme.id,
            subject_id=subject_id,
            **arguments,
        )
        return held


async def build_perks(city: SmallCity, kind: TenantKind = TenantKind.MERCHANT) -> SmallPerks:
    """Take a merchant, or an attraction, in."""
    return SmallPerks(city=city, merchant=await build_merchant(city, kind))


async def give_tier(
    admin: asyncpg.Connection, city: SmallCity, subject_id: UUID, place: int
) -> None:
    """Let a subject have a place under the model of persons."""
    row = sample(ScoreTier, city.now, subject_id=subject_id, model_code="xichu", place=place)
    row |= {"natural_person": True, "valid_until": LAST_DAY}
    await insert(admin, ScoreTier, row)


async def give_basis(
    admin: asyncpg.Connection, city: SmallCity, subject_id: UUID, tenant_id: UUID
) -> UUID:
    """Let a tenant have a subject's tier weighed for a benefit; return the basis."""
    row = sample(AccessBasis, city.now, subject_id=subject_id, tenant_id=tenant_id)
    row |= {
        "kind": "consent",
        "purpose": PERK_REDEEM.code,
        "categories": ["score_tier"],
        "starts_at": city.now,
        "ends_at": city.now + timedelta(days=1),
    }
    await insert(admin, AccessBasis, row)
    basis_id: UUID = row["id"]
    return basis_id
