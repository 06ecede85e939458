"""What claims of a village are judged by: each thing is read once, for one claim as it is asked for, for many of them beforehand.

It is good as long as the village's turn is held and nobody but whoever has it records, revises or withdraws a claim in this transaction.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries
from suxin.grid.caps import Counted
from suxin.grid.contents import ClaimContent
from suxin.grid.counting import CountedBy, as_counted, counted, counted_by, counted_live
from suxin.grid.models import PointClaim, RuleSet
from suxin.grid.refusals import NoRulesInForce
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.working_days import Calendar
from suxin.villages.models import Household, HouseholdMember


class Grounds:
    """The rules in force, what counts against their caps, the claims that there are, and the calendar."""

    def __init__(self, session: AsyncSession, tenant_id: UUID) -> None:
        self._session, self._tenant_id = session, tenant_id
        self._claims: dict[UUID, PointClaim | None] = {}
        self._rules: dict[date, RuleSet] = {}
        self._counted: dict[CountedBy, list[Counted]] = {}
        self._calendar: Calendar | None = None
        # A session finds by its key what somebody holds, and asks for nothing then.
        self._held: list[object] = []

    async def read_for(self, contents: Mapping[UUID, ClaimContent]) -> None:
        """Read at once what these claims, by their ids, will be judged by."""
        if not contents:
            return
        session, own = self._session, self._tenant_id
        claims = await session.scalars(
            select(PointClaim).where(PointClaim.tenant_id == own, PointClaim.id.in_(contents))
        )
        self._claims = {**dict.fromkeys(contents), **{one.id: one for one in claims}}
        households = {one.household_id for one in contents.values()}
        self._held += await session.scalars(
            select(Household).where(Household.tenant_id == own, Household.id.in_(households))
        )
        if members := {one.member_id for one in contents.values() if one.member_id is not None}:
            self._held += await session.scalars(
                select(HouseholdMember).where(
                    HouseholdMember.tenant_id == own, HouseholdMember.id.in_(members)
                )
            )
        await self.calendar()
        capped = [one for one in contents.values() if await self._capped(one)]
        if capped:
            wanted = {(one.household_id, one.rule_code) for one in capped}
            days = [one.happened_on for one in capped]
            self._counted = await counted_live(session, own, wanted, days=days)

    async def claim(self, claim_id: UUID) -> PointClaim | None:
        """Return the claim that there is of an id."""
        if claim_id not in self._claims:
            self._claims[claim_id] = await queries.claim_of(
                self._session, self._tenant_id, claim_id
            )
        return self._claims[claim_id]

    async def rules(self, on: date) -> RuleSet:
        """Return the rules in force on a day.

        :raises NoRulesInForce: if there are none
        """
        if on not in self._rules:
            self._rules[on] = await queries.rules_in_force(self._session, self._tenant_id, on=on)
        return self._rules[on]

    async def counted(self, claim: PointClaim) -> list[Counted]:
        """Return what counts against the caps of a new claim's rule."""
        key = counted_by(claim)
        if key not in self._counted:
            self._counted[key] = await counted(self._session, claim)
        return self._counted[key]

    async def calendar(self) -> Calendar:
        """Return the calendar, which nobody changes until this transaction ends."""
        if self._calendar is None:
            self._calendar = await calendar_for_deadlines(self._session)
        return self._calendar

    def add(self, claim: PointClaim) -> None:
        """Let a claim count that is recorded now."""
        self._claims[claim.id] = claim
        if counted_by(claim) in self._counted:
            self._counted[counted_by(claim)].append(as_counted(claim))

    def forget_counted(self) -> None:
        """Have it read anew what counts: something else recorded, revised or withdrew a claim."""
        self._counted = {}

    async def _capped(self, content: ClaimContent) -> bool:
        try:
            version = await self.rules(content.happened_on)
        except NoRulesInForce:
            return False
        rule = version.rules.rule(content.rule_code)
        return rule is not None and bool(rule.caps)
