"""Coverage by area as it is shown: no count of fewer than five households, and what the next level lacks; pure."""

from datetime import UTC, datetime

from suxin.rural.coverage import as_shown
from suxin.rural.models import RuralAreaCount
from suxin.rural.states import TitleLevel

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
TOWN, VILLAGE = "321302102", "321302102201"


def counted(level: TitleLevel, **changes: int) -> RuralAreaCount:
    """An area's figures."""
    given = {"households": 100, "rated_households": 60, "credit_households": 50, "entities": 0, "villages": 1, "credit_villages": 0, "point_villages": 1, "shop_villages": 0, **changes}  # fmt: skip
    code = TOWN if level is TitleLevel.TOWN else VILLAGE
    return RuralAreaCount(area_code=code, level=level, counted_at=NOW, **given)


def test_a_village_is_told_how_many_credit_households_it_lacks() -> None:
    shown = as_shown(counted(TitleLevel.VILLAGE), {})
    assert (shown.households, shown.rated, shown.credit, shown.share_bps) == (100, 60, 50, 6_000)
    assert (shown.needed, shown.title_year) == (20, None)
    assert as_shown(counted(TitleLevel.VILLAGE, credit_households=70), {VILLAGE: 2026}).needed == 0
    assert as_shown(counted(TitleLevel.VILLAGE), {VILLAGE: 2026}).title_year == 2026


def test_few_are_not_shown_and_not_to_be_worked_out() -> None:
    for few in (1, 4):
        shown = as_shown(counted(TitleLevel.VILLAGE, rated_households=few, credit_households=few, entities=few), {})  # fmt: skip
        assert (shown.rated, shown.credit, shown.entities) == (None, None, None)
        assert (shown.share_bps, shown.needed) == (None, None)
    tiny = as_shown(counted(TitleLevel.VILLAGE, households=3, rated_households=0, credit_households=0), {})  # fmt: skip
    assert (tiny.households, tiny.rated, tiny.share_bps, tiny.needed) == (None, 0, None, None)
    five = as_shown(counted(TitleLevel.VILLAGE, rated_households=5, credit_households=5), {})
    assert (five.rated, five.needed) == (5, 65)


def test_a_town_is_told_how_many_credit_villages_it_lacks() -> None:
    shown = as_shown(counted(TitleLevel.TOWN, villages=21, credit_villages=3, credit_households=2), {})  # fmt: skip
    assert (shown.needed, shown.credit, shown.credit_villages) == (8, None, 3)
    assert as_shown(counted(TitleLevel.TOWN, villages=0), {}).needed is None
