"""Presenting: a pass is shown once, to one merchant, in time; forged, expired, replayed and strange codes are refused by name."""

from datetime import timedelta
from uuid import uuid4

import pytest

from suxin.subjects.models import PassKind
from suxin.subjects.presentation_codes import (
    PAPER_WINDOW,
    WINDOW,
    scanned_code,
    typed_code,
    window_of,
)
from suxin.subjects.presenting import (
    LIVES,
    MAX_FAILURES,
    CodeExpired,
    CodeForAnotherMerchant,
    CodeNotGenuine,
    CodeReplayed,
    CodeTriedTooOften,
    left_pass,
    open_pass,
    take_code,
)

PROGRAMME = uuid4()


class Counter:
    """One merchant's counter, and a resident who shows it codes."""

    def __init__(self, people, database, clerk, resident, now):
        self.database, self.sealer, self.now = database, people.sealer, now
        self.clerk, self.resident = clerk, resident

    async def opened(self, kind=PassKind.PHONE, at=None):
        moment = at or self.now
        async with self.database.transaction(self.resident, now=moment) as session:
            return await open_pass(
                session,
                self.resident,
                tenant_id=self.clerk.own_tenant,
                context_id=PROGRAMME,
                consent_id=None,
                kind=kind,
                sealer=self.sealer,
                now=moment,
            )

    async def take(self, code, after=timedelta(0), clerk=None):
        moment = self.now + after
        async with self.database.transaction(clerk or self.clerk, now=moment) as session:
            return await take_code(
                session, clerk or self.clerk, code=code, sealer=self.sealer, now=moment
            )

    def shown(self, opened, after=timedelta(0), *, scanned=True):
        window = window_of(self.now + after)
        if scanned:
            return scanned_code(opened.key, opened.number, window=window)
        return typed_code(opened.key, opened.number, kind=opened.kind, window=window)


@pytest.fixture
async def counter(people, database, reading, now):
    return Counter(people, database, reading.officer(), await people.proved(), now)


@pytest.mark.parametrize("scanned", [True, False])
async def test_a_code_is_taken_once(counter, counted, scanned):
    opened = await counter.opened()
    code = counter.shown(opened, scanned=scanned)
    taken = await counter.take(code)
    assert (taken.subject_id, taken.context_id) == (counter.resident.own_subject, PROGRAMME)
    with pytest.raises(CodeReplayed):
        await counter.take(code)
    with pytest.raises(CodeReplayed):
        await counter.take(counter.shown(opened, WINDOW), WINDOW)
    assert await counted("presentation_passes") == (1,)


async def test_a_code_is_good_in_its_window_and_the_next(counter):
    opened = await counter.opened()
    code = counter.shown(opened)
    with pytest.raises(CodeExpired):
        await counter.take(code, 2 * WINDOW)
    assert await counter.take(code, WINDOW)


async def test_a_phone_makes_codes_without_a_connection_until_its_pass_ends(counter):
    opened = await counter.opened()
    late = LIVES[PassKind.PHONE] - timedelta(seconds=1)
    over = LIVES[PassKind.PHONE]
    with pytest.raises(CodeExpired):
        await counter.take(counter.shown(opened, over), over)
    assert await counter.take(counter.shown(opened, late), late)


async def test_a_code_ahead_of_time_is_not_genuine_yet(counter):
    opened = await counter.opened()
    with pytest.raises(CodeNotGenuine):
        await counter.take(counter.shown(opened, WINDOW))


async def test_forged_codes_are_counted_and_end_the_pass(counter):
    opened = await counter.opened()
    forged = typed_code(b"\0" * 32, opened.number, kind=PassKind.PHONE, window=1)
    for _ in range(MAX_FAILURES):
        with pytest.raises(CodeNotGenuine):
            await counter.take(forged)
    with pytest.raises(CodeTriedTooOften):
        await counter.take(counter.shown(opened))
    again = await counter.opened()
    assert await counter.take(counter.shown(again))


async def test_a_number_nobody_has_is_not_genuine(counter):
    with pytest.raises(CodeNotGenuine):
        await counter.take(scanned_code(b"\0" * 32, 0, window=1))


async def test_a_code_is_for_the_merchant_it_was_opened_for(counter, reading):
    opened = await counter.opened()
    with pytest.raises(CodeForAnotherMerchant):
        await counter.take(counter.shown(opened), clerk=reading.officer())
    assert await counter.take(counter.shown(opened))


async def test_a_new_pass_ends_the_last_one_of_its_kind(counter, counted, database, now):
    first, paper = await counter.opened(), await counter.opened(PassKind.PAPER)
    second = await counter.opened()
    assert await counted("presentation_passes") == (2,)
    with pytest.raises(CodeNotGenuine):
        await counter.take(counter.shown(first))
    async with database.snapshot(counter.resident, now=now) as session:
        left = await left_pass(session, counter.resident, kind=PassKind.PHONE, now=now)
    assert left is not None
    assert left.context_id == PROGRAMME
    assert await counter.take(counter.shown(second))
    code = typed_code(paper.key, paper.number, kind=PassKind.PAPER, window=PAPER_WINDOW)
    assert await counter.take(code, timedelta(hours=23))
    async with database.snapshot(counter.resident, now=now) as session:
        assert await left_pass(session, counter.resident, kind=PassKind.PHONE, now=now) is None


async def test_a_number_is_drawn_again_while_another_pass_has_it(counter, people, monkeypatch, now):
    li, zhou = [await people.proved(f"openid-{serial}", serial) for serial in (2, 3)]
    drawn = iter([5, 5, 6, 5])
    monkeypatch.setattr("suxin.subjects.presenting.secrets.randbelow", lambda _most: next(drawn))
    assert (await counter.opened()).number == 5
    counter.resident = li
    assert (await counter.opened()).number == 6
    # A number whose pass has expired is free again.
    counter.resident = zhou
    assert (await counter.opened(at=now + timedelta(hours=1))).number == 5
