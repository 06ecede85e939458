// Disputes, corrections, exemptions and human reviews: where each stands and until when, and what its owner may do about it.

import { all, get, post } from "./api.js";
import { h } from "./dom.js";
import { fileField, putDown } from "./files.js";
import { time } from "./format.js";
import { rowsOf } from "./rows.js";
import { badge, button, card, confirm, empty, facts, field, form, requireAll, row, say, section, state, textarea } from "./ui.js";

const MAX_TEXT = 500;
const SAID = {
  appeal: { may: "mayAppeal", text: "申诉", label: "申诉理由", lead: "可以申诉一次，由原决定人以外的人员重新决定，期间答复不生效。", done: "已申诉" },
  supplement: { may: "maySupplement", text: "补充材料", label: "补充说明与材料", lead: "补充后重新计算办理期限；逾期未补充的视为放弃。", done: "已提交补充", files: true },
};
const OURS = ["SUBMITTED", "ACCEPTED", "DECIDED", "APPEALED"];

/** All of one's cases, the latest first. */
export const cases = () => all("/cases");

/** The page of them. */
export async function showCases(go) {
  const asked = await cases();
  return h("div", { "data-testid": "cases-page" },
    h("p", { class: "lead" }, "认为信用记录、登记资料或自动评分有误的，可以提出异议、更正或人工复核；一人决定、另一人复核后答复，不服的可申诉一次。"),
    asked.length ? h("ul", { class: "plain-list" }, asked.map((one) => caseCard(one))) : empty("还没有申请", "在信用记录、主体资料或评分中选择要提出的事项"),
    section("提出", h("div", { class: "weui-cells" },
      row(go, "对信用记录提出异议、申请豁免", "/my-data/parts/records", "", "to-records"),
      row(go, "更正登记资料", "/my-data/parts/subject", "名称、所在地、行业", "to-subject-data"),
      row(go, "请人工复核我的信用评分", "/cases/review/score", "", "to-review-score"))));
}

/** One case; a step changes this card and leaves the reader where he is. */
export function caseCard(asked) {
  const running = OURS.includes(asked.state.code);
  const shown = h("li", { class: "card", tabindex: -1, "data-testid": "case", "data-state": asked.state.code, "data-kind": asked.kind.code, "data-case": asked.id });
  const step = async (path, body, done) => {
    const next = caseCard(await post(`/cases/${asked.id}/${path}`, body));
    shown.replaceWith(next);
    next.focus();
    say(done);
  };
  const withdraw = async () => {
    if (!await confirm("撤回这件申请？", h("p", null, `“${asked.item}”将不再办理，有关记录恢复使用。`), { yes: "撤回", testid: "withdraw-dialog" })) return;
    await step("withdrawal", undefined, "已撤回");
  };
  shown.append(
    h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, asked.item), h("span", null, `${asked.kind.zh} · 来源：${asked.source}`)), running && asked.late && badge("已逾期", "bad"), state(asked.state)),
    facts([
      ["请求", asked.wanted], ["理由", asked.reason], asked.remedy && ["处理方式", asked.remedy.zh], ["提出", time(asked.filedAt)],
      running && [asked.state.code === "SUBMITTED" ? "受理期限" : "答复期限", due(asked.answerBy, asked)], asked.extension && ["延期理由", asked.extension],
      asked.documents.length > 0 && ["材料", asked.documents.map((one) => one.erased ? `${one.name}（内容已删除）` : one.name).join("、")],
      asked.missing && ["需要补充", asked.missing], asked.maySupplement && ["补充期限", due(asked.answerBy, asked)],
      asked.decided && ["答复", `${asked.decided.zh}：${asked.answer}`], asked.outcome && ["结果", asked.outcome.zh],
      asked.appealReason && ["申诉理由", asked.appealReason], asked.appealBy && ["可申诉至", due(asked.appealBy, asked)],
      asked.endedAt && ["办结", time(asked.endedAt)]]));
  if (asked.mayWithdraw) shown.append(h("div", { class: "card-actions" }, button("撤回", withdraw, { kind: "default", mini: true, testid: "withdraw-case", label: `撤回：${asked.item}` })));
  for (const name of Object.keys(SAID).filter((one) => asked[SAID[one].may])) {
    shown.append(h("div", { class: "card-actions" }, h("a", { class: "weui-btn weui-btn_default weui-btn_mini", href: `#/cases/${asked.id}/${name}`, "data-testid": `to-${name}`, "aria-label": `${SAID[name].text}：${asked.item}` }, SAID[name].text)));
  }
  return shown;
}

