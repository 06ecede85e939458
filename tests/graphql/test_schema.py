"""The schema as it is checked in, and what it promises about itself."""

from pathlib import Path

from graphql import build_schema, is_enum_type, parse, validate

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
    assert len(enums) == 23
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
