"""Who may draft, approve and put a score model in force, who may look at it, and who may ask for a tier."""

from typing import Final

from suxin.kernel.actor import Permission

MODEL_READ: Final = Permission("scoring.model.read", "查看评分模型与评分批次")
MODEL_DRAFT: Final = Permission("scoring.model.draft", "起草评分模型")
MODEL_APPROVE: Final = Permission("scoring.model.approve", "批准评分模型")
MODEL_ACTIVATE: Final = Permission("scoring.model.activate", "启用评分模型")

TIER_READ: Final = Permission("scoring.tier.read", "凭授权查询信用等级")
