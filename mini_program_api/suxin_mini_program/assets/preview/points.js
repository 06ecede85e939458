// 我的积分: what one's household has, what was posted and spent, what waits, claiming, objecting, and what one agrees to.

import { all, get, post } from "./api.js";
import { h } from "./dom.js";
import { day, time } from "./format.js";
import { named } from "./files.js";
import { badge, button, card, confirm, empty, facts, field, form, input, refuse, requireAll, row, say, section, select, textarea, toggle } from "./ui.js";

const MAX_PHOTO_BYTES = 6 * 1024 * 1024;
const MAX_PHOTOS = 3;
const TONES = { POSTED: "good", NOTICED: "info", APPROVED: "info", REFUSED: "bad", APPEALED: "warn", ANSWERED: "warn", AT_TOWN: "warn", SUBMITTED: "warn", CHECKED: "warn" };
const OPEN = ["SUBMITTED", "CHECKED", "APPROVED", "NOTICED", "REFUSED", "APPEALED", "ANSWERED", "AT_TOWN"];
const UNSEEN = ["SUBMITTED", "CHECKED", "APPROVED"];
const SAID = {
  appeal: { lead: "公示中的项目，提出异议后暂缓入账；未通过的申报，由村务监督委员会（未参与此前各步的人）决定。", text: "提交", done: "已提交，由村监委决定" },
  town: { lead: "不服村监委的决定，可提请乡镇决定。乡镇在村外，决定前不入账。", text: "提请乡镇决定", done: "已提请乡镇决定" },
};
const signed = (points) => `${points > 0 ? "+" : ""}${points} 分`;

/** The page of one's points: for each village in whose household one is. */
export async function showPoints(go) {
  const { items } = await get("/points");
  if (!items.length) return empty("还没有关联农户", "村（居）委会登记花名册后，按您已核验的身份证件关联本户；没有智能手机的，在村部由网格员代为申报，积分照样入账。",
    button("关联本户", () => linkHousehold(go), { mini: true, testid: "link-household" }));
  const shown = await Promise.all(items.map((one) => village(go, one)));
  return h("div", { "data-testid": "points-page" }, shown);
}

async function linkHousehold(go) {
  await post("/household-links/proof");
  say("已关联");
  go("/points");
}

async function village(go, one) {
  const at = `/points/${one.id}`;
  const [stands, claims] = await Promise.all([get(`${at}/shop`), all(`${at}/claims`)]);
  const open = claims.filter((claim) => OPEN.includes(claim.state));
  return h("section", { class: "block", "data-testid": "point-village" },
    card(h("header", { class: "card-head" }, h("p", { class: "card-title" }, h("strong", null, one.name), h("span", null, `本户编号 ${one.householdNumber}`))),
      h("p", { class: "balance" }, h("strong", { "data-testid": "point-balance" }, String(stands.available)), " 分可用"),
      facts([["已入账", `${stands.posted} 分`], ["已兑换", `${stands.spent} 分`], stands.held > 0 && ["待发放", `${stands.held} 分`]])),
    h("div", { class: "weui-cells" },
      row(go, "申报积分", `${at}/claim`, "可附照片", "to-claim"),
      row(go, "申报进度", `${at}/claims`, open.length ? `${open.length} 件在办` : "没有在办", "to-claims"),
      row(go, "积分明细", `${at}/statement`, "入账、兑换", "to-statement"),
      row(go, "积分超市", `${at}/shop`, `${stands.goods.length} 种商品`, "to-shop"),
      row(go, "对公示提异议", `${at}/objection`, "按公示编号", "to-objection"),
      row(go, "单独同意的用途", `${at}/uses`, one.agreements.some((use) => use.agreed) ? "已同意部分用途" : "均未同意", "to-uses")));
}

/** What was posted and what was redeemed, newest first. */
export async function showStatement(_, id) {
  const at = `/points/${id}`;
  const [stands, claims, redemptions] = await Promise.all([get(`${at}/shop`), all(`${at}/claims`), all(`${at}/shop/redemptions`)]);
  const lines = [
    ...claims.filter((one) => one.postedAt).map((one) => ({ at: one.postedAt, name: one.ruleName, points: one.state === "REVERSED" ? 0 : one.postedPoints, note: one.stateZh })),
    ...redemptions.filter((one) => one.state === "HANDED_OVER").map((one) => ({ at: one.endedAt, name: one.lines.filter((line) => line.given).map((line) => `${line.name} ${line.given}${line.unit}`).join("、"), points: -one.points, note: one.meansZh })),
  ].sort((a, b) => b.at.localeCompare(a.at));
  return h("div", { "data-testid": "statement-page" },
    card(facts([["已入账", `${stands.posted} 分`], ["已兑换", `${stands.spent} 分`], ["待发放", `${stands.held} 分`], ["可用", `${stands.available} 分`]])),
    lines.length ? card(h("ol", { class: "past is-points", "data-testid": "statement" }, lines.map((one) => h("li", null, h("span", null, one.name, h("small", null, `${time(one.at)} · ${one.note}`)), h("b", { class: one.points < 0 ? "is-down" : "is-up" }, signed(one.points)))))) : empty("还没有入账或兑换", "申报通过并公示期满后入账"));
}

