"""How large a request may be: each bound, on both sides, by its own code."""

import pytest

IDS = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"


def nested(levels: int) -> str:
    """A document that nests so many fields."""
    rest = levels - 2
    return '{ loanProduct(id: "x") { ' + "draftOf { " * rest + "id" + " }" * rest + " } }"


def fanned(fields: int) -> str:
    """A small document whose fragments, written out, have about so many fields."""

    def ten(name: str) -> str:
        return f" ...{name}" * 10

    return (
        f"{{ viewer {{ {ten('A')} }} }} fragment A on Viewer {{ {ten('B')} }}"
        f" fragment B on Viewer {{ {'permissions ' * (fields // 100)} }}"
    )


async def test_depth(bank_a):
    assert await bank_a.codes(nested(12)) == ["NOT_FOUND"]
    assert await bank_a.codes(nested(13)) == ["DOCUMENT_TOO_DEEP"]
    assert await bank_a.codes(nested(600)) == ["DOCUMENT_TOO_DEEP"]


async def test_depth_counts_through_fragments(bank_a):
    rest = "draftOf { " * 6 + "id" + " }" * 6
    document = (
        '{ loanProduct(id: "x") { ...A } } '
        f"fragment A on LoanProduct {{ draftOf {{ draftOf {{ draftOf {{ ...B }} }} }} }} "
        f"fragment B on LoanProduct {{ ... on LoanProduct {{ draftOf {{ {rest} }} }} }}"
    )
    assert await bank_a.codes(document) == ["NOT_FOUND"]
    assert await bank_a.codes(document.replace("{ id", "{ draftOf { id }")) == ["DOCUMENT_TOO_DEEP"]


async def test_aliases(bank_a):
    aliases = " ".join(f"a{number}: permissions" for number in range(31))
    assert await bank_a.codes(f"{{ viewer {{ {aliases} }} }}") == ["TOO_MANY_ALIASES"]
    within = " ".join(f"a{number}: areas" for number in range(30))
    assert len((await bank_a.data(f"{{ viewer {{ {within} }} }}"))["viewer"]) == 30


async def test_tokens(bank_a):
    assert await bank_a.codes("{ viewer {" + " permissions" * 2_000 + "} }") == [
        "DOCUMENT_TOO_LONG"
    ]
    assert await bank_a.codes("#\n" * 300 + "{ viewer { areas } }") == ["DOCUMENT_TOO_LONG"]
    assert await bank_a.codes("{ viewer { areas } }" + " " * 70_000) == ["DOCUMENT_TOO_LONG"]


async def test_fields_with_fragments_written_out(bank_a):
    assert await bank_a.codes(fanned(1_000)) == ["TOO_MANY_FIELDS"]
    assert set(await bank_a.data(fanned(900))) == {"viewer"}


async def test_one_field_over_and_over(bank_a):
    assert await bank_a.codes(f"{{ viewer {{ {'areas ' * 11} }} }}") == ["FIELD_REPEATED"]
    assert await bank_a.data(f"{{ viewer {{ {'areas ' * 10} }} }}") == {"viewer": {"areas": []}}
    # An alias is the name that counts; a document that does not fit the schema is no exception.
    assert await bank_a.codes(f"{{ {'a: nothing ' * 11} }}") == ["FIELD_REPEATED"]


async def test_directives_at_one_place(bank_a):
    assert await bank_a.codes(f"{{ viewer {{ areas {'@x ' * 5} }} }}") == ["TOO_MANY_DIRECTIVES"]
    assert await bank_a.codes("query { viewer { ... @x @x @x @x @x { areas } } }") == [
        "TOO_MANY_DIRECTIVES"
    ]
    fine = "{ viewer { areas @skip(if: false) @include(if: true) } }"
    assert await bank_a.data(fine) == {"viewer": {"areas": []}}


@pytest.mark.parametrize("first", [0, -1, 101, 2**31 - 1])
async def test_page_sizes(bank_a, case, first):
    variable = "query ($n: Int!) { referrals(first: $n) { totalCount } }"
    assert await bank_a.codes(variable, n=first) == ["PAGE_SIZE_OUT_OF_RANGE"]
    literal = f"{{ referrals(first: {first}) {{ totalCount }} }}"
    assert await bank_a.codes(literal) == ["PAGE_SIZE_OUT_OF_RANGE"]
    default = f"query ($n: Int! = {first}) {{ referrals(first: $n) {{ totalCount }} }}"
    assert await bank_a.codes(default) == ["PAGE_SIZE_OUT_OF_RANGE"]
    inner = f"{{ referrals(first: 1) {{ edges {{ node {{ offers(first: {first}) {{ totalCount }} }} }} }} }}"
    assert await bank_a.codes(inner) == ["PAGE_SIZE_OUT_OF_RANGE"]


async def test_a_page_size_is_required(bank_a):
    assert await bank_a.codes("{ referrals { totalCount } }") == ["DOCUMENT_INVALID"]
    assert await bank_a.codes("query ($n: Int) { referrals(first: $n) { totalCount } }", n=1) == [
        "DOCUMENT_INVALID"
    ]
    assert (await bank_a.data("{ referrals(first: 100) { totalCount } }"))["referrals"] == {
        "totalCount": 0
    }


async def test_lists(bank_a):
    assert (await bank_a.codes(IDS, ids=["x"] * 100)) == ["NOT_FOUND"] * 100
    assert await bank_a.codes(IDS, ids=["x"] * 101) == ["LIST_TOO_LONG"]
    literal = ", ".join(['"x"'] * 101)
    assert await bank_a.codes(f"{{ nodes(ids: [{literal}]) {{ id }} }}") == ["LIST_TOO_LONG"]
    inner = {"criteria": [{"criterion": "HONOUR_ANY", "names": ["x"] * 101}]}
    assert await bank_a.codes(IDS, ids=["x"], more=inner) == ["LIST_TOO_LONG"]


async def test_nesting_of_variables(bank_a):
    deep: object = "x"
    for _ in range(200):
        deep = [deep]
    assert await bank_a.codes(IDS, ids=["x"], more=deep) == ["VARIABLES_TOO_DEEP"]


async def test_a_character_that_no_database_stores(bank_a):
    assert await bank_a.codes(IDS, ids=["a\0b"]) == ["CHARACTER_NOT_STORABLE"]
    assert await bank_a.codes('{ node(id: "\\u0000") { id } }') == ["CHARACTER_NOT_STORABLE"]


async def test_limits_are_refused_before_anything_is_read(bank_a, statements):
    await bank_a.run("viewer")
    async with statements() as usual:
        await bank_a.data("{ __typename }")
    async with statements() as sent:
        await bank_a.codes(nested(13))
    assert len(sent) == len(usual)


async def test_who_is_logged_in_may_look_at_the_schema(bank_a):
    from graphql import get_introspection_query

    found = (await bank_a.data(get_introspection_query()))["__schema"]
    assert found["queryType"]["name"] == "Query"
    assert "Referral" in {one["name"] for one in found["types"]}


async def test_the_schema_cannot_be_used_to_ask_for_itself_without_end(bank_a):
    inner = "name"
    for _ in range(6):
        inner = f"fields {{ type {{ {inner} }} }}"
    assert await bank_a.codes(f'{{ __type(name: "Query") {{ {inner} }} }}') == ["DOCUMENT_INVALID"]