const due = (at, { answerByProvisional }) => `${time(at)}${answerByProvisional ? "（暂定）" : ""}`;

/** Saying something with a step: what is missing, or why one appeals. */
export async function showSaid(go, id, name) {
  const { may, text, label, lead, done, files } = SAID[name];
  const asked = await get(`/cases/${id}`);
  if (!asked[may]) return empty("现在不能这样办理", asked.state.zh, button("异议与申请", () => go("/cases"), { kind: "default", mini: true }));
  return h("div", { "data-testid": `${name}-page` },
    section(asked.kind.zh, card(facts([["事项", asked.item], ["请求", asked.wanted], asked.missing && ["需要补充", asked.missing], asked.decided && ["答复", `${asked.decided.zh}：${asked.answer}`], ["期限", due(asked.answerBy, asked)]]))),
    form(`${name}-form`, async (given) => {
      requireAll(given, ["reason"]);
      const said = { reason: given.get("reason").trim() };
      if (files) said.documents = await putDown("/cases/documents", "documents", given.getAll("documents"));
      await post(`/cases/${id}/${name}`, said);
      say(done);
      go("/cases");
    },
    h("p", { class: "lead" }, lead),
    h("div", { class: "weui-cells" }, field("reason", label, textarea({ maxlength: MAX_TEXT })), files && fileField("documents", "材料", { free: "可不填，可多选；", multiple: true })),
    h("div", { class: "actions" }, button(text, null, { submit: true, testid: `send-${name}` }))));
}

/** Asking that a record which speaks against the subject counts no more. */
export async function showExempt(go, recordId) {
  const [item, shown] = (await rowsOf("records")).find(([one]) => one.id === recordId) || [];
  if (!item) return empty("找不到这条记录", "它可能属于您代表的另一个主体", button("我的数据", () => go("/my-data"), { kind: "default", mini: true }));
  return h("div", { "data-testid": "exempt-page" },
    section("现在的记载", card(facts(shown.filter(({ name }) => name !== "编号").map(({ name, value }) => [name, value])))),
    form("exempt-form", async (given) => {
      requireAll(given, ["reason", "evidence"]);
      const documents = await putDown("/cases/documents", "documents", given.getAll("documents"));
      await post("/cases/exemptions", { recordId, reason: given.get("reason").trim(), evidence: given.get("evidence").trim(), documents });
      say("已提交豁免申请");
      go("/cases");
    },
    h("p", { class: "lead" }, "因不可抗力，或非主观故意的轻微失信，可以申请豁免：记录保留在案，不再计入评价。材料加密保存，只供信用办核实，随申请事项到期删除。"),
    h("div", { class: "weui-cells" },
      field("reason", "理由", textarea({ maxlength: MAX_TEXT, placeholder: "发生了什么" })),
      field("evidence", "依据与证明", textarea({ maxlength: MAX_TEXT, placeholder: "证明文件的名称、文号和出具单位" }), { hint: "会给信用办核实" }),
      fileField("documents", "证明材料", { free: "可多选；", multiple: true })),
    h("div", { class: "actions" }, button("提交申请", null, { submit: true, testid: "ask-exemption" }))));
}

/** Having a person look at a score, or at how a product fared. */
export async function showReview(go, about, objectId, productId) {
  return form("review-form", async (given) => {
    requireAll(given, ["wanted", "reason"]);
    const body = { about, wanted: given.get("wanted").trim(), reason: given.get("reason").trim() };
    if (objectId) body.objectId = objectId;
    if (productId) body.productId = productId;
    await post("/cases/human-reviews", body);
    say("已提交，将由人工答复并说明理由");
    go("/cases");
  },
  h("p", { class: "lead" }, "评分、等级、产品匹配和信易+适用待遇由系统自动作出。您有权请人工复核并得到说明（《个人信息保护法》第二十四条）。"),
  h("div", { class: "weui-cells" },
    field("wanted", "请求", textarea({ rows: 2, maxlength: MAX_TEXT, placeholder: "希望核实或改正什么" })),
    field("reason", "理由", textarea({ maxlength: MAX_TEXT, placeholder: "为什么认为结果不对" }))),
  h("div", { class: "actions" }, button("提交申请", null, { submit: true, testid: "ask-review" })));
}
