"""The demo city's public warnings: one that everybody sees, one that waits for another person; made once."""

from datetime import UTC, datetime

from suxin.cautions.queries import shown_cautions
from suxin.kernel.actor import Actor
from suxin_server.demo.cautioned import PUBLIC, WAITING, CautionedCity

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


async def test_one_warning_is_public_and_one_waits_for_another_person(new_city):
    async with new_city(NOW) as built:
        city = CautionedCity(built.database, built.setting.made_for.sealer)
        assert await city.fill(now=NOW)
        async with built.database.snapshot(Actor.anonymous("demo"), now=NOW) as session:
            (shown,) = await session.scalars(shown_cautions())
        assert tuple(shown.organisations) == PUBLIC.organisations
        assert shown.issued_on < shown.filed_at.date() < NOW.date() < shown.expires_on
        waiting = await built.admin.fetch(
            "select title, decided_by from public_cautions where state = 'PROPOSED'"
        )
        assert [tuple(row) for row in waiting] == [(f"{WAITING.title}（演示）", None)]
        apart = await built.column("select distinct filed_by <> decided_by from public_cautions")
        assert set(apart) == {True, None}
        entered = await built.column(
            "select action from audit_entries where action like 'cautions.%' order by at"
        )
        assert entered == [
            "cautions.caution.filed",
            "cautions.caution.published",
            "cautions.caution.filed",
        ]
        # Once and no more, at whatever start.
        assert not await city.fill(now=NOW)


def test_whom_a_warning_names_is_invented_and_says_so() -> None:
    named = [*PUBLIC.organisations, *WAITING.organisations]
    assert len(named) == 3
    assert all("演示" in one for one in named)
