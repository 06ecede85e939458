// One's score: the dial, why it is what it is, what changed, what would help, and before; a certificate of the tier.

import { get, session } from "./api.js";
import { svg, h } from "./dom.js";
import { day, time } from "./format.js";
import { badge, button, card, empty, facts, field, form, requireAll, row, say, section, textarea } from "./ui.js";
import { read } from "./certificates.js";

const TURN = Math.PI;
const CENTRE = { x: 150, y: 140 };
const RADIUS = 118;
const GAP = 0.02;
const KINDS = { BASE: "基础", INDICATOR: null, DIMENSION_LIMIT: "维度限额", SCORE_LIMIT: "总分限额" };

/** The page of one's score. */
export async function showScore(go) {
  const { score, tiers } = await get("/score");
  if (!score) return nothingYet(go, tiers);
  return h("div", { "data-testid": "score-page" },
    h("p", { class: "lead" }, h("strong", { "data-testid": "score-owner" }, session.subjectName || "本人"), "的", score.modelName, "。得分仅您本人可见；他人经您授权，只能看到等级。"),
    card(dial(score)),
    inForce(go, tiers),
    section("得分构成", card(contributions(score))),
    section("与上次相比", card(sinceBefore(score))),
    // Only where the run before was not the last of a month before anyhow.
    score.lastMonth && score.lastMonth.asOf !== score.history[1]?.asOf && section(`与上月（${day(score.lastMonth.asOf)}，${score.lastMonth.score} 分）相比`, card(changes(score.lastMonth.changes, "last-month"))),
    section("怎样提高", score.steps.length ? h("ol", { class: "plain-list", "data-testid": "steps" }, score.steps.map(step)) : empty("暂无建议", "目前没有能明显提高得分的事项")),
    section("历史", card(history(score))),
    section("办理", h("div", { class: "weui-cells" },
      row(go, "出具等级证明", "/score/certificate", "只含等级", "to-certificate"),
      row(go, "核验他人的证明", "/score/verify", "", "to-verify"),
      row(go, "我的信用记录", "/my-data/parts/records", "有误可申请更正", "to-records"),
      row(go, "更正申请", "/my-data/corrections", "", "to-corrections"))),
    h("p", { class: "weui-cells__tips" }, score.note, "得分每月计算一次；有异议、已修复、已撤销和过期的记录不计分。评分只用于守信激励，不影响您享受基本公共服务。"));
}

/** The tiers that others may be told of, each with whose word it is and of which day. */
const inForce = (go, tiers) => tiers.length > 0 && section("有效等级", tiers.map((one) => card(
  h("div", { "data-testid": "tier" }, facts([
    [one.modelName, `${one.tier} ${one.name}`], ["评定", one.origin.zh], ["评定日期", day(one.asOf)], ["有效至", `${day(one.validUntil)} 前`]])),
  // A score of the platform's own is reviewed as a whole; of another system's there is the tier alone.
  one.origin.code === "city" && h("div", { class: "card-actions" }, button("请人工复核", () => go(`/cases/review/tier/${one.run}`), { kind: "default", mini: true, testid: "review-tier", label: `请人工复核${one.modelName}等级` })))));

const nothingYet = (go, tiers) => h("div", { "data-testid": "score-page" },
  inForce(go, tiers),
  tiers.length ? h("p", { class: "lead" }, "等级由本市信用评分系统评定，平台没有得分和计分事项；对等级有异议的，可请人工复核，由信用办向该系统的主管部门核实后答复。") : empty("还没有得分", "平台每月计算一次。新加入的主体在下一次计算后即可查看。"),
  h("div", { class: "weui-cells" },
    row(go, "核验他人的证明", "/score/verify", "", "to-verify"),
    row(go, "我的信用记录", "/my-data/parts/records", "有误可申请更正", "to-records")));

