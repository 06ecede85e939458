"""What of a document is deprecated is found wherever it stands: in its fields, arguments, values and variables."""

from datetime import datetime
from uuid import uuid4

import pytest
from graphql import build_schema, parse, print_schema, validate

from suxin.kernel.actor import Actor, ActorKind
from suxin_graphql import usage
from suxin_graphql.documents import prepare
from suxin_graphql.schema import schema
from suxin_graphql.usage import MAX_NOTED, NOTED, NOTHING, deprecated_in, note

SCHEMA = build_schema("""
type Query {
  things(kind: Kind, filter: Filter, old: Int @deprecated, kinds: [[Kind!]]): [Thing]
  old: Int @deprecated(reason: "gone")
}
interface Named { name: String oldName: String @deprecated }
type Thing implements Named { name: String oldName: String things(old: [Int] @deprecated): Int }
enum Kind { NEW OLD @deprecated }
input Filter { kind: Kind not: Filter text: String @deprecated }
""")
NOW = datetime.fromisoformat("2026-11-20T17:00:00+00:00")


def found(text: str, **variables: object) -> set[str]:
    document = parse(text)
    assert validate(SCHEMA, document) == []
    return set(deprecated_in(SCHEMA, document).used(variables))


@pytest.mark.parametrize(
    ("text", "coordinates"),
    [
        ("{ things { name } }", set()),
        ("{ things(kind: NEW, filter: {kind: NEW, not: {}}) { name } }", set()),
        ("{ old }", {"Query.old"}),
        ("{ renamed: old @include(if: false) again: old }", {"Query.old"}),
        ("{ things(old: 1) { name } }", {"Query.things(old:)"}),
        ("query ($n: Int) { things(old: $n) { name } }", {"Query.things(old:)"}),
        ("{ things(kind: OLD) { name } }", {"Kind.OLD"}),
        ("{ things(kinds: [[NEW, OLD]]) { name } }", {"Kind.OLD"}),
        ('{ things(filter: {not: {text: "x"}}) { name } }', {"Filter.text"}),
        ("{ things { things(old: [1]) } }", {"Thing.things(old:)"}),
        ("{ things { ...on Named { oldName } } }", {"Named.oldName"}),
        ("query ($k: Kind = OLD) { things(kind: $k) { name } }", {"Kind.OLD"}),
        (
            "{ ...F } fragment F on Query { old things(kind: OLD) { name } }",
            {"Query.old", "Kind.OLD"},
        ),
    ],
)
def test_what_a_document_names(text, coordinates):
    assert found(text) == coordinates
    assert (deprecated_in(SCHEMA, parse(text)) is NOTHING) == (not coordinates and "$k" not in text)


VARIABLES = (
    "query ($f: Filter, $k: Kind, $l: [[Kind!]]) {"
    " things(filter: $f, kind: $k, kinds: $l) { name } }"
)


@pytest.mark.parametrize(
    ("variables", "coordinates"),
    [
        ({}, set()),
        ({"f": None, "k": "NEW", "l": [["NEW"], None]}, set()),
        ({"k": "OLD"}, {"Kind.OLD"}),
        ({"l": [["NEW"], ["OLD"]]}, {"Kind.OLD"}),
        ({"l": "OLD"}, {"Kind.OLD"}),
        ({"f": {"kind": "OLD"}}, {"Kind.OLD"}),
        ({"f": {"not": {"not": {"text": "x"}}}}, {"Filter.text"}),
        # What does not fit is refused elsewhere, and is no use of anything.
        ({"f": 1, "k": {"OLD": 1}, "l": {}}, set()),
        ({"f": {"nothing": "OLD"}}, set()),
    ],
)
def test_what_the_variables_hold(variables, coordinates):
    assert found(VARIABLES, **variables) == coordinates


def test_a_document_without_anything_deprecated_costs_nothing_more():
    known = schema._schema
    assert "@deprecated" in print_schema(known)
    new = "{ referrals(first: 1, filter: {state: {in: [ACCEPTED]}}) { totalCount } }"
    assert prepare(known, new).deprecated is NOTHING
    old = "{ referrals(first: 1, states: [ACCEPTED]) { totalCount } }"
    assert prepare(known, old).deprecated.used({}) == {"Query.referrals(states:)"}
    invalid = "{ referrals(states: [ACCEPTED]) { totalCount } }"
    assert prepare(known, invalid).deprecated is NOTHING


@pytest.fixture
def counted():
    NOTED.clear()
    yield NOTED
    NOTED.clear()


def caller(**of) -> Actor:
    known = {"kind": ActorKind.CLIENT, "request_id": "test", "tenant_id": uuid4()}
    return Actor(**{**known, "client_id": str(uuid4()), **of})


def test_a_use_is_counted_for_its_client_and_its_day_in_shanghai(counted):
    deprecated = deprecated_in(SCHEMA, parse("{ old things(old: 1) { name } }"))
    one, other = caller(), caller()
    note(deprecated, None, one, now=NOW)
    note(deprecated, {}, one, now=NOW)
    note(deprecated, {}, other, now=NOW)
    assert {use.day.isoformat() for use in counted} == {"2026-11-21"}
    assert {(str(use.client_id), use.coordinate): times for use, times in counted.items()} == {
        (actor.client_id, coordinate): times
        for actor, times in ((one, 2), (other, 1))
        for coordinate in ("Query.old", "Query.things(old:)")
    }


def test_who_is_no_client_of_an_organisation_is_not_counted(counted):
    deprecated = deprecated_in(SCHEMA, parse("{ old }"))
    for actor in (caller(client_id=None), caller(client_id="suxin-desk"), caller(tenant_id=None)):
        note(deprecated, {}, actor, now=NOW)
    assert counted == {}


def test_the_memory_that_counts_take_is_bounded(counted, monkeypatch):
    assert MAX_NOTED == 10_000
    monkeypatch.setattr(usage, "MAX_NOTED", 2)
    deprecated = deprecated_in(SCHEMA, parse("{ old }"))
    callers = [caller() for _ in range(3)]
    for actor in callers * 2:
        note(deprecated, {}, actor, now=NOW)
    assert sorted(counted.values()) == [2, 2]
