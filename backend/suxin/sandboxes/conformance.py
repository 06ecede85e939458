"""Conformance (符合性): which behaviours of a good client one client of a sandbox has shown, by what was counted and recorded.

A behaviour is PASSED once it was seen and nothing spoke against it, FAILED as soon as something does, and NOT_SEEN while
nothing tells either way. What the platform cannot see it says so about, and never passes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from suxin.sandboxes.models import Conduct


class Verdict(StrEnum):
    """What is known of one behaviour."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    NOT_SEEN = "NOT_SEEN"


class Behaviour(StrEnum):
    """What a good client does."""

    REUSES_KEYS_ON_RETRY = "REUSES_KEYS_ON_RETRY"
    SENDS_TRUSTED_DOCUMENTS = "SENDS_TRUSTED_DOCUMENTS"
    USES_NOTHING_DEPRECATED = "USES_NOTHING_DEPRECATED"
    PAGES_WITH_CURSORS = "PAGES_WITH_CURSORS"
    KEEPS_WITHIN_BUDGET = "KEEPS_WITHIN_BUDGET"
    LEAVES_REFUSED_ALONE = "LEAVES_REFUSED_ALONE"
    RENEWS_NONCES = "RENEWS_NONCES"
    ACKNOWLEDGES_WEBHOOKS = "ACKNOWLEDGES_WEBHOOKS"
    VERIFIES_SIGNATURES = "VERIFIES_SIGNATURES"


@dataclass(frozen=True, slots=True)
class Words:
    """A behaviour in words: what it is, and what it is judged by."""

    zh: str
    en: str
    by_zh: str
    by_en: str


WORDS: Final[Mapping[Behaviour, Words]] = {
    Behaviour.REUSES_KEYS_ON_RETRY: Words(
        "重试时沿用幂等键",
        "reuses the idempotency key when it tries again",
        "以同一幂等键重发同一请求算一次；同一幂等键用于不同请求即不通过",
        "the same request sent again with its key counts; one key for two requests fails",
    ),
    Behaviour.SENDS_TRUSTED_DOCUMENTS: Words(
        "只发送可信文档",
        "sends trusted documents alone",
        "发送过自拟文档即不通过",
        "a document of its own fails",
    ),
    Behaviour.USES_NOTHING_DEPRECATED: Words(
        "不使用弃用内容",
        "uses nothing deprecated",
        "弃用接口使用情况中有记录即不通过",
        "an entry in the deprecation report fails",
    ),
    Behaviour.PAGES_WITH_CURSORS: Words(
        "以游标翻页",
        "pages with cursors",
        "变量 after 带有游标的查询算一次；不带游标而以更大的 first 从头再取同一列表即不通过",
        "a query whose variable `after` holds a cursor counts;"
        " the same list from its beginning with a larger `first` fails",
    ),
    Behaviour.KEEPS_WITHIN_BUDGET: Words(
        "不超出查询额度",
        "keeps within its cost budget",
        "出现 COST_EXHAUSTED 或 OPERATION_TOO_DEAR 即不通过",
        "COST_EXHAUSTED or OPERATION_TOO_DEAR fails",
    ),
    Behaviour.LEAVES_REFUSED_ALONE: Words(
        "不原样重发被拒绝的请求",
        "does not send again unchanged what was refused for good",
        "被拒绝（不可重试）算一次；原样再发即不通过",
        "a refusal that is not retryable counts; the same input again fails",
    ),
    Behaviour.RENEWS_NONCES: Words(
        "按要求更换 DPoP 随机数",
        "takes the DPoP nonce that it is given and tries again",
        "收到 use_dpop_nonce 后以新随机数成功算一次；五秒之后仍不带新随机数再来即不通过",
        "a success after use_dpop_nonce counts; coming again without it five seconds later fails",
    ),
    Behaviour.ACKNOWLEDGES_WEBHOOKS: Words(
        "确认收到推送",
        "acknowledges webhooks",
        "按本机构全部推送地址统计，不分客户端；已放弃的推送即不通过",
        "counted over the organisation's endpoints, whichever client is behind them; a delivery given up fails",
    ),
    Behaviour.VERIFIES_SIGNATURES: Words(
        "验证推送签名",
        "verifies the signatures of webhooks",
        "平台无从得知，请自行测试：改动一个字节后应被拒收",
        "the platform cannot know; test it yourself: with one byte changed it must be refused",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of one client: its conduct, its deprecated uses, and the deliveries to its organisation."""

    conduct: Mapping[Conduct, int]
    deprecated_uses: int = 0
    delivered: int = 0
    given_up: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one behaviour: how often it was seen, and how often the contrary."""

    behaviour: Behaviour
    verdict: Verdict
    seen: int
    against: int

    @property
    def words(self) -> Words:
        """The behaviour in words."""
        return WORDS[self.behaviour]


def judge(record: Record) -> Sequence[Finding]:
    """Return a finding for every behaviour, in one order."""
    counted = _counted(record)
    return [_finding(one, *counted[one]) for one in Behaviour]


def _counted(record: Record) -> Mapping[Behaviour, tuple[int, int]]:
    """Return for each behaviour how often it was seen, and how often the contrary."""
    times = {one: record.conduct.get(one, 0) for one in Conduct}
    requests = times[Conduct.SENT_TRUSTED] + times[Conduct.SENT_AD_HOC]
    # A key that is kept when the same is tried again, a document that is trusted: each is seen as often as it was sent.
    return {
        Behaviour.REUSES_KEYS_ON_RETRY: (times[Conduct.REPLAYED], times[Conduct.REUSED_KEY]),
        Behaviour.SENDS_TRUSTED_DOCUMENTS: (
            times[Conduct.SENT_TRUSTED],
            times[Conduct.SENT_AD_HOC],
        ),
        Behaviour.USES_NOTHING_DEPRECATED: (requests, record.deprecated_uses),
        Behaviour.PAGES_WITH_CURSORS: (times[Conduct.PAGED], times[Conduct.GREW_PAGE]),
        Behaviour.KEEPS_WITHIN_BUDGET: (requests, times[Conduct.EXHAUSTED_BUDGET]),
        Behaviour.LEAVES_REFUSED_ALONE: (
            times[Conduct.WAS_REFUSED],
            times[Conduct.REPEATED_REFUSED],
        ),
        Behaviour.RENEWS_NONCES: (times[Conduct.RENEWED_NONCE], times[Conduct.IGNORED_NONCE]),
        Behaviour.ACKNOWLEDGES_WEBHOOKS: (record.delivered, record.given_up),
        Behaviour.VERIFIES_SIGNATURES: (0, 0),
    }


def _finding(behaviour: Behaviour, seen: int, against: int) -> Finding:
    verdict = Verdict.NOT_SEEN
    if against:
        verdict = Verdict.FAILED
    elif seen:
        verdict = Verdict.PASSED
    return Finding(behaviour, verdict, seen, against)
