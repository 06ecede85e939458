"""The schema as it is checked in, and what it promises about itself."""

from pathlib import Path

from graphql import (
    GraphQLList,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_leaf_type,
    is_object_type,
    parse,
    validate,
)

from suxin_graphql.schema import export_schema, schema

FOLDER = Path(__file__).parents[2] / "graphql"


def test_the_checked_in_schema_is_current():
    assert (FOLDER / "schema.graphql").read_text(encoding="utf-8") == export_schema()


def test_the_documents_are_valid_against_the_checked_in_schema():
    checked_in = build_schema((FOLDER / "schema.graphql").read_text(encoding="utf-8"))
    for path in sorted((FOLDER / "operations").glob("*.graphql")):
        assert validate(checked_in, parse(path.read_text(encoding="utf-8"))) == [], path.name


def test_every_enumeration_and_its_members_are_described_in_both_languages():
    enums = [
        found
        for found in schema._schema.type_map.values()
        if is_enum_type(found) and not found.name.startswith("__")
    ]
    assert len(enums) == 133
    for found in enums:
        assert found.description, found.name
        for name, value in found.values.items():
            zh, _, en = (value.description or "").partition(" · ")
            assert "" not in (zh, en), f"{found.name}.{name}"


def test_every_root_field_is_described():
    for root in (schema._schema.query_type, schema._schema.mutation_type):
        assert {name for name, field in root.fields.items() if not field.description} == set()


def test_every_type_is_described():
    bare = {
        name
        for name, found in schema._schema.type_map.items()
        if not name.startswith("__") and not found.description
    }
    assert bare == set()


def test_every_page_asks_for_its_size():
    for found in schema._schema.type_map.values():
        for name, field in getattr(found, "fields", {}).items():
            if str(field.type).rstrip("!").endswith("Connection"):
                assert str(field.args["first"].type) == "Int!", f"{found.name}.{name}"


def lists_of_things(kind):
    """The fields of a type that are lists of objects, as many as there may be."""
    for name, field in kind.fields.items():
        bare = get_nullable_type(field.type)
        if isinstance(bare, GraphQLList) and not is_leaf_type(get_named_type(bare)):
            yield f"{kind.name}.{name}"


BOUNDED = {
    "FetchTiersPayload.tiers": "one for each model, at most MAX_TIERS",
    "Grade.reasons": "a part of one grade, at most MAX_INDICATORS",
    "Query.ratingStanding": "one for each state and grade there is",
    "Query.nodes": "as many as there are ids, of which MAX_LIST are taken",
    "LoanProduct.criteria": "a part of one product, at most MAX_CRITERIA",
    "RequestConsentPayload.cuts": "one for each limit of a purpose, and one for each category",
    "PerkProgramme.offers": "a part of one programme, at most MAX_OFFERS",
    "PerkScenario.offers": "a part of one template, at most MAX_OFFERS",
    "Query.perkScenarios": "the templates, which are part of the program",
    "Query.eventTypes": "the catalogue, which is part of the program",
    "PointRuleSet.rules": "a part of one version, at most MAX_RULES",
    "PointRule.caps": "a part of one rule, at most MAX_CAPS",
    "ShopRedemption.lines": "what one redemption is of, at most MAX_LINES",
    "EventType.fields": "a part of the catalogue",
    "SandboxConformance.findings": "one for each of the named behaviours",
    "PoolClaim.gaps": "one for each kind of gap there is",
    "FileLoansPayload.outcomes": "one for each that was sent, of which MAX_LIST are taken",
    "ReportRepaymentsPayload.outcomes": "one for each that was sent, of which MAX_LIST are taken",
    "MaterialRequest.items": "what one request asks for, at most MAX_ITEMS",
    "ProductReplay.criteria": "those of two versions of one product, at most MAX_CELLS",
    "ServiceOrder.payments": "what one order asks for, at most MAX_PAYMENTS",
    "ServiceOrder.discounts": "what is taken off one order, at most MAX_DISCOUNTS",
    "OfferPreview.instalments": "figures that are stored nowhere, at most MAX_TERM_MONTHS",
}


def test_whatever_may_be_many_comes_in_pages():
    found = {
        field
        for kind in schema._schema.type_map.values()
        if is_object_type(kind) and not kind.name.startswith("__")
        for field in lists_of_things(kind)
    }
    pages = {field for field in found if field.endswith("Connection.edges")}
    assert len(pages) == 52
    assert found - pages == set(BOUNDED)


def test_every_mutation_takes_a_key_and_says_whether_it_was_a_replay():
    mutations = schema._schema.mutation_type.fields
    assert len(mutations) == 89
    for name, field in mutations.items():
        assert {one: str(argument.type) for one, argument in field.args.items()} == {
            "input": f"{name[0].upper()}{name[1:]}Input!"
        }
        key = schema._schema.get_type(f"{name[0].upper()}{name[1:]}Input").fields["idempotencyKey"]
        assert str(key.type) == "String!", name
        payloads = [one for one in field.type.of_type.types if "replayed" in one.fields]
        refusals = [one for one in field.type.of_type.types if one not in payloads]
        assert [one.name for one in payloads] == [f"{name[0].upper()}{name[1:]}Payload"]
        assert str(payloads[0].fields["replayed"].type) == "Boolean!", name
        assert all("Refusal" in map(str, one.interfaces) for one in refusals), name
        assert {"IdempotencyKeyInvalid", "IdempotencyKeyReused", "RequestInFlight"} <= {
            one.name for one in refusals
        }
