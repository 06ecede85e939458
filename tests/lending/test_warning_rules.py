"""Warning rules as data: what is not coherent is refused by name; what comes with the product says that it is demo configuration."""

import json
from typing import Any

import pytest

from suxin.consent.purposes import LOAN_WATCH
from suxin.lending.warnings.refusals import (
    ItemNotWatched,
    RuleIncoherent,
    RuleRepeated,
    RulesMalformed,
)
from suxin.lending.warnings.rules import (
    MAX_DOCUMENT_BYTES,
    check_items,
    packaged_rules,
    read_rules,
    stored_rules,
    to_store,
)
from suxin.subjects.catalogue import packaged
from suxin.subjects.models import NEVER_SHARED, SENSITIVE_CATEGORIES, CatalogueItem


def rule(**changes: Any) -> bytes:
    one = {
        "code": "R",
        "name": "规则",
        "severity": "low",
        "items": ["TAX-ARREARS"],
        "window_days": 30,
        "answer_days": 5,
        "hit_days": 90,
        "source": "测试",
    }
    return json.dumps({"note": "测试", "rules": [one | changes]}).encode()


def catalogue() -> list[CatalogueItem]:
    return [
        CatalogueItem(code=one.code, category=one.category, retired_in=None)
        for one in packaged().items
    ]


def test_what_comes_with_the_product_is_coherent_and_says_what_it_is() -> None:
    document = read_rules(packaged_rules())
    check_items(document, catalogue())
    assert "演示配置" in document.note
    assert all("演示配置" in one.source for one in document.rules)
    assert stored_rules(to_store(document)) == document


def test_nothing_sensitive_and_no_lenders_data_can_be_permitted_for_watching() -> None:
    assert LOAN_WATCH.categories & (NEVER_SHARED | SENSITIVE_CATEGORIES) == set()


@pytest.mark.parametrize(
    "changes",
    [
        {"items": []},
        {"tiers": 2},
        {"model": "firm_grade"},
        {"items": [], "tiers": 0},
        {"items": [], "tiers": 2, "amount_from_fen": 1},
        {"items": [""]},
        {"items": [f"I{number}" for number in range(21)]},
        {"window_days": 5 * 365 + 1},
        {"answer_days": 0},
        {"hit_days": 731},
        {"amount_from_fen": -1},
        {"name": " "},
    ],
    ids=str,
)
def test_a_rule_that_is_not_coherent_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(RuleIncoherent):
        read_rules(rule(**changes))


@pytest.mark.parametrize(
    "document",
    [
        b"{",
        b"\xff",
        b'{"note": "x", "rules": []}',
        rule(strange=1),
        b" " * (MAX_DOCUMENT_BYTES + 1),
    ],
    ids=["no JSON", "no text", "no rule", "unknown field", "too long"],
)
def test_what_is_no_set_of_rules_is_refused(document: bytes) -> None:
    with pytest.raises(RulesMalformed):
        read_rules(document)


def test_a_code_and_an_item_are_there_once() -> None:
    one = json.loads(rule())["rules"][0]
    for again in ({"items": ["OTHER"]}, {"code": "S"}):
        twice = {"note": "x", "rules": [one, one | again]}
        with pytest.raises(RuleRepeated):
            read_rules(json.dumps(twice).encode())


@pytest.mark.parametrize("item", ["NO-SUCH", "CONVICTION"])
def test_an_item_that_nobody_permits_to_be_watched_is_refused(item: str) -> None:
    with pytest.raises(ItemNotWatched):
        check_items(read_rules(rule(items=[item])), catalogue())
