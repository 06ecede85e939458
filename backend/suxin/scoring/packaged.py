"""The models that come with the product: 西楚分 for persons, the grade of firms (企业信用等级), and one for each kind of farm entity.

All are demo configuration wherever no public source gives a figure, and say so in themselves: ``note``, ``sources``, and each
indicator's ``source``. The credit office drafts its own from them.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Final

XICHU: Final = "xichu"
FIRM_GRADE: Final = "firm_grade"
EVERYBODY: Final = (XICHU, FIRM_GRADE)
"""Those that score everybody of their kinds, once a month."""

RURAL: Final = (
    "rural_household",
    "rural_family_farm",
    "rural_cooperative",
    "rural_agri_enterprise",
    "rural_large_grower",
    "rural_input_dealer",
)
"""Those with a panel's indicator, which score whom a rating cycle enters."""

PACKAGED: Final = (*EVERYBODY, *RURAL)


def packaged_model(code: str) -> bytes:
    """Return the document of a model that comes with the product, as JSON; ``code`` is one of ``PACKAGED``."""
    return files("suxin.scoring").joinpath(f"data/{code}.json").read_bytes()


@cache
def packaged_name(code: str) -> str:
    """Return the name of a model that comes with the product; ``code`` is one of ``PACKAGED``."""
    name: str = json.loads(packaged_model(code))["name"]
    return name
