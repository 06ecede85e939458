"""Why an authorisation is not applied for, or not ended."""

from suxin.kernel.refusals import Refusal


class AuthorisationCodeUsed(Refusal):
    """The merchant's number belongs to an authorisation of another service, or to one that has ended."""

    code = "AUTHORISATION_CODE_USED"
    zh = "授权协议号 {number} 已使用，请更换单号"
    en = "The number {number} has its authorisation already; take another number"


class ServiceWithoutAuthorisation(Refusal):
    """The merchant states itself that users of such a service confirm; there is no provider to authorise it with."""

    code = "SERVICE_WITHOUT_AUTHORISATION"
    zh = "线下收款的服务由商户登记确认，没有免确认授权"
    en = "The merchant states the confirmation of such a service itself; there is no authorisation of it"
