"""The statements by which codes are redeemed together (``short_codes``), and what they tell of each subject who comes.

Conditions are those of the commands (``is_live_basis``, ``uses_counted``, ``tiers_in_force``, ``had_of_person``, ``limits_in_force``), asked of many.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import (
    JSON,
    Date,
    String,
    Uuid,
    bindparam,
    cast,
    column,
    exists,
    func,
    select,
    text,
)

from suxin.consent.giving import bases_ended
from suxin.consent.models import Consent, ConsentFetch, ConsentState
from suxin.consent.purposes import FetchUnit, Frequency
from suxin.consent.queries import is_live_basis, uses_counted
from suxin.kernel import many_keys
from suxin.kernel.actor import Actor
from suxin.kernel.bases import AccessBasis
from suxin.kernel.many_rows import document_of, inserting
from suxin.kernel.outbox import OutboxRow
from suxin.kernel.single_steps import SingleStep
from suxin.kernel.working_days import local_day
from suxin.perks import short_counter
from suxin.perks.limiting.queries import limits_in_force
from suxin.perks.limits import had_of_person, person_turn
from suxin.perks.models import PerkHandle, Programme, Redeemer
from suxin.perks.short_counter import DAY, NOW, TENANT
from suxin.scoring.tiers import tiers_in_force
from suxin.subjects import many_codes
from suxin.subjects.presenting import Presented

_SETTING: Final = "suxin.person_{}"
_SUBJECT: Final = bindparam("subject", type_=Uuid())
_PROGRAMME: Final = bindparam("programme", type_=Uuid())
_MONTH: Final = cast(bindparam("month", type_=String()), Date)
_PERSONS: Final = (
    func.json_to_recordset(cast(bindparam("persons", type_=String()), JSON))
    .table_valued(column("subject_id", Uuid()), column("consent_id", Uuid()))
    .render_derived(name="persons", with_types=True)
)
_BY_CONSENT: Final = select(_PERSONS).order_by(_PERSONS.c.consent_id).subquery()
_BY_SUBJECT: Final = select(_PERSONS.c.subject_id).order_by(_PERSONS.c.subject_id).subquery()
_HELD: Final = (
    select(AccessBasis.id)
    .where(is_live_basis(_BY_CONSENT.c.subject_id, TENANT, _BY_CONSENT.c.consent_id, now=NOW))
    .with_for_update()
    .lateral("held")
)
_HOLD_BASES: Final = SingleStep(
    select(func.count()).select_from(_BY_CONSENT.join(_HELD, text("true"))).having(func.count() < 0)
)
_TAKE_PERSONS: Final = SingleStep(
    select(_BY_SUBJECT.c.subject_id).where(
        func.pg_advisory_xact_lock(
            func.hashtextextended(person_turn(_BY_SUBJECT.c.subject_id), 0)
        ).is_(None)
    )
)

_SCENARIO: Final = (
    select(Programme.scenario_code)
    .where(Programme.tenant_id == TENANT, Programme.id == _PROGRAMME)
    .scalar_subquery()
)
_HAD: Final = had_of_person(
    _SUBJECT, _PROGRAMME, _SCENARIO, day=DAY, month=_MONTH, now=NOW
).subquery()
READ_PERSON: Final = SingleStep(
    select(text("1"))
    .select_from(_HAD)
    .where(
        func.set_config(
            bindparam("setting", type_=String()),
            cast(
                func.json_build_object(
                    "daily", _HAD.c.daily,
                    "total", _HAD.c.total,
                    "monthly", _HAD.c.monthly,
                    "limited", exists(limits_in_force(TENANT, _PROGRAMME, _SUBJECT)),
                    "handle",
                    select(PerkHandle.handle)
                    .where(PerkHandle.tenant_id == TENANT, PerkHandle.subject_id == _SUBJECT)
                    .scalar_subquery(),
                ),
                String,
            ),
            text("true"),
        ).is_(None)
    )
)  # fmt: skip

_PERIOD: Final = func.json_extract_path_text(
    cast(bindparam("periods", type_=String()), JSON), cast(Consent.frequency_unit, String)
)
_BASIS: Final = (
    select(AccessBasis.id, AccessBasis.purpose, AccessBasis.categories)
    .where(is_live_basis(_PERSONS.c.subject_id, TENANT, _PERSONS.c.consent_id, now=NOW))
    .lateral("basis")
)
_COUNTED: Final = uses_counted(
    _PERSONS.c.subject_id, _PERSONS.c.consent_id, period=_PERIOD
).lateral("counted")
_TIERS: Final = tiers_in_force(_PERSONS.c.subject_id, on=DAY).correlate(_PERSONS).subquery("tiers")
_USES: Final = (
    select(
        cast(
            func.json_agg(
                func.json_build_object(
                    "subject_id", Consent.subject_id,
                    "consent_id", Consent.id,
                    "state", Consent.state,
                    "starts_at", Consent.starts_at,
                    "expires_at", Consent.expires_at,
                    "frequency_times", Consent.frequency_times,
                    "frequency_unit", Consent.frequency_unit,
                    "basis_id", _BASIS.c.id,
                    "purpose", _BASIS.c.purpose,
                    "categories", _BASIS.c.categories,
                    "last", _COUNTED.c.last,
                    "used", _COUNTED.c.used,
                    "tiers",
                    # Nothing is read of whoever took his yes back.
                    select(
                        func.json_agg(
                            func.json_build_object(
                                "model_code", _TIERS.c.model_code,
                                "place", _TIERS.c.place,
                                "natural_person", _TIERS.c.natural_person,
                            )
                        )
                    ).where(_BASIS.c.id.is_not(None)).correlate(_PERSONS, _BASIS).scalar_subquery(),
                )
            ),
            String,
        )
    )
    .select_from(
        _PERSONS.join(
            Consent,
            (Consent.subject_id == _PERSONS.c.subject_id)
            & (Consent.id == _PERSONS.c.consent_id)
            & (Consent.tenant_id == TENANT),
        )
        .outerjoin(_BASIS, text("true"))
        .outerjoin(_COUNTED, text("true"))
    )
    .scalar_subquery()
    .label("uses")
)  # fmt: skip

READ_PASSES: Final = SingleStep(select(text(many_keys.FOUND), text(many_codes.FOUND)))
READ: Final = SingleStep(
    select(
        *short_counter.COLUMNS,
        _USES,
        text(
            "array(select current_setting('suxin.person_' || place) from generate_series(0, cast(:comers as int) - 1) place) as persons"
        ),
    )
)
WRITE_USES: Final = SingleStep(
    text(
        f"with used as ({inserting(ConsentFetch, document='fetches')}) {inserting(OutboxRow, document='jobs')}"
    )
)
WRITE_PERSON: Final = SingleStep(
    text(
        f"with named as ({inserting(PerkHandle, document='handles')}) {inserting(Redeemer, document='redeemers')}"
    )
)
END_BASES: Final = SingleStep(bases_ended(_SUBJECT, bindparam("consent", type_=Uuid()), now=NOW))

LOCKS: Final = (
    _HOLD_BASES,
    short_counter.SHARE_PROGRAMMES,
    short_counter.TAKE_DAYS,
    _TAKE_PERSONS,
    short_counter.LOCK_ACCOUNTS,
)
STEPS: Final = (
    many_keys.TAKE_TURNS,
    many_codes.LOCK,
    many_codes.SHOW,
    many_keys.LOOK_UP,
    READ_PASSES,
    *LOCKS,
    READ_PERSON,
    READ,
    *short_counter.WRITES,
    WRITE_USES,
    WRITE_PERSON,
    END_BASES,
    many_keys.ENTER,
    many_codes.WRITE,
    many_keys.KEEP,
)
"""All that is carried out."""


class TierSeen(msgspec.Struct):
    """A tier that is in force, as far as it is weighed."""

    model_code: str
    place: int
    natural_person: bool


class UseSeen(msgspec.Struct, kw_only=True):
    """A one-time consent as it is held, with what it opens."""

    subject_id: UUID
    consent_id: UUID
    state: ConsentState
    starts_at: datetime
    expires_at: datetime
    frequency_times: int
    frequency_unit: FetchUnit
    basis_id: UUID | None
    purpose: str | None
    categories: list[str] | None
    last: int
    used: int
    tiers: list[TierSeen] | None


class PersonSeen(msgspec.Struct):
    """What a subject's own rows say."""

    daily: int
    total: int
    monthly: int
    limited: bool
    handle: str | None


