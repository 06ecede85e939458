// Asking for a loan.

import { all, get, post, session } from "./api.js";
import { h } from "./dom.js";
import { toBps, toFen, wan } from "./format.js";
import { button, field, form, input, refuse, say, section, select, toggle } from "./ui.js";

const TERMS = [3, 6, 12, 24, 36, 60];
const FARM = new Set(["family_farm", "cooperative", "agri_enterprise", "household"]);
const MODES = {
  recommended: "平台按综合成本、办理速度为您推荐，最多三家银行",
  named: "只推送给您选定的产品所属银行",
  open_pool: "匿名放入公共池，由银行抢单",
};

/** The request form. */
export async function showAsk(go) {
  const words = await get("/vocabulary");
  const options = (labels) => labels.map((label) => [label.code, label.zh]);
  const products = h("div", { class: "weui-cells", hidden: true });
  const made = form("request-form", (given) => submit(go, given),
    actingFor(go),
    section("借多少、借多久",
      h("div", { class: "weui-cells" },
        amountField(),
        field("termMonths", "期限", select(TERMS.map((months) => [String(months), `${months} 个月`]), "12")))),
    section("怎么借",
      h("div", { class: "weui-cells" },
        field("purpose", "用途", select(options(words.purposes), FARM.has(session.subjectKind) ? "agriculture_inputs" : "working_capital")),
        field("guarantee", "担保方式", select(options(words.guarantees), "credit")),
        field("repaymentMethod", "还款方式", select([["", "不限"], ...options(words.repaymentMethods)], "")),
        field("rateCeilingBps", "利率上限", input({ inputmode: "decimal", placeholder: "不限", maxlength: 6 }), { unit: "%" }),
        toggle("firstLoan", "首次向银行贷款", { note: "首贷户可享部分产品支持" }))),
    section("推送给谁", modes(words.modes, products), products),
    section(null, h("div", { class: "weui-cells" }, field("note", "补充说明", h("textarea", { class: "weui-textarea", rows: 2, maxlength: 300, placeholder: "选填，300 字以内" })))),
    h("div", { class: "actions" }, button("提交申请", null, { submit: true, testid: "submit-request" }),
      h("p", { class: "fine" }, "提交后先匿名推送：未经您逐家授权，银行看不到您是谁。")));
  return made;
}

function actingFor(go) {
  return h("div", { class: "acting" }, h("span", null, "申请主体"), h("strong", { "data-testid": "acting-for" }, session.subjectName || "本人"),
    h("button", { type: "button", class: "link", "data-testid": "change-subject", onclick: () => go("/subjects") }, "切换"));
}

function amountField() {
  const unit = h("select", { class: "field-select is-unit", "aria-label": "金额单位", name: "unit", "data-testid": "field-unit" }, h("option", null, "万元"), h("option", null, "元"));
  return field("amountFen", "金额", input({ inputmode: "decimal", placeholder: "如 50", maxlength: 15 }), { extra: unit });
}

function modes(labels, products) {
  return h("div", { class: "weui-cells weui-cells_radio", role: "radiogroup", "aria-label": "推送方式" }, labels
    .filter((label) => MODES[label.code])
    .sort((a, b) => Object.keys(MODES).indexOf(a.code) - Object.keys(MODES).indexOf(b.code))
    .map((label) => h("label", { class: "weui-cell mode" },
      h("input", { type: "radio", name: "mode", value: label.code, checked: label.code === "recommended", "data-testid": `mode-${label.code}`, onchange: () => offerProducts(products, label.code) }),
      h("span", null, h("strong", null, label.zh), h("small", null, MODES[label.code])))));
}

async function offerProducts(place, mode) {
  place.hidden = mode !== "named";
  if (place.hidden || place.childElementCount) return;
  const found = await all("/products");
  place.append(field("product", "产品", select(
    [["", "请选择"], ...found.map((product) => [`${product.bank.tenantId} ${product.id}`, `${product.bank.shortName} · ${product.name}（最高 ${wan(product.maxAmountFen)}）`])], "")));
}

async function submit(go, given) {
  const amountFen = toFen(given.get("amountFen"), given.get("unit"));
  if (amountFen === null) throw refuse("amountFen", "请输入金额，最小到分");
  const ceiling = given.get("rateCeilingBps").trim();
  if (ceiling && toBps(ceiling) === null) throw refuse("rateCeilingBps", "请输入利率，如 4.35");
  const body = {
    amountFen,
    termMonths: Number(given.get("termMonths")),
    purpose: given.get("purpose"),
    guarantee: given.get("guarantee"),
    mode: given.get("mode"),
    firstLoan: given.get("firstLoan") !== null,
    note: given.get("note"),
  };
  if (given.get("repaymentMethod")) body.repaymentMethod = given.get("repaymentMethod");
  if (ceiling) body.rateCeilingBps = toBps(ceiling);
  if (body.mode === "named") body.product = named(given.get("product"));
  const done = await post("/loan-requests", body);
  say("已提交");
  go(`/requests/${done.request.id}/matches`);
}

function named(choice) {
  if (!choice) throw refuse("product", "请选择一个产品");
  const [tenantId, productId] = choice.split(" ");
  return { tenantId, productId };
}
