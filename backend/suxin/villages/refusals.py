"""Why a change of a village's register, its grids or its links is not made."""

from suxin.kernel.refusals import NotFound, Refusal, RefusalKind


class RegisterOpened(Refusal):
    """The tenant keeps a register already, or another one keeps that village's."""

    code = "VILLAGE_REGISTER_OPENED"
    zh = "该村居的名册已经建立"
    en = "The village's register is opened already"


class NotAVillage(Refusal):
    """The code is no village's that is in force."""

    code = "NOT_A_VILLAGE"
    kind = RefusalKind.INVALID
    zh = "{area_code} 不是现行的村居区划代码"
    en = "{area_code} is the code of no village in force"


class VillageCodeMalformed(Refusal):
    """A village's code is its town's nine digits and three of its own."""

    code = "VILLAGE_CODE_MALFORMED"
    kind = RefusalKind.INVALID
    zh = "村居代码应为 12 位，前 9 位为现行的镇街代码"
    en = "A village's code is the nine digits of a town in force and three more"


class VillageAreaKnown(Refusal):
    """The code is another area's already."""

    code = "VILLAGE_AREA_KNOWN"
    zh = "代码 {area_code} 已登记为“{name}”"
    en = "The code {area_code} is that of {name} already"


class RegisterMerged(Refusal):
    """The register was taken over by another village, and is read only."""

    code = "VILLAGE_REGISTER_MERGED"
    zh = "本村名册已并入其他村居，不能再修改"
    en = "This register was merged into another village's and changes no more"


class HouseholdNumberTaken(Refusal):
    """Another household of the village has that number."""

    code = "HOUSEHOLD_NUMBER_TAKEN"
    zh = "户号 {number} 已被使用"
    en = "Another household has the number {number}"


class HeadMissing(Refusal):
    """A household has one head: none was named, or more than one."""

    code = "HOUSEHOLD_HEAD_MISSING"
    kind = RefusalKind.INVALID
    zh = "每户应有一名户主，这里有 {heads} 名"
    en = "A household has one head; {heads} are named here"


class HeadStays(Refusal):
    """The head does not leave while others are in the household: another one is named head before."""

    code = "HOUSEHOLD_HEAD_STAYS"
    zh = "户主离开前，请先在其余成员中另定户主"
    en = "Name another member head before the head leaves"


class PersonInAnotherHousehold(Refusal):
    """The person is in another household of the village."""

    code = "PERSON_IN_ANOTHER_HOUSEHOLD"
    zh = "此人已在本村户号 {number} 的户内"
    en = "This person is in household {number} of the village"


class HouseholdFull(Refusal):
    """The household has as many members as one may have."""

    code = "HOUSEHOLD_FULL"
    kind = RefusalKind.LIMITED
    zh = "每户最多 {limit} 人"
    en = "A household has at most {limit} members"


class RegisterFull(Refusal):
    """The register has as many households as one may have."""

    code = "VILLAGE_REGISTER_FULL"
    kind = RefusalKind.LIMITED
    zh = "一个村居的名册最多 {limit} 户"
    en = "A village's register has at most {limit} households"


class HouseholdUnknown(Refusal):
    """No household that the village counts has the number that was named."""

    code = "HOUSEHOLD_UNKNOWN"
    kind = RefusalKind.INVALID
    zh = "没有户号为 {number} 的在册农户"
    en = "No household that is counted has the number {number}"


class VillageUnknown(Refusal):
    """No village with the code that was named keeps a register."""

    code = "VILLAGE_UNKNOWN"
    kind = RefusalKind.INVALID
    zh = "代码为 {area_code} 的村居尚未建立名册"
    en = "No village with the code {area_code} keeps a register"


class SameHousehold(Refusal):
    """A household is not merged into itself, and a grid not either."""

    code = "SAME_HOUSEHOLD"
    kind = RefusalKind.INVALID
    zh = "不能与自身合并"
    en = "It is not merged into itself"


class GridCodeTaken(Refusal):
    """Another grid of the village has that code."""

    code = "GRID_CODE_TAKEN"
    zh = "网格编码 {grid_code} 已被使用"
    en = "Another grid has the code {grid_code}"


class GridCodeMalformed(Refusal):
    """A grid's code is the village's twelve digits and three of its own."""

    code = "GRID_CODE_MALFORMED"
    kind = RefusalKind.INVALID
    zh = "网格编码应为本村 12 位代码加 3 位顺序码（001–899 基础网格，901–999 专属网格）"
    en = "A grid's code is the village's twelve digits and three more (001-899 basic, 901-999 special)"


class GridEnded(Refusal):
    """The grid is used no more."""

    code = "GRID_ENDED"
    zh = "该网格已停用"
    en = "The grid is used no more"


class TooManyGrids(Refusal):
    """The village has as many grids as one may have."""

    code = "TOO_MANY_GRIDS"
    kind = RefusalKind.LIMITED
    zh = "一个村居最多 {limit} 个网格"
    en = "A village has at most {limit} grids"


class WorkerAssigned(Refusal):
    """The staff member covers that grid already."""

    code = "GRID_WORKER_ASSIGNED"
    zh = "该人员已负责此网格"
    en = "This member of staff covers the grid already"


class RosterMalformed(Refusal):
    """The file is no list of households."""

    code = "ROSTER_MALFORMED"
    kind = RefusalKind.INVALID
    zh = "无法读取：应为 CSV（UTF-8 或 GBK）或 XLSX，首行为 {heading}"
    en = "Not readable: a CSV (UTF-8 or GBK) or XLSX file that begins with {heading}"


