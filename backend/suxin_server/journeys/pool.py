"""A claim's way: a filed loan that nobody repays, its dossier, two approvals, the custodian's payment, and what comes back."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from suxin.kernel.money import FEN_PER_YUAN, format_yuan
from suxin.kernel.working_days import local_day
from suxin_server.demo.custodian import Line
from suxin_server.journeys.applicant import Thing
from suxin_server.journeys.approver import Approver
from suxin_server.journeys.claimant import Claimant
from suxin_server.journeys.custody import Custody
from suxin_server.journeys.walking import Step, Talk, expect, until, walk_demo

FILING_PATIENCE_S: Final = 180.0
"""The worker fills the demo city's pool, judges its loans and makes the first claim some time after its start."""
ATTEMPTS: Final = (
    ("call", "not_reached", "电话无人接听"),
    ("visit", "promised", "上门催收，承诺分期归还"),
    ("lawyer_letter", "delivered", "律师函已送达"),
)
COST_FEN: Final = 100_000
_LETTER: Final = re.compile(r'href="/desk(/pool-payments/[0-9a-f-]{36}/letter)">([^<]+)<')


@dataclass
class PoolStory:
    """What the steps hand on to each other."""

    url: str
    bank: Claimant
    keeper: Custody
    fund: Approver
    bureau: Approver
    key: str = field(default_factory=lambda: secrets.token_hex(4))
    opening_fen: int = 0
    paid_fen: int = 0
    letter: str = ""
    mistaken: str = ""
    recovery: Thing = field(default_factory=dict)

    @property
    def at(self) -> str:
        """Where the operator's desks show the claim."""
        return f"/pool-claims/{self.bank.place.rsplit('/', 1)[1]}"

    @property
    def today(self) -> date:
        """The day in the city."""
        return local_day(datetime.now(UTC))


def check_health(story: PoolStory) -> str:
    """Ask whether everything behind the server is ready."""
    Talk(story.url).get("/health/ready")
    return "数据库、缓存、迁移均就绪"


def log_in(story: PoolStory) -> str:
    """Log in: the bank's loan officer, and the operator's administrator, who keeps the pool."""
    story.bank.log_in()
    story.bank.take_token()
    story.keeper.log_in()
    return f"{story.bank.name} {story.bank.login}、{story.keeper.login} 已登录"


def take_approvers_in(story: PoolStory) -> str:
    """Take two people in who approve, each with a password and an authenticator app of his own."""
    for one in (story.fund, story.bureau):
        one.be_taken_in(story.keeper)
    return f"{story.fund.login}、{story.bureau.login} 已改初始密码并启用动态验证码"


def draft(story: PoolStory) -> str:
    """Put a claim on an overdue loan together: what is missing is named, and submitting is refused by it."""
    bank = story.bank
    found = until(
        bank.overdue, expected="有已备案且逾期、尚未申请代偿的贷款", patience_s=FILING_PATIENCE_S
    )
    bank.draft(found)
    claim = bank.claim()
    gaps = [one["code"] for one in claim["gaps"]]
    expect(gaps == ["COLLECTIONS_MISSING"], "只缺催收记录", claim["gaps"])
    said = bank.told("submitClaim", "CLAIM_NOT_READY")
    return f"{bank.contract} 逾期 {claim['overdueDays']} 天；缺口：{claim['gaps'][0]['messageZh']}；提交被拒：{said}"


def collect(story: PoolStory) -> str:
    """Put three attempts to get the money on record: nothing is missing any more."""
    for days, (kind, result, note) in enumerate(ATTEMPTS):
        day = story.today - timedelta(days=days)
        story.bank.collect(kind, result, day.isoformat(), note)
    claim = story.bank.claim()
    expect(claim["gaps"] == [], "没有缺口", claim["gaps"])
    shares = (claim["poolFen"], claim["bankFen"], claim["guarantorFen"], claim["unmetFen"])
    expect(sum(shares) == claim["lossFen"], "各方分担相加等于损失", claim)
    return (
        f"登记 {len(ATTEMPTS)} 次催收，材料齐全；损失 {format_yuan(claim['lossFen'])} 元："
        f"资金池 {format_yuan(shares[0])}、银行 {format_yuan(shares[1])}"
    )


