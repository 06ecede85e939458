// One's requests: how far each bank is, the offers side by side, choosing one.

import { all, get, post } from "./api.js";
import { fill, h } from "./dom.js";
import { day, percent, time, wan, yuan } from "./format.js";
import { loanCard, loansOf } from "./loans.js";
import { permittedBanks } from "./permissions.js";
import { badge, button, card, confirm, empty, facts, loading, say, section, state } from "./ui.js";

/** The list. */
export async function showRequests(go) {
  const requests = await all("/loan-requests");
  if (!requests.length) return empty("还没有申请", "填写一次，多家银行比选", button("我要贷款", () => go("/ask"), { mini: true, testid: "empty-ask" }));
  return h("ul", { class: "plain-list", "data-testid": "requests" }, requests.map((request) => h("li", null,
    h("a", { class: "card is-link", href: `#/requests/${request.id}`, "data-testid": "request", "data-state": request.state.code },
      h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, wan(request.amountFen)), h("span", null, `${request.termMonths} 个月 · ${request.purpose.zh} · ${request.guarantee.zh}`)), state(request.state)),
      h("footer", { class: "card-foot" }, h("span", null, request.number), h("time", { datetime: request.createdAt }, day(request.createdAt)))))));
}

/** One request. */
export async function showRequest(go, id) {
  const [request, referrals, offers, loans, events, permitted] = await Promise.all([
    get(`/loan-requests/${id}`), all(`/loan-requests/${id}/referrals`), all(`/loan-requests/${id}/offers`), loansOf(id), all(`/loan-requests/${id}/timeline`), permittedBanks(id)]);
  return h("div", { "data-testid": "request-page", "data-state": request.state.code },
    h("div", { class: "result" }, h("strong", null, wan(request.amountFen)), h("span", null, `${request.termMonths} 个月 · ${request.purpose.zh} · ${request.guarantee.zh}`), state(request.state)),
    section(offers.length > 1 ? "收到的报价（年化利率低者在前）" : "收到的报价", offers.length ? comparison(go, request, offers) : empty("暂无报价", request.alive ? "银行受理并取得您的授权后会在这里报价" : null)),
    loans.length > 0 && section("我的贷款", loans.map((loan) => loanCard(id, loan, go))),
    section("银行办理进度", referrals.length ? referrals.map((referral) => bank(go, id, referral, permitted)) : empty(request.mode.code === "open_pool" ? "等待银行抢单" : "没有对接的银行")),
    section("时间线", h("ol", { class: "timeline", "data-testid": "timeline" }, events.map((event) => h("li", null, h("time", { datetime: event.at }, time(event.at)), h("span", null, event.bank && h("b", null, event.bank, " "), event.zh))))),
    section("申请信息", card(facts([
      ["编号", request.number], ["推送方式", request.mode.zh], ["还款方式", request.repaymentMethod.zh],
      request.rateCeilingBps !== null && ["利率上限", percent(request.rateCeilingBps)], ["首次贷款", request.firstLoan ? "是" : "否"],
      request.note && ["补充说明", request.note], ["有效至", day(request.expiresAt)]]))),
    h("div", { class: "actions" },
      button("查看匹配结果", () => go(`/requests/${id}/matches`), { kind: "default", testid: "to-matches" }),
      request.alive && button("撤回申请", () => withdraw(go, request), { kind: "warn", testid: "withdraw" })));
}

function bank(go, id, referral, permitted) {
  const mayRead = permitted.has(referral.bank.tenantId);
  const waits = referral.answerable && !mayRead;
  return h("article", { class: "card", "data-testid": "referral", "data-tenant": referral.bank.tenantId, "data-state": referral.state.code },
    h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, referral.bank.name), h("span", null, referral.productName || "未指定产品")), state(referral.state)),
    referral.declineReason && h("p", { class: "reason" }, `原因：${referral.declineReason.zh}${referral.declineNote ? `（${referral.declineNote}）` : ""}`),
    referral.answerable && referral.state.code !== "OFFERED" && h("p", { class: "muted" }, `应于 ${time(due(referral))} 前${duty(referral)}${referral.deadlinesProvisional ? "（暂定）" : ""}`),
    referral.consentedAt && h("div", { class: "card-actions" }, h("span", { class: "muted" }, "提供材料、答复补充要求、互发消息"), button("材料与对话", () => go(`/requests/${id}/bank/${referral.id}`), { kind: "default", mini: true, testid: "go-exchange", label: `材料与对话：${referral.bank.name}` })),
    mayRead && h("p", { class: "muted", "data-testid": "permitted" }, "您已授权这家银行，可在“授权”页暂停或撤回"),
    waits && h("div", { class: "card-actions" }, h("span", { class: "muted" }, "银行还看不到您是谁"), button("授权这家银行", () => go(`/requests/${id}/consent/${referral.bank.tenantId}`), { kind: "default", mini: true, testid: "go-consent" })));
}

