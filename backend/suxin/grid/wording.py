"""The rule check (细则审查): whether a rule subtracts for lawful acts, rewards refraining from them, or lets points touch a livelihood.

It reads words, so it errs towards refusing and says what it found, so that people can say it otherwise. Spaces, punctuation, full-width
letters, traditional characters and separators within a word make no difference.

Source: plan, 治理积分; 中央农办、农业农村部 2020-07 积分制通知; docs/law.md
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from suxin.grid.protected import (
    NEUTRAL,
    PETITION,
    PROTECTED,
    PUNISHMENT,
    REFRAINING,
    REFRAINS,
    SAFE,
    SIMPLIFIED,
    Protected,
)

NEAR: Final = 4
"""How many characters before a lawful act a word of refraining may stand and still be about it."""

_REFRAIN_ZH: Final = "不得奖励放弃或者劝阻他人行使权利"
_REFRAIN_EN: Final = "giving up a right, or keeping others from it, is not rewarded"
_CLAUSES: Final = re.compile(r"[，。；;！!？?\n\r,]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found in a text: the words, the right that they touch, and how."""

    field: str
    words: tuple[str, ...]
    right: Protected
    how_zh: str
    how_en: str


def normal(text: str) -> str:
    """Return a text as it is compared: simplified, half-width, letters and digits alone."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(SIMPLIFIED)
    return "".join(one for one in folded if one.isalnum())


def check_minus(text: str, *, field: str) -> Iterator[Finding]:
    """Find what a rule that subtracts may not be about: lawful acts, livelihoods, punishments."""
    yield from _found(
        _unsafe(text), PROTECTED, field, "不得因此扣分", "no points are subtracted for that"
    )


def check_plus(text: str, *, field: str) -> Iterator[Finding]:
    """Find what a rule that adds may not reward: refraining from a lawful act, or keeping others from it, and shaming.

    Helping somebody to a pension, or through a petition, may be rewarded.
    """
    said = normal(text)
    for right in (one for one in PROTECTED if one.act):
        words = tuple(
            word
            for word in _words(said, right)
            if any(_refrains(said, at) for at in _places(said, word))
        )
        if words:
            yield Finding(
                field=field, words=words, right=right, how_zh=_REFRAIN_ZH, how_en=_REFRAIN_EN
            )
    bare = tuple(word for word in REFRAINING if word in said)
    if bare:
        yield Finding(
            field=field, words=bare, right=PETITION, how_zh=_REFRAIN_ZH, how_en=_REFRAIN_EN
        )
    yield from _found(
        _unsafe(text), (PUNISHMENT,), field, "积分不得用于处罚或者曝光", "points punish nobody"
    )


def check_consequence(text: str, *, field: str) -> Iterator[Finding]:
    """Find what no consequence of points may touch, for better or worse; a clause that promises to leave it alone is none."""
    yield from _found(
        _unsafe(text), PROTECTED, field, "积分不得与此挂钩", "points have no bearing on that"
    )


def _found(
    said: str, rights: tuple[Protected, ...], field: str, how_zh: str, how_en: str
) -> Iterator[Finding]:
    for right in rights:
        words = _words(said, right)
        if words:
            yield Finding(field=field, words=words, right=right, how_zh=how_zh, how_en=how_en)


def _words(said: str, right: Protected) -> tuple[str, ...]:
    for harmless in right.harmless:
        said = said.replace(harmless, "")
    return tuple(word for word in right.words if word in said)


def _places(said: str, word: str) -> Iterator[int]:
    at = said.find(word)
    while at >= 0:
        yield at
        at = said.find(word, at + 1)


def _refrains(said: str, at: int) -> bool:
    before = said[max(0, at - NEAR) : at]
    return any(word in before for word in REFRAINS)


def _unsafe(text: str) -> str:
    """Return what is left of a text without the clauses that only promise to leave something alone."""
    return "".join(clause for clause in map(normal, _CLAUSES.split(text)) if not _safe(clause))


def _safe(clause: str) -> bool:
    begun = next((word for word in SAFE if word in clause), None)
    if begun is None:
        return False
    rest = clause.replace(begun, "", 1)
    for word in sorted(
        (*NEUTRAL, *(word for right in PROTECTED for word in right.words)), key=len, reverse=True
    ):
        rest = rest.replace(word, "")
    return not rest
