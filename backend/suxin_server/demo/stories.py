"""The stories of the demo city: how many requests stand where, and how each came there."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from suxin.consent.models import ConsentState
from suxin.lending.deadlines import REQUEST_LIFE
from suxin.lending.models import DispatchMode, RequestState
from suxin.lending.terms import RequestTerms
from suxin_server.demo import answering, asking, cast, consenting, ending, lending_out
from suxin_server.demo.answering import LIVE, Course
from suxin_server.demo.applicant import Applicant
from suxin_server.demo.asking import Answer, Case
from suxin_server.demo.book import Book, Party, Stage

TRIES: Final = 120
DECIDED_WITHIN: Final = timedelta(days=13)
_MODES: Final = (
    (DispatchMode.RECOMMENDED, 75),
    (DispatchMode.NAMED, 25),
)
_POOL: Final = ((DispatchMode.OPEN_POOL, 1),)
_NAMED: Final = ((DispatchMode.NAMED, 1),)

Queue = deque[Party]
"""Who may still ask; whoever does not fit a story goes back to the end."""

Weights = Sequence[tuple[Course, int]]
_BUSY: Final[Weights] = (
    (Course.WAITING, 34),
    (Course.TAKEN, 22),
    (Course.CALLED, 16),
    (Course.EXAMINED, 14),
    (Course.REFUSED, 9),
    (Course.SILENT, 5),
)
_ANSWERED: Final[Weights] = (
    (Course.OFFERED, 45),
    (Course.EXAMINED, 15),
    (Course.CALLED, 10),
    (Course.REFUSED, 22),
    (Course.SILENT, 8),
)
_CLOSED: Final[Weights] = ((Course.REFUSED, 70), (Course.SILENT, 30))


def _leave(_stage: Stage, _case: Case) -> bool:
    return True


def _offered(_stage: Stage, case: Case) -> bool:
    return case.request.state is RequestState.OFFERED


def _withdraw(stage: Stage, case: Case) -> bool:
    ending.withdraw(stage, case)
    return True


def _run_out(stage: Stage, case: Case) -> bool:
    if case.request.expires_at > stage.now:
        return False
    ending.run_out(stage, case)
    return True


def _give_up(stage: Stage, case: Case) -> bool:
    if any(answer.referral.answerable for answer in case.answers):
        return False
    ending.give_up(stage, case)
    return True


def _contracted(stage: Stage, case: Case) -> bool:
    if not ending.choose(stage, case):
        return False
    lending_out.sign(stage, case)
    return True


def _disbursed(stage: Stage, case: Case) -> bool:
    if not ending.choose(stage, case):
        return False
    lending_out.pay_out(stage, case)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """So many requests that were submitted so many working days ago and went one way.

    ``first`` is what the first bank certainly did; the others follow the weights as far as their clocks allow.
    """

    count: int
    days_ago: tuple[int, int]
    courses: Weights = _BUSY
    first: frozenset[Course] = LIVE
    modes: Sequence[tuple[DispatchMode, int]] = _MODES
    long_offers: bool = False
    end: Callable[[Stage, Case], bool] = _leave


_DONE: Final = frozenset({Course.OFFERED})
FATES: Final = (
    Fate(count=56, days_ago=(0, 1)),
    Fate(count=44, days_ago=(1, 3)),
    Fate(count=34, days_ago=(3, 5)),
    Fate(count=10, days_ago=(6, 9), first=frozenset({Course.EXAMINED})),
    Fate(count=36, days_ago=(0, 4), modes=_POOL),
    Fate(
        count=50,
        days_ago=(2, 7),
        courses=_ANSWERED,
        first=_DONE,
        long_offers=True,
        end=_offered,
    ),
    Fate(
        count=32,
        days_ago=(4, 12),
        courses=_ANSWERED,
        first=_DONE,
        long_offers=True,
        end=ending.choose,
    ),
    Fate(
        count=6,
        days_ago=(10, 16),
        courses=_ANSWERED,
        first=_DONE,
        long_offers=True,
        end=_contracted,
    ),
    Fate(
        count=10,
        days_ago=(14, 24),
        courses=_ANSWERED,
        first=_DONE,
        long_offers=True,
        end=_disbursed,
    ),
    Fate(count=16, days_ago=(1, 5), first=LIVE, end=_withdraw),
    Fate(count=14, days_ago=(24, 34), courses=_ANSWERED, first=_DONE, end=_run_out),
    Fate(
        count=8,
        days_ago=(3, 14),
        courses=_CLOSED,
        first=frozenset({Course.REFUSED}),
        modes=_NAMED,
        end=_give_up,
    ),
)
LATE: Final = 9
"""Referrals that wait past the deadline for contact, so that the inbox shows what that looks like."""

UNFIT: Final = 12
DRAFTS: Final = 14
UNDER_WAY: Final = 3
"""Requests that no product fits; that were not sent; that are in the middle of matching."""


def tell_all(stage: Stage, parties: Sequence[Party], cast_parties: Mapping[str, Party]) -> None:
    """Tell every story into the stage's book."""
    queue = deque(parties)
    _tell_cast(stage, cast_parties)
    for fate in FATES:
        for _ in range(fate.count):
            tell(stage, fate, queue)
    for _ in range(LATE):
        _tell_late(stage, queue)
    for _ in range(UNFIT):
        _tell_unfit(stage, queue)
    _tell_unsent(stage, queue)


