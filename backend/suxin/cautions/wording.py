"""Whether a warning names a natural person, as far as a program can tell: numbers, names after the words that announce them, and what is no organisation.

A program does not know every name; the second person, who publishes, is asked about exactly this.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Final

from suxin.cautions.refusals import CautionNamesPerson, CautionNotAnOrganisation
from suxin.kernel.identifiers import holds_resident_id
from suxin.kernel.refusals import Invalid

MAX_ORGANISATIONS: Final = 50
MAX_ORGANISATION: Final = 80

_PHONE: Final = re.compile(r"(?<![0-9])(?:\+?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9])")
_TITLES: Final = (
    "法定代表人",
    "法人代表",
    "实际控制人",
    "经营者",
    "负责人",
    "被执行人",
    "犯罪嫌疑人",
    "失信人",
    "借款人",
    "联系人",
    "姓名",
)
_NAMED: Final = re.compile(
    rf"(?:{'|'.join(_TITLES)})[:： ]{{1,2}}[\u4e00-\u9fff·]{{2,10}}", re.UNICODE
)
_OF_AN_AGE: Final = re.compile(r"[\u4e00-\u9fff·]{2,10}[,，][男女](?:[,，]|$)")
# As names of organisations end: 企业名称登记管理规定 art. 6, 13 (organisational form), and those of other bodies.
_FORMS: Final = (
    "公司",
    "集团",
    "合作社",
    "联合社",
    "合伙",
    "有限合伙)",
    "普通合伙)",
    "事务所",
    "研究院",
    "学校",
    "医院",
    "协会",
    "商会",
    "基金会",
    "委员会",
    "交易所",
    "服务部",
    "经营部",
    "营业部",
    "中心",
    "工厂",
    "厂",
    "农场",
    "平台",
    "银行",
    "信用社",
    "分行",
    "支行",
    "商行",
    "超市",
    "酒店",
    "门店",
)


def check_texts(texts: Sequence[tuple[str, str]], *, today: date) -> None:
    """Check what a warning says, given as pairs of a field and its text.

    :raises CautionNamesPerson: if a text seems to name a natural person, or has a resident id or a mobile number
    """
    for field, given in texts:
        said = unicodedata.normalize("NFKC", given)
        if holds_resident_id(said, today=today):
            # The number itself is not said again: refusals are shown and logged.
            raise CautionNamesPerson(field=field, found="证件号码")
        if _PHONE.search(said):
            raise CautionNamesPerson(field=field, found="手机号码")
        found = _NAMED.search(said) or _OF_AN_AGE.search(said)
        if found is not None:
            raise CautionNamesPerson(field=field, found=found[0])


def checked_organisations(given: Sequence[str]) -> list[str]:
    """Return the names of organisations, each once, in the order given.

    :raises Invalid: if there are too many, or one is too long
    :raises CautionNotAnOrganisation: if one has not the form of an organisation's name
    """
    names = list(dict.fromkeys(one.strip() for one in given if one.strip()))
    if len(names) > MAX_ORGANISATIONS or any(len(one) > MAX_ORGANISATION for one in names):
        raise Invalid(
            field="organisations",
            reason_zh=f"至多 {MAX_ORGANISATIONS} 个单位，每个至多 {MAX_ORGANISATION} 字",
            reason_en=f"at most {MAX_ORGANISATIONS} organisations of {MAX_ORGANISATION} characters each",
        )
    for one in names:
        if not unicodedata.normalize("NFKC", one).endswith(_FORMS):
            raise CautionNotAnOrganisation(field="organisations", found=one)
    return names
