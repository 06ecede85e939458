"""What no rule of a village may subtract for, and what no consequence of points may touch: the words, by the right they stand for.

The lists are data of the program, curated by hand; what is missing is added here and tested in ``tests/grid/test_wording.py``. They err
towards refusing: a village says what it means in other words. All are written in simplified characters without spaces.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """A right: what it is called, the law that protects it, and the words by which it is known.

    ``act`` tells a lawful act from a livelihood: a plus may be given for helping with either, and for refraining from neither. ``harmless``
    are words that contain one of the others and mean something else.
    """

    code: str
    zh: str
    en: str
    law_zh: str
    act: bool
    words: tuple[str, ...]
    harmless: tuple[str, ...] = ()


PETITION: Final = Protected(
    code="petition",
    zh="信访",
    en="petitions",
    law_zh="《信访工作条例》第十七条；《宪法》第四十一条",
    act=True,
    words=("信访", "上访", "走访反映", "缠访", "闹访", "进京访", "集体访", "个访", "访民", "赴省访", "赴京访", "息访", "罢访", "截访", "去北京反映", "找上级", "去政府门口", "写联名信", "联名反映"),
)  # fmt: skip
COMPLAINT: Final = Protected(
    code="complaint",
    zh="投诉举报",
    en="complaints and reports",
    law_zh="《宪法》第四十一条（批评、建议、申诉、控告、检举的权利，不得压制和打击报复）",
    act=True,
    words=("投诉", "举报", "检举", "控告", "告状", "告发", "揭发", "反映问题", "反映情况", "反映诉求", "提意见", "批评干部", "批评村干部", "批评村委", "12345", "12388", "12389", "政务热线", "市长热线", "市民热线", "打热线", "报警", "拨打110", "向媒体反映", "向纪委反映"),
    harmless=("接受批评",),
)  # fmt: skip
LITIGATION: Final = Protected(
    code="litigation",
    zh="诉讼、申诉和复议",
    en="lawsuits, appeals and reconsideration",
    law_zh="《行政诉讼法》第三条；《宪法》第四十一条",
    act=True,
    words=("诉讼", "起诉", "打官司", "上诉", "申诉", "仲裁", "行政复议", "申请复议", "撤诉", "息诉", "公益诉讼", "请律师", "告村委", "告政府", "到法院告"),
)  # fmt: skip
VOICE: Final = Protected(
    code="voice",
    zh="选举、监督和言论",
    en="voting, overseeing and speaking",
    law_zh="《村民委员会组织法》；《宪法》第三十四条、第三十五条",
    act=True,
    words=("反对票", "弃权票", "不投票", "未投票", "拒绝投票", "没投票", "不参加选举", "未参加选举", "不按要求投票", "罢免", "要求公开", "申请公开", "信息公开", "查账", "质疑村务", "质疑干部", "监督村务", "发帖", "发朋友圈", "网上发言", "网络发言", "发抖音", "拍视频曝光", "接受采访", "网上曝光"),
)  # fmt: skip
DONATION: Final = Protected(
    code="donation",
    zh="捐赠和自愿出资",
    en="donations",
    law_zh="《公益事业捐赠法》第四条（自愿、无偿，禁止摊派）",
    act=True,
    words=("捐款", "捐赠", "募捐", "捐资", "捐物", "未捐", "不捐", "拒捐", "集资", "筹资", "摊派", "出份子", "爱心基金", "乐捐"),
)  # fmt: skip
FAMILY: Final = Protected(
    code="family",
    zh="婚姻、生育和信仰",
    en="marriage, childbirth and belief",
    law_zh="《宪法》第三十六条、第四十九条；《民法典》第一千零四十一条",
    act=True,
    words=("离婚", "再婚", "生育", "二胎", "三胎", "多胎", "超生", "不婚", "未婚", "信教", "宗教", "做礼拜", "去教堂"),
    harmless=("邪教",),
)  # fmt: skip
PENSION: Final = Protected(
    code="pension",
    zh="养老保障",
    en="pensions",
    law_zh="《社会保险法》第十六条、第二十二条",
    act=False,
    words=("养老金", "养老保险", "养老待遇", "养老钱", "退休金", "退休工资", "社保", "社会保险", "城乡居保", "居民养老", "高龄津贴", "老年补贴", "尊老金"),
)  # fmt: skip
MEDICAL: Final = Protected(
    code="medical",
    zh="医疗保障",
    en="medical cover",
    law_zh="《社会保险法》第二十四条、第二十五条；《基本医疗卫生与健康促进法》第五条",
    act=False,
    words=("医保", "医疗保险", "新农合", "农合", "合作医疗", "医疗报销", "看病报销", "住院报销", "大病", "医疗救助", "就医", "看病", "门诊", "家庭医生"),
)  # fmt: skip
SUBSIDY: Final = Protected(
    code="subsidy",
    zh="补贴和社会救助",
    en="subsidies and social assistance",
    law_zh="《社会救助暂行办法》第二条；《农业法》第三十七条",
    act=False,
    words=("补贴", "补助", "低保", "五保", "特困", "救助金", "救济", "抚恤", "优抚", "优待金", "惠农", "困难补", "临时救助", "最低生活保障", "残疾人两项", "护理费", "以工代赈", "危房改造", "扶贫款", "帮扶资金", "慰问金", "慰问品", "慰问资格"),
)  # fmt: skip
LAND: Final = Protected(
    code="land",
    zh="土地和集体收益",
    en="land rights and collective returns",
    law_zh="《农村土地承包法》第五条；《农村集体经济组织法》第十三条；《土地管理法》第六十二条",
    act=False,
    words=("承包地", "承包权", "承包经营", "承包合同", "责任田", "口粮田", "宅基地", "建房审批", "建房申请", "批地基", "土地流转", "土地确权", "土地分配", "分地", "征地", "拆迁", "补偿款", "分红", "集体收益", "集体分配", "股份分配", "股权量化", "成员资格", "集体福利", "集体利益分配"),
)  # fmt: skip
SCHOOL: Final = Protected(
    code="school",
    zh="受教育",
    en="schooling",
    law_zh="《义务教育法》第四条；《教育法》第九条",
    act=False,
    words=("入学", "上学", "就学", "就读", "升学", "转学", "学位", "学籍", "助学", "学费", "奖学金", "幼儿园", "入园", "义务教育", "报名上", "子女教育"),
)  # fmt: skip
SERVICE: Final = Protected(
    code="service",
    zh="基本公共服务和办事",
    en="basic public services",
    law_zh="国办发〔2020〕49号；《村民委员会组织法》",
    act=False,
    words=("开证明", "开具证明", "出具证明", "不盖章", "盖公章", "政审", "参军", "入伍", "入党", "落户", "户口", "迁户", "办证", "停水", "断水", "停电", "断电", "公共服务", "办事优先", "优先办", "优先享受", "缓办", "贷款资格"),
)  # fmt: skip
PUNISHMENT: Final = Protected(
    code="punishment",
    zh="处罚、公开曝光和黑名单",
    en="fines, exposure and black lists",
    law_zh="《行政处罚法》第十六条、第十七条；《个人信息保护法》第二十五条；国办发〔2020〕49号",
    act=False,
    words=("黑名单", "黑榜", "红黑榜", "曝光", "点名批评", "通报批评", "失信名单", "失信人员", "罚款", "罚金", "没收", "张榜公布", "游街", "公开检讨", "株连", "连坐", "全家扣", "保证金"),
)  # fmt: skip

PROTECTED: Final = (PETITION, COMPLAINT, LITIGATION, VOICE, DONATION, FAMILY, PENSION, MEDICAL, SUBSIDY, LAND, SCHOOL, SERVICE, PUNISHMENT)  # fmt: skip

REFRAINING: Final = (
    "息访", "罢访", "截访", "息诉", "撤诉", "劝返", "零上访", "零信访", "零投诉", "稳控",
)  # fmt: skip
"""Refraining from a lawful act, or keeping others from it, in one word: a reward for it is a deduction by another name."""

REFRAINS: Final = ("无", "零", "不", "未", "没", "拒绝", "放弃", "停止", "撤回", "撤销", "避免", "杜绝", "阻止", "制止", "劝阻", "劝退", "减少", "防止", "压下", "按下")  # fmt: skip
"""What makes a reward for a lawful act one for refraining from it, a few characters before its name."""

SAFE: Final = ("不得影响", "不影响", "不得涉及", "不涉及", "不得触及", "不触及", "不得与", "不与", "不和", "不作为", "不得作为")  # fmt: skip
"""How a clause begins that promises to leave something alone; with nothing in it but what is left alone, it promises that."""

NEUTRAL: Final = ("积分", "得分", "扣分", "分值", "本细则", "本规则", "本办法", "细则", "规则", "结果", "多少", "高低", "村民", "农户", "家庭", "本户", "本人", "任何人", "任何", "一切", "个人", "依法", "享有", "享受", "领取", "办理", "申请", "发放", "待遇", "权利", "权益", "资格", "的", "和", "与", "及", "以及", "或", "或者", "等", "均", "都", "也", "其", "各项", "其他", "合法", "正常", "挂钩", "前提", "条件", "依据", "理由", "参加", "使用", "行为", "事项", "基本", "保障", "子女")  # fmt: skip
"""What such a clause may say besides, and still promises only that."""

SIMPLIFIED: Final = str.maketrans(
    "訪訴訟舉報檢揭發問題應況熱線撥訊罷選離婚養醫療險貼補濟撫優農種糧貧慰礦類門戶證電園學費獎轉籍義務進級縣領導說話開單網監權議評視頻賬雙兒貸罰沒榜書張紅隊賠償償還產經營徵遷費會員資權區圖壓聯絡傳寫給這個說為麼裡後業捐贈贊勸返撤銷國門黨團組織調解協助幫扶無與響關聯鉤觸絕處級災難殘護惠準備補償級價禮執",
    "访诉讼举报检揭发问题应况热线拨讯罢选离婚养医疗险贴补济抚优农种粮贫慰矿类门户证电园学费奖转籍义务进级县领导说话开单网监权议评视频账双儿贷罚没榜书张红队赔偿偿还产经营征迁费会员资权区图压联络传写给这个说为么里后业捐赠赞劝返撤销国门党团组织调解协助帮扶无与响关联钩触绝处级灾难残护惠准备补偿级价礼执",
)
"""Traditional characters of the words above; any other is left as it stands."""
