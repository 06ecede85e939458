"""The reasons for which nobody gets in by a tenant's provider, and for which its settings are not taken."""

from suxin.kernel.refusals import Refusal, RefusalKind


class ProviderUnreachable(Refusal):
    """The provider did not answer, or not with anything of use."""

    code = "IDENTITY_PROVIDER_UNREACHABLE"
    kind = RefusalKind.UNAVAILABLE
    retryable = True
    zh = "连不上贵机构的统一登录系统，请稍后再试"
    en = "Your organisation's identity provider does not answer; please try again later"


class ProviderUnfit(Refusal):
    """What the provider publishes about itself does not fit what the platform asks of one."""

    code = "IDENTITY_PROVIDER_UNFIT"
    kind = RefusalKind.INVALID
    zh = "统一登录系统的公开配置不符合要求：{reason_zh}"
    en = "What the identity provider publishes about itself does not fit: {reason_en}"


class ProviderSaidNo(Refusal):
    """The provider answered with an error: its user broke off, or it does not know the platform as its client."""

    code = "IDENTITY_PROVIDER_SAID_NO"
    kind = RefusalKind.FORBIDDEN
    zh = "统一登录系统拒绝了本次登录（{error}）"
    en = "The identity provider refused this log-in ({error})"


class IdTokenInvalid(Refusal):
    """The provider's statement about who logged in is not one that may be believed."""

    code = "ID_TOKEN_INVALID"
    kind = RefusalKind.FORBIDDEN
    zh = "统一登录系统的答复无法验证：{reason_zh}"
    en = "The identity provider's answer cannot be verified: {reason_en}"


class LogOutTokenInvalid(Refusal):
    """The provider's word that somebody logged out there is not one that may be believed."""

    code = "LOG_OUT_TOKEN_INVALID"
    kind = RefusalKind.INVALID
    zh = "登出令牌无法验证：{reason_zh}"
    en = "The log-out token cannot be verified: {reason_en}"


class LogOutTokenUsed(Refusal):
    """The same log-out token was taken before."""

    code = "LOG_OUT_TOKEN_USED"
    kind = RefusalKind.INVALID
    zh = "登出令牌已使用过"
    en = "The log-out token was used already"


class AnswerFromAnother(Refusal):
    """The answer names another provider than the one that was asked (RFC 9207 §2.4)."""

    code = "IDENTITY_PROVIDER_MIXED_UP"
    kind = RefusalKind.FORBIDDEN
    zh = "答复来自另一个统一登录系统，请重新登录"
    en = "The answer comes from another identity provider; log in again"


class ProviderFlowOver(Refusal):
    """The log-in was begun in another browser, or too long ago."""

    code = "PROVIDER_FLOW_OVER"
    kind = RefusalKind.FORBIDDEN
    zh = "本次登录已过期或不是在此浏览器发起，请重新登录"
    en = "This log-in has expired or was begun in another browser; log in again"


class ProviderFlowUsed(Refusal):
    """The answer to this log-in was taken already."""

    code = "PROVIDER_FLOW_USED"
    kind = RefusalKind.FORBIDDEN
    zh = "本次登录的答复已使用过，请重新登录"
    en = "The answer to this log-in was used already; log in again"


class PasswordLogInOff(Refusal):
    """The organisation's staff log in by its own provider alone; whoever manages them keeps his password."""

    code = "PASSWORD_LOG_IN_OFF"
    kind = RefusalKind.FORBIDDEN
    zh = "贵机构已停用密码登录，请使用本机构统一登录"
    en = "Your organisation takes no passwords; log in by its own identity provider"


class StaffOfAnotherHouse(Refusal):
    """The password is right, and of somebody who works for another organisation than the provider's."""

    code = "STAFF_OF_ANOTHER_HOUSE"
    kind = RefusalKind.FORBIDDEN
    zh = "该账号不属于此机构"
    en = "This account belongs to another organisation"


class SubjectTaken(Refusal):
    """The account at the provider belongs to another staff member here, or he has another account there."""

    code = "IDENTITY_LINKED_OTHERWISE"
    zh = "该统一登录账号或该人员已有其他绑定，请联系本机构管理员解除"
    en = "This account or this person is linked otherwise already; ask your administrator to undo that"


class ProviderUntried(Refusal):
    """Nobody has tried a log-in by the settings as they are."""

    code = "IDENTITY_PROVIDER_UNTRIED"
    zh = "请先试登录成功，再启用"
    en = "Try a log-in first; the settings are not in force before one worked"


class ProviderStateConflict(Refusal):
    """The provider is in force already, or is not."""

    code = "IDENTITY_PROVIDER_STATE_CONFLICT"
    zh = "统一登录当前状态不允许此操作，请刷新页面"
    en = "The state of the identity provider does not allow this; read the page anew"
