"""Audit words of public warnings."""

from collections.abc import Mapping
from typing import Final

CAUTION_ACTIONS: Final[Mapping[str, str]] = {
    "cautions.caution.filed": "提出公开警示",
    "cautions.caution.withdrawn": "撤回公开警示",
    "cautions.caution.published": "公开警示发布",
    "cautions.caution.rejected": "公开警示未通过",
    "cautions.caution.taken_down": "撤下公开警示",
}