def tell(stage: Stage, fate: Fate, queue: Queue, terms: RequestTerms | None = None) -> None:
    """Tell one story into the stage's book, of the first in the queue whom it fits; he asks for these terms, or for any."""
    for _ in range(TRIES):
        scratch = replace(stage, book=Book())
        party = queue.popleft()
        case = _submit(scratch, fate, party, terms or asking.random_terms(scratch, party))
        if case is not None and _live_out(scratch, fate, case):
            stage.book.take_over(scratch.book)
            return
        queue.append(party)
    message = "no applicant for one of the demo city's stories was found"
    raise RuntimeError(message)


def _submit(stage: Stage, fate: Fate, party: Party, terms: RequestTerms) -> Case | None:
    dice = stage.dice
    earliest, latest = fate.days_ago
    at = stage.hours.moment(dice, dice.randrange(earliest, latest + 1))
    case = asking.submit(
        stage,
        party,
        terms,
        at=at,
        mode=dice.pick(fate.modes),
        first_loan=dice.happens(35),
    )
    case.long_offers = fate.long_offers
    return case if case.outcome.ranked else None


def _live_out(stage: Stage, fate: Fate, case: Case) -> bool:
    # Nothing happens to a request after its time, nor once its offers were decided upon.
    request = case.request
    decided = request.created_at + (DECIDED_WITHIN if fate.long_offers else REQUEST_LIFE)
    then = replace(stage, now=min(stage.now, request.expires_at, decided))
    if case.request.mode is DispatchMode.OPEN_POOL:
        _live_in_pool(then, case)
    elif not _answer_all(then, fate, case):
        return False
    _expire_offers(then, case)
    if not fate.end(then, case):
        return False
    if fate.end is _leave and case.request.state is not RequestState.OPEN:
        return False
    _change_minds(stage, case)
    consenting.settle(stage, case)
    asking.start_duties(stage, case)
    return True


def _answer_all(stage: Stage, fate: Fate, case: Case) -> bool:
    waiting, wanted = list(case.answers), fate.first
    while waiting:
        answer = waiting.pop(0)
        course = _course(stage, answer, fate.courses, wanted)
        if course is None:
            return False
        wanted = frozenset()
        answering.play(stage, case, answer, course)
        if following := answering.follow_on(stage, case, answer):
            waiting.append(following)
    return True


def _course(
    stage: Stage, answer: Answer, weights: Weights, wanted: frozenset[Course]
) -> Course | None:
    possible = answering.feasible(stage, answer.referral)
    likely = [(course, weight) for course, weight in weights if course in possible]
    if wanted:
        likely = [pair for pair in likely if pair[0] in wanted] or [
            (course, 1) for course in sorted(possible & wanted, key=lambda item: item.value)
        ]
        return stage.dice.pick(likely) if likely else None
    # Nothing likely is possible for a bank that was just asked: it simply has the lead.
    return stage.dice.pick(likely) if likely else Course.WAITING


def _live_in_pool(stage: Stage, case: Case) -> None:
    """Leave a lead in the pool, or let a bank claim it and get on with it."""
    if stage.dice.happens(55):
        return
    bank = stage.banks[stage.dice.choice(case.outcome.ranked).product.tenant_id]
    created = case.request.created_at
    at = stage.hours.between(stage.dice, created, stage.now)
    answer = answering.claim(stage, case, bank, at=at)
    possible = answering.feasible(stage, answer.referral, pooled=True)
    course = stage.dice.pick(
        [
            (course, weight)
            for course, weight in ((*_BUSY, (Course.TAKEN, 10)))
            if course in possible and course not in (Course.WAITING, Course.SILENT)
        ]
    )
    answering.play(stage, case, answer, course)


