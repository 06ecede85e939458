// Rural ratings: what one may enter and the notice before, how one stands and why, one's say before a fall, an appeal, a certificate.

import { get, post, session } from "./api.js";
import { h } from "./dom.js";
import { day, time } from "./format.js";
import { badge, button, card, confirm, empty, facts, field, form, requireAll, row, say, section, textarea, toggle } from "./ui.js";

const MAX_TEXT = 500;
const TONES = { EFFECTIVE: "good", IN_FORCE: "good", HEARING: "bad", FROZEN: "warn", RATED: "warn" };
const mark = (label) => badge(label.zh, TONES[label.code] || "plain");
const SAID = {
  appeal: { name: "reason", label: "申诉理由", lead: "申诉期间拟定等级不生效，由市信用办两人办理；支持的，按当日的记录重新测算，不会更差。", text: "提交申诉", done: "已提交申诉，等级暂不生效", after: "/cases" },
  hearing: { name: "statement", label: "陈述", lead: "等级拟下调。请说明情况；由未参与评级的人决定，决定前原等级有效。", text: "提交陈述", done: "已提交陈述", after: "/rural" },
};

/** The page of one's ratings. */
export async function showRural(go) {
  const { cycles, entries, grades } = await get("/rural");
  return h("div", { "data-testid": "rural-page" },
    h("p", { class: "lead" }, h("strong", null, session.subjectName || "本人"), "自愿参加村居组织的信用评级；不参加没有任何影响，也不留下任何记录。"),
    section("等级", grades.length ? grades.map((one) => grade(go, one)) : empty("还没有等级", "参评并公示生效后，可在这里查看和出示证书")),
    cycles.length > 0 && section("可以参加", cycles.map((one) => card(facts([["组织方", one.village], ["评级", `${one.year} 年度${one.kind.zh}`]]),
      h("div", { class: "card-actions" }, button("了解并参评", () => go(`/rural/enter/${one.id}`), { mini: true, testid: "to-enter" }))))),
    section("参评记录", entries.length ? entries.map((one) => entry(go, one)) : empty("没有参评记录")));
}

const grade = (go, one) => h("article", { class: "card", "data-testid": "rural-grade" },
  h("header", { class: "card-head" }, h("p", { class: "card-title" }, `${one.kind.zh} ${one.tier}`), mark(one.state)),
  facts([["年度", one.year], ["有效期", `${day(one.effectiveOn)} 至 ${day(one.expiresOn)} 前`]]),
  one.state.code === "IN_FORCE" && h("div", { class: "card-actions" }, button("出示证书", () => go(`/rural/certificate/${one.id}`), { mini: true, testid: "to-grade-certificate" })));

function entry(go, one) {
  const open = one.hearing && one.hearing.lowered === null;
  return h("article", { class: "card", "data-testid": "rural-entry" },
    h("header", { class: "card-head" }, h("p", { class: "card-title" }, `${one.year} 年度${one.kind.zh}`), mark(one.state)),
    facts([one.number && ["公示编号", String(one.number).padStart(3, "0")], one.tier && ["等级", one.tierBefore ? `${one.tier}（此前 ${one.tierBefore}）` : one.tier], one.noticeEndsAt && ["公示至", time(one.noticeEndsAt)],
      one.hearing && ["拟调整", `${one.hearing.tierBefore} → ${one.hearing.tierProposed}，${time(one.hearing.openUntil)}前陈述`], one.hearing && one.hearing.answer && ["决定", `${one.hearing.lowered ? "予以调整" : "维持原等级"}：${one.hearing.answer}`]].filter(Boolean)),
    h("div", { class: "card-actions" },
      one.tier && button("等级构成", () => go(`/rural/explanation/${one.id}`), { kind: "default", mini: true, testid: "to-explanation" }),
      one.mayAppeal && button("申诉", () => go(`/rural/appeal/${one.id}`), { kind: "default", mini: true, testid: "to-rating-appeal" }),
      open && button("陈述", () => go(`/rural/hearing/${one.id}`), { mini: true, testid: "to-hearing" }),
      !["LEFT", "NOT_ADMITTED"].includes(one.state.code) && button("退出", () => leave(go, one), { kind: "default", mini: true, testid: "leave-rating" })));
}

