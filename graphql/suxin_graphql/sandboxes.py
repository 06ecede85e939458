"""Sandboxes in the schema: their applicants, events that are triggered, the test clock, and the conformance report."""

from datetime import datetime
from typing import Annotated, ClassVar, Final
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.giving import ConsentExists, RecipientUnknown
from suxin.consent.models import ConsentStateConflict
from suxin.kernel import sandbox_clocks
from suxin.kernel.actor import Actor
from suxin.kernel.sandbox_clocks import ClockBackwards, ClockTooFarAhead
from suxin.lending.commands.offers import OfferLapsed
from suxin.lending.commands.requests import TooManyLoanRequests
from suxin.lending.models.steps import StepNotPossible
from suxin.sandboxes import clocks, models, playing
from suxin.sandboxes.cast import CAST
from suxin.sandboxes.conformance import Behaviour, Finding, Verdict, judge
from suxin.sandboxes.models import SandboxEvent, SandboxOutcome
from suxin.sandboxes.policies import SANDBOX_PLAY, SandboxOnly, require_sandbox
from suxin.sandboxes.queries import client_record, own_applicants
from suxin_graphql.conduct import unwritten
from suxin_graphql.context import Context, Info
from suxin_graphql.cursors import Key, Ordering
from suxin_graphql.execution.readings import Answer, Named, OneOf, Page
from suxin_graphql.execution.records import Source, column, to_one
from suxin_graphql.execution.statements import Statement
from suxin_graphql.execution.weights import COUNTED
from suxin_graphql.fields import commit_in_world, mutation, query
from suxin_graphql.ids import local_id
from suxin_graphql.lending_types import Referral
from suxin_graphql.node import Node, global_id
from suxin_graphql.paging import Connection
from suxin_graphql.payloads import INPUT, REPLAYED, Payload, idempotency_key

APPLICANTS: Final = Ordering(
    "sandboxes.applicants/1", (Key(models.SandboxApplicant.id, UUID, descending=False),)
)


def _story(outcome: str, _: Context) -> list[SandboxEvent]:
    return list(CAST[SandboxOutcome(outcome)].story)


@strawberry.type(
    description="沙箱申请人，均为虚构。An invented applicant of a sandbox; he behaves in one named way."
)
class SandboxApplicant(Node):
    """An invented applicant of a sandbox."""

    __model__: ClassVar = models.SandboxApplicant
    __source__: ClassVar = Source(own_applicants, models.SandboxApplicant.id, SANDBOX_PLAY)

    id: strawberry.ID = global_id("SandboxApplicant")
    outcome: SandboxOutcome
    name: str
    story: list[SandboxEvent] = column(
        lambda: models.SandboxApplicant.outcome,
        convert=_story,
        description="依次所做的事；做完后从头再来。What he does one after another; then it begins anew.",
    )
    steps_done: int = strawberry.field(
        description="已按顺序做了几步。How many steps of his story he has taken."
    )
    lead_number: str | None = strawberry.field(
        description="最近一次申请的线索编号。The number of the lead that his last request became."
    )
    referral: Referral | None = to_one(
        lambda: Referral,
        "referral_id",
        description="最近一次申请的对接；正式环境中授权前不会告知。"
        "What his last request is to this bank; outside a sandbox nobody is told before he consents.",
    )
    last_event: SandboxEvent | None
    last_event_at: datetime | None


def _clock_now(ahead_s: int, context: Context) -> datetime:
    return context.now + sandbox_clocks.as_ahead(ahead_s)


@strawberry.type(
    description="沙箱时钟，只能向前拨动。The test clock of a sandbox; it moves forwards only."
)
class SandboxClock(Node):
    """The test clock of a sandbox."""

    __model__: ClassVar = sandbox_clocks.SandboxClock
    __source__: ClassVar = Source(
        clocks.own_clock, sandbox_clocks.SandboxClock.tenant_id, SANDBOX_PLAY
    )

    id: strawberry.ID = global_id("SandboxClock", lambda: sandbox_clocks.SandboxClock.tenant_id)
    now: datetime = column(
        lambda: sandbox_clocks.SandboxClock.ahead_s,
        convert=_clock_now,
        description="沙箱当前时间。What the clock says.",
    )
    ahead_seconds: int = column(
        lambda: sandbox_clocks.SandboxClock.ahead_s,
        description="比实际时间快多少秒。How far it is ahead of the real time, in seconds.",
    )
    moved_at: datetime = strawberry.field(
        description="最近拨动的实际时间。When it was last moved, by the real time."
    )


@strawberry.type(
    description="一项行为的结论与依据次数。What is known of one behaviour, and how often what was seen."
)
class SandboxFinding:
    """What is known of one behaviour of a client."""

    behaviour: Behaviour
    verdict: Verdict
    seen: int = strawberry.field(description="见到的次数。How often it was seen.")
    against: int = strawberry.field(description="相反的次数。How often the contrary was seen.")
    name_zh: str
    name_en: str
    judged_by_zh: str = strawberry.field(description="判断依据。What it is judged by, in Chinese.")
    judged_by_en: str

    @classmethod
    def told(cls, found: Finding) -> "SandboxFinding":
        """Return a finding in the schema."""
        words = found.words
        return cls(
            behaviour=found.behaviour,
            verdict=found.verdict,
            seen=found.seen,
            against=found.against,
            name_zh=words.zh,
            name_en=words.en,
            judged_by_zh=words.by_zh,
            judged_by_en=words.by_en,
        )


