"""Why a rule is not taken, a claim not recorded, or a step of it not carried out."""

from suxin.kernel.refusals import Refusal, RefusalKind


class RuleTouchesRights(Refusal):
    """A rule subtracts for a lawful act, rewards refraining from one, or lets points touch what the law protects."""

    code = "GRID_RULE_TOUCHES_RIGHTS"
    kind = RefusalKind.INVALID
    zh = "“{words}”涉及{right_zh}：{how_zh}（{law_zh}）"
    en = "“{words}” concerns {right_en}: {how_en} ({law_zh})"


class RuleSetIncoherent(Refusal):
    """A rule set contradicts itself."""

    code = "GRID_RULE_SET_INCOHERENT"
    kind = RefusalKind.INVALID
    zh = "细则不合要求：{reason_zh}"
    en = "The rules are not sound: {reason_en}"


class TemplateUnknown(Refusal):
    """There is no template of this code."""

    code = "GRID_TEMPLATE_UNKNOWN"
    kind = RefusalKind.NOT_FOUND
    zh = "没有“{template}”这一细则模板"
    en = "There is no template {template}"


class MinutesIncomplete(Refusal):
    """A rule set is adopted by an assembly of villagers: its minutes say when, how many came, and how many were for it."""

    code = "GRID_MINUTES_INCOMPLETE"
    kind = RefusalKind.INVALID
    zh = "会议记录不完整：{reason_zh}"
    en = "The minutes are incomplete: {reason_en}"


class ConfirmedByAnother(Refusal):
    """Whoever wrote a rule set or recorded its minutes does not confirm it."""

    code = "GRID_CONFIRMED_BY_ANOTHER"
    kind = RefusalKind.FORBIDDEN
    zh = "细则由起草人和记录人以外的人确认"
    en = "Whoever drafted a rule set or recorded its minutes does not confirm it"


class StartNotAhead(Refusal):
    """A rule set comes into force on a day to come, after those confirmed before."""

    code = "GRID_START_NOT_AHEAD"
    kind = RefusalKind.INVALID
    zh = "施行日期须晚于今天，且晚于已确认的其他版本（{latest}）"
    en = "It comes into force after today and after what was confirmed before ({latest})"


class NoRulesInForce(Refusal):
    """The village has no rules for the day on which something was done."""

    code = "GRID_NO_RULES_IN_FORCE"
    zh = "{day} 没有施行中的积分细则"
    en = "No rules were in force on {day}"


class PhotoUnreadable(Refusal):
    """A photo is none that can be read, or has more pixels than are read."""

    code = "GRID_PHOTO_UNREADABLE"
    kind = RefusalKind.INVALID
    zh = "照片无法读取：只接受 JPG、PNG、WebP，且不超过 5000 万像素"
    en = "The photo cannot be read: JPEG, PNG or WebP of at most 50 million pixels"


class PhotoUsedBefore(Refusal):
    """A photo stands with another claim already."""

    code = "GRID_PHOTO_USED_BEFORE"
    zh = "第 {number} 张照片已用于 {day} 的另一项申报，不能重复使用"
    en = "Photo {number} stands with another claim of {day} already"


class PhotosMissing(Refusal):
    """The rule asks for a photo, or takes fewer or none."""

    code = "GRID_PHOTOS_MISSING"
    kind = RefusalKind.INVALID
    zh = "“{rule}”的照片不符：{reason_zh}"
    en = "{rule}: {reason_en}"


class CapReached(Refusal):
    """With this claim a cap would be passed."""

    code = "GRID_CAP_REACHED"
    zh = "“{rule}”已达上限：{cap_zh}，已计 {had}"
    en = "{rule} has reached its cap for {cap_en}: {had} count already"


class NotClaimable(Refusal):
    """The rule cannot be claimed so: by somebody else, so often, or without a name."""

    code = "GRID_NOT_CLAIMABLE"
    kind = RefusalKind.INVALID
    zh = "“{rule}”不能这样申报：{reason_zh}"
    en = "{rule}: {reason_en}"


class RuleUnknown(Refusal):
    """The rules in force on the day have none of this code."""

    code = "GRID_RULE_UNKNOWN"
    kind = RefusalKind.INVALID
    zh = "{day} 施行的细则中没有“{rule}”"
    en = "The rules in force on {day} have no {rule}"


class ClaimIdTaken(Refusal):
    """A claim of this id exists and says something else; it is not changed."""

    code = "GRID_CLAIM_ID_TAKEN"
    zh = "编号 {claim} 的申报已存在，且内容不同（{known}）"
    en = "The claim {claim} exists and says something else ({known})"


class DigestWrong(Refusal):
    """What came is not what was digested: it was damaged, or digested otherwise."""

    code = "GRID_DIGEST_WRONG"
    kind = RefusalKind.INVALID
    zh = "申报内容与摘要不符，应为 {digest}"
    en = "The claim does not match its digest, which would be {digest}"


class HomeUnknown(Refusal):
    """Nobody has said in which household of the village somebody lives who sits on claims."""

    code = "GRID_HOME_UNKNOWN"
    kind = RefusalKind.FORBIDDEN
    zh = "请先由他人登记您所在的农户（或登记为非本村户），以便回避"
    en = "Somebody else first says in which household you live, or that you are not of the village"


