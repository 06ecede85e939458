"""What a phone goes by: its rules as the browser has them, asked of by Node, beside what the platform makes of the same."""

import hashlib
import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from patience import PATIENCE_S

from suxin.grid.field.contents import Captured, Item, item_digest
from suxin.grid.field.states import ItemKind

ASSETS = Path(__file__).parents[2] / "tenants/suxin_tenants/assets/field"
NOW = 1_800_000_000_000
ID = UUID("018f0000-0000-7000-8000-000000000001")
RULE = {"code": "a", "evidence": "required", "forPerson": False, "maxTimes": 2}
CAPTURE = {"branch": "b", "trunk": 0, "position": 2, "version": 3, "held": False}


def ran(program: str) -> Any:
    """Return what a program writes as JSON."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    done = subprocess.run(
        [node, "--input-type=module", "--eval", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    return json.loads(done.stdout)


def ask(module: str, name: str, calls: list[list[Any]]) -> list[Any]:
    """Return what a function of a module answers to each call."""
    answers: list[Any] = ran(
        f"import {{ {name} }} from {json.dumps((ASSETS / module).as_uri())};"
        f" const calls = {json.dumps(calls)};"
        f" console.log(JSON.stringify(calls.map((call) => {name}(...call))));"
    )
    return answers


def test_phone_and_platform_make_the_same_digest() -> None:
    said = Captured(
        household=ID,
        member=None,
        rule="hour",
        times=2,
        day=date(2026, 11, 20),
        note='“扫”雪 "<&>\\ \u2028😀\t',
        place=(33957, 118275),
        photos=("0" * 64,),
    )
    item = Item(
        id=ID,
        capture_id=ID,
        kind=ItemKind.UPDATE,
        trunk=1,
        branch=ID,
        position=2,
        captured_at_ms=NOW,
        content=said,
        content_hash="",
        signature="",
    )
    sent = {
        "id": str(ID),
        "captureId": str(ID),
        "kind": "update",
        "trunk": 1,
        "branch": str(ID),
        "position": 2,
        "capturedAtMs": NOW,
        "content": said.stored(),
    }
    (text,) = ask("rules.js", "digested", [[sent, str(ID), str(ID)]])
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert digest == item_digest(item, staff_id=ID, device_id=ID)


def test_an_id_is_of_its_moment() -> None:
    (made,) = ask("rules.js", "newId", [[NOW, list(range(10))]])
    found = UUID(made)
    assert (found.version, found.int >> 80) == (7, NOW)


def test_a_step_follows_its_branch_until_the_platform_has_all_of_it() -> None:
    held = CAPTURE | {"held": True}
    calls = [[CAPTURE, 1, "n"], [CAPTURE, 0, "n"], [held, 0, "n"]]
    goes_on = {"trunk": 0, "branch": "b", "position": 3}
    assert ask("rules.js", "nextPlace", calls) == [
        goes_on,
        {"trunk": 3, "branch": "n", "position": 1},
        goes_on,
    ]


def test_only_what_the_platform_keeps_is_forgotten() -> None:
    calls = [[{"kept": True}], [{"kept": False}], [{}]]
    assert ask("rules.js", "mayForget", calls) == [True, False, False]


def test_a_roster_takes_the_parts_that_changed() -> None:
    roster = {"versions": ["a", "b"], "parts": [{"number": 0, "lines": [1]}, {"number": 1, "lines": [2]}]}  # fmt: skip
    answer = {"versions": ["a", "c"], "parts": [{"number": 1, "version": "c", "lines": [3]}]}
    (found,) = ask("rules.js", "merged", [[roster, answer]])
    assert [part["lines"] for part in found["parts"]] == [[1], [3]]
    assert found["versions"] == ["a", "c"]


def test_a_household_is_found_by_its_number_or_the_code_at_its_door() -> None:
    lines = [["x", "0012"], ["y", "001"], ["z", "012"]]
    calls = [[lines, "001"], [lines, "12"], [lines, ""], [lines, "9"]]
    assert ask("rules.js", "found", calls) == [[lines[1], lines[0]], [lines[0], lines[2]], [], []]
    codes = [["001"], [" https://x/h?n=001 "], ["suxin/household/001"]]
    assert ask("rules.js", "atTheDoor", codes) == ["001", "001", "001"]


def test_what_cannot_be_saved_is_said_beside_its_field() -> None:
    good = {"household": "h", "member": None, "times": 1, "photos": ["0"], "note": ""}
    calls = [
        [good, RULE, 300],
        [good | {"household": None}, None, 300],
        [good | {"times": 3, "photos": []}, RULE, 300],
        [good | {"note": "x" * 301}, RULE | {"forPerson": True}, 300],
    ]
    found = [sorted(one) for one in ask("rules.js", "wrongWith", calls)]
    assert found == [[], ["household", "rule"], ["photos", "times"], ["household", "note"]]


def test_a_pin_is_six_digits_that_nobody_guesses_first() -> None:
    calls = [["492750"], ["12345"], ["123456"], ["111111"], ["654321"], ["49275a"]]
    assert [bool(one) for one in ask("vault.js", "weakPin", calls)] == [False] + [True] * 5


def test_a_vault_opens_by_its_pin_alone() -> None:
    program = (
        f"import {{ newVault, opened, sealedThing, unsealedThing }} from {json.dumps((ASSETS / 'vault.js').as_uri())};"
        " const made = await newVault('492750', 1000);"
        " const box = await sealedThing(made.key, { a: 1 });"
        " const again = await opened(made.vault, '492750');"
        " console.log(JSON.stringify([await unsealedThing(again, box), await opened(made.vault, '492751')]));"
    )
    assert ran(program) == [{"a": 1}, None]


SENDING = """
import { newVault, sealedThing, unsealedThing } from %(vault)s;
import { sendItems } from %(sending)s;
const { key } = await newVault('492750', 1000);
const rows = { items: [], captures: [], photos: [] };
for (const id of ['a', 'b', 'c']) {
  rows.captures.push({ id, box: await sealedThing(key, { version: 0, state: null, content: {} }) });
  rows.items.push({ order: rows.items.length + 1, captureId: id, box: await sealedThing(key, { id: 'i' + id }) });
}
const store = {
  all: async (name) => [...rows[name]],
  one: async (name, id) => rows[name].find((one) => one.id === id),
  receive: async (orders, captures, blocked) => {
    rows.items = rows.items.filter((one) => !orders.includes(one.order)).map((one) => blocked.find((other) => other.order === one.order) ?? one);
    rows.captures = rows.captures.map((one) => captures.find((other) => other.id === one.id) ?? one);
  },
};
// Of the first message everything is lost but one receipt; the second one keeps one thing and refuses another.
const answers = [['ia', true], ['ib', true, 'ic', false]];
const sent = [];
globalThis.fetch = async (path, { body }) => {
  sent.push(JSON.parse(body).items.map((one) => one.id));
  const said = answers.shift();
  const receipts = [];
  for (let at = 0; at < said.length; at += 2) receipts.push({ id: said[at], kept: said[at + 1], first: 'accepted', openFields: [], reasonZh: 'x', capture: { version: 1, state: 'RECORDED', problemZh: null, content: {} } });
  return new Response(JSON.stringify({ receipts }));
};
const turn = (work) => work();
await sendItems({ store, key, door: { deviceId: 'd' } }, 'csrf', { turn, drawn: async () => {} });
const states = await Promise.all(rows.captures.map(async (one) => (await unsealedThing(key, one.box)).state));
console.log(JSON.stringify([sent, rows.items.map((one) => [one.captureId, one.blocked ?? null]), states]));
"""


def test_a_phone_forgets_what_it_has_a_receipt_for_and_nothing_else() -> None:
    places = {name: json.dumps((ASSETS / f"{name}.js").as_uri()) for name in ("vault", "sending")}
    sent, left, states = ran(SENDING % places)
    assert sent == [["ia", "ib", "ic"], ["ib", "ic"]]
    assert left == [["c", "x"]]
    assert states == ["RECORDED", "RECORDED", None]


def test_recording_goes_on_until_what_the_platform_said_and_a_roster_as_long() -> None:
    until = "2026-12-07T02:00:00Z"
    at = 1_796_608_800_000
    calls = [[{"captureUntil": until}, at - 1], [{"captureUntil": until}, at], [{}, at]]
    assert ask("rules.js", "goesOn", calls) == [True, False, False]
    doors = [[{"rosterUntil": at}, at], [{"rosterUntil": at}, at + 1], [{"rosterUntil": None}, at]]
    assert ask("rules.js", "rosterOver", doors) == [False, True, False]


def test_a_phone_asks_of_what_may_still_change() -> None:
    calls = [[one] for one in ({"state": "OPEN"}, {"state": "RECORDED"}, {"state": "RECORDED", "conflict": True}, {"state": "LAPSED"}, {"state": "WITHDRAWN", "held": True})]  # fmt: skip
    found = [bool(one) for one in ask("rules.js", "unsettled", calls)]
    assert found == [True, False, True, False, True]
