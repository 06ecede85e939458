"""Ids: version, order, and the one spelling that is read."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suxin.kernel import ids
from suxin.kernel.ids import new_id, parse_id, random_ids
from suxin.kernel.refusals import Invalid

NOW = datetime(2026, 9, 30, 2, 0, 0, 123_456, tzinfo=UTC)


def millisecond(made: uuid.UUID) -> int:
    return made.int >> 80


def test_an_id_is_a_uuid_of_version_7_dated_by_its_argument():
    made = new_id(NOW)
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert millisecond(made) == 1_790_733_600_123


def test_many_ids_are_of_version_7_dated_by_their_argument_and_all_different():
    made = [uuid.UUID(one) for one in random_ids(NOW, 3_000)]
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
    assert {millisecond(one) for one in made} == {1_790_733_600_123}
    assert len({*made}) == 3_000
    # Every bit but those of version and variant is random.
    assert {one.hex[16] for one in made} == {*"89ab"}
    with pytest.raises(ValueError, match="time zone"):
        list(random_ids(NOW.replace(tzinfo=None), 1))


def test_ids_of_one_millisecond_grow_and_differ():
    made = [new_id(NOW) for _ in range(5_000)]
    assert made == sorted(made)
    assert len(set(made)) == 5_000
    assert {millisecond(one) for one in made} == {1_790_733_600_123}


def test_requests_with_times_of_their_own_interleave_without_losing_order():
    later = NOW + timedelta(milliseconds=5)
    made = [(new_id(NOW), new_id(later)) for _ in range(200)]
    firsts, seconds = [one for one, _ in made], [two for _, two in made]
    assert firsts == sorted(firsts)
    assert seconds == sorted(seconds)
    assert firsts[-1] < seconds[0]


def test_ids_by_the_clock_grow_even_when_it_is_set_back(monkeypatch):
    clock = iter([2_000_000_000_000_000_000, 1_999_999_999_000_000_000, 2_000_000_000_001_000_000])
    monkeypatch.setattr(ids, "_sequence", ids._Sequence())
    monkeypatch.setattr(ids.time, "time_ns", lambda: next(clock))
    made = [new_id() for _ in range(3)]
    assert made == sorted(made)
    assert [millisecond(one) for one in made] == [
        2_000_000_000_000,
        2_000_000_000_000,
        2_000_000_000_001,
    ]


def test_a_future_date_does_not_pin_the_clock():
    new_id(datetime(2200, 1, 1, tzinfo=UTC))
    assert millisecond(new_id()) < 7_000_000_000_000


def test_threads_never_make_the_same_id():
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: new_id(NOW), range(4_000)))
    assert len(set(made)) == 4_000


def test_only_so_many_milliseconds_are_remembered(monkeypatch):
    sequence = ids._Sequence()
    monkeypatch.setattr(ids, "_sequence", sequence)
    for step in range(ids.REMEMBERED_MILLISECONDS + 50):
        new_id(NOW + timedelta(milliseconds=step))
    assert len(sequence._tails) == ids.REMEMBERED_MILLISECONDS


def test_a_forked_child_starts_its_own_tails(monkeypatch):
    sequence = ids._Sequence()
    monkeypatch.setattr(ids, "_sequence", sequence)
    new_id(NOW)
    sequence.forget()
    assert len(sequence._tails) == 0


@pytest.mark.parametrize("now", [datetime(2026, 1, 1), datetime(1969, 12, 31, tzinfo=UTC)])
def test_a_time_that_cannot_date_an_id_is_a_defect(now):
    with pytest.raises(ValueError, match="the time of an id"):
        new_id(now)


@given(st.uuids())
def test_the_canonical_form_is_read_in_either_case(made):
    assert parse_id(str(made), field="id") == made
    assert parse_id(str(made).upper(), field="id") == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0190163d8694739baea5966c26f8ad91",
        "{0190163d-8694-739b-aea5-966c26f8ad91}",
        "urn:uuid:0190163d-8694-739b-aea5-966c26f8ad91",
        "0190163d-8694-739b-aea5-966c26f8ad91\n",
        "0190163d-8694-739b-aea5-966c26f8ad9g",
        "0190163d-8694-739b-aea5-966c26f8ad9١",
        None,
        7,
    ],
)
def test_anything_else_is_refused_with_its_field(text):
    with pytest.raises(Invalid) as refused:
        parse_id(text, field="loanId")
    assert refused.value.field == "loanId"
    assert refused.value.code == "INVALID"
    assert refused.value.zh_message == (
        "填写有误：应为 36 位的标识（如 0190163d-8694-739b-aea5-966c26f8ad91）"
    )
