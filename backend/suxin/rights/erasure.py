"""Delete my data (PIPL art. 47): what may go goes at once; what the law makes the platform keep is told with its article."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.models import GIVEN
from suxin.consent.queries import lock_own_consent
from suxin.consent.retention import erase_received
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.holdings import Kept, Portion
from suxin.kernel.refusals import Invalid, NotFound
from suxin.rights.portions import portion_named
from suxin.rights.queries.holdings import count
from suxin.subjects.portions import erase_declaration


@dataclass(frozen=True, slots=True)
class Gone:
    """How many rows of a portion were erased."""

    portion: Portion
    rows: int


@dataclass(frozen=True, slots=True)
class Stays:
    """How many rows of a portion are kept, and why."""

    portion: Portion
    rows: int
    kept: Kept


@dataclass(frozen=True, slots=True)
class Deletion:
    """What became of a wish for deletion: what was erased, and what is kept and why."""

    erased: list[Gone]
    kept: list[Stays]


async def delete_parts(
    session: AsyncSession, actor: Actor, *, parts: Sequence[str], now: datetime
) -> Deletion:
    """Erase what may go of the named portions of the acting subject; tell what stays of them and why.

    :raises Invalid: if none is named, or one that the subject has not
    Source: PIPL art. 47
    """
    if not parts:
        raise Invalid(
            field="parts", reason_zh="请选择要删除的部分", reason_en="name what is to be deleted"
        )
    wanted = [portion_named(actor, code, field="parts") for code in dict.fromkeys(parts)]
    done = await erase_portions(session, actor, wanted, now=now)
    _record(session, actor, done, now=now)
    return done


async def delete_declaration(
    session: AsyncSession, actor: Actor, *, record_id: UUID, now: datetime
) -> Deletion:
    """Erase one record that the acting subject declared itself.

    :raises NotFound: if it is no declaration of this subject
    Source: PIPL art. 47
    """
    portion = portion_named(actor, "declarations")
    if await erase_declaration(session, actor, record_id=record_id, now=now) == 0:
        raise NotFound(thing_zh="自主申报", thing_en="declaration", field="declarationId")
    done = Deletion([Gone(portion, 1)], [])
    _record(session, actor, done, now=now)
    return done


async def delete_received(
    session: AsyncSession, actor: Actor, *, consent_id: UUID, now: datetime
) -> Deletion:
    """Erase what was delivered on one consent of the acting subject; while the consent stands, it is kept.

    :raises NotFound: if it is not this subject's consent
    Source: PIPL art. 47(1)(3)
    """
    portion = portion_named(actor, "deliveries")
    consent = await lock_own_consent(session, actor, consent_id)
    if consent.state in GIVEN and portion.kept is not None:
        return Deletion([], [Stays(portion, 1, portion.kept)])
    rows = await erase_received(
        session, subject_id=actor.own_subject, consent_id=consent_id, now=now
    )
    done = Deletion([Gone(portion, rows)], [])
    _record(session, actor, done, now=now)
    return done


async def erase_portions(
    session: AsyncSession, actor: Actor, portions: Iterable[Portion], *, now: datetime
) -> Deletion:
    """Erase what may go of these portions; tell what stays. What is empty is neither."""
    done = Deletion([], [])
    for portion in portions:
        gone = await portion.erase_for(session, actor, now=now)
        if gone:
            done.erased.append(Gone(portion, gone))
        left = await count(session, actor, portion)
        if left and portion.kept is not None:
            done.kept.append(Stays(portion, left, portion.kept))
    return done


def _record(session: AsyncSession, actor: Actor, done: Deletion, *, now: datetime) -> None:
    append_act(
        session,
        action="rights.data.erased",
        now=now,
        subject_id=actor.own_subject,
        detail={
            "erased": [f"{gone.portion.zh} {gone.rows}" for gone in done.erased],
            "kept": [f"{stays.portion.zh} {stays.rows}" for stays in done.kept],
        },
    )
