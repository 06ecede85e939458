// Permissions: giving one to a bank that holds a request, those given, and who read what.

import { all, get, post } from "./api.js";
import { NEVER_GIVEN, askedRow } from "./asked.js";
import { decision, sayGranted } from "./decision.js";
import { h } from "./dom.js";
import { day, time } from "./format.js";
import { button, confirm, empty, facts, field, input, say, section, state } from "./ui.js";

const OPEN = ["ACTIVE", "PAUSED"];
const FIRST_LIFE_DAYS = 30;

/** The notice about one bank that holds a request. */
export function showConsent(go, requestId, tenantId) {
  const back = () => go(`/requests/${requestId}`);
  return decision({
    words: { yes: "同意授权", no: "暂不授权" },
    lifeDays: FIRST_LIFE_DAYS,
    load: (chosen) => get("/consent-notices", { tenantId, requestId, lifeDays: chosen.lifeDays, categories: chosen.categories?.join(",") }),
    yes: async (notice, chosen) => {
      sayGranted(await post("/consents", { requestId, tenantId, categories: chosen.categories, lifeDays: notice.lifeDays, noticeVersion: notice.version }));
      await back();
    },
    no: back,
  });
}

/** The banks that may read about a request now, or again once the pause ends. */
export async function permittedBanks(requestId) {
  const open = (await all("/consents")).filter((consent) => consent.requestId === requestId && OPEN.includes(consent.state.code));
  return new Set(open.map((consent) => consent.recipient.tenantId));
}

/** Everything given, every other ground, and who read. */
export async function showPermissions(go) {
  const [consents, bases, reads] = await Promise.all([all("/consents"), all("/access-bases"), all("/data-reads")]);
  const gave = consents.filter((consent) => !NEVER_GIVEN.includes(consent.state.code));
  return h("div", null,
    askedRow(go, consents),
    section("我的授权", gave.length ? h("ul", { class: "plain-list" }, gave.map((consent) => given(consent))) : empty("还没有授权", "银行办理前会逐家征得您的同意")),
    bases.length > 0 && section("授权以外的查阅依据", h("ul", { class: "plain-list" }, bases.map((basis) => h("li", { class: "card", "data-testid": "basis" },
      h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, basis.recipient.name), h("span", null, `${basis.kind.zh} · ${basis.purpose.zh}`))),
      facts([["信息类别", basis.categories.map((category) => category.zh).join("、")], ["有效至", day(basis.endsAt)]]))))),
    section("谁看过我的资料", reads.length ? h("ol", { class: "plain-list", "data-testid": "data-reads" }, reads.map((read) => h("li", { class: "card", "data-testid": "data-read" },
      h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, read.reader ? read.reader.name : "平台"), h("span", null, read.purpose.zh)), h("time", { datetime: read.at }, time(read.at))),
      h("p", { class: "muted" }, `${read.about.zh} · ${read.categories.map((category) => category.zh).join("、")}（${read.rowCount} 条）${read.consentId ? " · 依据您的授权" : read.contractId ? " · 依据借款合同" : ""}`)))) : empty("还没有人查阅过", "每次查阅都会记录在这里")));
}

/** One permission, with what may be done about it; a decision changes this card and leaves the reader where he is. */
function given(consent) {
  const { name } = consent.recipient;
  const code = consent.state.code;
  const card = h("li", { class: "card", tabindex: -1, "data-testid": "consent", "data-state": code, "data-tenant": consent.recipient.tenantId });
  const becomes = (answered, said) => {
    const next = given({ ...consent, ...answered });
    card.replaceWith(next);
    (next.querySelector("button") || next).focus();
    say(said);
  };
  const decide = (step, said) => async () => becomes(await post(`/consents/${consent.id}/${step}`), said);
  card.append(
    h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, name), h("span", null, consent.purpose.zh)), state(consent.state)),
    facts([["信息类别", consent.categories.map((category) => category.zh).join("、")], ["期限", `${day(consent.startsAt)} 至 ${day(consent.expiresAt)}`], consent.endReason && ["结束原因", consent.endReason]]),
    h("div", { class: "card-actions" },
      h("a", { class: "link", href: `#/consents/${consent.id}`, "aria-label": `详情与凭证：${name}`, "data-testid": "to-consent" }, "详情与凭证"),
      code === "ACTIVE" && button("暂停", decide("pause", "已暂停，银行的下一次查阅将被拒绝"), { kind: "default", mini: true, testid: "pause-consent", label: `暂停对${name}的授权` }),
      code === "PAUSED" && button("恢复", decide("resume", "已恢复"), { kind: "default", mini: true, testid: "resume-consent", label: `恢复对${name}的授权` }),
      OPEN.includes(code) && button("撤回", () => revoke(consent, becomes), { kind: "warn", mini: true, testid: "revoke-consent", label: `撤回对${name}的授权` })));
  return card;
}

async function revoke(consent, becomes) {
  const reason = input({ maxlength: 200, placeholder: "选填" });
  const said = await confirm("撤回授权？", [h("p", null, `${consent.recipient.name} 的下一次查阅将被拒绝；撤回前已进行的处理不受影响。`), field("reason", "原因", reason)], { yes: "撤回", testid: "revoke-dialog", result: () => ({ reason: reason.value.trim() || null }) });
  if (!said) return;
  becomes({ ...await post(`/consents/${consent.id}/revocation`, said), endReason: said.reason }, "授权已撤回");
}
