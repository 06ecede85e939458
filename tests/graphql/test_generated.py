"""Schemathesis against GraphQL: whatever fits the schema is answered, and no answer is a defect."""

from dataclasses import replace
from itertools import product

import pytest
import schemathesis
from graphql import introspection_from_schema
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from suxin_graphql.schema import schema

KNOWN = schema._schema
EXAMPLES = 5
ROOTS = [
    *product(["Query"], sorted(KNOWN.query_type.fields)),
    *product(["Mutation"], sorted(KNOWN.mutation_type.fields)),
]
"""A budget of seconds in all: schemathesis is thorough elsewhere, and here it is to find what nobody thought of."""

for name, values in {
    "Fen": st.integers(-(2**60), 2**60).map(nodes.Int),
    "Date": st.dates().map(str).map(nodes.String),
    "DateTime": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z").map(nodes.String),
    "JSON": st.sampled_from(["{}", '{"criterion": "HONOUR_ANY"}', "[1]"]).map(nodes.String),
}.items():
    schemathesis.graphql.scalar(name, values)

GENERATED = schemathesis.graphql.from_dict(introspection_from_schema(KNOWN))


@pytest.fixture
def runtime(runtime, providers):
    """The runtime with a way to tenants' providers, of which none of these addresses is one."""
    return replace(runtime, providers=providers)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[*HealthCheck],
)
@given(data=st.data())
async def test_whatever_fits_the_schema_is_answered(bank_a, case, data):
    for kind, name in ROOTS:
        asked = data.draw(GENERATED[kind][name].as_strategy())
        await answered(bank_a, asked.body)


async def answered(caller, query):
    """Ask, and be answered by no defect."""
    answer = await caller.post({"query": query})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body.keys() <= {"data", "errors", "extensions"}
    for error in body.get("errors", []):
        # The document fits the schema; numbers and texts in it may be ones that are not taken.
        assert error["extensions"]["code"] != "INTERNAL_ERROR", query
    assert "errors" in body or body["data"]