_USES_FOUND: Final = msgspec.json.Decoder(list[UseSeen])
_PERSON_FOUND: Final = msgspec.json.Decoder(PersonSeen)


def given(actor: Actor, presented: Sequence[Presented], now: datetime) -> dict[str, Any]:
    """Return the values of what is locked and read for those who show good codes, each subject once.

    Of consents a token bound to one is shown that one alone, as by ``tenants_consents``: no row policy hides the others.
    """
    persons = [
        {
            "subject_id": one.subject_id,
            "consent_id": one.consent_id if actor.consent_id in (None, one.consent_id) else None,
        }
        for one in presented
    ]
    periods = {unit.value: Frequency(1, unit).period_of(now) for unit in FetchUnit}
    return {
        **short_counter.given(actor.own_tenant, list({one.context_id for one in presented}), now),
        "month": local_day(now).replace(day=1).isoformat(),
        "persons": document_of(persons),
        "periods": msgspec.json.encode(periods).decode(),
        "comers": len(presented),
    }


def of_person(place: int, presented: Presented) -> dict[str, Any]:
    """Return the values of ``READ_PERSON`` besides, for whoever comes at a place."""
    return {
        "setting": _SETTING.format(place),
        "subject": presented.subject_id,
        "programme": presented.context_id,
    }


def uses_of(found: str | None) -> dict[UUID, UseSeen]:
    """Return the one-time consents that ``READ`` found, by their subjects."""
    return {one.subject_id: one for one in _USES_FOUND.decode(found or "[]")}


def person_of(found: str) -> PersonSeen:
    """Return what one subject's own rows said."""
    return _PERSON_FOUND.decode(found)