/** A half circle of the tiers, the best at its right end, with a hand; each tier takes the same room, however many points it spans. */
function dial(score) {
  const tiers = [...score.tiers].reverse();
  const share = TURN / tiers.length;
  const place = tiers.findIndex((tier) => tier.code === score.tier.code);
  const within = inTier(score, tiers, place);
  const arcs = tiers.map((tier, number) => svg("path", {
    d: arc(number * share + GAP, (number + 1) * share - GAP), class: `dial-arc${number === place ? " is-here" : ""}`, "data-shade": shade(number, tiers.length) }));
  const tip = point((place + within) * share, RADIUS - 22);
  return h("figure", { class: "dial", "data-testid": "dial" },
    svg("svg", { viewBox: "0 0 300 160", role: "img", "aria-label": `得分 ${score.score}，等级 ${score.tier.code} ${score.tier.name}，共 ${tiers.length} 级，自优至次第 ${tiers.length - place} 级` },
      arcs,
      svg("circle", { cx: tip.x, cy: tip.y, r: 6, class: "dial-tip" }),
      svg("text", { x: CENTRE.x, y: 112, class: "dial-score" }, String(score.score)),
      svg("text", { x: CENTRE.x, y: 142, class: "dial-tier" }, `${score.tier.code} · ${score.tier.name}`)),
    h("figcaption", { class: "muted" }, `${day(score.asOf)} 计算 · 第 ${score.modelVersion} 版模型`, above(score, tiers, place)));
}

/** How far into its tier a score is, from 0 to 1; where a veto holds the tier down, the score is beyond it. */
function inTier(score, tiers, place) {
  const from = tiers[place].fromScore;
  const to = place + 1 < tiers.length ? tiers[place + 1].fromScore : Math.max(score.most, from + 1);
  return Math.min(0.94, Math.max(0.06, (score.score - from) / (to - from)));
}

function above(score, tiers, place) {
  const next = tiers[place + 1];
  if (!next) return h("span", null, "，已是最优等级");
  const missing = next.fromScore - score.score;
  return missing > 0 ? h("span", null, `，距 ${next.code} 还差 ${missing} 分`) : h("span", null, "，等级因不利记录受限");
}

const shade = (number, count) => Math.round((number / Math.max(1, count - 1)) * 7);

function point(angle, radius) {
  return { x: CENTRE.x - radius * Math.cos(angle), y: CENTRE.y - radius * Math.sin(angle) };
}

function arc(from, to) {
  const [start, end] = [point(from, RADIUS), point(to, RADIUS)];
  return `M${start.x.toFixed(2)} ${start.y.toFixed(2)}A${RADIUS} ${RADIUS} 0 0 1 ${end.x.toFixed(2)} ${end.y.toFixed(2)}`;
}

const signed = (points) => (points > 0 ? `+${points}` : String(points));

function contributions(score) {
  return h("table", { class: "points", "data-testid": "contributions" },
    h("caption", { class: "unseen" }, "得分构成，各项相加等于得分"),
    h("thead", { class: "unseen" }, h("tr", null, h("th", { scope: "col" }, "事项"), h("th", { scope: "col" }, "分值"))),
    h("tbody", null, score.contributions.map((one) => h("tr", { "data-testid": "contribution" },
      h("th", { scope: "row" }, one.name, " ", KINDS[one.kind] && one.kind !== "BASE" && badge(KINDS[one.kind])),
      h("td", { class: tone(one) }, one.kind === "BASE" ? one.points : signed(one.points))))),
    h("tfoot", null, h("tr", null, h("th", { scope: "row" }, "合计"), h("td", { "data-testid": "total" }, score.contributions.reduce((sum, one) => sum + one.points, 0)))));
}

const tone = (one) => (one.kind === "BASE" ? "" : one.points > 0 ? "is-up" : "is-down");

function sinceBefore(score) {
  if (score.history.length < 2) return h("p", { class: "muted" }, "这是第一次计算，下次起列出变化。");
  return changes(score.changes, "changes");
}

function changes(found, testid) {
  if (!found.length) return h("p", { class: "muted", "data-testid": testid }, "各项相同。");
  return h("ul", { class: "plain-points", "data-testid": testid }, found.map((one) =>
    h("li", null, `${one.name}：`, h("span", { class: one.after > one.before ? "is-up" : "is-down" }, `${signed(one.after - one.before)} 分`), `（${signed(one.before)} → ${signed(one.after)}）`)));
}