class AppealOver(Refusal):
    """It is too late to appeal, or the claim has been through as many appeals as it may."""

    code = "GRID_APPEAL_OVER"
    zh = "异议期已过，或该申报的异议次数已满"
    en = "The time to object is over, or there have been as many appeals as there may be"


class NotYourAppeal(Refusal):
    """Only whoever appealed, or the household, takes it further."""

    code = "GRID_NOT_YOUR_APPEAL"
    kind = RefusalKind.FORBIDDEN
    zh = "只有提出异议的人或者该户可以提请乡镇决定"
    en = "Only whoever objected, or the household, takes it to the town"


class NothingToNotice(Refusal):
    """No approved claim waits for a notice."""

    code = "GRID_NOTHING_TO_NOTICE"
    zh = "没有待公示的申报"
    en = "No claim waits for a notice"


class NoticeOver(Refusal):
    """The notice behind a poster's code is over."""

    code = "GRID_NOTICE_OVER"
    zh = "公示已结束"
    en = "The notice is over"


class ReversalByAnother(Refusal):
    """Whoever asked for a reversal does not carry it out, nor is there one that was not asked for."""

    code = "GRID_REVERSAL_BY_ANOTHER"
    kind = RefusalKind.FORBIDDEN
    zh = "冲正须由一人提出、另一人确认"
    en = "One person asks for a reversal, another carries it out"


class AlreadySpent(Refusal):
    """The household has less than is to be taken back."""

    code = "GRID_ALREADY_SPENT"
    zh = "该户积分余额不足，差 {missing} 分，不能冲正"
    en = "The household has {missing} points too few to be reversed"


class AgreementOutdated(Refusal):
    """The notice that was shown before a yes is not the one in force."""

    code = "GRID_AGREEMENT_OUTDATED"
    zh = "告知内容已更新（{version}），请重新阅读后再同意"
    en = "The notice has changed ({version}); read it again before you agree"


class NotOfVillage(Refusal):
    """The person is in no household of the village."""

    code = "GRID_NOT_OF_VILLAGE"
    kind = RefusalKind.FORBIDDEN
    zh = "您尚未关联该村的农户"
    en = "You are linked to no household of this village"


class SheetLayoutUnsound(Refusal):
    """No sheet could be made by this form."""

    code = "GRID_SHEET_LAYOUT_UNSOUND"
    kind = RefusalKind.INVALID
    zh = "台账格式不合要求：{reason_zh}"
    en = "The form is not sound: {reason_en}"


class NoSheetForm(Refusal):
    """The village's town has written down no form."""

    code = "GRID_NO_SHEET_FORM"
    zh = "乡镇（{town}）尚未设定台账格式，请联系乡镇"
    en = "The town ({town}) has written down no form yet"


class MonthNotOver(Refusal):
    """A month's sheet is made when the month is over."""

    code = "GRID_MONTH_NOT_OVER"
    kind = RefusalKind.INVALID
    zh = "{month} 尚未结束，月末之后才能生成台账"
    en = "{month} is not over; its sheet is made afterwards"


class SheetTooLong(Refusal):
    """The month has more lines than a sheet takes."""

    code = "GRID_SHEET_TOO_LONG"
    kind = RefusalKind.LIMITED
    zh = "台账超过 {limit:,} 行，无法生成"
    en = "The sheet has more than {limit:,} lines"


class SheetDiffers(Refusal):
    """What the lines come to is not what the village's book says."""

    code = "GRID_SHEET_DIFFERS"
    zh = "台账合计 {total} 分与账簿 {book} 分不符，未生成，请报告平台"
    en = "The lines come to {total}, the book says {book}; nothing was made"


class SheetSignedByAnother(Refusal):
    """Whoever made a sheet does not sign it."""

    code = "GRID_SHEET_SIGNED_BY_ANOTHER"
    kind = RefusalKind.FORBIDDEN
    zh = "台账由制表人以外的人签署"
    en = "A sheet is signed by another person than made it"


class SheetOutdated(Refusal):
    """There is a newer version of the month."""

    code = "GRID_SHEET_OUTDATED"
    zh = "该月已有第 {number} 版台账，请签署最新一版"
    en = "Version {number} of this month exists; sign the newest"


class AppFileMalformed(Refusal):
    """The file is none of the exchange."""

    code = "GRID_APP_FILE_MALFORMED"
    kind = RefusalKind.INVALID
    zh = "文件无法按 CSV 或 XLSX 读取，或表头不是：{heading}"
    en = "The file cannot be read as CSV or XLSX, or its heading is not {heading}"


class AppFileTooLong(Refusal):
    """The file has more lines than are taken."""

    code = "GRID_APP_FILE_TOO_LONG"
    kind = RefusalKind.LIMITED
    zh = "文件最多 {limit} 行"
    en = "A file has at most {limit} lines"


class AppMappingUnsound(Refusal):
    """An event of this sort never becomes a claim, or its rule subtracts."""

    code = "GRID_APP_MAPPING_UNSOUND"
    kind = RefusalKind.INVALID
    zh = "“{sort_zh}”不能对应扣分细则；特殊人群的事件不转入积分"
    en = "Events of {sort_en} are mapped to no rule that subtracts; of special persons nothing is taken"


class AppNotJoined(Refusal):
    """The village does not exchange over the app's interface."""

    code = "GRID_APP_NOT_JOINED"
    kind = RefusalKind.CONFLICT
    zh = "本村没有接入网格通接口"
    en = "The village does not exchange over the app's interface"