const due = (referral) => (!referral.acceptedAt ? referral.acceptBy : !referral.contactedAt ? referral.contactBy : referral.decideBy);
const duty = (referral) => (!referral.acceptedAt ? "受理" : !referral.contactedAt ? "联系您" : "答复");

const ROWS = [
  ["报价金额", (offer) => h("span", null, wan(offer.amountFen), " ", offer.shortOfAskedFen > 0 && badge(`比申请少 ${wan(offer.shortOfAskedFen)}`, "warn"))],
  ["年利率（名义）", (offer) => percent(offer.rateBps)],
  ["年化利率（含费用）", (offer) => percent(offer.annualisedRateBps)],
  ["费用合计", (offer) => yuan(offer.totalFeesFen)],
  ["每期还款", (offer) => yuan(offer.monthlyPaymentFen)],
  ["总成本", (offer) => yuan(offer.totalCostFen)],
  ["期限", (offer) => `${offer.termMonths} 个月`],
  ["还款方式", (offer) => offer.repaymentMethod.zh],
  ["担保方式", (offer) => offer.guarantee.zh],
  ["冷静期", (offer) => `${offer.coolingOffDays} 天`],
  ["附加条件", (offer) => offer.conditions || "无"],
  ["有效至", (offer) => time(offer.validUntil)],
];

/** Offers side by side: cards on a phone, a table where there is room. */
function comparison(go, request, offers) {
  const actions = (offer) => [
    offer.open && request.alive && button("接受这份报价", () => accept(go, offer), { mini: true, testid: "accept-offer", label: `接受这份报价：${offer.bank.name}` }),
    plan(offer)];
  return h("div", { class: "offers", "data-testid": "offers" },
    h("div", { class: "offer-cards" }, offers.map((offer) => h("article", { class: "card", "data-testid": "offer", "data-tenant": offer.bank.tenantId, "data-state": offer.state.code },
      h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, offer.bank.name)), state(offer.state)),
      facts(ROWS.map(([name, value]) => [name, value(offer)])),
      h("div", { class: "card-actions is-stacked" }, actions(offer))))),
    h("div", { class: "offer-table", tabindex: 0, role: "region", "aria-label": "报价对比" }, h("table", null,
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "银行"), offers.map((offer) => h("th", { scope: "col" }, offer.bank.name, " ", state(offer.state))))),
      h("tbody", null, ROWS.map(([name, value]) => h("tr", null, h("th", { scope: "row" }, name), offers.map((offer) => h("td", null, value(offer))))),
        h("tr", null, h("th", { scope: "row" }, "操作"), offers.map((offer) => h("td", null, actions(offer))))))));
}

/** The repayment plan, fetched when it is opened. */
function plan(offer) {
  const body = h("div", null);
  const opened = async (event) => {
    if (!event.currentTarget.open || body.childElementCount) return;
    fill(body, loading());
    const parts = await all(`/offers/${offer.id}/schedule`);
    fill(body, h("table", { class: "schedule" },
      h("thead", null, h("tr", null, ["期", "本金", "利息", "合计"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", null, parts.map((part) => h("tr", null, h("td", null, part.number), h("td", null, bare(part.principalFen)), h("td", null, bare(part.interestFen)), h("td", null, bare(part.totalFen)))))));
  };
  return h("details", { class: "score", "data-testid": "schedule", ontoggle: opened }, h("summary", null, "还款计划（元）"), body);
}

const bare = (fen) => yuan(fen).replace("元", "");

async function accept(go, offer) {
  const agreed = await confirm("接受这份报价？", [
    facts([["银行", offer.bank.name], ["金额", wan(offer.amountFen)], ["年化利率", percent(offer.annualisedRateBps)], ["每期还款", yuan(offer.monthlyPaymentFen)], ["总成本", yuan(offer.totalCostFen)]]),
    h("p", { class: "fine" }, `接受后，其他银行的报价与对接随之结束，对其他银行的授权同时撤回；签约后另有 ${offer.coolingOffDays} 天冷静期。`)],
  { yes: "确认接受", no: "再想想", testid: "accept-dialog" });
  if (!agreed) return;
  await post(`/offers/${offer.id}/acceptance`);
  say("已接受报价，银行将与您联系签约");
  await go(`/requests/${offer.requestId}`);
}

async function withdraw(go, request) {
  const agreed = await confirm("撤回这笔申请？", h("p", null, "撤回后银行不能再答复，对各银行的授权同时结束。"), { yes: "撤回", testid: "withdraw-dialog" });
  if (!agreed) return;
  await post(`/loan-requests/${request.id}/withdrawal`);
  say("申请已撤回");
  await go(`/requests/${request.id}`);
}
