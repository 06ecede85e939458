"""The category of data that a field needs: said once at the field, told by the receipts, and nothing without it."""

import pytest
from graphql import GraphQLObjectType, get_named_type
from small_scores import build_scores

from suxin.subjects.models import DataCategory
from suxin_graphql.applicants import Applicant, LoanRequest, Person
from suxin_graphql.execution.records import Record, category_of, type_name
from suxin_graphql.schema import schema
from suxin_graphql.tiers import Grade

OF_NOBODY = {"Area", "CatalogueItem", "Consent"}
"""What is reached from an applicant and is about the city, the catalogue or the reader's own permission."""
OF_ITS_ROW = {"CreditRecord"}
"""Rows of every category: each says its own, and the core gives those that the basis names."""


def _every(cls: type[Record] = Record) -> list[type[Record]]:
    return [one for child in cls.__subclasses__() for one in (child, *_every(child))]


def _reached(start: str) -> set[str]:
    found: set[str] = set()
    left = [start]
    while left:
        kind = schema._schema.type_map[left.pop()]
        if not isinstance(kind, GraphQLObjectType) or kind.name in found | OF_NOBODY:
            continue
        found.add(kind.name)
        left += [get_named_type(field.type).name for field in kind.fields.values()]
    return found


def test_every_type_that_is_told_about_an_applicant_says_its_category() -> None:
    kinds = {type_name(cls): cls for cls in _every() if hasattr(cls, "__strawberry_definition__")}
    told = {name for name in _reached("Applicant") if name in kinds}
    assert told == {"Applicant", "CreditRecord", "Grade", "LoanRequest", "Person"}
    without = {name for name in told if kinds[name].__category__ is None}
    assert without == OF_ITS_ROW
    assert all("category" in schema._schema.type_map[name].fields for name in OF_ITS_ROW)


@pytest.fixture
async def opened(case):
    await case.accept()
    await build_scores(case.city)
    await case.consent()
    return case


@pytest.mark.parametrize(
    ("asked", "needed"),
    [
        ("name uscc", {category_of(Applicant, "name"), category_of(LoanRequest, "number")}),
        (
            "person { name phone }",
            {category_of(Person, "name"), category_of(Person, "phone")},
        ),
        ("grades(first: 1) { edges { node { tier } } }", {category_of(Grade, "tier")}),
    ],
    ids=["applicant", "person", "grades"],
)
async def test_the_receipts_name_what_the_fields_say_they_need(
    bank_a, opened, receipts, asked, needed
):
    document = f"query ($id: ID!) {{ referral(id: $id) {{ applicant {{ {asked} }} }} }}"
    await bank_a.data(document, id=opened.referral_id)
    named = {one for receipt in await receipts() for one in receipt["categories"]}
    opening = {DataCategory.REGISTRATION, DataCategory.LOAN_REQUEST}
    assert None not in needed
    assert named == {one.value for one in needed | opening}


@pytest.mark.parametrize(
    ("category", "asked", "left"),
    [
        (category_of(Applicant, "person"), "person { name }", {"person": None}),
        (category_of(Person, "phone"), "person { phone }", {"person": {"phone": None}}),
        (
            category_of(Applicant, "grades"),
            "grades(first: 1) { edges { node { tier } } }",
            {"grades": {"edges": []}},
        ),
    ],
    ids=["person", "phone", "grades"],
)
async def test_without_the_category_a_field_tells_nothing_and_leaves_no_receipt_of_it(
    bank_a, opened, receipts, admin, category, asked, left
):
    await admin.execute(
        "update access_bases set categories = array_remove(categories, $1)", category.value
    )
    document = f"query ($id: ID!) {{ referral(id: $id) {{ applicant {{ {asked} }} }} }}"
    data = await bank_a.data(document, id=opened.referral_id)
    assert data["referral"]["applicant"] == left
    named = {one for receipt in await receipts() for one in receipt["categories"]}
    assert category.value not in named
