// Permissions: the notice before one is given, those given, and who read what.

import { all, get, post } from "./api.js";
import { fill, h } from "./dom.js";
import { day, time } from "./format.js";
import { button, card, confirm, empty, facts, field, input, say, section, select, state, toggle } from "./ui.js";

const LIVES = [30, 60, 90];
const OPEN = ["ACTIVE", "PAUSED"];

/** The notice about one bank: its whole text, what is chosen, and yes and no of equal weight. */
export async function showConsent(go, requestId, tenantId) {
  const place = h("div", { "data-testid": "consent-page" });
  const chosen = { lifeDays: 30, categories: null };
  const draw = async () => {
    const notice = await get("/consent-notices", { tenantId, requestId, lifeDays: chosen.lifeDays, categories: chosen.categories?.join(",") });
    chosen.categories ??= notice.categories.filter((choice) => choice.chosen).map((choice) => choice.category.code);
    fill(place, page(go, requestId, notice, chosen, draw));
  };
  await draw();
  return place;
}

function page(go, requestId, notice, chosen, draw) {
  const pick = (code, on) => {
    chosen.categories = chosen.categories.filter((other) => other !== code).concat(on ? [code] : []);
    return draw();
  };
  const life = select(LIVES.map((days) => [String(days), `${days} 天`]), String(notice.lifeDays), { onchange: (event) => { chosen.lifeDays = Number(event.target.value); draw(); } });
  return [
    section("授权告知书", card(h("p", { class: "notice-text", "data-testid": "notice-text" }, notice.body), h("p", { class: "fine" }, `版本 ${notice.version}`))),
    section("提供哪些信息", h("div", { class: "weui-cells" }, notice.categories.map((choice) => toggle(choice.category.code, choice.category.zh, {
      checked: choice.chosen, disabled: choice.required, note: choice.required ? "办理必需" : null, onchange: (event) => pick(choice.category.code, event.target.checked) }))), h("p", { class: "weui-cells__tips" }, "“办理必需”以外的信息由您自愿选择，不选也可以授权。")),
    section("授权多久", h("div", { class: "weui-cells" }, field("lifeDays", "授权期限", life))),
    h("div", { class: "pair actions" },
      button("暂不授权", () => go(`/requests/${requestId}`), { kind: "default", testid: "consent-no" }),
      button("同意授权", () => agree(go, requestId, notice, chosen), { kind: "default", testid: "consent-yes" })),
  ];
}

async function agree(go, requestId, notice, chosen) {
  const granted = await post("/consents", {
    requestId, tenantId: notice.recipient.tenantId, categories: chosen.categories, lifeDays: notice.lifeDays, noticeVersion: notice.version,
  });
  say(granted.cuts.length ? `已授权，${granted.cuts.map((cut) => cut.zh).join("；")}` : "已授权");
  await go(`/requests/${requestId}`);
}

/** The banks that may read about a request now, or again once the pause ends. */
export async function permittedBanks(requestId) {
  const open = (await all("/consents")).filter((consent) => consent.requestId === requestId && OPEN.includes(consent.state.code));
  return new Set(open.map((consent) => consent.recipient.tenantId));
}

/** Everything given, every other ground, and who read. */
export async function showPermissions(go) {
  const [consents, bases, reads] = await Promise.all([all("/consents"), all("/access-bases"), all("/data-reads")]);
  return h("div", null,
    section("我的授权", consents.length ? consents.map((consent) => given(go, consent)) : empty("还没有授权", "银行办理前会逐家征得您的同意")),
    bases.length > 0 && section("授权以外的查阅依据", bases.map((basis) => h("article", { class: "card", "data-testid": "basis" },
      h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, basis.recipient.name), h("span", null, `${basis.kind.zh} · ${basis.purpose.zh}`))),
      facts([["信息类别", basis.categories.map((category) => category.zh).join("、")], ["有效至", day(basis.endsAt)]])))),
    section("谁看过我的资料", reads.length ? h("ol", { class: "plain-list", "data-testid": "data-reads" }, reads.map((read) => h("li", { class: "card", "data-testid": "data-read" },
      h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, read.reader ? read.reader.name : "平台"), h("span", null, read.purpose.zh)), h("time", { datetime: read.at }, time(read.at))),
      h("p", { class: "muted" }, `${read.about.zh} · ${read.categories.map((category) => category.zh).join("、")}（${read.rowCount} 条）`)))) : empty("还没有人查阅过", "每次查阅都会记录在这里")));
}

function given(go, consent) {
  const decide = (step, done) => async () => { await post(`/consents/${consent.id}/${step}`); say(done); await go("/permissions"); };
  const live = OPEN.includes(consent.state.code);
  return h("article", { class: "card", "data-testid": "consent", "data-state": consent.state.code, "data-tenant": consent.recipient.tenantId },
    h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, consent.recipient.name), h("span", null, consent.purpose.zh)), state(consent.state)),
    facts([["信息类别", consent.categories.map((category) => category.zh).join("、")], ["期限", `${day(consent.startsAt)} 至 ${day(consent.expiresAt)}`], consent.endReason && ["结束原因", consent.endReason]]),
    live && h("div", { class: "card-actions" },
      consent.state.code === "ACTIVE" && button("暂停", decide("pause", "已暂停，银行的下一次查阅将被拒绝"), { kind: "default", mini: true, testid: "pause-consent" }),
      consent.state.code === "PAUSED" && button("恢复", decide("resume", "已恢复"), { kind: "default", mini: true, testid: "resume-consent" }),
      button("撤回", () => revoke(go, consent), { kind: "warn", mini: true, testid: "revoke-consent" })));
}

async function revoke(go, consent) {
  const reason = input({ maxlength: 200, placeholder: "选填" });
  const said = await confirm("撤回授权？", [h("p", null, `${consent.recipient.name} 的下一次查阅将被拒绝；撤回前已进行的处理不受影响。`), field("reason", "原因", reason)], { yes: "撤回", testid: "revoke-dialog", result: () => ({ reason: reason.value.trim() || null }) });
  if (!said) return;
  await post(`/consents/${consent.id}/revocation`, said);
  say("授权已撤回");
  await go("/permissions");
}
