// Limits after a default: the notice of each, what one has all the same, and the way to object.

import { all, post } from "./api.js";
import { h } from "./dom.js";
import { time, yuan } from "./format.js";
import { badge, button, card, empty, facts, field, form, requireAll, say, textarea } from "./ui.js";

const MAX_TEXT = 500;
const TONES = { NOTICED: "warn", CONTESTED: "info", EFFECTIVE: "bad", LIFTED: "good" };

/** What limits concern one. */
export async function showLimits(go) {
  const found = await all("/perk-limits");
  if (!found.length) return empty("没有权益限制", "商户因订单逾期未付提出限制时，会先在这里告知您");
  return h("div", { "data-testid": "limits-page" },
    h("p", { class: "lead" }, "限制只涉及所列的一项权益，普惠待遇照常；不影响其他权益、您的评分和信用记录。付清后即结束。"),
    h("ol", { class: "plain-list", "data-testid": "limits" }, found.map((one) => limited(go, one))));
}

const limited = (go, one) => h("li", null, card(
  h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, one.perkName), h("span", null, one.merchant.name)), badge(one.state.zh, TONES[one.state.code])),
  facts([
    ["订单", one.orderNumber],
    ["逾期未付", yuan(one.owedFen)],
    ["商户理由", one.reason],
    ["限制期限", `${one.months} 个月`],
    ["仍可享", one.still.label],
    one.objectUntil && ["申诉截止", time(one.objectUntil)],
    one.effectiveAt && ["生效时间", time(one.effectiveAt)],
    one.endsOn && ["到期日", one.endsOn],
    one.endReason && ["结束原因", one.endReason]]),
  one.mayObject && h("div", { class: "card-actions" }, button("申诉", () => go(`/perk-limits/${one.id}/objection`), { kind: "default", mini: true, testid: "object", label: `对${one.perkName}的限制申诉` }))));

/** Objecting to one. */
export async function showObjection(go, id) {
  return form("objection-form", async (given) => {
    requireAll(given, ["reason"]);
    await post(`/perk-limits/${id}/objection`, { reason: given.get("reason").trim() });
    say("已提交申诉，办结前限制不生效");
    go("/cases");
  },
  h("p", { class: "lead" }, "由信用办一人决定、另一人复核后答复；申诉期间限制不生效。"),
  h("div", { class: "weui-cells" }, field("reason", "理由", textarea({ maxlength: MAX_TEXT, placeholder: "为什么不应限制" }))),
  h("div", { class: "actions" }, button("提交申诉", null, { submit: true, testid: "send-objection" })));
}
