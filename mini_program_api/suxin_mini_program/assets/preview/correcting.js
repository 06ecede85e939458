// Having one's data put right: what a source recorded or the platform keeps by a request, what one declared oneself at once.

import { get, post, session } from "./api.js";
import { h } from "./dom.js";
import { time } from "./format.js";
import { NAMES, contentOf } from "./mine.js";
import { rowsOf } from "./rows.js";
import { button, card, empty, facts, field, form, input, refuse, requireAll, say, section, textarea } from "./ui.js";

const MAX_TEXT = 500;
const ITEMS = { name: "名称", region: "所在地", industry: "行业" };
const FOLLOWS = {
  record: "记录由来源部门提供。申请后标为“核查中”，办结前不计入评价；核实有误的，原记录停止使用，信用办转请来源部门核改。",
  name: "核实有误的，经复核后平台登记资料当即更改。",
  region: "核实有误的，经复核后平台登记资料当即更改。请写明县区和乡镇（街道）。",
  industry: "核实有误的，经复核后平台登记资料当即更改。可写行业名称或国民经济行业代码。",
};

/** Asking for a correction of one record, or of an item of the subject's own data. */
export async function showCorrect(go, about, recordId) {
  const found = await stated(about, recordId);
  if (!found) return empty("找不到这条记录", "它可能属于您代表的另一个主体", button("我的数据", () => go("/my-data"), { kind: "default", mini: true }));
  const proved = about === "name" && session.subjectKind === "person";
  return h("div", { "data-testid": "correct-page" },
    section("现在的记载", card(facts(found))),
    proved
      ? section("怎样更正", card(h("p", null, "姓名以实名核验为准。改名后请以新姓名重新实名认证，核验通过后即更新，无需等待答复。"), h("div", { class: "card-actions" }, button("重新实名认证", () => go("/proof"), { kind: "default", mini: true, testid: "prove-again" }))))
      : null,
    form("correct-form", (given) => ask(go, about, recordId, given),
      h("p", { class: "lead" }, proved ? "实名信息无误而平台显示有误的，也可以向信用办申请：" : FOLLOWS[about]),
      h("div", { class: "weui-cells" },
        field("wanted", "应为", textarea({ rows: 2, maxlength: MAX_TEXT, placeholder: "正确的内容" })),
        field("reason", "理由", textarea({ maxlength: MAX_TEXT, placeholder: "为什么有误、有何依据" }), { hint: `${MAX_TEXT} 字以内，会给信用办看` })),
      h("div", { class: "actions" }, button("提交申请", null, { submit: true, testid: "ask-correction" }))));
}

/** What is on record now: names with values. */
async function stated(about, recordId) {
  if (about === "record") {
    const shown = (await rowsOf("records")).find(([item]) => item.id === recordId)?.[1];
    return shown?.filter(({ name }) => name !== "编号").map(({ name, value }) => [name, value]);
  }
  const subject = await get("/subjects/current");
  return [[ITEMS[about], { name: subject.name, region: subject.areaName, industry: subject.industry }[about] || "—"]];
}

async function ask(go, about, recordId, given) {
  requireAll(given, ["wanted", "reason"]);
  const body = { about, wanted: given.get("wanted").trim(), reason: given.get("reason").trim() };
  if (recordId) body.recordId = recordId;
  const asked = await post("/my-data/corrections", body);
  say(`已提交，信用办将在 ${time(asked.answerBy)} 前受理`);
  go("/cases");
}

/** Correcting what one declared oneself: at once. */
export async function showCorrectDeclared(go, id) {
  const item = (await rowsOf("declarations")).map(([one]) => one).find((one) => one.id === id && one.status === "active");
  if (!item) return empty("找不到这条申报", "它可能已更正或删除", button("自主申报", () => go("/my-data/parts/declarations"), { kind: "default", mini: true }));
  return form("correct-declared-form", async (given) => {
    const blank = Object.keys(item.content).find((key) => !given.get(`content.${key}`).trim());
    if (blank) throw refuse(`content.${blank}`, "请填写此项");
    await post(`/my-data/declarations/${id}/correction`, { content: contentOf(given) });
    say("已更正，立即生效");
    go("/my-data/parts/declarations");
  },
    h("p", { class: "lead" }, `更正“${item.item}”，立即生效；原记录标为“已撤销”，留作历史。`),
    h("div", { class: "weui-cells" }, Object.entries(item.content).map(([key, value]) => field(`content.${key}`, NAMES[key] || key, input({ maxlength: 200, value, inputmode: key === "year" ? "numeric" : null })))),
    h("div", { class: "actions" }, button("提交更正", null, { submit: true, testid: "save-declared" })));
}
