"""The wordings of the public commitment that a declaration is true, by version; a published one is never changed."""

import hashlib
from dataclasses import dataclass
from typing import Final

from suxin.kernel.refusals import Refusal, RefusalKind


class CommitmentNeeded(Refusal):
    """Nothing is declared without the public commitment that it is true."""

    code = "COMMITMENT_NEEDED"
    kind = RefusalKind.INVALID
    zh = "请先阅读并签署真实性公开承诺书"
    en = "Sign the public commitment that what you declare is true"


class CommitmentOutdated(Refusal):
    """The subject was shown a wording that is no longer in force; he must be shown the present one."""

    code = "COMMITMENT_OUTDATED"
    zh = "承诺书已更新为 {version}，请重新阅读后签署"
    en = "The commitment is now {version}; please read it again before you sign"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentText:
    """One published wording."""

    version: str
    title: str
    body: str

    @property
    def sha256(self) -> str:
        """The hash that the audit stream keeps as evidence of what was signed."""
        return hashlib.sha256(self.body.encode()).hexdigest()


CURRENT: Final = CommitmentText(
    version="declaration/2026-11",
    title="自主申报信息真实性公开承诺书",
    body=(
        "本主体自愿申报以上信息，并公开承诺：\n"
        "一、所申报信息真实、准确、完整，与原件一致，未侵犯他人合法权益。\n"
        "二、愿意接受有关部门核查和社会监督；信息发生变化的，及时更正或删除。\n"
        "三、经核查申报不实的，同意停止使用该信息，并由平台将违诺情况依法记入信用记录。\n"
        "企业等组织的承诺向社会公示；自然人的承诺只供核查，不公示。"
    ),
)
"""The wording in force. The plan (宿政办发〔2021〕62号 §8) asks for a public commitment and gives no wording: demo configuration."""


TEXTS: Final = {text.version: text for text in (CURRENT,)}


def require_current(version: str) -> CommitmentText:
    """Return the wording in force, which must be the one that was shown.

    :raises CommitmentOutdated: if another was shown
    """
    if version != CURRENT.version:
        raise CommitmentOutdated(field="commitmentVersion", version=CURRENT.version)
    return CURRENT