def submit(story: PoolStory) -> str:
    """Submit the claim; the operator's keeper takes it up and passes it on, and may not approve it."""
    done = story.bank.do("submitClaim")["claim"]
    expect(done["state"] == "SUBMITTED", "SUBMITTED", done)
    keeper, at = story.keeper, story.at
    keeper.send(f"{at}/take-up", shown_at=at)
    keeper.send(f"{at}/pass-on", shown_at=at)
    keeper.refused(
        f"{at}/approve",
        shown_at=at,
        status=403,
        says="没有权限",
        place=story.fund.place,
        code="123456",
    )
    return f"已提交；{keeper.login} 核对材料并送审，本人审批被拒"


def approve(story: PoolStory) -> str:
    """Approve from both places, each with a fresh code: one person does not approve twice, and no code is good twice."""
    fund, bureau, at = story.fund, story.bureau, story.at
    fund.send(f"{at}/approve", shown_at=at, place=fund.place, code=fund.code())
    fund.refused(
        f"{at}/approve",
        shown_at=at,
        status=422,
        says="第一道审批由您作出",
        place=fund.place,
        code=fund.code(),
    )
    bureau.refused(
        f"{at}/approve",
        shown_at=at,
        status=422,
        says="已使用过",
        place=bureau.place,
        code=bureau.last_code,
    )
    bureau.send(f"{at}/approve", shown_at=at, place=bureau.place, code=bureau.code())
    claim = story.bank.claim()
    expect(claim["state"] == "APPROVED", "APPROVED", claim)
    decision = claim["dossier"]["decision"]
    expect(decision["snapshot_sha256"], "材料中的决策快照与提交时一样", decision)
    story.paid_fen = claim["poolFen"]
    return f"{fund.name}、{bureau.name} 先后批准；同一人再批、验证码再用均被拒"


def issue(story: PoolStory) -> str:
    """See the payment letter, which the custodian pays by."""
    found = _LETTER.findall(story.keeper.page(story.at))
    expect(len(found) == 1, "一份付款函", found)
    place, story.letter = found[0]
    letter, amount = story.keeper.page(place), format_yuan(story.paid_fen)
    for one in (story.letter, amount, story.bank.contract, story.fund.name, story.bureau.name):
        expect(one in letter, f"付款函上有 {one}", letter)
    return f"{story.letter}，{amount} 元，两名审批人署名"


def mistake(story: PoolStory) -> str:
    """Take in a statement that bears the letter's number and another amount: nothing is taken as paid."""
    keeper = story.keeper
    story.opening_fen, wrong_fen = keeper.book_fen(), story.paid_fen - FEN_PER_YUAN
    story.mistaken = f"LS-{story.key}-1"
    line = Line(story.mistaken, -wrong_fen, f"附言 {story.letter}")
    place = keeper.take_in(f"DZD-{story.key}-1", story.opening_fen, [line])
    keeper.line(place, story.mistaken, says="金额不符")
    claim = story.bank.claim()
    expect(claim["state"] == "APPROVED", "仍待付款", claim)
    return f"流水 {format_yuan(wrong_fen)} 元与付款函不符，待人工核实，未作付款"


def pay(story: PoolStory) -> str:
    """Take in the statement in which the custodian puts it right: the claim is paid, and the loan compensated."""
    keeper, bank = story.keeper, story.bank
    wrong_fen = story.paid_fen - FEN_PER_YUAN
    back = Line(f"LS-{story.key}-2", wrong_fen, "误划款项退回")
    right = Line(f"LS-{story.key}-3", -story.paid_fen, f"附言 {story.letter}")
    place = keeper.take_in(f"DZD-{story.key}-2", story.opening_fen - wrong_fen, [back, right])
    keeper.line(place, right.reference, says="已匹配")
    keeper.set_aside(keeper.statements[0], story.mistaken, "金额划错，已于同日退回")
    keeper.set_aside(place, back.reference, f"{story.mistaken} 退回")
    claim = bank.claim()
    expect(claim["state"] == "PAID", "PAID", claim)
    expect("已代偿" in bank.page(bank.loan), "贷款已代偿", bank.loan)
    return f"流水 {right.reference} 与付款函相符，已代偿；误划与退回两笔已说明"


