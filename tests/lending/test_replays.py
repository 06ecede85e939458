"""How a draft would have fared last quarter: gained and lost by criterion, in counts that tell nobody apart."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from observing import carry_out, nothing_written, one
from small_city import SmallCity, product_draft

from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden, NotFound
from suxin.lending.commands.products import draft_product, edit_product
from suxin.lending.facts import ApplicantFacts
from suxin.lending.matching import ProductTerms, match
from suxin.lending.models import StepNotPossible
from suxin.lending.product_terms import terms_of_draft
from suxin.lending.replays.commands import (
    MAX_REPLAYS,
    REPLAY_TOPIC,
    TooManyReplays,
    ask_replay,
    last_quarter,
)
from suxin.lending.replays.counting import Asked, figures_of, replayed, rounded_down, shown
from suxin.lending.terms import ApplicantKind, GuaranteeMode, LoanPurpose, RequestTerms
from suxin_tenants import PROFILES

TERMS = RequestTerms(50_000_000, 12, LoanPurpose.WORKING_CAPITAL, GuaranteeMode.CREDIT)


def terms(**changes: object) -> ProductTerms:
    return terms_of_draft(product_draft(**changes), product_id=new_id(), tenant_id=uuid4())


def older(months: int) -> list[dict[str, object]]:
    return [{"criterion": "MINIMUM_AGE_MONTHS", "months": months}]


def asked(count: int, *, months: int) -> list[Asked]:
    facts = ApplicantFacts(kind=ApplicantKind.FIRM, age_months=months)
    return [Asked(TERMS, facts)] * count


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 11, 20), (date(2026, 7, 1), date(2026, 10, 1))),
        (date(2026, 1, 1), (date(2025, 10, 1), date(2026, 1, 1))),
        (date(2026, 4, 1), (date(2026, 1, 1), date(2026, 4, 1))),
        (date(2026, 3, 31), (date(2025, 10, 1), date(2026, 1, 1))),
    ],
)
def test_the_last_whole_quarter(day: date, quarter: tuple[date, date]) -> None:
    assert last_quarter(day) == quarter


@pytest.mark.parametrize(("count", "found"), [(0, None), (4, None), (5, 5), (9, 5), (10, 10)])
def test_figures_are_whole_fives_and_fewer_are_hidden(count: int, found: int | None) -> None:
    assert rounded_down(count) == found


def test_what_is_gained_and_lost_is_counted_by_criterion() -> None:
    requests = [*asked(7, months=6), *asked(11, months=18), *asked(3, months=40), None]
    stricter = replayed(requests, terms(criteria=older(24)), terms(criteria=older(12)))
    figures, _ = shown(stricter.cells, [])
    assert figures_of(stricter, figures) == {
        "requests": 20,
        "before": 10,
        "after": None,
        "gained": None,
        "lost": 10,
        "criteria": [
            {
                "code": "MINIMUM_AGE_MONTHS",
                "zh": stricter.words["MINIMUM_AGE_MONTHS"][0],
                "en": stricter.words["MINIMUM_AGE_MONTHS"][1],
                "gained": None,
                "lost": 10,
            }
        ],
    }
    milder = replayed(requests, terms(criteria=older(1)), terms(criteria=older(12)))
    figures, _ = shown(milder.cells, [])
    assert (figures["gained"], figures["gained:MINIMUM_AGE_MONTHS"]) == (5, 5)
    assert "lost" not in figures


def test_a_new_product_gains_whatever_it_fits() -> None:
    counted = replayed(asked(6, months=18), terms(criteria=older(12)), None)
    assert shown(counted.cells, [])[0] == {"requests": 5, "after": 5, "gained": 5}


def test_what_fits_is_what_the_matching_engine_says() -> None:
    product = terms(criteria=older(12))
    requests = [*asked(5, months=11), *asked(6, months=12)]
    counted = replayed(requests, product, None)
    fitting = [
        place
        for place, one_asked in enumerate(requests)
        if match(one_asked.terms, one_asked.facts, [product], {}, k=1).ranked
    ]
    assert counted.cells["after"] == sum(1 << place for place in fitting)


def test_no_two_figures_tell_fewer_than_five_apart() -> None:
    """A threshold is moved month by month over applicants of whom one more falls out each time."""
    requests = [one_asked for months in range(30) for one_asked in asked(1, months=months)]
    told: list[int] = []
    figures = []
    for months in range(30):
        counted = replayed(requests, terms(criteria=older(months)), None)
        found, fresh = shown(counted.cells, told)
        told += fresh.values()
        figures.append(found.get("after"))
    for one_set in told:
        for other in told:
            assert one_set == other or (one_set ^ other).bit_count() >= 5
    assert figures[:7] == [30, 30, 30, 30, 30, 25, 25]
    # One is left; whoever was shown the five of a moment ago is not shown that they are fewer.
    assert figures[-1] == 5
    assert shown({"after": 1}, [])[0] == {"after": None}


# With a city.


async def drafted(city: SmallCity, *, months: int = 12) -> UUID:
    bank = city.banks[0]
    draft = product_draft(code="P-1", criteria=tuple(older(months)))
    product = await city.act(
        draft_product, bank.officer, draft=draft, replaces=bank.product_id, profiles=PROFILES
    )
    return product.id


async def requested(city: SmallCity, admin: asyncpg.Connection, ages: list[int]) -> None:
    """Put requests of the last quarter down, as if so many firms had asked."""
    await city.submit()
    await admin.execute(
        "insert into loan_requests select (jsonb_populate_record(q, jsonb_build_object("
        "'id', gen_random_uuid(), 'number', 'N-' || n, 'submitted_at', $2::timestamptz,"
        " 'facts', q.facts || jsonb_build_object('age_months', a)))).*"
        " from loan_requests q, unnest($1::int[]) with ordinality u(a, n)",
        ages,
        city.now - timedelta(days=60),
    )


async def replay(city: SmallCity, admin: asyncpg.Connection, product_id: UUID) -> dict[str, Any]:
    await city.act(ask_replay, city.banks[0].officer, product_id=product_id)
    await carry_out(city, admin, REPLAY_TOPIC, now=city.now)
    row = await one(admin, "select * from product_replays order by id desc limit 1")
    return json.loads(row["figures"])


async def test_a_draft_is_replayed_and_nobody_is_named(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    product_id = await drafted(small_city, months=24)
    await requested(small_city, admin, [18] * 6 + [30] * 5 + [1] * 5)
    figures = await replay(small_city, admin, product_id)
    assert {name: figures[name] for name in ("requests", "before", "after", "gained", "lost")} == {
        # The request of this quarter is none of them.
        "requests": 15,
        "before": 10,
        "after": 5,
        "gained": None,
        "lost": 5,
    }
    assert [(one["code"], one["lost"]) for one in figures["criteria"]] == [
        ("MINIMUM_AGE_MONTHS", 5)
    ]
    # A draft that loses one more is told the same.
    await admin.execute(
        "update loan_requests set facts = facts || '{\"age_months\": 25}'"
        " where id = (select id from loan_requests where facts->>'age_months' = '30' limit 1)"
    )
    await small_city.act(
        edit_product,
        small_city.banks[0].officer,
        product_id=product_id,
        draft=product_draft(criteria=tuple(older(26))),
    )
    again = await replay(small_city, admin, product_id)
    assert [again[name] for name in figures if name != "criteria"] == [
        figures[name] for name in figures if name != "criteria"
    ]
    assert again["criteria"][0]["lost"] == 5
    kept = await admin.fetch("select cell from replay_counts order by cell")
    assert [row["cell"] for row in kept] == ["after", "before", "lost", "requests"]


async def test_what_may_not_be_replayed_is_refused(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    product_id, bank = await drafted(small_city), small_city.banks[0]
    given = {"product_id": product_id}
    async with nothing_written(admin):
        with pytest.raises(StepNotPossible):
            await small_city.act(ask_replay, bank.officer, product_id=bank.product_id)
        with pytest.raises(NotFound):
            await small_city.act(ask_replay, small_city.banks[1].officer, **given)
        with pytest.raises(Forbidden):
            await small_city.act(
                ask_replay, replace(bank.officer, permissions=frozenset()), **given
            )
    await small_city.act(ask_replay, bank.officer, **given)
    await admin.execute(
        "insert into product_replays select (jsonb_populate_record(r, jsonb_build_object("
        "'id', gen_random_uuid()))).* from product_replays r, generate_series(2, $1)",
        MAX_REPLAYS,
    )
    with pytest.raises(TooManyReplays):
        await small_city.act(ask_replay, bank.officer, **given)


def test_a_request_keeps_what_is_replayed_of_it() -> None:
    facts = ApplicantFacts(kind=ApplicantKind.FIRM, honours=frozenset({"x"}), age_months=3)
    assert msgspec.convert(msgspec.to_builtins(facts), ApplicantFacts) == facts
