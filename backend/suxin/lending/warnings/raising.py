"""The city's loans looked through at once, as the batch role: what raises a warning, what withdraws one, and how the rules fared.

Set-based, and each pass finds what the one before left undone: a worker that dies in between has lost nothing. What of a record may
raise a warning is what the row policy of ``credit_records`` would show the bank (``test_raising`` holds the two together), narrowed
to what counts against anyone at all. Loans of sandboxes are not watched.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.purposes import LOAN_WATCH
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.lending.loans.standing import JUDGED
from suxin.lending.warnings.models import RuleSetState, WarningRuleSet
from suxin.lending.warnings.rules import RuleDocument, stored_rules
from suxin.lending.warnings.states import OPEN

_JUDGED: Final = ", ".join(f"'{state.value}'" for state in JUDGED)
_OPEN: Final = ", ".join(f"'{state.value}'" for state in OPEN)
_DAY_RAISED: Final = "(w.raised_at at time zone 'Asia/Shanghai')::date"

# Each running loan with each live basis on which its bank may be warned about it: a consent about that loan's request, or about
# all that the borrower owes the bank. A consent to assess a request is none:
# watching is another purpose (PIPL art. 14).
_WATCHED: Final = f"""
    watched as (
        select l.tenant_id, l.id as loan_id, l.subject_id, l.first_drawn_on,
               b.source_id as ground_id, b.categories, b.records_from,
               t.kind <> 'bank' or t.credit_licensed as licensed
        from loans l
        join tenants t on t.id = l.tenant_id and t.status = 'ACTIVE'
        join access_bases b on b.subject_id = l.subject_id and b.tenant_id = l.tenant_id
             and coalesce(b.context_id, l.request_id) = l.request_id
        where l.state in ({_JUDGED}) and l.sandbox_id is null
          and b.purpose = '{LOAN_WATCH.code}' and b.ended_at is null
          and b.starts_at <= :now and b.ends_at > :now
    )
"""  # noqa: S608 - words of our own

# What of a record the bank could read on that basis, and what counts against its subject at all: neither disputed, repaired,
# exempted nor withdrawn, nor past its validity or its publication (信用修复管理办法 art. 3).
_COVERED: Final = """
    r.category = any (w.categories)
    and (w.records_from is null or w.records_from <= r.occurred_on or r.category = 'registration')
    and r.category not in ('score', 'loan_performance')
    and (not r.natural_person or r.channel = 'filed_by_subject' or w.licensed)
    and r.status = 'active' and r.polarity = 'negative'
    and (r.valid_until is null or r.valid_until > :today)
    and (r.published_until is null or r.published_until > :today)
"""
_GRADED: Final = "'score_tier' = any (w.categories) and (not s.natural_person or w.licensed) and s.valid_until > :today"

_RULES: Final = """
    rules as (
        select * from jsonb_to_recordset(cast(:rules as jsonb)) as x (
            code text, name text, severity text, item text, amount_from_fen bigint, tiers int, model text,
            window_days int, answer_days int, hit_days int)
    )
"""

_WRITE: Final = """
    insert into loan_warnings (tenant_id, id, loan_id, subject_id, rule_set_id, rule_code, rule_name, severity, evidence,
        evidence_id, category, item_code, source, occurred_on, tier_before, tier_after, place_before, ground_id, state, told_state,
        raised_at, due_at, hit_days)
    select tenant_id, cast(:stamp || substr(gen_random_uuid()::text, 16) as uuid), loan_id, subject_id, :rule_set_id, code, name, severity, evidence, evidence_id, category,
        item_code, source, occurred_on, tier_before, tier_after, place_before, ground_id, 'RAISED', '', :now,
        :now + answer_days * interval '1 day', hit_days
    from found
    on conflict (tenant_id, loan_id, rule_code, evidence_id) do update
    set state = 'RAISED', told_state = '', raised_at = excluded.raised_at, due_at = excluded.due_at, withdrawn_because = null,
        ground_id = excluded.ground_id, item_code = excluded.item_code, source = excluded.source,
        tier_before = excluded.tier_before, tier_after = excluded.tier_after, acknowledged_at = null, acknowledged_by = null,
        lapsed_at = null, rule_set_id = excluded.rule_set_id, rule_name = excluded.rule_name, severity = excluded.severity,
        hit_days = excluded.hit_days
    where loan_warnings.state = 'WITHDRAWN'
