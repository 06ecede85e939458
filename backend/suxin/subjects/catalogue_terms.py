"""The terms of the catalogue: its classes, how sensitive an item is, and whether it is published."""

from enum import StrEnum
from typing import Final

CLASSES: Final = (
    "登记注册",
    "司法裁判执行",
    "行政管理",
    "职称职业",
    "经营异常",
    "严重失信名单",
    "合同履行",
    "信用承诺",
    "信用评价结果",
    "遵守法律法规",
    "诚信荣誉",
    "知识产权",
    "自愿提供",
)
"""The thirteen classes of 全国公共信用信息基础目录（2024年版）; nothing outside them enters a credit record."""


class Sensitivity(StrEnum):
    """How widely an item may be known.

    PUBLIC is open to everyone, SHARED to organisations that have a ground for it, CONFIDENTIAL only to whom the subject
    lets read it. SENSITIVE is sensitive personal information (PIPL art. 28): only to whom he lets read that very category,
    by a consent of its own (art. 29).
    """

    PUBLIC = "public"
    SHARED = "shared"
    CONFIDENTIAL = "confidential"
    SENSITIVE = "sensitive"


class Publication(StrEnum):
    """Whether an item is published.

    NEVER is not; PUBLISHED is, for a number of months or for as long as it holds; BY_PENALTY is for as long as the class
    of the penalty allows (信用修复管理办法). What is about a natural person is never published, whatever the item (PIPL
    art. 25).
    """

    NEVER = "never"
    PUBLISHED = "published"
    BY_PENALTY = "by_penalty"
