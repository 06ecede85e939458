// What one gives a bank and is asked by it: files, what it asks for besides, and the conversation.

import { Problem } from "./answers.js";
import { all, post } from "./api.js";
import { h } from "./dom.js";
import { fileField, named } from "./files.js";
import { time } from "./format.js";
import { badge, button, card, empty, field, form, refuse, requireAll, say, section, select, state, textarea } from "./ui.js";

const KINDS = [
  ["business_licence", "营业执照"], ["financial_statement", "财务报表"], ["tax_certificate", "纳税证明"], ["account_statement", "经营流水"],
  ["sales_contract", "购销合同或订单"], ["land_contract", "土地承包或租赁合同"], ["collateral_title", "抵质押物权属证明"], ["guarantee_letter", "担保意向函"], ["other", "其他材料"]];
const MAX_TEXT = 500;
const MAX_WORDS = 200;
const ITEM_TONES = { asked: "warn", supplied: "good", declined: "plain" };

/** One bank of one request. */
export async function showExchange(go, id, referralId) {
  const [referrals, material, files, messages] = await Promise.all([
    all(`/loan-requests/${id}/referrals`), all(`/loan-requests/${id}/material-requests`), all(`/loan-requests/${id}/attachments`), all(`/referrals/${referralId}/messages`)]);
  const referral = referrals.find((one) => one.id === referralId);
  if (!referral) return empty("找不到这家银行的对接", null, button("我的申请", () => go("/requests"), { kind: "default", mini: true }));
  if (messages.some((one) => one.author.code === "bank" && !one.readAt)) await post(`/referrals/${referralId}/messages/read`);
  const again = () => go(`/requests/${id}/bank/${referralId}`);
  const open = referral.answerable && referral.consentedAt;
  const asked = material.filter((one) => one.bankId === referral.bank.tenantId);
  const seen = files.filter((one) => !one.bankId || one.bankId === referral.bank.tenantId);
  return h("div", { "data-testid": "exchange-page" },
    h("div", { class: "result" }, h("strong", null, referral.bank.name), h("span", null, referral.productName || "未指定产品"), state(referral.state)),
    asked.length > 0 && section("银行要求补充", asked.map((one) => askedCard(again, one))),
    section("对话", messages.length ? h("ol", { class: "talk", "data-testid": "talk" }, messages.toReversed().map(line)) : empty("还没有消息", open ? null : "授权银行后可以互发消息"), open && writing(again, referralId)),
    section("我的材料", seen.length ? h("ul", { class: "plain-list" }, seen.map(fileCard)) : empty("还没有提交材料", "仅您授权的银行可见，申请结束 30 天后删除"), open && attaching(again, id, referral)));
}

const line = (message) => h("li", { class: `talk-line is-${message.author.code}`, "data-testid": "message" },
  h("p", { class: "talk-text" }, message.text ?? "（已到期删除）"),
  h("p", { class: "talk-note" }, `${message.author.zh} · ${time(message.sentAt)}${message.author.code === "applicant" ? (message.readAt ? " · 已读" : " · 未读") : ""}`));

const fileCard = (file) => h("li", { class: "card", "data-testid": "attachment" },
  h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, file.name), h("span", null, `${file.kind.zh} · ${time(file.uploadedAt)}`)), file.erasedAt ? badge("已删除") : badge(file.bankId ? "仅这家银行可见" : "授权的银行可见", "info")));

function askedCard(again, asked) {
  return h("article", { class: "card", "data-testid": "asked", "data-state": asked.state.code },
    h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, "补充材料"), h("span", null, asked.open ? `请在 ${time(asked.closesAt)} 前答复` : `${time(asked.askedAt)} 提出`)), state(asked.state)),
    asked.note && h("p", { class: "reason" }, asked.note),
    h("ul", { class: "asked-items" }, asked.items.map((item) => h("li", null, h("span", null, `${item.number}. ${item.kind.zh}${item.note ? `（${item.note}）` : ""}`), badge(item.state.zh, ITEM_TONES[item.state.code]), item.words && h("p", { class: "muted" }, item.words)))),
    asked.open && answering(again, asked));
}

/** One form answers one thing: with a file, or with the word that none is handed in. */
function answering(again, asked) {
  const waiting = asked.items.filter((item) => item.state.code === "asked").map((item) => [String(item.number), `${item.number}. ${item.kind.zh}`]);
  return form("answer-form", async (given) => {
    const number = Number(given.get("number"));
    const chosen = given.get("content");
    const words = given.get("words").trim();
    if (chosen.size) await beside("content", async () => post(`/material-requests/${asked.id}/supply`, { number, ...await named("content", chosen) }));
    else if (words) await post(`/material-requests/${asked.id}/decline`, { number, words });
    else throw refuse("content", "请选择文件，或在下面说明不提供");
    say(chosen.size ? "已提供" : "已说明不提供");
    await again();
  },
    h("div", { class: "weui-cells" },
      field("number", "材料", select(waiting, waiting[0][0])),
      fileField("content", "文件"),
      field("words", "不提供的说明", textarea({ maxlength: MAX_WORDS, placeholder: "不提供时填写" }), { hint: `${MAX_WORDS} 字以内` })),
    h("div", { class: "actions" }, button("答复", null, { submit: true, testid: "answer-send" })));
}

function writing(again, referralId) {
  return form("message-form", async (given) => {
    requireAll(given, ["text"]);
    await post(`/referrals/${referralId}/messages`, { text: given.get("text").trim() });
    say("已发送");
    await again();
  },
    h("div", { class: "weui-cells" }, field("text", "给银行的消息", textarea({ maxlength: MAX_TEXT }), { hint: `${MAX_TEXT} 字以内，只发文字` })),
    h("div", { class: "actions" }, button("发送", null, { submit: true, testid: "message-send" })));
}

function attaching(again, id, referral) {
  return form("attach-form", async (given) => {
    const chosen = given.get("content");
    if (!chosen.size) throw refuse("content", "请选择文件");
    const bankId = given.get("whose") === "one" ? referral.bank.tenantId : undefined;
    await beside("content", async () => post(`/loan-requests/${id}/attachments`, { kind: given.get("kind"), bankId, ...await named("content", chosen) }));
    say("已提交");
    await again();
  },
    h("div", { class: "weui-cells" },
      field("kind", "类型", select(KINDS, KINDS[0][0])),
      field("whose", "谁可以看", select([["one", `仅${referral.bank.shortName || referral.bank.name}`], ["all", "我授权的各家银行"]], "one")),
      fileField("content", "文件")),
    h("div", { class: "actions" }, button("提交材料", null, { kind: "default", submit: true, testid: "attach-send" })));
}

/** Do what may be refused about a file, and tell it beside the file's field. */
async function beside(name, work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 422) throw error;
    throw refuse(name, error.message);
  }
}
