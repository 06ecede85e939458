// What organisations ask to be permitted: the list, each request with its notice, the answer, and what came of it.

import { all, get, post, remember, session } from "./api.js";
import { decision } from "./decision.js";
import { h, keep } from "./dom.js";
import { day, time } from "./format.js";
import { badge, button, card, empty, facts, say, section, state } from "./ui.js";

export const WAITING = "REQUESTED";
export const NEVER_GIVEN = [WAITING, "REJECTED", "LAPSED"];
const WORDS = { yes: "同意", no: "不同意" };
const AFTER = {
  REJECTED: "您已拒绝。您的信息没有提供给该机构，其他服务照常使用；规定期限内该机构不得再次征求。",
  LAPSED: "您没有答复，请求已失效。您的信息没有提供给该机构，无需操作。",
  ACTIVE: "该机构可按约定查阅。每次查阅都会记录在“授权”页，您可以随时暂停或撤回。",
  PAUSED: "已暂停：恢复之前，该机构的查阅都会被拒绝。",
  REVOKED: "已撤回：该机构的查阅都会被拒绝。",
  EXPIRED: "已到期，自动停止。",
  SUPERSEDED: "已由您后来作出的授权替代。",
};

const mine = async () => (await all("/consents"));

/** How many requests wait for an answer. */
export const waiting = (consents) => consents.filter((consent) => consent.state.code === WAITING).length;

/** Everything that was asked, what waits for an answer first. */
export async function showAsked() {
  const asked = (await mine()).filter((consent) => NEVER_GIVEN.includes(consent.state.code));
  const open = asked.filter((consent) => consent.state.code === WAITING);
  const past = asked.filter((consent) => consent.state.code !== WAITING);
  return h("div", { "data-testid": "asked-page" },
    h("p", { class: "lead" }, "银行等机构请求查阅您的信息时，由您逐项决定。不同意或不答复，都不影响您使用其他服务。"),
    section("等您答复", open.length ? list(open) : empty("没有等您答复的请求")),
    past.length > 0 && section("未同意的请求", list(past)));
}

const list = (asked) => h("ul", { class: "plain-list" }, asked.map((consent) => h("li", null,
  h("a", { class: "card is-link", href: `#/consents/${consent.id}`, "data-testid": "asked", "data-state": consent.state.code, "data-tenant": consent.recipient.tenantId },
    h("span", { class: "card-head" }, h("span", { class: "card-title" }, h("strong", null, consent.recipient.name), h("span", null, consent.purpose.zh)), state(consent.state)),
    h("span", { class: "card-foot" }, h("span", null, consent.answerBy && consent.state.code === WAITING ? `请于 ${time(consent.answerBy)} 前答复` : `请求于 ${day(consent.requestedAt)}`), h("span", null, `${consent.lifeDays} 天`))))));

/** One permission: a request is decided here; anything else shows where it stands, with its signed artefact. */
export async function showPermission(go, id, subjectId) {
  if (subjectId && subjectId !== session.subjectId) await actFor(subjectId);
  const consent = (await mine()).find((one) => one.id === id);
  if (!consent) return empty("找不到该授权", "它可能属于您代表的另一个主体", button("我的授权", () => go("/permissions"), { kind: "default", mini: true }));
  return consent.state.code === WAITING ? question(go, consent) : outcome(go, consent);
}

/** Act for the subject that a message is about, if one may. */
async function actFor(subjectId) {
  const subject = (await get("/me")).subjects.find((one) => one.id === subjectId);
  if (subject) remember({ subjectId, subjectName: subject.name, subjectKind: subject.kind.code });
}

function question(go, consent) {
  const path = `/consents/${consent.id}`;
  const answered = async (text) => { say(text); await go(path); };
  return decision({
    words: WORDS,
    load: (chosen) => get(`${path}/notice`, { lifeDays: chosen.lifeDays, categories: chosen.categories?.join(",") }),
    yes: async (notice, chosen) => {
      const granted = await post(`${path}/approval`, { categories: chosen.categories, lifeDays: notice.lifeDays, noticeVersion: notice.version });
      await answered(granted.cuts.length ? `已同意，${granted.cuts.map((one) => one.zh).join("；")}` : "已同意");
    },
    no: async () => { await post(`${path}/rejection`, { reason: null }); await answered("已拒绝，您的信息没有提供"); },
    above: (notice) => section(null, card(
      h("h2", { class: "question" }, `是否同意“${notice.recipient.name}”查阅${session.subjectName ? `“${session.subjectName}”` : "您"}的信息？`),
      facts([["请求时间", time(notice.requestedAt)], notice.answerBy && ["答复期限", `${time(notice.answerBy)}，不答复视为不同意`], ["查询频次", notice.frequency.zh], ["数据范围", `${day(notice.recordsFrom)} 以来`]]))),
  });
}

function outcome(go, consent) {
  const code = consent.state.code;
  const given = !NEVER_GIVEN.includes(code);
  return h("div", { "data-testid": "permission-page", "data-state": code },
    section(null, card(
      h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, consent.recipient.name), h("span", null, consent.purpose.zh)), state(consent.state)),
      h("p", { class: "outcome" }, AFTER[code]),
      facts([
        ["信息类别", consent.categories.map((category) => category.zh).join("、")],
        given ? ["授权期限", `${day(consent.startsAt)} 至 ${day(consent.expiresAt)}`] : ["请求期限", `${consent.lifeDays} 天`],
        ["保存期限", `接收方最长保存 ${consent.retentionDays} 天`],
        ["告知书版本", consent.noticeVersion],
        consent.decidedAt && ["决定时间", time(consent.decidedAt)],
        consent.endedAt && given && ["结束时间", time(consent.endedAt)],
        consent.endReason && ["原因", consent.endReason]]))),
    given && section("授权凭证", artefact(consent)),
    h("div", { class: "actions" }, button("我的授权", () => go("/permissions"), { kind: "default", testid: "to-permissions" })));
}

/** The signed artefact, to keep and to have checked by anybody. */
function artefact(consent) {
  const save = async () => {
    const { jws } = await get(`/consents/${consent.id}/artefact`);
    keep(new Blob([jws], { type: "application/jose" }), `consent-${consent.id}.jws`);
    say("凭证已下载");
  };
  return card(
    h("p", null, "平台签名的凭证证明您同意了什么，可自行保存；任何人都能验证它未被改动。"),
    h("div", { class: "card-actions" },
      h("a", { class: "link", href: "/consent/verify", target: "_blank", rel: "noopener", "data-testid": "verify-artefact" }, "验证凭证", h("span", { class: "unseen" }, "（在新窗口打开）")),
      button("下载凭证", save, { kind: "default", mini: true, testid: "download-artefact" })));
}

/** The way to the requests, saying how many wait. */
export function askedRow(go, consents) {
  const open = waiting(consents);
  return h("div", { class: "weui-cells asked-row" }, h("button", { type: "button", class: "weui-cell weui-cell_access row", "data-testid": "to-asked", onclick: () => go("/asked") },
    h("span", { class: "weui-cell__bd" }, "银行请求我授权"), h("span", { class: "weui-cell__ft" }, open ? badge(`${open} 项等您答复`, "warn") : "没有待答复的请求")));
}
