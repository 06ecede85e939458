// Whole-village credit: rounds to join and the notice before, the household's lines, an objection, and asking for money on a line.

import { get, post, session } from "./api.js";
import { h } from "./dom.js";
import { day, time, yuan } from "./format.js";
import { badge, button, card, confirm, empty, facts, field, form, input, requireAll, say, section, select, textarea } from "./ui.js";

const TONES = { ACTIVE: "good", NOTICED: "warn", OBJECTED: "warn", NOT_OFFERED: "bad" };
const PURPOSES = [["working_capital", "流动资金周转"], ["equipment", "购置设备"], ["other", "其他"]];

/** The page of whole-village credit. */
export async function showVillageCredit(go) {
  const { rounds, memberships } = await get("/village-credit");
  return h("div", { "data-testid": "village-credit-page" },
    h("p", { class: "lead" }, h("strong", null, session.subjectName || "本人"), "自愿参加银行与村居的整村授信；不参加没有任何影响，也不留下任何记录。"),
    section("本户额度", memberships.length ? memberships.map((one) => membership(go, one)) : empty("还没有参加")),
    rounds.length > 0 && section("可以参加", rounds.map((one) => card(facts([["银行", one.bank], ["产品", one.product]]),
      h("div", { class: "card-actions" }, button("了解并参加", () => go(`/village-credit/join/${one.id}`), { mini: true, testid: "to-join" }))))));
}

function membership(go, one) {
  const state = one.state.code;
  return h("article", { class: "card", "data-testid": "membership" },
    h("header", { class: "card-head" }, h("p", { class: "card-title" }, one.product), badge(one.state.zh, TONES[state] || "plain")),
    facts([["银行", one.bank], one.lineFen && ["额度", yuan(one.lineFen)], one.leftFen !== null && ["可用", yuan(one.leftFen)], one.number && ["公示编号", String(one.number).padStart(3, "0")],
      state === "NOTICED" && ["公示至", time(one.noticeEndsAt)], one.expiresOn && ["有效期至", `${day(one.expiresOn)} 前`], one.reason && ["说明", one.reason], one.objection && ["异议", one.objection], one.answer && ["复核意见", one.answer]].filter(Boolean)),
    h("div", { class: "card-actions" },
      state === "ACTIVE" && button("用款", () => go(`/village-credit/ask/${one.id}`), { mini: true, testid: "to-ask-line" }),
      ["NOTICED", "NOT_OFFERED"].includes(state) && !one.objection && button("提出异议", () => go(`/village-credit/object/${one.id}`), { kind: "default", mini: true, testid: "to-object-line" }),
      !["LEFT", "ENDED"].includes(state) && button("退出", () => leave(go, one), { kind: "default", mini: true, testid: "leave-credit" })));
}

async function leave(go, one) {
  if (!(await confirm("退出整村授信？", "授权随之撤回，额度和等级立即清除；已发放的贷款按合同履行。"))) return;
  await post(`/village-credit/memberships/${one.id}/leave`);
  say("已退出");
  go("/village-credit");
}

const notice = (told) => section("告知", card(h("div", { class: "notice-text" }, told.body.split("\n").map((line) => h("p", null, line))), h("p", { class: "fine" }, `版本 ${told.version}`)));

/** The notice, and joining. */
export async function showJoin(go, id) {
  const told = await get(`/village-credit/rounds/${id}/notice`);
  return form("join-form", async () => {
    await post(`/village-credit/rounds/${id}/join`, { noticeVersion: told.version });
    say("已授权并参加");
    go("/village-credit");
  }, notice(told), h("div", { class: "pair actions" }, button("不参加", () => go("/village-credit"), { kind: "default" }), button("同意并参加", null, { submit: true, testid: "join" })));
}

/** Saying something against a line. */
export async function showObjectLine(go, id) {
  return form("object-form", async (given) => {
    requireAll(given, ["reason"]);
    await post(`/village-credit/memberships/${id}/objection`, { reason: given.get("reason").trim() });
    say("已提交，由银行另一人复核");
    go("/village-credit");
  }, h("div", { class: "weui-cells" }, field("reason", "理由", textarea({ maxlength: 500 }))), h("div", { class: "actions" }, button("提交", null, { submit: true, testid: "object" })));
}

/** Asking for money on a line, with the consent for that request. */
export async function showAskLine(go, id) {
  const [told, { memberships }] = await Promise.all([get(`/village-credit/memberships/${id}/request-notice`), get("/village-credit")]);
  const line = memberships.find((one) => one.id === id);
  return form("line-form", async (given) => {
    requireAll(given, ["amountFen", "termMonths"]);
    const made = await post(`/village-credit/memberships/${id}/request`, { amountFen: Math.round(Number(given.get("amountFen")) * 100), termMonths: Number(given.get("termMonths")), purpose: given.get("purpose"), noticeVersion: told.version });
    say("已申请");
    go(`/requests/${made.requestId}`);
  }, line && section(line.bank, card(facts([["产品", line.product], ["可用额度", yuan(line.leftFen ?? 0)]]))), h("div", { class: "weui-cells" },
    field("amountFen", "金额", input({ inputmode: "decimal" }), { unit: "元" }),
    field("termMonths", "期限", input({ inputmode: "numeric", value: "12" }), { unit: "个月" }),
    field("purpose", "用途", select(PURPOSES, "working_capital"))), notice(told), h("div", { class: "actions" }, button("同意并申请", null, { submit: true, testid: "ask-line" })));
}
