"""Global ids: opaque, of one type, of one tenant, in one spelling."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.refusals import NotFound
from suxin_graphql.ids import KINDS, from_global, local_id, to_global

A, B = (
    Actor(kind=ActorKind.STAFF, request_id="test", tenant_id=UUID(int=number)) for number in (1, 2)
)


@given(st.sampled_from(sorted(KINDS)), st.uuids())
def test_there_and_back(kind, thing):
    text = to_global(kind, thing, A)
    assert from_global(text, A) == (kind, thing)
    assert len(text) == 46
    with pytest.raises(NotFound):
        from_global(text, B)


@given(st.text(max_size=60))
def test_other_texts_are_none(text):
    with pytest.raises(NotFound):
        from_global(text, A)


def test_one_spelling_only():
    text = to_global("Offer", UUID(int=7), A)
    for spelled in (text + "=", text + "==", text.lower(), text[:-1] + "x", " " + text, text * 2):
        with pytest.raises(NotFound):
            from_global(spelled, A)


def test_an_id_of_another_type():
    text = to_global("Lead", UUID(int=7), A)
    with pytest.raises(NotFound) as refused:
        local_id(text, "Referral", A, field="referralId")
    assert (refused.value.field, refused.value.facts["thing_zh"]) == ("referralId", "对接申请")


def test_numbers_are_never_given_twice():
    numbers = [kind.number for kind in KINDS.values()]
    assert sorted(set(numbers)) == sorted(numbers)