/** The claims of one's household, and how each stands. */
export async function showPointClaims(go, id) {
  const claims = await all(`/points/${id}/claims`);
  if (!claims.length) return empty("没有申报", "本人申报或网格员为本户记录后，显示在这里", button("申报积分", () => go(`/points/${id}/claim`), { mini: true }));
  return h("ol", { class: "plain-list", "data-testid": "point-claims" }, claims.map((one) => h("li", null, claim(go, id, one))));
}

function claim(go, id, one) {
  const at = `/points/${id}/claims`;
  const { state } = one;
  return h("article", { class: "card", "data-testid": "point-claim", "data-state": state },
    h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, one.ruleName), h("span", null, `${day(one.happenedOn)} · ${signed(one.postedPoints ?? one.points)}`)), badge(one.stateZh, TONES[state])),
    facts([one.note && ["说明", one.note], one.noticeLine && ["公示编号", String(one.noticeLine)], one.reason && ["理由", one.reason],
      one.dueAt && [state === "NOTICED" ? "公示至" : "办理期限", `${time(one.dueAt)}${one.dueProvisional ? "（节假日公布前暂定）" : ""}`]]),
    h("div", { class: "card-actions" },
      one.own && UNSEEN.includes(state) && button("撤回", () => withdraw(go, at, one), { kind: "default", mini: true, testid: "withdraw-claim" }),
      ["REFUSED", "NOTICED"].includes(state) && button(state === "REFUSED" ? "申诉" : "提出异议", () => go(`${at}/${one.id}/appeal`), { kind: "default", mini: true, testid: "to-point-appeal" }),
      state === "ANSWERED" && button("提请乡镇", () => go(`${at}/${one.id}/town`), { kind: "default", mini: true, testid: "to-point-town" })));
}

async function withdraw(go, at, one) {
  if (!(await confirm("撤回这件申报？", h("p", null, one.ruleName), { yes: "撤回" }))) return;
  await post(`${at}/${one.id}/withdrawal`);
  say("已撤回");
  go(at);
}

/** Saying why: against a refusal, against what is on notice, or against what the supervisors decided. */
export async function showPointSaid(go, id, claimId, step) {
  const { lead, text, done } = SAID[step];
  return form(`point-${step}-form`, async (given) => {
    requireAll(given, ["reason"]);
    await post(`/points/${id}/claims/${claimId}/${step}`, { reason: given.get("reason").trim() });
    say(done);
    go(`/points/${id}/claims`);
  }, h("p", { class: "lead" }, lead), reason(), h("div", { class: "actions" }, button(text, null, { submit: true, testid: `send-point-${step}` })));
}

const reason = () => h("div", { class: "weui-cells" }, field("reason", "理由", textarea({ maxlength: 200 }), { hint: "2 至 200 字" }));

/** An objection to a line of a notice, which says no more of a claim than its number. */
export async function showPointObjection(go, id) {
  return form("point-objection-form", async (given) => {
    requireAll(given, ["noticeNumber", "line", "reason"]);
    const [noticeNumber, line] = ["noticeNumber", "line"].map((name) => whole(given, name));
    await post(`/points/${id}/objections`, { noticeNumber, line, reason: given.get("reason").trim() });
    say("已提出异议，该项暂缓入账");
    go("/points");
  },
  h("p", { class: "lead" }, "本村居民可以对公示中的任何一项提出异议；公示海报上写有期号和编号。异议不向被公示的农户显示您是谁。"),
  h("div", { class: "weui-cells" },
    field("noticeNumber", "公示期号", input({ inputmode: "numeric" })),
    field("line", "编号", input({ inputmode: "numeric" })),
    field("reason", "理由", textarea({ maxlength: 200 }), { hint: "2 至 200 字" })),
  h("div", { class: "actions" }, button("提出异议", null, { submit: true, testid: "send-objection" })));
}

