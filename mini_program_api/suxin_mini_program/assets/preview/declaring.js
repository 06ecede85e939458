// Declaring something about oneself under a public commitment, and what became of one's own and of others' commitments.

import { all, get, post, session } from "./api.js";
import { h } from "./dom.js";
import { time } from "./format.js";
import { NAMES, contentOf } from "./mine.js";
import { badge, button, card, empty, facts, field, form, input, refuse, row, say, section, select } from "./ui.js";

const TONES = { OPEN: "info", KEPT: "good", BROKEN: "bad", RETURNED: "plain" };

/** Filing a record about oneself. */
export async function showDeclare(go) {
  const subject = await get("/subjects/current");
  const fields = h("div", { class: "weui-cells" });
  const control = ({ choices }, key) => (choices[key] ? select([["", "请选择"], ...choices[key].map((one) => [one, one])], "") : input({ maxlength: 200, inputmode: key === "year" ? "numeric" : null }));
  const draw = (code) => {
    const item = subject.declarable.find((one) => one.itemCode === code);
    fields.replaceChildren(...item.keys.map((key) => field(`content.${key}`, NAMES[key] || key, control(item, key))));
  };
  const kinds = select(subject.declarable.map((item) => [item.itemCode, item.name]), null, { onchange: (event) => draw(event.target.value) });
  if (!subject.declarable.length) return empty("没有可申报的事项");
  draw(subject.declarable[0].itemCode);
  const { version, title, body } = subject.commitment;
  return form("declare-form", (given) => declare(go, given, version),
    h("p", { class: "lead" }, `为 ${session.subjectName || subject.name} 自主申报，记录会标明“自主申报”，由信用办事后核查。`),
    h("div", { class: "weui-cells" }, field("itemCode", "事项", kinds)), fields,
    section(title, card(body.split("\n").map((line) => h("p", { "data-testid": "commitment-line" }, line)))),
    h("div", { class: "weui-cells" }, field("commitmentVersion", "签署承诺", select([["", "请阅读后选择"], ["yes", "已阅读，作出以上承诺"]], ""))),
    h("div", { class: "actions" }, button("签署并提交", null, { submit: true, testid: "declare" })));
}

async function declare(go, given, version) {
  if (given.get("commitmentVersion") !== "yes") throw refuse("commitmentVersion", "请阅读并签署承诺书");
  await post("/subjects/current/declarations", { itemCode: given.get("itemCode"), content: contentOf(given), commitmentVersion: version });
  say("已承诺并申报");
  go("/commitments");
}

/** What the subject acted for promised, the latest first. */
export async function showCommitments(go) {
  const own = await all("/subjects/current/commitments");
  return h("div", { "data-testid": "commitments-page" },
    h("p", { class: "lead" }, "自主申报的真实性承诺和向有关部门作出的承诺，及其履行情况。"),
    own.length ? h("ul", { class: "plain-list" }, own.map(commitmentCard)) : empty("还没有信用承诺", "自主申报时签署的承诺会列在这里"),
    h("div", { class: "weui-cells" },
      row(go, "自主申报", "/declare", "", "to-declare"),
      row(go, "承诺公示", "/public-commitments", "企业等组织的承诺", "to-public")));
}

/** The commitments that everybody may read. */
export async function showPublicCommitments() {
  const { items, nextCursor } = await get("/commitments", { first: 50 });
  return h("div", { "data-testid": "public-commitments-page" },
    h("p", { class: "lead" }, "企业等组织公开作出的信用承诺及其履行情况；自然人的承诺不公示。"),
    items.length ? h("ul", { class: "plain-list" }, items.map(commitmentCard)) : empty("还没有公示的信用承诺"),
    nextCursor && h("p", { class: "weui-cells__tips" }, "只列出最近 50 条。"));
}

function commitmentCard(one) {
  return h("li", { class: "card", "data-testid": "commitment", "data-state": one.state.code },
    h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, one.title), h("span", null, `${one.subjectName} · ${one.kind.zh}`)), badge(one.state.zh, TONES[one.state.code])),
    facts([
      ["编号", one.number], ["受理单位", one.authority], ["承诺日期", one.madeOn], one.dueOn && ["履行期限", one.dueOn],
      one.judgedAt && ["认定时间", time(one.judgedAt)], one.reason && ["理由", one.reason], one.document && ["依据文书", one.document]]),
    h("details", null, h("summary", null, "承诺内容"), one.text.split("\n").map((line) => h("p", { class: "muted" }, line))));
}