"""

_RAISE_RECORDS: Final = text(
    f"""
    with {_WATCHED}, {_RULES}, found as (
        select distinct on (w.tenant_id, w.loan_id, x.code, r.id)
            w.tenant_id, w.loan_id, w.subject_id, w.ground_id, x.code, x.name, x.severity, x.answer_days, x.hit_days,
            'record' as evidence, r.id as evidence_id, r.category, r.item_code, r.source, r.occurred_on,
            cast(null as text) as tier_before, cast(null as text) as tier_after, cast(null as int) as place_before
        from watched w
        join credit_records r on r.subject_id = w.subject_id
        join rules x on x.item = r.item_code
        where {_COVERED}
          and r.occurred_on >= w.first_drawn_on and r.occurred_on <= :today and r.occurred_on > :today - x.window_days
          and (x.amount_from_fen is null or r.amount_fen >= x.amount_from_fen)
        order by w.tenant_id, w.loan_id, x.code, r.id, w.ground_id
    )
    {_WRITE}
    """  # noqa: S608 - words of our own
)
_RAISE_GRADES: Final = text(
    f"""
    with {_WATCHED}, {_RULES}, found as (
        select distinct on (w.tenant_id, w.loan_id, x.code, s.model_code)
            w.tenant_id, w.loan_id, w.subject_id, w.ground_id, x.code, x.name, x.severity, x.answer_days, x.hit_days,
            'grade' as evidence, s.run_id as evidence_id, 'score_tier' as category, cast(null as text) as item_code,
            s.model_code as source, s.as_of as occurred_on, g.tier as tier_before, s.tier as tier_after, g.place as place_before
        from watched w
        join score_tiers s on s.subject_id = w.subject_id
        join watched_grades g on g.tenant_id = w.tenant_id and g.loan_id = w.loan_id and g.model_code = s.model_code
        join rules x on x.tiers <= s.place - g.place and (x.model is null or x.model = s.model_code)
        where {_GRADED} and s.as_of > g.as_of and s.as_of - g.as_of <= x.window_days
        order by w.tenant_id, w.loan_id, x.code, s.model_code, w.ground_id
    )
    {_WRITE}
    """  # noqa: S608 - words of our own
)

_FORGET_GRADES: Final = text(
    f"""
    with {_WATCHED}
    delete from watched_grades g where not exists (
        select 1 from watched w where w.tenant_id = g.tenant_id and w.loan_id = g.loan_id and 'score_tier' = any (w.categories))
    """  # noqa: S608 - words of our own
)
# A grade is fallen from once: where it was told, is better than before, or stood longer than any rule looks back, it is where
# the next fall begins.
_KEEP_GRADES: Final = text(
    f"""
    with {_WATCHED}, {_RULES}
    insert into watched_grades as g (tenant_id, loan_id, model_code, tier, place, as_of)
    select distinct on (w.tenant_id, w.loan_id, s.model_code) w.tenant_id, w.loan_id, s.model_code, s.tier, s.place, s.as_of
    from watched w join score_tiers s on s.subject_id = w.subject_id
    where {_GRADED}
    on conflict (tenant_id, loan_id, model_code) do update
    set tier = excluded.tier, place = excluded.place, as_of = excluded.as_of
    where excluded.as_of > g.as_of and (
        excluded.place <= g.place
        or excluded.as_of - g.as_of >= (select coalesce(max(window_days), 0) from rules where tiers is not null)
        or exists (
            select 1 from loan_warnings k where k.tenant_id = g.tenant_id and k.loan_id = g.loan_id and k.evidence = 'grade'
              and k.source = g.model_code and k.occurred_on = excluded.as_of))
    """  # noqa: S608 - words of our own
)

_WITHDRAW: Final = text(
    f"""
    with {_WATCHED}, gone as (
        select k.tenant_id, k.id,
               case when l.state not in ({_JUDGED}) then 'loan'
                    when not exists (
                        select 1 from watched w where w.tenant_id = k.tenant_id and w.loan_id = k.loan_id
                          and k.category = any (w.categories)) then 'basis'
                    else 'evidence' end as because
        from loan_warnings k join loans l on l.tenant_id = k.tenant_id and l.id = k.loan_id
        where k.state in ({_OPEN}) and not exists (
            select 1 from watched w join credit_records r on r.subject_id = w.subject_id
            where k.evidence = 'record' and w.tenant_id = k.tenant_id and w.loan_id = k.loan_id and r.id = k.evidence_id
              and {_COVERED})
          and not exists (
            select 1 from watched w join score_tiers s on s.subject_id = w.subject_id
            where k.evidence = 'grade' and w.tenant_id = k.tenant_id and w.loan_id = k.loan_id and s.model_code = k.source
              and s.place > k.place_before and {_GRADED})
    )
    update loan_warnings k set state = 'WITHDRAWN', withdrawn_because = gone.because
    from gone where k.tenant_id = gone.tenant_id and k.id = gone.id
    """  # noqa: S608 - words of our own
)
# What the borrower takes back his consent to is erased, whatever became of the warning (PIPL art. 47).
_ERASE: Final = text(
    f"""
    with {_WATCHED}
    update loan_warnings k
    set item_code = null, source = case when evidence = 'grade' then source end, tier_before = null, tier_after = null
    where (item_code is not null or tier_before is not null) and exists (
        select 1 from access_bases b where b.source_id = k.ground_id and b.subject_id = k.subject_id and b.ended_at <= :now)
      and not exists (
        select 1 from watched w
        where w.tenant_id = k.tenant_id and w.loan_id = k.loan_id and k.category = any (w.categories))
    """  # noqa: S608 - words of our own
)
_HITS: Final = text(
    f"""
    update loan_warnings w set hit_on = l.overdue_since
    from loans l
    where l.tenant_id = w.tenant_id and l.id = w.loan_id and w.hit_on is null and w.state <> 'WITHDRAWN'
      and l.state = 'OVERDUE' and l.overdue_since >= {_DAY_RAISED} and l.overdue_since < {_DAY_RAISED} + w.hit_days
    """  # noqa: S608 - words of our own
)
_COUNT: Final = text(
    f"""
    insert into warning_rule_figures
        (rule_set_id, rule_code, raised, open, acted, false_alarms, lapsed, withdrawn, hits, judged, counted_at)
    select w.rule_set_id, w.rule_code, count(*),
        count(*) filter (where w.state in ({_OPEN})), count(*) filter (where w.state = 'ACTED'),
        count(*) filter (where w.state = 'FALSE_ALARM'), count(*) filter (where w.lapsed_at is not null),
        count(*) filter (where w.state = 'WITHDRAWN'),
        count(*) filter (where w.state <> 'WITHDRAWN' and w.hit_on is not null),
        count(*) filter (where w.state <> 'WITHDRAWN' and (w.hit_on is not null or {_DAY_RAISED} + w.hit_days <= :today)), :now
    from loan_warnings w group by w.rule_set_id, w.rule_code
    on conflict (rule_set_id, rule_code) do update
    set raised = excluded.raised, open = excluded.open, acted = excluded.acted, false_alarms = excluded.false_alarms,
        lapsed = excluded.lapsed, withdrawn = excluded.withdrawn, hits = excluded.hits, judged = excluded.judged,
        counted_at = excluded.counted_at
    """  # noqa: S608 - words of our own
)
_PASS_LOCK: Final = 0x53585757


async def watch_loans(session: AsyncSession, *, now: datetime) -> int:
    """Withdraw what holds no more, raise what the rules in force find, and count; return how many were raised.

    As the batch role, in one transaction; two that begin at once wait for each other. Without rules in force nothing is raised.
    """
    await session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _PASS_LOCK})
    times = {"now": now, "today": local_day(now)}
    await session.execute(_WITHDRAW, times)
    await session.execute(_FORGET_GRADES, {"now": now})
    await session.execute(_ERASE, {"now": now})
    raised = 0
    rules = await session.scalar(
        select(WarningRuleSet).where(WarningRuleSet.state == RuleSetState.ACTIVE)
    )
    if rules is not None:
        raised = await _raise(session, rules.id, stored_rules(rules.document), times)
    await session.execute(_HITS)
    await session.execute(_COUNT, times)
    return raised


async def _raise(
    session: AsyncSession, rule_set_id: UUID, document: RuleDocument, times: dict[str, Any]
) -> int:
    given = {**times, "rules": json.dumps(list(_rows(document)))}
    # Ids sort by the time that they were made, as those made one by one do: the time of a fresh one, and chance behind it.
    by_rules = {**given, "rule_set_id": rule_set_id, "stamp": str(new_id(times["now"]))[:15]}
    found = [await session.execute(one, by_rules) for one in (_RAISE_RECORDS, _RAISE_GRADES)]
    await session.execute(_KEEP_GRADES, given)
    return sum(one.rowcount for one in found)  # type: ignore[attr-defined] # a cursor's


def _rows(document: RuleDocument) -> Iterator[dict[str, Any]]:
    """Return what each rule looks for: a row for each item, or one for a grade."""
    for rule in document.rules:
        for item in rule.items or (None,):
            yield {
                "code": rule.code,
                "name": rule.name,
                "severity": rule.severity.value,
                "item": item,
                "amount_from_fen": rule.amount_from_fen,
                "tiers": rule.tiers,
                "model": rule.model,
                "window_days": rule.window_days,
                "answer_days": rule.answer_days,
                "hit_days": rule.hit_days,
            }
