"""Who may do what about ratings: rights of a village's people, and of the operator's."""

from typing import Final

from suxin.kernel.actor import Permission

RATING_READ: Final = Permission("rural.rating.read", "查看信用评级")
RATING_MANAGE: Final = Permission("rural.rating.manage", "组织信用评级")
RATING_VOTE: Final = Permission("rural.rating.vote", "参加评级评议")
RATING_CHECK: Final = Permission("rural.rating.check", "复核信用评级结果")
FACT_STATE: Final = Permission("rural.fact.state", "出具涉农情况证明")
FACT_VERIFY: Final = Permission("rural.fact.verify", "复核涉农情况证明")

RURAL_OVERSEE: Final = Permission("rural.area.read", "查看信用乡村建设情况")
COVERAGE_READ: Final = Permission("rural.coverage.read", "查看信用乡村覆盖情况")
HEARING_DECIDE: Final = Permission("rural.hearing.decide", "决定拟降级的评级")
TITLE_FILE: Final = Permission("rural.title.file", "申报信用村镇")
TITLE_DECIDE: Final = Permission("rural.title.decide", "审定信用村镇")
