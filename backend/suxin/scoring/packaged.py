"""The models that come with the product: 西楚分 for persons and the grade of firms (企业信用等级).

Both are demo configuration wherever no public source gives a figure, and say so in themselves: ``note``, ``sources``, and each
indicator's ``source``. The credit office drafts its own from them.
"""

from importlib.resources import files
from typing import Final

XICHU: Final = "xichu"
FIRM_GRADE: Final = "firm_grade"
PACKAGED: Final = (XICHU, FIRM_GRADE)


def packaged_model(code: str) -> bytes:
    """Return the document of a model that comes with the product, as JSON; ``code`` is one of ``PACKAGED``."""
    return files("suxin.scoring").joinpath(f"data/{code}.json").read_bytes()
