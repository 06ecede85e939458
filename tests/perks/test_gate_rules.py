"""What a gate says when: the rules as the browser has them, asked of by Node."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE_S

RULES = Path(__file__).parents[2] / "tenants/suxin_tenants/assets/gate/rules.js"
MINUTE, HOUR = 60_000, 3_600_000
NOW = 1_800_000_000_000
CLAIMS = {"a": "us", "t": "t", "p": 3, "f": NOW // 1000 - 60, "u": NOW // 1000 + 60}
FACTS = {
    "now": NOW,
    "tenant": "us",
    "admitted": 0,
    "pending": 0,
    "age": "fresh",
    "captureUntil": NOW + HOUR,
}


AGES = [
    (0, "fresh"),
    (15 * MINUTE, "fresh"),
    (15 * MINUTE + 1, "stale"),
    (24 * HOUR, "stale"),
    (24 * HOUR + 1, "old"),
    # A clock that was set back makes no list new.
    (-16 * MINUTE, "stale"),
    (None, "none"),
]
JUDGED: list[tuple[dict[str, object], str, int]] = [
    ({}, "good", 3),
    ({"age": "stale"}, "good", 3),
    ({"age": "old"}, "ask", 3),
    ({"age": "none"}, "ask", 3),
    ({"listed": 1}, "good", 1),
    ({"listed": 2, "pending": 1, "admitted": 1}, "good", 1),
    ({"listed": 0}, "spent", 0),
    ({"admitted": 3, "pending": 0}, "spent", 0),
    ({"tenant": "them"}, "other", 0),
    ({"now": NOW - 61_000}, "early", 0),
    ({"now": NOW + 60_000}, "expired", 0),
    ({"captureUntil": NOW}, "capture", 0),
]


def ask(name: str, calls: list[list[Any]]) -> list[Any]:
    """Return what a function of the rules answers to each call."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    program = (
        f"import {{ {name} }} from {json.dumps(RULES.as_uri())};"
        f" const calls = {json.dumps(calls)}.map((call) => call.map((one) => one ?? undefined));"
        f" console.log(JSON.stringify(calls.map((call) => {name}(...call))));"
    )
    done = subprocess.run(
        [node, "--input-type=module", "--eval", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    answers: list[Any] = json.loads(done.stdout)
    return answers


def test_a_list_is_fresh_stale_or_old_by_its_age_and_none_is_none() -> None:
    calls = [[None if age is None else NOW - age, NOW] for age, _ in AGES]
    assert ask("ageOf", calls) == [found for _, found in AGES]


def test_a_genuine_ticket_is_judged_by_list_device_and_time() -> None:
    found = ask("judge", [[CLAIMS, FACTS | changes] for changes, _, _ in JUDGED])
    assert [(one["code"], one["left"]) for one in found] == [
        (code, left) for _, code, left in JUDGED
    ]
