"""The panel's vote at a village's desk, made for a phone: one entry after the other, each member by himself.

Nobody sees another's vote, nor his own once it was cast.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.rural.models import RatingEntry
from suxin.rural.panel import ASPECTS, LEAST_MARK, MOST_MARK, Marks
from suxin.rural.policies import RATING_VOTE
from suxin.rural.queries import cycles as queries
from suxin.rural.states import KINDS_ZH, CycleState, EntryState
from suxin.rural.voting import cast_vote, recuse
from suxin_tenants.forms import Form
from suxin_tenants.village_grid.rating_pages import PLACE, require_village, said
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

MARKS: Final = tuple((str(mark), word) for mark, word in zip(
    range(MOST_MARK, LEAST_MARK - 1, -1), ("很好", "较好", "一般", "较差", "差"), strict=True
))  # fmt: skip
Work = Callable[[AsyncSession], Awaitable[dict[str, Any]]]
_TOLD_THERE: Final = frozenset(
    {"RATING_RECUSED", "RATING_VOTED_ALREADY", "RATING_CYCLE_NOT_AT", "RATING_NOT_ON_PANEL"}
)


@get("/ratings/{cycle_id:uuid}/vote")
async def show_vote(visit: GivenVisit, cycle_id: FromPath[UUID]) -> Answer:
    """Show the next entry on which the member has not voted."""
    return await _show(visit, cycle_id, Form({}), {}, status=200)


@post("/ratings/{cycle_id:uuid}/entries/{entry_id:uuid}/vote", status_code=200)
async def send_vote(
    visit: GivenVisit, cycle_id: FromPath[UUID], entry_id: FromPath[UUID]
) -> Answer:
    """Cast a vote."""
    require_village(visit)
    visit.actor.require(RATING_VOTE)
    form = await visit.form()
    for aspect in ASPECTS:
        if form.text(aspect) not in {mark for mark, _ in MARKS}:
            form.fail(aspect, "请选择")
    if form.errors:
        return await _show(visit, cycle_id, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await cast_vote(
            session,
            visit.actor,
            entry_id=entry_id,
            marks=Marks(**{aspect: int(form.text(aspect)) for aspect in ASPECTS}),
            sealer=visit.runtime.sealer,
            now=visit.now,
        )
        return {}

    return await _carry_out(
        visit, form, work, cycle_id=cycle_id, entry_id=entry_id, name="rural.vote", done="已评议"
    )


@post("/ratings/{cycle_id:uuid}/entries/{entry_id:uuid}/recuse", status_code=200)
async def send_recusal(
    visit: GivenVisit, cycle_id: FromPath[UUID], entry_id: FromPath[UUID]
) -> Answer:
    """Say that an entry is kin."""
    require_village(visit)
    visit.actor.require(RATING_VOTE)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        own = visit.actor.own_staff
        await recuse(session, visit.actor, entry_id=entry_id, staff_id=own, now=visit.now)
        return {}

    return await _carry_out(
        visit, form, work, cycle_id=cycle_id, entry_id=entry_id, name="rural.recuse", done="已回避"
    )


async def _carry_out(
    visit: Visit, form: Form, work: Work, *, cycle_id: UUID, entry_id: UUID, name: str, done: str
) -> Answer:
    try:
        await visit.once(form, name, work, entry=entry_id)
    except Refusal as refusal:
        if not (can_be_set_right(refusal) or refusal.code in _TOLD_THERE):
            raise
        errors = errors_of(refusal, {}, tuple(ASPECTS))
        return await _show(visit, cycle_id, form, errors, status=422)
    return visit.go(f"{PLACE}/{cycle_id}/vote", done)


async def _show(
    visit: Visit, cycle_id: UUID, typed: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    require_village(visit)
    visit.actor.require(RATING_VOTE)
    async with visit.reading() as session:
        cycle = await queries.own_cycle(session, visit.actor, cycle_id)
        ballots = await queries.own_ballots(session, visit.actor, cycle_id)
        entered = queries.entries_of(visit.actor, cycle_id).where(
            RatingEntry.state == EntryState.ENTERED
        )
        entries = (await session.scalars(entered.limit(queries.MAX_ENTRIES))).all()
        done = ballots.voted | ballots.recused
        left = [one for one in entries if one.id not in done]
        votes = cycle.state is CycleState.VOTING and ballots.seat is not None
        context = {
            "cycle": cycle,
            "kind": KINDS_ZH[cycle.kind],
            "said": said(cycle),
            "entry": left[0] if left and votes else None,
            "left": len(left),
            "all": len(entries),
            "recused": len(ballots.recused),
            "aspects": ASPECTS,
            "marks": MARKS,
            "typed": typed,
            "errors": errors,
        }
        return await visit.page(session, "village/rating_vote.html", context, status=status)


HANDLERS: Final[list[ControllerRouterHandler]] = [show_vote, send_vote, send_recusal]
