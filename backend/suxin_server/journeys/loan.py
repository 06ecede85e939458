"""我要贷款, from the log-in to the accepted offer, with the wrong turns on the way."""

from typing import Final

from suxin_server.demo import cast
from suxin_server.journeys import answering, asking, choosing
from suxin_server.journeys.applicant import Applicant
from suxin_server.journeys.story import Story
from suxin_server.journeys.walking import Step, walk_demo

STEPS: Final[tuple[Step[Story], ...]] = (
    ("服务健康", asking.check_health),
    ("微信登录", asking.log_in),
    ("实名认证", asking.prove_identity),
    ("代表企业", asking.act_for_firm),
    ("清理旧申请", asking.clear_table),
    ("金额为零", asking.refuse_zero),
    ("提交申请", asking.submit),
    ("匹配结果", asking.look_at_matches),
    ("他人的申请", asking.refuse_others_request),
    ("银行登录", answering.banks_log_in),
    ("匿名线索", answering.see_blind_leads),
    ("银行受理", answering.accept_leads),
    ("未授权先报价", answering.refuse_blind_offer),
    ("逐家授权", answering.consent),
    ("查阅资料", answering.see_dossier),
    ("联系并报价", answering.offer),
    ("另一家婉拒", answering.decline),
    ("申请人获知", choosing.be_told),
    ("比较报价", choosing.compare),
    ("谁看过我的资料", choosing.see_who_read),
    ("接受报价", choosing.accept),
    ("其余银行结束", choosing.see_others_pass),
    ("合同依据", choosing.see_contract_basis),
    ("撤回授权", choosing.revoke),
)


def run(url: str) -> int:
    """Walk the loan path over HTTP against the demo city at ``url``; return 0 when every answer was right.

    :raises Unreachable: if no server answers there
    :raises DemoAbsent: if it runs without the demo city
    """

    def begin(address: str) -> Story:
        return Story(
            url=address,
            applicant=Applicant(address, cast.ZHANG_WEI),
            other=Applicant(address, cast.CHEN_JING),
        )

    return walk_demo("我要贷款 · the loan journey", url, begin, STEPS)
