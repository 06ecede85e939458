"""Real-name identity proof (实名核验): what the platform asks of the trusted identity service (可信身份认证).

A WeChat openid and a typed one-time code prove nothing about who a person is. Before a person's records are shown or a
consent is taken, name, resident id and phone are proved to belong together (三要素); before a person acts for a firm,
the registry proves that he is its legal representative (法定代表人). The one-time code that shows possession of the
phone is the platform's own and is checked before this service is asked. Nothing here knows a network.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from suxin.kernel.refusals import Refusal, RefusalKind


class IdentityNotProved(Refusal):
    """Name, resident id and phone are not those of one person, or are not those of who stands at the counter."""

    code = "IDENTITY_NOT_PROVED"
    kind = RefusalKind.INVALID
    zh = "所填信息未能核验为本人，请核对后重试"
    en = "What was given could not be proved to be this person's; check it and try again"


class NotLegalRepresentative(Refusal):
    """The registry names someone else as the firm's legal representative."""

    code = "NOT_LEGAL_REPRESENTATIVE"
    kind = RefusalKind.INVALID
    zh = "登记信息显示您不是该企业的法定代表人"
    en = "The registry does not name you as this firm's legal representative"


class FirmNotRegistered(Refusal):
    """The registry knows no firm with this unified social credit code."""

    code = "FIRM_NOT_REGISTERED"
    kind = RefusalKind.INVALID
    zh = "登记机关查无此统一社会信用代码"
    en = "The registry knows no firm with this unified social credit code"


class IdentityServiceUnavailable(Refusal):
    """The identity service gave no usable answer in time; nothing was decided."""

    code = "IDENTITY_SERVICE_UNAVAILABLE"
    kind = RefusalKind.UNAVAILABLE
    retryable = True
    zh = "实名核验服务暂时不可用，请稍后再试"
    en = "The identity service is not available at the moment; please try again later"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonProof:
    """A proved identity; it exists only when everything matched, so there is no flag to forget.

    ``proof_ref`` is the service's own number of the check, kept as evidence; ``method`` names what was compared.
    """

    proof_ref: str
    method: str
    proved_at: datetime


class OnSiteCheck(StrEnum):
    """How a person's presence at a counter is shown: his card is read, or his face compared with it."""

    CARD = "card"
    FACE = "face"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepresentativeProof:
    """A proved legal representative, with what the registry says about the firm."""

    proof_ref: str
    method: str
    proved_at: datetime
    firm_name: str
    firm_status: str


class IdentityVerifier(Protocol):
    """The trusted identity service, asked once per proof; a failed check is a refusal and never a result."""

    async def verify_person(
        self, *, name: str, resident_id: str, phone: str, now: datetime
    ) -> PersonProof:
        """Prove that name, resident id and phone belong to one person.

        :raises IdentityNotProved: if they do not; ``facts["proof_ref"]`` is the number of the failed check
        :raises IdentityServiceUnavailable: if the service gave no usable answer
        """
        ...

    async def verify_on_site(
        self, *, name: str, resident_id: str, check: OnSiteCheck, terminal_ref: str, now: datetime
    ) -> PersonProof:
        """Prove that the person with this name and resident id stands at the counter (人证核验); no phone is needed.

        ``terminal_ref`` is the number that the counter's terminal gave the reading of the card or the picture.

        :raises IdentityNotProved: if it was somebody else; ``facts["proof_ref"]`` as above
        :raises IdentityServiceUnavailable: if the service gave no usable answer
        """
        ...

    async def verify_legal_representative(
        self, *, uscc: str, name: str, resident_id: str, now: datetime
    ) -> RepresentativeProof:
        """Prove that a person is the legal representative of the firm with this credit code.

        :raises NotLegalRepresentative: if the registry names someone else; ``facts["proof_ref"]`` as above
        :raises FirmNotRegistered: if the registry knows no such firm
        :raises IdentityServiceUnavailable: if the service gave no usable answer
        """
        ...