@strawberry.type(
    description="客户端在沙箱中的符合性报告。How one client has behaved in the sandbox."
)
class SandboxConformance:
    """How one client has behaved in the sandbox."""

    client_id: strawberry.ID
    findings: list[SandboxFinding]


@strawberry.input(description="让哪位申请人做什么。Which applicant is to do what.")
class TriggerSandboxEventInput:
    """Which applicant is to do what."""

    applicant_id: strawberry.ID
    event: SandboxEvent | None = strawberry.field(
        default=None,
        description="留空即按其顺序做下一步。Without one, the next thing of his story.",
    )
    idempotency_key: str = idempotency_key()


@strawberry.input(description="把沙箱时钟拨到何时。To which moment the clock is to be moved.")
class MoveSandboxClockInput:
    """To which moment the clock is to be moved."""

    to: datetime
    idempotency_key: str = idempotency_key()


@strawberry.type(description="已触发的事件。The event that was triggered.")
class TriggerSandboxEventPayload(Payload):
    """The applicant as he is after the event."""

    applicant: SandboxApplicant = to_one(lambda: SandboxApplicant, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="已拨动的时钟。The clock that was moved.")
class MoveSandboxClockPayload(Payload):
    """The clock that was moved."""

    clock: SandboxClock = to_one(lambda: SandboxClock, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type
class SandboxQueries:
    """Queries of sandboxes."""

    @query(
        SANDBOX_PLAY,
        Connection[SandboxApplicant],
        description="本沙箱的申请人。The invented applicants of this sandbox; none outside one.",
    )
    def sandbox_applicants(self, info: Info, first: int, after: str | None = None) -> Page:
        """Return the applicants of the caller's sandbox."""
        statement = Statement(own_applicants, info.context.actor)
        return Page(
            type=SandboxApplicant,
            statement=statement,
            ordering=APPLICANTS,
            first=first,
            after=after,
        )

    @query(SANDBOX_PLAY, SandboxClock, description="本沙箱的时钟。The test clock of this sandbox.")
    def sandbox_clock(self, info: Info) -> OneOf:
        """Return the clock of the caller's sandbox."""
        return OneOf(Named(SandboxClock, info.context.actor.own_tenant, SandboxOnly()))

    @query(
        SANDBOX_PLAY,
        SandboxConformance,
        weight=COUNTED,
        description="某客户端在本沙箱中的符合性报告。How one of the organisation's clients has behaved in this sandbox.",
    )
    def sandbox_conformance(self, info: Info, client_id: strawberry.ID) -> Answer:
        """Return the conformance report of a client."""
        actor = info.context.actor
        sandbox_id = require_sandbox(actor)
        key = local_id(client_id, "OAuthClient", actor, field="clientId")

        async def report(session: AsyncSession) -> SandboxConformance:
            record = await client_record(session, actor, key, besides=unwritten(sandbox_id, key))
            return SandboxConformance(
                client_id=client_id, findings=[SandboxFinding.told(one) for one in judge(record)]
            )

        return Answer(report)


@strawberry.type
class SandboxMutations:
    """Mutations of sandboxes."""

    @mutation(
        SANDBOX_PLAY,
        TriggerSandboxEventPayload,
        refusals=(
            SandboxOnly,
            playing.NothingToPlay,
            ClockTooFarAhead,
            StepNotPossible,
            OfferLapsed,
            TooManyLoanRequests,
            ConsentExists,
            ConsentStateConflict,
            RecipientUnknown,
        ),
        description="让沙箱申请人做下一件事。Have an invented applicant do the next thing, as he would in the city.",
    )
    async def trigger_sandbox_event(
        self, info: Info, given: Annotated[TriggerSandboxEventInput, INPUT]
    ) -> TriggerSandboxEventPayload:
        """Have an invented applicant do something."""
        applicant_id = local_id(
            given.applicant_id, "SandboxApplicant", info.context.actor, field="applicantId"
        )

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await playing.trigger_event(
                session, actor, applicant_id=applicant_id, event=given.event, now=now
            )
            return done.id

        return TriggerSandboxEventPayload.of(await commit_in_world(info, given, work))

    @mutation(
        SANDBOX_PLAY,
        MoveSandboxClockPayload,
        refusals=(SandboxOnly, ClockBackwards, ClockTooFarAhead),
        description="向前拨动沙箱时钟，其间到期的事项随即办理。Move the test clock forwards; what falls due until then is done at once.",
    )
    async def move_sandbox_clock(
        self, info: Info, given: Annotated[MoveSandboxClockInput, INPUT]
    ) -> MoveSandboxClockPayload:
        """Move the test clock."""

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await clocks.move_clock(session, actor, to=given.to, now=now)
            return done.tenant_id

        return MoveSandboxClockPayload.of(await commit_in_world(info, given, work))
