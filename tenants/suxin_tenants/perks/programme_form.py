"""The one page on which a programme is made from a template: every figure stands there already, and may be changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, Final

from suxin.perks.benefits import Benefit, Gate, Offer
from suxin.perks.drafts import ProgrammeDraft, from_template
from suxin.perks.models import Programme
from suxin.perks.scenarios import scenario_named
from suxin.perks.states import BenefitKind, FunderKind
from suxin_tenants.forms import Form, listed, percent_text, yuan_text

A_YEAR: Final = timedelta(days=365)
_MINUTES: Final = 60
_LIMITS: Final = ("personDaily", "personTotal", "scenarioMonthly", "daily", "partyLimit", "stock")
UNITS: Final[Mapping[str, str]] = {"fen": "元", "bps": "%", "minutes": "分钟", "pieces": "件"}
NAMES: Final[Mapping[str, str]] = {
    "endsBefore": "endsOn",
    "budgetFen": "budget",
    "closesMinute": "closes",
    "fallback": "label",
    "fallback.label": "label",
    "fallback.figure": "figure",
    **{f"offers.{n}.benefit": f"label{n}" for n in range(5)},
    **{f"offers.{n}.benefit.label": f"label{n}" for n in range(5)},
    **{f"offers.{n}.benefit.figure": f"figure{n}" for n in range(5)},
    **{f"offers.{n}.gate": f"place{n}" for n in range(5)},
}
"""The form's names of what a draft is refused for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitRow:
    """One benefit of the form: the fallback's has no mark, the offers' their number."""

    mark: str
    kind: BenefitKind
    gate: Gate | None
    texts: Mapping[str, str]

    @property
    def unit(self) -> str:
        """The unit of its figure as people write it; empty where it has none."""
        return UNITS.get(self.kind.unit, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeValues:
    """What stands in the form."""

    scenario_code: str
    texts: Mapping[str, str]
    areas: Sequence[str]
    rows: Sequence[BenefitRow]


def fields_of(values: ProgrammeValues) -> tuple[str, ...]:
    """Return the names of the form's fields."""
    rows = (f"{name}{row.mark}" for row in values.rows for name in ("place", "label", "figure", "value"))  # fmt: skip
    return (*values.texts, "areas", *rows)


def template_draft(scenario_code: str, *, funder_name: str, today: date) -> ProgrammeDraft:
    """Return the draft that a template begins with: from today on for a year, on the merchant's own money.

    :raises ScenarioUnknown: if there is no such template
    """
    return from_template(
        scenario_code, funder_name=funder_name, starts_on=today, ends_before=today + A_YEAR
    )


def draft_of(programme: Programme) -> ProgrammeDraft:
    """Return a programme as a draft."""
    kept = {
        name: getattr(programme, name)
        for name in ProgrammeDraft.__struct_fields__
        if name not in ("offers", "fallback", "areas", "closed_on")
    }
    return ProgrammeDraft(
        **kept,
        offers=programme.offers_read,
        fallback=programme.fallback_read,
        areas=tuple(programme.areas),
        closed_on=tuple(map(date.fromisoformat, programme.closed_on)),
    )


def values_of(draft: ProgrammeDraft) -> ProgrammeValues:
    """Return what stands in the form for a draft."""
    whole = {
        "personDaily": draft.person_daily,
        "personTotal": draft.person_total,
        "scenarioMonthly": draft.scenario_monthly,
        "daily": draft.daily,
        "partyLimit": draft.party_limit,
        "stock": draft.stock,
    }
    texts = {
        "name": draft.name,
        "summary": draft.summary,
        "venue": draft.venue,
        "startsOn": draft.starts_on.isoformat(),
        "endsOn": (draft.ends_before - timedelta(days=1)).isoformat(),
        "funder": draft.funder.value,
        "funderName": draft.funder_name,
        "closedOn": "、".join(day.isoformat() for day in draft.closed_on),
        "opens": _clock_text(draft.opens_minute),
        "closes": _clock_text(draft.closes_minute),
        "budget": "" if draft.budget_fen is None else yuan_text(draft.budget_fen),
        **{name: "" if value is None else str(value) for name, value in whole.items()},
    }
    rows = [_row(str(n), offer.benefit, offer.gate) for n, offer in enumerate(draft.offers)]
    return ProgrammeValues(
        scenario_code=draft.scenario_code,
        texts=texts,
        areas=draft.areas,
        rows=[*rows, _row("", draft.fallback, None)],
    )


def typed_values(form: Form, before: ProgrammeValues) -> ProgrammeValues:
    """Return what was typed, to be shown again as it is."""
    return ProgrammeValues(
        scenario_code=before.scenario_code,
        texts={name: form.text(name) for name in before.texts},
        areas=form.texts("areas"),
        rows=[
            BenefitRow(
                mark=row.mark,
                kind=row.kind,
                gate=row.gate,
                texts={name: form.text(f"{name}{row.mark}") for name in row.texts},
            )
            for row in before.rows
        ],
    )


def typed_draft(form: Form, before: ProgrammeDraft) -> ProgrammeDraft | None:
    """Return the draft that was typed over another; none where a field cannot be read, which is noted beside it."""
    starts_on, ends_on = _day(form, "startsOn"), _day(form, "endsOn")
    closed_on = _days(form, "closedOn")
    opens, closes = _clock(form, "opens"), _clock(form, "closes")
    funder = form.choice("funder", FunderKind)
    limits = {name: _whole(form, name) for name in _LIMITS}
    offers = tuple(
        Offer(
            gate=_gate(form, str(n), offer.gate),
            benefit=_benefit(form, str(n), offer.benefit),
        )
        for n, offer in enumerate(before.offers)
    )
    fallback = _benefit(form, "", before.fallback)
    budget_fen = form.yuan("budget") if form.text("budget") else None
    if form.errors or starts_on is None or ends_on is None or funder is None:
        return None
    changes: dict[str, Any] = {
        "name": form.text("name"),
        "summary": form.text("summary"),
        "venue": form.text("venue"),
        "areas": form.texts("areas"),
        "starts_on": starts_on,
        "ends_before": ends_on + timedelta(days=1),
        "closed_on": closed_on,
        "opens_minute": opens,
        "closes_minute": closes,
        "funder": funder,
        "funder_name": form.text("funderName"),
        "budget_fen": budget_fen,
        "offers": offers,
        "fallback": fallback,
        "person_daily": limits["personDaily"],
        "person_total": limits["personTotal"],
        "scenario_monthly": limits["scenarioMonthly"],
        "daily": limits["daily"],
        "party_limit": limits["partyLimit"] or 1,
        "stock": limits["stock"],
    }
    kept = {
        name: getattr(before, name)
        for name in ProgrammeDraft.__struct_fields__
        if name not in changes
    }
    return ProgrammeDraft(**kept, **changes)


def scenario_title(scenario_code: str) -> str:
    """Return a template's name."""
    return scenario_named(scenario_code).zh


def _row(mark: str, benefit: Benefit, gate: Gate | None) -> BenefitRow:
    texts = {
        "label": benefit.label,
        "figure": _figure_text(benefit),
        "value": yuan_text(benefit.value_fen) if benefit.value_fen else "",
    }
    if gate is not None and gate.place is not None:
        texts["place"] = str(gate.place)
    return BenefitRow(mark=mark, kind=benefit.kind, gate=gate, texts=texts)


def _figure_text(benefit: Benefit) -> str:
    unit = benefit.kind.unit
    if unit == "fen":
        return yuan_text(benefit.figure)
    if unit == "bps":
        return percent_text(benefit.figure).removesuffix(".00")
    return str(benefit.figure) if unit else ""


def _benefit(form: Form, mark: str, before: Benefit) -> Benefit:
    unit, name = before.kind.unit, f"figure{mark}"
    figure = 0
    if unit == "fen":
        figure = form.yuan(name)
    elif unit == "bps":
        figure = form.percent(name)
    elif unit:
        figure = form.whole(name)
    value = f"value{mark}"
    return Benefit(
        kind=before.kind,
        label=form.text(f"label{mark}"),
        terms=before.terms,
        figure=figure,
        value_fen=form.yuan(value) if form.text(value) else 0,
    )


def _gate(form: Form, mark: str, before: Gate) -> Gate:
    if before.place is None:
        return before
    return Gate(
        model_code=before.model_code, place=form.whole(f"place{mark}"), eligible=before.eligible
    )


def _whole(form: Form, name: str) -> int | None:
    return form.whole(name) if form.text(name) else None


def _days(form: Form, name: str) -> tuple[date, ...]:
    try:
        return tuple(sorted({date.fromisoformat(one) for one in listed(form.text(name))}))
    except ValueError:
        form.fail(name, "每一天写作 2026-12-01，以顿号或逗号分隔")
        return ()


def _clock(form: Form, name: str) -> int | None:
    """Read a time of day as minutes; nothing where it is left empty."""
    text = form.text(name)
    if not text:
        return None
    try:
        moment = time.fromisoformat(text)
    except ValueError:
        form.fail(name, "请填写时间，如 09:00")
        return None
    return moment.hour * _MINUTES + moment.minute


def _clock_text(minute: int | None) -> str:
    return "" if minute is None else f"{minute // _MINUTES:02d}:{minute % _MINUTES:02d}"


def _day(form: Form, name: str) -> date | None:
    try:
        return date.fromisoformat(form.text(name))
    except ValueError:
        form.fail(name, "请填写日期，如 2026-12-01" if form.text(name) else "此项必填")
        return None