class RosterTooLong(Refusal):
    """The file has more lines than one may have."""

    code = "ROSTER_TOO_LONG"
    kind = RefusalKind.LIMITED
    zh = "一份名册最多 {limit} 行，请分次导入"
    en = "A list has at most {limit} lines; import it in parts"


class LineElsewhere(Refusal):
    """Lines of one household in a file do not agree."""

    code = "ROSTER_LINES_DISAGREE"
    kind = RefusalKind.INVALID
    zh = "与同一户号第 {line} 行的{column}不一致"
    en = "Differs in {column} from line {line} of the same household"


class PersonTwiceInFile(Refusal):
    """The file names one person in two lines."""

    code = "ROSTER_PERSON_TWICE"
    kind = RefusalKind.INVALID
    zh = "证件号码与第 {line} 行（户号 {number}）相同"
    en = "The resident id is that of line {line} (household {number})"


class HouseholdNotTaken(Refusal):
    """Another line of the household is wrong, and a household is taken whole."""

    code = "ROSTER_HOUSEHOLD_NOT_TAKEN"
    kind = RefusalKind.INVALID
    zh = "同一户第 {line} 行有误，整户未导入"
    en = "Line {line} of the same household is wrong, and a household is taken whole"


class HeadDiffers(Refusal):
    """A list calls somebody else the head of a household than the register does: that is changed by a step of its own."""

    code = "ROSTER_HEAD_DIFFERS"
    zh = "与名册中的户主不一致，请先在户页面变更户主"
    en = "The register has another head of this household; name the new one there first"


class ImportElsewhere(Refusal):
    """Another file was imported under that id."""

    code = "ROSTER_IMPORT_ELSEWHERE"
    zh = "该编号已用于另一份名册"
    en = "Another file was imported under that id"


class NotInRegister(Refusal):
    """No village's register has a member with the person's resident id."""

    code = "NOT_IN_REGISTER"
    kind = RefusalKind.NOT_FOUND
    zh = "名册中没有与您证件号码一致的成员，可填写村居和户号请村居确认"
    en = "No register has a member with your resident id; name the village and household to have it confirmed"


class LinkAsked(Refusal):
    """The person asked before, or is linked in that village."""

    code = "HOUSEHOLD_LINK_ASKED"
    zh = "您已在该村居提出申请或已关联"
    en = "You have asked in that village before, or are linked there"


class TooManyLinksAsked(Refusal):
    """The person waits for as many answers as one may wait for."""

    code = "TOO_MANY_LINKS_ASKED"
    kind = RefusalKind.LIMITED
    zh = "最多同时等待 {limit} 个村居的确认"
    en = "You wait for at most {limit} villages to answer"


class MemberLinked(Refusal):
    """The member is linked to a person already."""

    code = "MEMBER_LINKED"
    zh = "该成员已由本人关联"
    en = "The member is linked to a person already"


class MemberProvable(Refusal):
    """The register has the member's resident id, so that his own proof says whether he is it."""

    code = "MEMBER_PROVABLE"
    zh = "名册已登记该成员的证件号码，请本人在小程序中按证件号码关联"
    en = "The register has this member's resident id: he links himself by it in the mini program"


class NotTheHead(Refusal):
    """Only the head of the household, who linked himself, may have it made a credit subject."""

    code = "NOT_THE_HEAD"
    kind = RefusalKind.FORBIDDEN
    zh = "只有已关联的户主本人可以办理"
    en = "Only the head of the household, who linked himself, may do this"


class HouseholdLinked(Refusal):
    """The household is a credit subject already."""

    code = "HOUSEHOLD_LINKED"
    zh = "本户已建立信用档案"
    en = "The household is a credit subject already"


class NoticeNotShown(Refusal):
    """The head agreed to another wording than the one in force."""

    code = "HOUSEHOLD_NOTICE_NOT_SHOWN"
    zh = "告知内容已更新，请重新阅读后确认"
    en = "The notice has changed; read it again before you agree"


class MergerAsked(Refusal):
    """The village is part of a merger that is not done."""

    code = "VILLAGE_MERGER_ASKED"
    zh = "该村居有尚未办完的合并事项"
    en = "The village is part of a merger that is not done"


class SecondPersonDecides(Refusal):
    """Whoever proposed a merger does not decide on it."""

    code = "VILLAGE_MERGER_SECOND_PERSON"
    zh = "提出人不能复核自己提出的合并，请由另一人办理"
    en = "Whoever proposed the merger does not decide on it; another person does"


class TownsDiffer(Refusal):
    """Villages of two towns are not merged here."""

    code = "VILLAGES_OF_TWO_TOWNS"
    kind = RefusalKind.INVALID
    zh = "只能合并同一镇街的村居"
    en = "Only villages of one town are merged"


def member_missing() -> NotFound:
    """Return the refusal of a member whom the village does not have, or no more."""
    return NotFound(thing_zh="家庭成员", thing_en="member of a household")


def link_missing() -> NotFound:
    """Return the refusal of a request that is not the caller's."""
    return NotFound(thing_zh="农户关联申请", thing_en="request to be linked to a household")


def village_missing() -> NotFound:
    """Return the refusal of a village that keeps no register."""
    return NotFound(thing_zh="村户名册", thing_en="village register")


def household_missing() -> NotFound:
    """Return the refusal of a household that the village does not have."""
    return NotFound(thing_zh="农户", thing_en="household")
