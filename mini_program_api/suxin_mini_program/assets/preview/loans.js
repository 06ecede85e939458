// The loans that came of a request: what is owed, what falls due next, the plan with what is paid, what was paid out.

import { all } from "./api.js";
import { fill, h } from "./dom.js";
import { day, percent, time, wan, yuan } from "./format.js";
import { badge, button, card, facts, loading, state } from "./ui.js";

/** The loans of a request, or nothing where no contract was signed. */
export const loansOf = (requestId) => all(`/loan-requests/${requestId}/loans`);

/** One loan. */
export function loanCard(requestId, loan, go) {
  return h("article", { class: "card", "data-testid": "loan", "data-state": loan.state.code },
    h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, loan.bank.name), h("span", null, `合同 ${loan.contractNumber}`)), state(loan.state)),
    loan.overdueDays > 0 && h("p", { class: "reason", "data-testid": "overdue" }, badge(`逾期 ${loan.overdueDays} 天`, "bad"), ` 自 ${loan.overdueSince} 起，请尽快还款或联系银行`),
    loan.coolingOff && h("p", { class: "muted", "data-testid": "cooling-off" }, `冷静期至 ${time(loan.coolingOffEndsAt)}：在此之前可告知银行撤销合同，不承担费用`),
    loan.poolFiling && filed(loan.poolFiling),
    facts([
      ["合同金额", wan(loan.principalFen)], ["已放款", wan(loan.drawnFen)], ["未还本金", yuan(loan.outstandingFen)],
      loan.nextDueOn && ["下一还款日", h("span", { "data-testid": "next-due" }, `${loan.nextDueOn} · ${yuan(loan.nextDueFen)}`)],
      ["年利率", percent(loan.rateBps)], ["期限", `${loan.termMonths} 个月`], ["还款方式", loan.repaymentMethod.zh], ["担保方式", loan.guarantee.zh],
      ["签约", day(loan.signedAt)], loan.endsOn && ["到期", loan.endsOn]]),
    opened("还款计划（元）", "loan-plan", () => planOf(requestId, loan)),
    opened("放款记录", "loan-drawdowns", () => drawdownsOf(requestId, loan)),
    opened("风险提示", "loan-warnings", () => warningsOf(requestId, loan, go)));
}

/** That a risk pool stands behind the loan, and what that means for whoever owes it. */
function filed(filing) {
  const since = `${day(filing.filedAt)} 由银行在风险补偿资金池备案`;
  const now = filing.releasedAt ? `，${day(filing.releasedAt)} 解除（${filing.release.zh}）` : "，目前有效";
  return h("p", { class: "muted", "data-testid": "pool-filing", "data-state": filing.state.code }, `${since}${now}。备案不收费，也不减少您的还款：如贷款发生损失，资金池按协议补偿银行一部分，您所欠的仍须全部还清。`);
}

/** Details that are fetched when they are opened. */
function opened(title, testid, content) {
  const body = h("div", null);
  const toggled = async (event) => {
    if (!event.currentTarget.open || body.childElementCount) return;
    fill(body, loading());
    fill(body, await content());
  };
  return h("details", { class: "score", "data-testid": testid, ontoggle: toggled }, h("summary", null, title), body);
}

async function planOf(requestId, loan) {
  const parts = await all(`/loan-requests/${requestId}/loans/${loan.id}/instalments`);
  if (!parts.length) return h("p", { class: "muted" }, "放款后生成还款计划");
  return h("table", { class: "schedule" },
    h("thead", null, h("tr", null, ["还款日", "应还", "已还", ""].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", null, parts.map((part) => h("tr", null, h("td", null, part.dueOn), h("td", null, bare(part.totalFen)), h("td", null, bare(part.paidFen)), h("td", null, part.paid && badge("已还", "good"))))));
}

async function drawdownsOf(requestId, loan) {
  const found = await all(`/loan-requests/${requestId}/loans/${loan.id}/drawdowns`);
  if (!found.length) return h("p", { class: "muted" }, "尚未放款");
  return card(facts(found.map((one) => [one.drawnOn, yuan(one.amountFen)])));
}

/** What the bank was told on his consent, on which evidence, and what he may contest. */
async function warningsOf(requestId, loan, go) {
  const found = await all(`/loan-requests/${requestId}/loans/${loan.id}/warnings`);
  if (!found.length) return h("p", { class: "muted" }, "没有向银行提示过风险");
  return [
    h("p", { class: "muted" }, "按您的授权向贷款银行提示；提示不自动作出影响您的决定。认为依据有误的，可以提出异议，核查期间提示撤销。"),
    ...found.map((one) => warned(one, go)),
  ];
}

function warned(one, go) {
  const grade = one.evidence.code === "grade";
  return h("div", { class: "card", "data-testid": "loan-warning", "data-state": one.state.code },
    h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, one.rule), h("span", null, time(one.raisedAt))), state(one.state)),
    facts([
      ["依据", grade ? `信用等级由 ${one.tierBefore ?? "—"} 变为 ${one.tierAfter ?? "—"}` : one.item ?? "已按您的要求删除"],
      one.source && ["来源", one.source], ["发生日", one.occurredOn],
      one.action && ["银行处置", one.action.zh], one.falseAlarm && ["银行认为", one.falseAlarm.zh], one.withdrawnBecause && ["撤销原因", one.withdrawnBecause.zh]]),
    grade && button("申请人工复核", () => go("/cases/review/score"), { kind: "default", mini: true, testid: "warning-review" }),
    one.contestable && button("对依据提出异议", () => go(`/my-data/correct/record/${one.recordId}`), { kind: "default", mini: true, testid: "warning-contest" }),
    one.recordId && !one.contestable && h("p", { class: "muted" }, "该记录正在核查或已不再使用"));
}

const bare = (fen) => yuan(fen).replace("元", "");