def _expire_offers(stage: Stage, case: Case) -> None:
    for answer in case.answers:
        for offer in answer.offers:
            if offer.open and offer.valid_until <= stage.now:
                answering.expire_offer(case, answer)
    if case.request.state is RequestState.OFFERED and stage.dice.happens(12):
        first = next(answer for answer in case.answers if answer.offers and answer.offers[-1].open)
        answering.take_back(stage, case, first)


def _change_minds(stage: Stage, case: Case) -> None:
    """Let some applicants pause a permission or take it back while the bank works, or have given it for days only."""
    for answer in case.answers:
        given = answer.consent
        if given is None or given.state is not ConsentState.ACTIVE or not case.request.alive:
            continue
        done = ending.last_event(case)
        at = stage.hours.between(stage.dice, done, stage.now)
        if stage.dice.happens(6):
            consenting.pause(stage, case, given, at=at)
        elif stage.dice.happens(4):
            consenting.revoke(stage, case, given, at=at, reason="申请人主动撤回")
        elif stage.dice.happens(8):
            consenting.shorten(given, after=done, before=stage.now)


def _tell_late(stage: Stage, queue: Queue) -> None:
    """Tell of a bank past the deadline for contact whose applicant has not consented.

    Without a consent there is nobody to contact, so that the platform leaves such a lead with its bank until the decision
    is due; any other missed deadline it answers at once.
    """
    due = stage.hours.days_where(lambda clocks: clocks.contact_by <= stage.now)
    fate = Fate(count=1, days_ago=(due[0], due[0]), modes=_NAMED)
    for _ in range(TRIES):
        scratch = replace(stage, book=Book())
        party = queue.popleft()
        case = _submit(scratch, fate, party, asking.random_terms(scratch, party))
        if case is None:
            queue.append(party)
            continue
        answering.play(scratch, case, case.answers[0], Course.TAKEN)
        consenting.settle(scratch, case)
        asking.start_duties(scratch, case)
        stage.book.take_over(scratch.book)
        return


def _tell_unfit(stage: Stage, queue: Queue) -> None:
    for _ in range(TRIES):
        scratch = replace(stage, book=Book())
        party = queue.popleft()
        terms = asking.random_terms(scratch, party)
        at = stage.hours.moment(stage.dice, stage.dice.randrange(12))
        case = asking.submit(
            scratch, party, terms, at=at, mode=DispatchMode.RECOMMENDED, first_loan=False
        )
        if not case.outcome.ranked:
            stage.book.take_over(scratch.book)
            return
        queue.append(party)


def _tell_unsent(stage: Stage, queue: Queue) -> None:
    states = [
        *[RequestState.DRAFT] * DRAFTS,
        *[RequestState.SUBMITTED] * UNDER_WAY,
        *[RequestState.MATCHING] * UNDER_WAY,
    ]
    for state in states:
        party = queue.popleft()
        days = stage.dice.randrange(6) if state is RequestState.DRAFT else 0
        stage.book.add(
            asking.draft(
                stage,
                party,
                asking.random_terms(stage, party),
                at=stage.hours.moment(stage.dice, days),
                first_loan=stage.dice.happens(35),
                mode=DispatchMode.RECOMMENDED,
                state=state,
            )
        )


def _tell_cast(stage: Stage, parties: Mapping[str, Party]) -> None:
    """Tell of those of the cast who have asked already."""
    compares = _cast_case(stage, parties, cast.CHEN_JING, stage.hours.moment(stage.dice, 3))
    consenting.settle(stage, compares)
    asking.start_duties(stage, compares)
    early = stage.hours.moment(stage.dice, stage.hours.days_since(REQUEST_LIFE) + 1)
    ran_out = _cast_case(stage, parties, cast.ZHAO_MIN, early)
    _expire_offers(replace(stage, now=ran_out.request.expires_at), ran_out)
    ending.run_out(stage, ran_out)
    consenting.settle(stage, ran_out)
    signed = _cast_case(stage, parties, cast.ZHAO_MIN, stage.hours.moment(stage.dice, 6))
    ending.choose(stage, signed)
    consenting.settle(stage, signed)


def _cast_case(
    stage: Stage, parties: Mapping[str, Party], applicant: Applicant, at: datetime
) -> Case:
    case = asking.submit(
        stage,
        parties[applicant.uscc],
        applicant.ask,
        at=at,
        mode=DispatchMode.RECOMMENDED,
        first_loan=False,
    )
    case.long_offers = True
    for answer in case.answers:
        answering.play(stage, case, answer, Course.OFFERED)
    return case