const step = (one) => h("li", { class: "card", "data-testid": "step" },
  h("header", { class: "card-head" }, h("p", { class: "card-title" }, one.text), badge(`约 +${one.gain} 分`, "good")));

function history(score) {
  const past = [...score.history].reverse();
  return [past.length > 1 && line(past), h("ol", { class: "past", "data-testid": "history" }, score.history.map((one) =>
    h("li", null, h("time", { datetime: one.asOf }, day(one.asOf)), h("span", null, one.tier), h("b", null, `${one.score} 分`))))];
}

/** The scores as a line; the list below it says the same in words. */
function line(past) {
  const scores = past.map((one) => one.score);
  const [least, most] = [Math.min(...scores), Math.max(...scores)];
  const x = (number) => 8 + (284 * number) / (past.length - 1);
  const y = (value) => (most === least ? 30 : 52 - (44 * (value - least)) / (most - least));
  return svg("svg", { viewBox: "0 0 300 60", class: "past-line", "aria-hidden": "true" },
    svg("polyline", { points: past.map((one, number) => `${x(number).toFixed(1)},${y(one.score).toFixed(1)}`).join(" ") }),
    svg("circle", { cx: x(past.length - 1), cy: y(scores.at(-1)), r: 4 }));
}

/** A certificate of one's tier, to be shown. */
export async function showCertificate(go) {
  let made;
  try {
    made = await get("/score/certificate");
  } catch (problem) {
    if (problem.code !== "NOT_FOUND") throw problem;
    return empty("没有有效的等级", "平台尚未评定，或评定已过期", button("返回", () => go("/score"), { kind: "default", mini: true }));
  }
  const text = textarea({ rows: 5, readonly: true, value: made.certificate, "data-testid": "certificate-text", "aria-label": "证明文字" });
  return h("div", { "data-testid": "certificate-page" },
    h("p", { class: "lead" }, "出示二维码或复制文字给对方核验。证明只含名称、等级和评定日期，不含得分；平台不知道您向谁出示。"),
    card(
      h("img", { class: "qr", src: made.qr, alt: "等级证明二维码，内容与下方文字相同", width: 260, height: 260 }),
      h("p", { class: "muted qr-until", role: "status" }, `有效至 ${time(made.expiresAt)}，过期请重新出具`)),
    card(text, h("div", { class: "card-actions" },
      button("复制", () => copy(text), { kind: "default", mini: true, testid: "copy-certificate" }),
      button("重新出具", () => go("/score/certificate"), { kind: "default", mini: true, testid: "again" }))));
}

async function copy(text) {
  text.select();
  await navigator.clipboard?.writeText(text.value);
  say("已复制");
}

/** Checking a certificate that somebody shows, on the phone itself. */
export async function showVerify() {
  const outcome = h("div", { role: "status", "data-testid": "verified" });
  return h("div", { "data-testid": "verify-page" },
    h("p", { class: "lead" }, "粘贴对方复制的全部文字。核验在手机上完成，平台不记录谁核验了谁。"),
    form("verify-form", async (given) => {
      outcome.replaceChildren();
      requireAll(given, ["certificate"]);
      outcome.replaceChildren(proved(await read(given.get("certificate"))));
    },
    h("div", { class: "weui-cells" }, field("certificate", "证明文字", textarea({ rows: 6, spellcheck: "false" }))),
    h("div", { class: "actions" }, button("核验", null, { submit: true, testid: "verify" }))),
    outcome);
}

const MODELS = { xichu: "西楚分", firm_grade: "企业信用等级" };

const proved = (claims) => card(
  h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, claims.holder)), badge("签名有效", "good")),
  facts([...claims.tiers.map((one) => [`等级 ${one.tier}`, `${MODELS[one.model] || one.model} · ${one.asOf} 评定`]), ["有效至", time(new Date(claims.exp * 1000).toISOString())]]));