function whole(given, name) {
  const typed = given.get(name).trim();
  if (!/^[1-9]\d{0,5}$/.test(typed)) throw refuse(name, "请填写数字");
  return Number(typed);
}

/** By which rules one may claim; nothing where the village has none in force. */
async function rulesOf(id) {
  try {
    return (await get(`/points/${id}/rules`)).items;
  } catch (error) {
    if (error.code !== "GRID_NO_RULES_IN_FORCE") throw error;
    return null;
  }
}

/** Claiming for one's household. */
export async function showPointClaim(go, id) {
  const rules = await rulesOf(id);
  if (!rules) return empty("还没有施行中的积分细则", "村民会议表决并公布后，可在这里申报");
  if (!rules.length) return empty("没有可以自己申报的事项", "请向网格员说明，由其记录");
  const about = h("div", { "data-testid": "rule-about" });
  const tell = (code) => about.replaceChildren(explained(rules.find((one) => one.code === code)));
  tell(rules[0].code);
  return form("claim-form", async (given) => {
    requireAll(given, ["ruleCode", "happenedOn", "times"]);
    await post(`/points/${id}/claims`, {
      ruleCode: given.get("ruleCode"), happenedOn: given.get("happenedOn"), times: whole(given, "times"), note: given.get("note").trim(),
      forHousehold: given.get("forHousehold") === "on", photos: await photosOf(given),
    });
    say("已申报，等待初审");
    go(`/points/${id}/claims`);
  },
  h("div", { class: "weui-cells" },
    field("ruleCode", "事项", select(rules.map((one) => [one.code, one.name]), rules[0].code, { onchange: (event) => tell(event.target.value) }))),
  about,
  h("div", { class: "weui-cells" },
    field("happenedOn", "日期", input({ type: "date", value: today() })),
    field("times", "次数", input({ inputmode: "numeric", value: "1" })),
    field("note", "说明", textarea({ maxlength: 200 }), { hint: "可不填" }),
    field("photos", "照片", input({ type: "file", accept: "image/jpeg,image/png,image/webp", multiple: true }), { hint: "至多 3 张，每张 6 MB 以内；拍摄地点、时间等信息不会保存" }),
    toggle("forHousehold", "全户共同的事项", { note: "不选即本人的" })),
  h("div", { class: "actions" }, button("提交申报", null, { submit: true, testid: "send-claim" })));
}

const today = () => new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10);

const explained = (rule) => card(
  h("header", { class: "card-head" }, h("p", { class: "card-title" }, h("strong", null, rule.name)), badge(signed(rule.points), "good")),
  rule.detail && h("p", null, rule.detail),
  facts([["一次申报至多", `${rule.maxTimes} 次`], ["照片", { required: "必须附", optional: "可附", none: "不需要" }[rule.evidence]], ...rule.caps.map((cap) => ["上限", cap])]));

async function photosOf(given) {
  const chosen = given.getAll("photos").filter((one) => one.size);
  if (chosen.length > MAX_PHOTOS) throw refuse("photos", `至多 ${MAX_PHOTOS} 张`);
  return Promise.all(chosen.map(async (one) => (await named("photos", one, MAX_PHOTO_BYTES)).content));
}

/** What one agrees to, each by itself, after its notice. */
export async function showPointUses(go, id) {
  const { items } = await get("/points");
  const found = items.find((one) => one.id === id);
  if (!found) return empty("没有关联这个村的农户");
  return h("div", { "data-testid": "uses-page" },
    h("p", { class: "lead" }, "各项用途单独同意，可以随时撤回；不同意不影响积分。"),
    found.agreements.map((use) => section(use.zh, card(
      h("header", { class: "card-head" }, h("p", { class: "card-title" }, use.agreed ? "已同意" : "未同意"), badge(use.agreed ? "已同意" : "未同意", use.agreed ? "good" : "plain")),
      h("div", { class: "notice-text" }, h("p", null, use.text)), h("p", { class: "fine" }, `版本 ${use.textVersion}`),
      h("div", { class: "card-actions" }, button(use.agreed ? "撤回同意" : "同意", () => answer(go, id, use), { kind: "default", mini: true, testid: `use-${use.use}` }))))));
}

async function answer(go, id, use) {
  await post(`/points/${id}/agreements`, { use: use.use, agree: !use.agreed, textVersion: use.textVersion });
  say(use.agreed ? "已撤回" : "已同意");
  go(`/points/${id}/uses`);
}