def recover(story: PoolStory) -> str:
    """Report what came back: costs first, then everyone by what he bore; more than was lost is refused."""
    bank = story.bank
    loss_fen = bank.claim()["lossFen"]
    given = {
        "reference": f"ZS-{story.key}",
        "receivedFen": loss_fen // 2,
        "costFen": COST_FEN,
        "recoveredOn": story.today.isoformat(),
    }
    story.recovery = bank.do("reportRecovery", **given)["recovery"]
    net_fen = given["receivedFen"] - COST_FEN
    shares = [story.recovery[f"{one}Fen"] for one in ("pool", "bank", "guarantor")]
    expect(sum(shares) == net_fen, f"各方相加等于 {net_fen}", story.recovery)
    expect(story.recovery["state"] == "REPORTED", "待划入资金池", story.recovery)
    more = {**given, "reference": f"ZS-{story.key}-2", "receivedFen": loss_fen}
    bank.told("reportRecovery", "RECOVERY_BEYOND_LOSS", **more)
    return (
        f"{story.recovery['number']} 净额 {format_yuan(net_fen)} 元："
        f"资金池 {format_yuan(shares[0])}、银行 {format_yuan(shares[1])}；超出损失被拒"
    )


def confirm(story: PoolStory) -> str:
    """Take in the statement that shows the pool's part: the recovery is confirmed by it."""
    pool_fen, number = story.recovery["poolFen"], story.recovery["number"]
    line = Line(f"LS-{story.key}-4", pool_fen, f"追偿 {number}")
    opening_fen = story.opening_fen - story.paid_fen
    place = story.keeper.take_in(f"DZD-{story.key}-3", opening_fen, [line])
    story.keeper.line(place, line.reference, says="已匹配")
    claim = story.bank.claim()
    expect(claim["state"] == "RECOVERING", "RECOVERING", claim)
    states = [one["node"]["state"] for one in claim["recoveries"]["edges"]]
    expect(states == ["CONFIRMED"], "追偿已到账", claim["recoveries"])
    return f"流水 {line.reference} 确认 {number}，{format_yuan(pool_fen)} 元已划入资金池"


def reconcile(story: PoolStory) -> str:
    """Compare statements and book: they end with the same balance, and nothing is unexplained."""
    keeper = story.keeper
    custodian, book, difference = keeper.latest()
    expected = story.opening_fen - story.paid_fen + story.recovery["poolFen"]
    expect((custodian, book, difference) == (expected, expected, 0), expected, (custodian, book))
    expect(keeper.unexplained() == [], "没有未说明的差异", keeper.unexplained())
    return f"托管与账簿余额均为 {format_yuan(book)} 元，差额 0.00，没有未说明的差异"


def let_go(story: PoolStory) -> str:
    """Take the log-ins of both who approved away: their sessions end."""
    for one in (story.fund, story.bureau):
        one.leave(story.keeper)
        one.talk.send("GET", f"/desk{story.at}", status=303)
    return f"{story.fund.login}、{story.bureau.login} 已停用，登录随即失效"


STEPS: Final[tuple[Step[PoolStory], ...]] = (
    ("服务健康", check_health),
    ("登录", log_in),
    ("审批人员", take_approvers_in),
    ("汇总代偿材料", draft),
    ("登记催收", collect),
    ("提交与核对", submit),
    ("两道审批", approve),
    ("付款函", issue),
    ("金额不符的流水", mistake),
    ("付款与代偿", pay),
    ("登记追偿", recover),
    ("追偿到账", confirm),
    ("对账", reconcile),
    ("停用审批人员", let_go),
)


def walk_claim(url: str) -> int:
    """Walk a claim's way over HTTP against the demo city at ``url``; return 0 when every answer was right.

    Each walk takes one of the loans of the demo city that nobody repays.

    :raises Unreachable: if no server answers there
    :raises DemoAbsent: if it runs without the demo city
    """

    def begin(address: str) -> PoolStory:
        return PoolStory(
            url=address,
            bank=Claimant(address),
            keeper=Custody(address, "operator.admin"),
            fund=Approver(address, name="流程基金审批", place="fund_manager"),
            bureau=Approver(address, name="流程财政审批", place="finance_bureau"),
        )

    return walk_demo("代偿与追偿 · the journey of a claim", url, begin, STEPS)
