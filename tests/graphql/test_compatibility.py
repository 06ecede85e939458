"""Integrations are broken knowingly: a change that breaks them fails the checks unless the changelog says it."""

from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from graphql import GraphQLSchema, is_enum_type, is_input_object_type, is_object_type

from suxin_graphql.deprecations import LEAST_TIME, deprecated, served
from suxin_graphql.schema import export_schema, schema
from suxin_server import schema_admin
from suxin_server.cli import cli

SCHEMA = export_schema()
HEAD = "# Changelog\n\n## 0.2.0 (unreleased)\n\n- Something new.\n"
TAIL = "\n## 0.1.0\n\n- Something old.\n"
BREAKING = {
    "a field is gone": ("  nextDueAt: DateTime!\n", "", "Field Referral.nextDueAt was removed."),
    "a field may be null": (
        "  decideBy: DateTime!\n",
        "  decideBy: DateTime\n",
        "Field Referral.decideBy changed type from DateTime! to DateTime.",
    ),
    "an argument is gone": (
        ", states: [ReferralState!] = null",
        ", gone: Int",
        "Argument Query.referrals(states:) was removed.",
    ),
    "an argument must be given": (
        "  inboxCounts: InboxCounts!",
        "  inboxCounts(at: DateTime!): InboxCounts!",
        "A required argument Query.inboxCounts(at:) was added.",
    ),
    "a value is gone": (
        '  """已联系 · the applicant was contacted"""\n  CONTACTED\n',
        "",
        "Enum value ReferralState.CONTACTED was removed.",
    ),
    "an input must say more": (
        "input CodeChoice {\n",
        "input CodeChoice {\n  more: Int!\n",
        "A required field CodeChoice.more was added.",
    ),
    "a mutation no longer says why not": (
        " | OutsideOwnArea | StepNotPossible",
        " | StepNotPossible",
        "OutsideOwnArea was removed from union type AcceptReferralResult.",
    ),
}


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout in which this schema was released; checks it with another one and a changelog."""
    folder = tmp_path / "graphql"
    folder.mkdir()
    file, released = folder / "schema.graphql", folder / schema_admin.RELEASED
    released.write_text(SCHEMA, encoding="utf-8")

    def check(changed: str, changelog: str = HEAD + TAIL):
        file.write_text(changed, encoding="utf-8")
        (tmp_path / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
        monkeypatch.setattr(schema_admin, "export_schema", lambda: changed)
        ran = CliRunner().invoke(cli, ["schema", "export", "--check", "--path", str(file)])
        assert released.read_text(encoding="utf-8") == SCHEMA
        return ran

    return check


@pytest.mark.parametrize("name", BREAKING)
def test_what_breaks_is_told_or_fails(checkout, name):
    old, new, told = BREAKING[name]
    assert old in SCHEMA
    changed = SCHEMA.replace(old, new)
    refused = checkout(changed)
    assert isinstance(refused.exception, schema_admin.BreakingUntold)
    assert f"Breaking: {told}" in str(refused.exception)
    untold = [f"Breaking: {line}" for line in str(refused.exception).split("Breaking: ")[1:]]
    # As the changelog has it: in a list, and with lines of its own width.
    lines = "".join(
        f"- Breaking: {line[10:].strip().replace(' was ', chr(10) + '  was ')}\n" for line in untold
    )
    assert checkout(changed, HEAD + lines + TAIL).exit_code == 0
    of_another_release = checkout(changed, HEAD + TAIL + lines)
    assert isinstance(of_another_release.exception, schema_admin.BreakingUntold)


def test_what_is_added_stops_nothing_and_what_may_surprise_is_said(checkout):
    added = SCHEMA.replace("enum ReferralState {\n", "enum ReferralState {\n  FROZEN\n")
    ran = checkout(added.replace("type InboxCounts {\n", "type InboxCounts {\n  frozen: Int\n"))
    assert ran.exit_code == 0, ran.output
    assert "ReferralState.FROZEN" in ran.output
    assert "InboxCounts.frozen" not in ran.output


def test_the_schema_that_is_released_becomes_the_next_ones_measure(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "graphql").mkdir()
    assert CliRunner().invoke(cli, ["schema", "release"]).exit_code == 0
    assert (tmp_path / "graphql" / schema_admin.RELEASED).read_text(encoding="utf-8") == SCHEMA


def deprecations(of: GraphQLSchema):
    """Every deprecated element of a schema, with its reason."""
    for kind in of.type_map.values():
        if is_enum_type(kind):
            yield from (
                (f"{kind}.{name}", one.deprecation_reason) for name, one in kind.values.items()
            )
        if is_object_type(kind) or is_input_object_type(kind):
            for name, field in kind.fields.items():
                yield f"{kind}.{name}", field.deprecation_reason
                for argument, one in getattr(field, "args", {}).items():
                    yield f"{kind}.{name}({argument}:)", one.deprecation_reason


def test_whatever_is_deprecated_says_since_when_and_until_when():
    found = {
        name: served(reason)
        for name, reason in deprecations(schema._schema)
        if reason is not None and not name.startswith("__")
    }
    assert "Query.referrals(states:)" in found
    for name, dates in found.items():
        assert dates is not None, name
        assert dates.until - dates.since >= LEAST_TIME, name


def test_nothing_is_deprecated_for_less_than_a_year():
    since = date(2026, 11, 29)
    words = {"zh": "改用别的", "en": "use another"}
    assert served(deprecated(since=since, until=since + LEAST_TIME, **words)) == (
        since,
        since + LEAST_TIME,
    )
    with pytest.raises(ValueError, match="365"):
        deprecated(since=since, until=since + LEAST_TIME - timedelta(days=1), **words)
    assert served("no longer supported") is None
