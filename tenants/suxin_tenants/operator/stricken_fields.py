"""The fields by which a form says whom a disaster has hit: the areas, and the categories of records to be exempted."""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.notice_texts import CATEGORY_ZH
from suxin.places.models import CITY_CODE
from suxin.relief.models import CATEGORIES
from suxin.subjects.models import DataCategory
from suxin_tenants.area_names import counties_with_towns
from suxin_tenants.forms import Form


def chosen_stricken(form: Form) -> tuple[tuple[str, ...], tuple[DataCategory, ...]]:
    """Read the areas and the categories; note where none is chosen."""
    categories, areas = form.choices("categories", DataCategory), form.texts("areas")
    for name, chosen in (("areas", areas), ("categories", categories)):
        if not chosen:
            form.fail(name, "请选择")
    return areas, categories


async def stricken_choices(session: AsyncSession, typed: Form) -> dict[str, object]:
    """Return what a form offers of both; its towns are unfolded where one was chosen."""
    counties, towns = await counties_with_towns(session)
    return {
        "counties": counties,
        "towns": towns,
        "in_towns": any(len(code) > len(CITY_CODE) for code in typed.texts("areas")),
        "categories": [(one.value, CATEGORY_ZH[one]) for one in CATEGORIES],
    }


def category_words(categories: Iterable[str]) -> list[str]:
    """Return how stored categories are said."""
    return [CATEGORY_ZH[DataCategory(one)] for one in categories]