async function leave(go, one) {
  if (!(await confirm("退出评级？", "授权随之撤回，等级和证书立即失效，参评内容清除。"))) return;
  await post(`/rural/entries/${one.id}/leave`);
  say("已退出");
  go("/rural");
}

/** The notice, and entering. */
export async function showEnter(go, id) {
  const told = await get(`/rural/cycles/${id}/notice`);
  return form("enter-form", async (given) => {
    await post(`/rural/cycles/${id}/enter`, { noticeVersion: told.version, publishName: given.get("publishName") === "on" });
    say("已授权并参评");
    go("/rural");
  },
  section("参评告知", card(h("div", { class: "notice-text", "data-testid": "rating-notice" }, told.body.split("\n").map((line) => h("p", null, line))), h("p", { class: "fine" }, `版本 ${told.version}`))),
  h("div", { class: "weui-cells" }, toggle("publishName", "同意公示名称", { note: "单独同意，可不选；不选的公示只列编号" })),
  h("div", { class: "pair actions" }, button("暂不参加", () => go("/rural"), { kind: "default", testid: "not-now" }), button("授权并参评", null, { submit: true, testid: "enter-rating" })));
}

/** What a grade is made of. */
export async function showExplanation(_, id) {
  const found = await get(`/rural/entries/${id}/explanation`);
  return h("div", { "data-testid": "explanation-page" },
    h("p", { class: "lead" }, `${day(found.asOf)}按${found.modelName}第 ${found.modelVersion} 版测算，得分 ${found.score}，等级 ${found.tier}。得分仅您本人可见。`),
    section("得分构成", card(h("table", { class: "points", "data-testid": "contributions" },
      h("thead", { class: "unseen" }, h("tr", null, h("th", { scope: "col" }, "事项"), h("th", { scope: "col" }, "分值"))),
      h("tbody", null, found.contributions.map((one) => h("tr", null, h("th", { scope: "row" }, one.name), h("td", null, String(one.points)))))))),
    found.panelSaid.length > 0 && section("评议意见", card(h("p", null, `${found.panelVotes} 名评议员的汇总：`), h("ul", { class: "plain-points", "data-testid": "panel-said" }, found.panelSaid.map((one) => h("li", null, one))))));
}

/** Saying something: an appeal, or one's say before a fall. */
export async function showRuralSaid(go, step, id) {
  const { name, label, lead, text, done, after } = SAID[step];
  return form(`${step}-form`, async (given) => {
    requireAll(given, [name]);
    await post(`/rural/entries/${id}/${step}`, { [name]: given.get(name).trim() });
    say(done);
    go(after);
  },
  h("p", { class: "lead" }, lead),
  h("div", { class: "weui-cells" }, field(name, label, textarea({ maxlength: MAX_TEXT }))),
  h("div", { class: "actions" }, button(text, null, { submit: true, testid: `send-${step}` })));
}

/** The certificate of a grade, to be shown. */
export async function showGradeCertificate(_, id) {
  const made = await get(`/rural/grades/${id}/certificate`);
  return h("div", { "data-testid": "grade-certificate-page" },
    h("p", { class: "lead" }, "请对方扫码核验。证书只含名称、类型、等级和有效期，不含得分；平台不知道您向谁出示。"),
    card(h("img", { class: "qr", src: made.qr, alt: "等级证书的验证二维码", width: 260, height: 260 }), h("p", { class: "muted" }, `有效至 ${day(made.expiresOn)} 前`)),
    card(textarea({ rows: 4, readonly: true, value: made.address, "aria-label": "验证网址", "data-testid": "certificate-address" })));
}
