"""A village's points after everything has happened once: the first bank keeps them, as if it were a village."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from filled_villages import FilledVillage
from sample_rows import insert, sample
from small_city import SmallCity

from suxin.grid.models import (
    AppEvent,
    AppLink,
    AppMapping,
    AppTold,
    ClaimPhoto,
    ClaimSeat,
    NoticePage,
    PointAgreement,
    PointAppeal,
    PointClaim,
    PointNotice,
    RuleSet,
    SheetForm,
    StaffHome,
    VillageSheet,
)
from suxin.grid.policies import (
    APPEAL_DECIDE,
    CLAIM_CHECK,
    CLAIM_DECIDE,
    CLAIM_RECORD,
    NOTICE_PUBLISH,
    POINT_READ,
    POINT_REVERSE,
    RULE_CONFIRM,
    RULE_MANAGE,
    SHEET_MAKE,
    SHEET_SIGN,
)
from suxin.grid.sheets.layouts import SheetColumn, SheetField, SheetLayout, SheetLines
from suxin.grid.templates import template_named
from suxin.kernel.actor import Actor

TOKEN = "a-token-of-twenty-four-x"
RIGHTS = frozenset(
    {
        APPEAL_DECIDE,
        CLAIM_CHECK,
        CLAIM_DECIDE,
        CLAIM_RECORD,
        NOTICE_PUBLISH,
        POINT_READ,
        POINT_REVERSE,
        RULE_CONFIRM,
        RULE_MANAGE,
        SHEET_MAKE,
        SHEET_SIGN,
    }
)


@dataclass(frozen=True, kw_only=True)
class FilledPoints:
    """The ids of one village's points, and somebody who may do everything with them."""

    keeper: Actor
    rule_set_id: UUID
    claim_id: UUID
    notice_id: UUID
    photo_id: UUID
    household_id: UUID
    member_id: UUID
    sheet_id: UUID
    event_id: UUID

    @property
    def tenant_id(self) -> UUID:
        """Whose points they are."""
        return self.keeper.own_tenant


async def fill_points(
    city: SmallCity, admin: asyncpg.Connection, village: FilledVillage, staff_id: UUID
) -> FilledPoints:
    """Let the first bank have rules, a claim that was posted with all that led to it, and what a member agreed to."""
    own = {"tenant_id": village.tenant_id}
    rules = await _fill_rules(city, admin, village, staff_id)
    ends = city.now + timedelta(days=7)
    notice = sample(PointNotice, city.now, **own, days=5, lines="[]", ends_at=ends)
    await insert(admin, PointNotice, notice)
    page = sample(NoticePage, city.now, **own, token=TOKEN, notice_id=notice["id"], ends_at=ends)
    await insert(admin, NoticePage, page)
    claim = sample(
        PointClaim,
        city.now,
        **own,
        content_hash="0" * 64,
        household_id=village.household_id,
        member_id=village.member_id,
        rule_set_id=rules["id"],
        claimed_as="worker",
        state="NOTICED",
        notice_id=notice["id"],
        notice_line=1,
        notice_ends_at=ends,
        due_at=ends,
    )
    await insert(admin, PointClaim, claim)
    of_claim = own | {"claim_id": claim["id"]}
    whose = {"household_id": village.household_id, "claimed_by": claim["claimed_by"]}
    await insert(admin, ClaimSeat, sample(ClaimSeat, city.now, **of_claim, **whose))
    appeal = sample(PointAppeal, city.now, **of_claim, filed_by=city.person_id)
    await insert(admin, PointAppeal, appeal)
    digests = {"original_sha256": "0" * 64, "sha256": "0" * 64}
    photo = sample(ClaimPhoto, city.now, **of_claim, **digests)
    await insert(admin, ClaimPhoto, photo)
    await insert(admin, StaffHome, sample(StaffHome, city.now, **own, staff_id=staff_id))
    yes = sample(
        PointAgreement, city.now, **own, member_id=village.member_id, person_id=city.person_id
    )
    await insert(admin, PointAgreement, yes)
    told = sample(AppTold, city.now, **of_claim, refusal="x")
    await insert(admin, AppTold, told)
    sheet_id, event_id = await _fill_exchange(city, admin, village)
    return FilledPoints(
        keeper=replace(village.admin, permissions=RIGHTS),
        rule_set_id=rules["id"],
        claim_id=claim["id"],
        notice_id=notice["id"],
        photo_id=photo["id"],
        household_id=village.household_id,
        member_id=village.member_id,
        sheet_id=sheet_id,
        event_id=event_id,
    )


async def _fill_rules(
    city: SmallCity, admin: asyncpg.Connection, village: FilledVillage, staff_id: UUID
) -> dict[str, Any]:
    """Let the village have rules in force, and return their row."""
    today = city.now.date()
    rules = sample(
        RuleSet,
        city.now,
        tenant_id=village.tenant_id,
        state="CONFIRMED",
        book=json.dumps(template_named("hours").book.stored()),
        meeting="households",
        met_on=today,
        entitled=1,
        present=1,
        in_favour=1,
        minutes="x",
        adopted_by=staff_id,
        adopted_at=city.now,
        confirmed_by=UUID(int=1),
        confirmed_at=city.now,
        starts_on=today,
    )
    await insert(admin, RuleSet, rules)
    return rules


async def _fill_exchange(
    city: SmallCity, admin: asyncpg.Connection, village: FilledVillage
) -> tuple[UUID, UUID]:
    """Let the village have a sheet by its town's form, and a draft that the town's app brought; return the ids of both."""
    own, today = {"tenant_id": village.tenant_id}, city.now.date()
    layout = SheetLayout(
        title="x",
        lines=SheetLines.HOUSEHOLDS,
        columns=(SheetColumn(shows=SheetField.CLOSING, heading="x"),),
    )
    form = sample(SheetForm, city.now, town_code="321302102", layout=json.dumps(layout.stored()))
    await insert(admin, SheetForm, form)
    sheet = sample(
        VillageSheet,
        city.now,
        **own,
        form_id=form["id"],
        month=today.replace(day=1),
        lines="[]",
        totals="{}",
        content_hash="0" * 64,
    )
    await insert(admin, VillageSheet, sheet)
    await insert(admin, AppMapping, sample(AppMapping, city.now, **own, rules="{}"))
    await insert(
        admin,
        AppLink,
        sample(AppLink, city.now, **own, ground="x-x", cursor="", not_taken="[]", differences="[]"),
    )
    event = sample(
        AppEvent,
        city.now,
        **own,
        content_hash="0" * 64,
        sort="environment",
        missing=None,
        rule_code="yard",
        household_id=village.household_id,
    )
    await insert(admin, AppEvent, event)
    return sheet["id"], event["id"]
