"""Uses of a consent: whether it may be used, by which number, and the row that counts it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from suxin.consent.models import STATE_WORDS, Consent, ConsentFetch, ConsentState
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.subjects.models import DataCategory


class ConsentNotActive(Refusal):
    """The consent is paused, has ended, or was never given: nothing is read on it."""

    code = "CONSENT_NOT_ACTIVE"
    kind = RefusalKind.FORBIDDEN
    zh = "授权当前状态为“{state_zh}”，不能查询"
    en = "The consent is {state_en}; nothing can be read on it"

    def __init__(self, *, state: ConsentState) -> None:
        state_zh, state_en = STATE_WORDS[state]
        super().__init__(state=state.value, state_zh=state_zh, state_en=state_en)


class FrequencyExhausted(Refusal):
    """The consent was used as often as was agreed."""

    code = "FREQUENCY_EXHAUSTED"
    kind = RefusalKind.LIMITED
    zh = "已达到约定的查询频次（{frequency_zh}）"
    en = "The consent was used as often as was agreed ({frequency_en})"


def require_active(consent: Consent, *, now: datetime) -> None:
    """Refuse unless the consent is active and its time is not over.

    :raises ConsentNotActive: naming its state
    """
    if consent.state is not ConsentState.ACTIVE:
        raise ConsentNotActive(state=consent.state)
    if not consent.starts_at <= now < consent.expires_at:
        raise ConsentNotActive(state=ConsentState.EXPIRED)


def judged_use(
    consent: Consent,
    *,
    is_held: bool,
    last: int,
    used: int,
    categories: Sequence[DataCategory],
    now: datetime,
) -> ConsentFetch:
    """Return the row of one use of a consent by the platform, as ``use_within`` adds it; ``is_held`` says whether a live basis is locked.

    :raises ConsentNotActive, FrequencyExhausted: see ``use_within``
    """
    require_active(consent, now=now)
    if not is_held:
        raise ConsentNotActive(state=ConsentState.REVOKED)
    number = number_of_next(consent, last=last, used=used)
    return use_of(consent, number, at_desk=False, categories=categories, now=now)


def number_of_next(consent: Consent, *, last: int, used: int) -> int:
    """Return the number of a consent's next use, by the last one's and how many there were in the period.

    :raises FrequencyExhausted: if there is no use left
    """
    if used >= consent.frequency_times:
        raise FrequencyExhausted(
            frequency_zh=consent.frequency.zh, frequency_en=consent.frequency.en
        )
    return last + 1


def use_of(
    consent: Consent,
    number: int,
    *,
    at_desk: bool,
    categories: Sequence[DataCategory],
    now: datetime,
    content: list[dict[str, Any]] | None = None,
    sha: str | None = None,
) -> ConsentFetch:
    """Return the row of one use of a consent, with what was delivered, if anything was."""
    return ConsentFetch(
        subject_id=consent.subject_id,
        consent_id=consent.id,
        number=number,
        tenant_id=consent.tenant_id,
        period=consent.frequency.period_of(now),
        at_desk=at_desk,
        at=now,
        categories=sorted(category.value for category in categories),
        content=content,
        sha256=sha,
        erased_at=None,
    )
