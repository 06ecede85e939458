// What the match found: ranked products with what their score is made of, the others with every reason.

import { all, get } from "./api.js";
import { h } from "./dom.js";
import { percent, wan, yuan } from "./format.js";
import { permittedBanks } from "./permissions.js";
import { badge, button, empty, facts, section, state } from "./ui.js";

/** The match of a request. */
export async function showMatches(go, id) {
  const [request, matches, referrals, permitted] = await Promise.all([get(`/loan-requests/${id}`), all(`/loan-requests/${id}/matches`), all(`/loan-requests/${id}/referrals`), permittedBanks(id)]);
  const fits = matches.filter((match) => match.eligible);
  const others = matches.filter((match) => !match.eligible);
  const referred = new Map(referrals.map((referral) => [referral.bank.tenantId, referral]));
  return h("div", null,
    h("div", { class: "result", "data-testid": "match-summary" },
      h("strong", null, fits.length ? `${fits.length} 个产品符合` : "暂无符合的产品"),
      h("span", null, `申请 ${wan(request.amountFen)} · ${request.termMonths} 个月 · 共比较 ${matches.length} 个产品`),
      state(request.state)),
    fits.length > 0 && section("按综合得分排序", h("ol", { class: "plain-list", "data-testid": "matches" }, fits.map((match) => h("li", null, fit(go, id, match, referred.get(match.bank.tenantId), permitted))))),
    !fits.length && empty("没有产品符合这次的条件", "可调整金额、期限或担保方式后再申请；下方列出每个产品的全部原因。"),
    others.length > 0 && h("details", { class: "fold", "data-testid": "rejected", open: !fits.length },
      h("summary", null, `未匹配的 ${others.length} 个产品及原因`),
      others.map((match) => misfit(go, id, match))),
    h("div", { class: "actions" }, button("查看申请进度", () => go(`/requests/${id}`), { kind: fits.length ? "primary" : "default", testid: "to-request" })));
}

function fit(go, id, match, referral, permitted) {
  const pushed = referral && referral.productId === match.productId;
  return h("article", { class: "card", "data-testid": "match", "data-tenant": match.bank.tenantId },
    h("header", { class: "card-head" }, h("span", { class: "rank" }, match.rank), h("div", { class: "card-title" }, h("strong", null, match.productName), h("span", null, match.bank.name)), pushed && badge("已推送", "good")),
    facts([["预计总成本", yuan(match.totalCostFen)], ["年化利率", percent(match.annualisedRateBps)], ["综合得分", `${Math.round(match.score / 100)} / ${match.fullScore / 100}`]]),
    h("details", { class: "score" }, h("summary", null, "得分构成"), h("ul", { class: "bars" }, match.contributions.map(bar))),
    pushed && referral.answerable && !permitted.has(match.bank.tenantId) && h("div", { class: "card-actions" }, button("去授权这家银行", () => go(`/requests/${id}/consent/${match.bank.tenantId}`), { kind: "default", mini: true, testid: "go-consent" })));
}

function bar(part) {
  return h("li", null, h("span", null, part.kind.zh), h("meter", { min: 0, max: part.maximum, value: part.points, "aria-label": part.kind.zh }), h("b", null, `${Math.round(part.points / 100)}/${Math.round(part.maximum / 100)}`));
}

function misfit(go, id, match) {
  return h("article", { class: "misfit", "data-testid": "rejected-product" },
    h("strong", null, match.productName), h("span", { class: "muted" }, match.bank.name),
    h("ul", null, match.reasons.map((reason) => h("li", { "data-reason": reason.code }, badge(reason.outcome.zh, reason.outcome.code === "failed" ? "bad" : "warn"), h("span", null, reason.zh)))),
    h("div", { class: "card-actions" }, button("请人工复核", () => go(`/cases/review/match/${id}/${match.productId}`), { kind: "default", mini: true, testid: "review-match", label: `请人工复核：${match.productName}` })));
}

