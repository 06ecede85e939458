"""What a warning may not say: nobody is named, as far as a program can tell."""

from datetime import date

import pytest

from suxin.cautions.refusals import CautionNamesPerson, CautionNotAnOrganisation
from suxin.cautions.wording import MAX_ORGANISATIONS, check_texts, checked_organisations
from suxin.kernel.refusals import Invalid

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    "said",
    [
        "身份证号 321302199001010012",
        "请拨打 138 0013 8000 举报",
        "电话１３８００１３８０００",
        "法定代表人：王小明",
        "实际控制人: 李四光",
        "张三丰，男，1970年生",
    ],
)
def test_a_text_that_names_somebody_is_refused_beside_its_field(said):
    with pytest.raises(CautionNamesPerson) as refused:
        check_texts([("title", "风险提示"), ("body", f"通报：{said}")], today=TODAY)
    assert refused.value.field == "body"
    assert "321302199001010012" not in refused.value.zh_message


@pytest.mark.parametrize(
    "said",
    [
        "某公司以养老服务名义吸收资金，请勿参与。",
        "举报电话：0527-84368110，或 12345 热线",
        "法定代表人已被采取强制措施",
        "文号 321302202613020001 不是证件号码",
    ],
)
def test_what_names_nobody_passes(said):
    check_texts([("body", said)], today=TODAY)


def test_organisations_stand_by_their_full_names_each_once():
    given = [" 宿迁某某养老服务有限公司 ", "宿迁某某养老服务有限公司", "泗洪某投资中心（有限合伙）"]
    assert checked_organisations(given) == [given[0].strip(), given[2]]


@pytest.mark.parametrize("name", ["王小明", "李四", "某某公司王小明", "养老服务"])
def test_a_person_is_no_organisation(name):
    with pytest.raises(CautionNotAnOrganisation):
        checked_organisations([name])


@pytest.mark.parametrize(
    "given", [[f"第{n}公司" for n in range(MAX_ORGANISATIONS + 1)], ["长" * 79 + "公司"]]
)
def test_too_many_or_too_long_is_refused(given):
    with pytest.raises(Invalid):
        checked_organisations(given)
