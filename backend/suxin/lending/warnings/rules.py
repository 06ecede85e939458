"""The rules as data: what raises a warning, how severe it is, and within which times; validated before anybody goes by them.

A rule is about records of some catalogue items that happened since the money was drawn and at most ``window_days`` ago, or about a
grade that fell by ``tiers`` within them. The bank answers within ``answer_days``; a warning was a hit if the loan fell
overdue within ``hit_days``. Days are calendar days.
"""

from collections.abc import Iterable
from importlib.resources import files
from typing import Any, Final

import msgspec
from msgspec import Struct

from suxin.consent.purposes import LOAN_WATCH
from suxin.kernel.decoding import in_chinese
from suxin.lending.warnings.refusals import (
    ItemNotWatched,
    RuleIncoherent,
    RuleRepeated,
    RulesMalformed,
)
from suxin.lending.warnings.states import Severity
from suxin.subjects.models import CatalogueItem

MAX_DOCUMENT_BYTES: Final = 64 * 1024
MAX_RULES: Final = 50
MAX_ITEMS: Final = 20
MAX_TEXT: Final = 120
MAX_TIERS: Final = 10
MAX_WINDOW_DAYS: Final = 5 * 365
"""Nothing that speaks against somebody counts for longer than five years (征信业管理条例 art. 16)."""
MAX_ANSWER_DAYS: Final = 60
MAX_HIT_DAYS: Final = 730


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule: about records of ``items``, or about the grade of ``model`` (of any, where none is named)."""

    code: str
    name: str
    severity: Severity
    window_days: int
    answer_days: int
    hit_days: int
    source: str
    items: tuple[str, ...] = ()
    amount_from_fen: int | None = None
    tiers: int | None = None
    model: str | None = None


class RuleDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A set of rules; ``note`` says where they come from."""

    note: str
    rules: tuple[Rule, ...]


def read_rules(text: bytes) -> RuleDocument:
    """Return the rules of a JSON text, coherent in themselves.

    :raises RulesMalformed: if it is none, or too long
    :raises RuleIncoherent, RuleRepeated: see ``check_rules``
    """
    if len(text) > MAX_DOCUMENT_BYTES:
        raise RulesMalformed(
            field="document",
            reason_zh=f"最多 {MAX_DOCUMENT_BYTES // 1024} KB",
            reason_en=f"at most {MAX_DOCUMENT_BYTES // 1024} KB",
        )
    try:
        document = msgspec.json.decode(text, type=RuleDocument)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        said = str(error)
        raise RulesMalformed(
            field="document", reason_zh=in_chinese(said), reason_en=said.rstrip(".")
        ) from None
    check_rules(document)
    return document


def check_rules(document: RuleDocument) -> None:
    """Refuse rules that are not coherent in themselves.

    :raises RulesMalformed: if there are none, or too many
    :raises RuleIncoherent: if one is about nothing or about both, or a figure or text of it is out of bounds
    :raises RuleRepeated: if two have one code, or one item raises two
    """
    if not 1 <= len(document.rules) <= MAX_RULES:
        raise RulesMalformed(
            field="document",
            reason_zh=f"应有 1 至 {MAX_RULES} 条规则",
            reason_en=f"it has 1 to {MAX_RULES} rules",
        )
    _check_once(rule.code for rule in document.rules)
    _check_once(item for rule in document.rules for item in rule.items)
    for rule in document.rules:
        _check_about(rule)
        _check_figures(rule)


def check_items(document: RuleDocument, catalogue: Iterable[CatalogueItem]) -> None:
    """Refuse rules about what is not recorded, or is in no category that borrowers permit to be watched.

    :raises ItemNotWatched: naming the first item
    """
    watched = {
        one.code
        for one in catalogue
        if one.retired_in is None and one.category in LOAN_WATCH.categories
    }
    for item in (item for rule in document.rules for item in rule.items):
        if item not in watched:
            raise ItemNotWatched(field="document", item=item)


def packaged_rules() -> bytes:
    """Return the rules that come with the product, as JSON: demo configuration, from which the credit office drafts its own."""
    return files("suxin.lending.warnings").joinpath("data/rules.json").read_bytes()


def stored_rules(document: dict[str, Any]) -> RuleDocument:
    """Return the rules of a document that was taken before."""
    return msgspec.convert(document, type=RuleDocument)


def to_store(document: RuleDocument) -> dict[str, Any]:
    """Return rules as plain data, as they are stored."""
    stored: dict[str, Any] = msgspec.to_builtins(document)
    return stored


def _check_once(codes: Iterable[str]) -> None:
    seen = set[str]()
    for code in codes:
        if code in seen:
            raise RuleRepeated(field="document", repeated=code)
        seen.add(code)


def _check_about(rule: Rule) -> None:
    if bool(rule.items) is (rule.tiers is not None):
        raise _incoherent(
            rule, "应针对目录事项或等级下降之一", "it is about items or about a grade"
        )
    if rule.tiers is None and rule.model is not None:
        raise _incoherent(rule, "只有等级规则可指定评分模型", "only a grade has a model")
    if rule.tiers is not None and rule.amount_from_fen is not None:
        raise _incoherent(rule, "等级规则没有金额", "a grade has no amount")
    if len(rule.items) > MAX_ITEMS or not all(rule.items):
        raise _incoherent(rule, f"最多 {MAX_ITEMS} 个事项", f"at most {MAX_ITEMS} items")


def _check_figures(rule: Rule) -> None:
    bounds = (
        ("观察天数", "window_days", rule.window_days, MAX_WINDOW_DAYS),
        ("处理天数", "answer_days", rule.answer_days, MAX_ANSWER_DAYS),
        ("命中天数", "hit_days", rule.hit_days, MAX_HIT_DAYS),
        ("下降级数", "tiers", 1 if rule.tiers is None else rule.tiers, MAX_TIERS),
    )
    for zh, en, figure, most in bounds:
        if not 1 <= figure <= most:
            raise _incoherent(rule, f"{zh}应为 1 至 {most}", f"{en} is 1 to {most}")
    if rule.amount_from_fen is not None and rule.amount_from_fen < 0:
        raise _incoherent(rule, "金额不能小于零", "an amount is not below nothing")
    for said in (rule.code, rule.name, rule.source):
        if not 1 <= len(said.strip()) <= MAX_TEXT:
            raise _incoherent(rule, f"文字应为 1 至 {MAX_TEXT} 字", f"texts have 1 to {MAX_TEXT}")


def _incoherent(rule: Rule, zh: str, en: str) -> RuleIncoherent:
    return RuleIncoherent(field="document", rule=rule.code[:MAX_TEXT], reason_zh=zh, reason_en=en)
