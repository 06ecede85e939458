"""One rule as it is typed: from its form to the rule, and back."""

from typing import Any, Final

import msgspec

from suxin.grid.rules import Cap, Rule, RuleBook
from suxin.grid.states import CapScope, Claimant, Evidence, Period, RuleTopic
from suxin_tenants.forms import Form

CAP_ROWS: Final = 3
FIELDS: Final = ("code", "name", "topic", "points", "detail", "consequence", "evidence", "claimants", "maxTimes", "caps")  # fmt: skip


def typed_rule(form: Form, code: str) -> Rule | None:
    """Return the rule that a form says, under its code; none where a field is no such thing, which the form then notes."""
    form.require("name")
    topic, evidence = form.choice("topic", RuleTopic), form.choice("evidence", Evidence)
    claimants = form.choices("claimants", Claimant)
    points, max_times = form.whole("points"), form.whole("maxTimes", default=1)
    caps = [one for one in (_cap(form, row) for row in range(1, CAP_ROWS + 1)) if one is not None]
    if form.errors or topic is None or evidence is None:
        return None
    return Rule(
        code=code or form.text("code"),
        name=form.text("name"),
        topic=topic,
        points=points,
        detail=form.text("detail"),
        consequence=form.text("consequence"),
        evidence=evidence,
        claimants=claimants,
        max_times=max_times,
        caps=tuple(caps),
    )


def _cap(form: Form, row: int) -> Cap | None:
    if not form.text(f"capScope{row}"):
        return None
    scope, period = form.choice(f"capScope{row}", CapScope), form.choice(f"capPeriod{row}", Period)
    if scope is None or period is None:
        form.fail("caps", "请选择上限的周期")
        return None
    times, points = _whole(form, f"capTimes{row}"), _whole(form, f"capPoints{row}")
    return Cap(scope=scope, period=period, times=times, points=points)


def _whole(form: Form, name: str) -> int | None:
    return form.whole(name) if form.text(name) else None


def values_of(rule: Rule | None) -> dict[str, Any]:
    """Return what the form shows of a rule, or of a new one."""
    if rule is None:
        return {"points": 5, "maxTimes": 1, "evidence": "optional", "topic": "volunteer", "claimants": ["resident", "worker"], "caps": [{}] * CAP_ROWS}  # fmt: skip
    caps: list[dict[str, Any]] = [msgspec.to_builtins(cap) for cap in rule.caps[:CAP_ROWS]]
    return {
        "code": rule.code,
        "name": rule.name,
        "topic": rule.topic.value,
        "points": rule.points,
        "detail": rule.detail,
        "consequence": rule.consequence,
        "evidence": rule.evidence.value,
        "claimants": [one.value for one in rule.claimants],
        "maxTimes": rule.max_times,
        "caps": caps + [{}] * (CAP_ROWS - len(caps)),
    }


def shown(form: Form) -> dict[str, Any]:
    """Return what was typed, to be shown again."""
    names = ("code", "name", "topic", "points", "detail", "consequence", "evidence", "maxTimes")
    caps = [
        {
            "scope": form.text(f"capScope{row}"),
            "period": form.text(f"capPeriod{row}"),
            "times": form.text(f"capTimes{row}"),
            "points": form.text(f"capPoints{row}"),
        }
        for row in range(1, CAP_ROWS + 1)
    ]
    claimants = list(form.texts("claimants"))
    return {name: form.text(name) for name in names} | {"claimants": claimants, "caps": caps}


def with_rule(book: RuleBook, rule: Rule, *, replaces: str) -> RuleBook:
    """Return a book with a rule changed, or added at its end."""
    if replaces:
        rules = tuple(rule if one.code == replaces else one for one in book.rules)
    else:
        rules = (*book.rules, rule)
    return msgspec.structs.replace(book, rules=rules)


def without_rule(book: RuleBook, code: str) -> RuleBook:
    """Return a book without a rule."""
    return msgspec.structs.replace(book, rules=tuple(one for one in book.rules if one.code != code))
