"""The words that a helper reads aloud: the notice of a request, or what pausing, resuming or taking back does.

For a request they are the very text that the mini program shows (PIPL art. 14, 17, 23).
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.models import Consent, ConsentState, ConsentStateConflict
from suxin.consent.notice_texts import told
from suxin.consent.purposes import purpose_named
from suxin.consent.requests import permittable
from suxin.counter.models import Matter
from suxin.subjects.models import DataCategory
from suxin.tenancy.models import Tenant

SUSPENDED: Final = "（已暂停服务的机构）"

_BEFORE: Final = {
    Matter.ANSWER: frozenset({ConsentState.REQUESTED}),
    Matter.PAUSE: frozenset({ConsentState.ACTIVE}),
    Matter.RESUME: frozenset({ConsentState.PAUSED}),
    Matter.REVOKE: frozenset({ConsentState.ACTIVE, ConsentState.PAUSED}),
}
_CHANGES: Final = {
    Matter.PAUSE: (
        "您将暂停对下列接收方的授权：\n接收方：{recipient}\n用途：{purpose}\n"
        "暂停后，接收方立即不能再查阅您的信息；您可以随时恢复或撤回。暂停不影响您使用平台的其他服务。"
    ),
    Matter.RESUME: (
        "您将恢复对下列接收方的授权：\n接收方：{recipient}\n用途：{purpose}\n"
        "恢复后，接收方可以再次查阅您原先同意的信息，直至原定到期；您可以随时再次暂停或撤回。"
        "不恢复不影响您使用平台的其他服务。"
    ),
    Matter.REVOKE: (
        "您将撤回对下列接收方的授权：\n接收方：{recipient}\n用途：{purpose}\n"
        "撤回后，接收方立即不能再查阅您的信息，已交付的内容将被删除；撤回不能恢复，需要时可以重新授权。"
        "撤回不影响撤回前已进行的处理，也不影响您使用平台的其他服务。"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOut:
    """A text to be read aloud: the published wording it is made of, and the words with their hash."""

    version: str
    sha256: str
    body: str
    cuts: tuple[str, ...] = ()

    @property
    def words_sha256(self) -> str:
        """The hash of the words themselves, as evidence of what the person heard."""
        return hashlib.sha256(self.body.encode()).hexdigest()


def matters_of(consent: Consent) -> tuple[Matter, ...]:
    """Return what its subject may come about, as a consent stands."""
    return tuple(matter for matter, before in _BEFORE.items() if consent.state in before)


async def read_out(
    session: AsyncSession, consent: Consent, recipient: Tenant | None, matter: Matter
) -> ReadOut:
    """Return the text to be read aloud about one matter.

    :raises ConsentStateConflict: if the consent is in a state in which this cannot be decided
    :raises LicensedChannelRequired, RecipientUnknown, PurposeUnknown, CategoriesOutsidePurpose, AssessmentMissing: see
        ``permittable``
    """
    if consent.state not in _BEFORE[matter]:
        raise ConsentStateConflict(state=consent.state)
    if matter is not Matter.ANSWER:
        return ReadOut(
            version=consent.notice_version,
            sha256=consent.notice_sha256,
            body=_CHANGES[matter].format(
                recipient=SUSPENDED if recipient is None else recipient.name,
                purpose=purpose_named(consent.purpose).zh,
            ),
        )
    given = await permittable(
        session,
        consent,
        categories=[DataCategory(category) for category in consent.categories],
        life_days=consent.life_days,
    )
    shown = told(
        given.ask.text,
        recipient=given.ask.recipient.name,
        contact=given.ask.recipient.contact,
        categories=tuple(category.value for category in given.categories),
        life_days=given.ask.narrowed.life_days,
        retention_days=given.ask.narrowed.retention_days,
    )
    return ReadOut(
        version=shown.version,
        sha256=shown.sha256,
        body=shown.body,
        cuts=tuple(cut.zh for cut in given.cuts),
    )
