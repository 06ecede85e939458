"""An old rating is forgotten, with everything that hangs on it."""

from datetime import timedelta

from small_rural import AFTER_NOTICE, build_village

from suxin_server.expiring import forget_over

KEPT = ("rural_entries", "rural_reckonings", "rural_grades", "rural_certificates", "rural_ballots")


async def test_a_rating_is_forgotten_a_year_after_its_grade_has_ended(small_city, admin):
    village = await build_village(small_city)
    await village.noticed(numbers=[1, 2])
    effective = small_city.now + AFTER_NOTICE
    await village.work(effective)
    expired = effective + timedelta(days=366)
    await village.work(expired)
    counted = " union all ".join(f"select count(*) from {table}" for table in KEPT)  # noqa: S608 - our own names
    full = [row[0] for row in await admin.fetch(counted)]
    assert full == [2, 2, 2, 2, 14]
    early = await forget_over(small_city.batch, now=expired + timedelta(days=360))
    assert early["rural_entries"] == 0
    late = expired + timedelta(days=370)
    assert (await forget_over(small_city.batch, now=late))["rural_entries"] == 2
    assert [row[0] for row in await admin.fetch(counted)] == [0] * len(KEPT)
    assert (await forget_over(small_city.batch, now=late))["rural_entries"] == 0


async def test_an_entry_without_a_grade_is_kept_as_long(small_city, admin):
    village = await build_village(small_city)
    cycle, _ = await village.noticed(numbers=[1])
    await admin.execute(
        "update rural_cycles set state = 'CALLED_OFF', ended_at = $2, ended_reason = 'x' where id = $1",
        cycle.id,
        small_city.now,
    )
    for days, gone in ((729, 0), (732, 1)):
        late = small_city.now + timedelta(days=days)
        assert (await forget_over(small_city.batch, now=late))["rural_entries"] == gone
