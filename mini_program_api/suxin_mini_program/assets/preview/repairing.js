// Credit repair: what may be repaired and from when, applying with documents, and how far the national window is.

import { all, post } from "./api.js";
import { h } from "./dom.js";
import { day, time } from "./format.js";
import { fileField, putDown } from "./files.js";
import { badge, button, card, confirm, empty, facts, field, form, refuse, requireAll, say, section, state, textarea } from "./ui.js";

const MAX_TEXT = 500;
const KINDS = { proof: "已纠正、已履行义务的证明", commitment: "信用承诺书", other: "其他材料" };
const WITHDRAWABLE = new Set(["FILED", "RETURNED"]);

/** What may be repaired, and one's applications, the latest first. */
export async function showRepairs(go) {
  const [records, asked] = await Promise.all([all("/repairs/records"), all("/repairs")]);
  return h("div", { "data-testid": "repairs-page" },
    h("p", { class: "lead" }, "平台把您的申请和材料转送国家窗口“信用中国”，由作出认定的单位决定，不收费。准予修复的，平台在一个工作日内停止使用有关记录。"),
    asked.length > 0 && section("我的修复申请", h("ul", { class: "plain-list" }, asked.map((one) => repairCard(go, one)))),
    section("失信记录", records.length
      ? h("ul", { class: "plain-list" }, records.map((one) => recordCard(go, one)))
      : empty("没有失信记录", "当前主体没有需要修复的记录")));
}

function recordCard(go, record) {
  const free = !record.refusal && !record.asked;
  return h("li", { class: "card", "data-testid": "repairable", "data-record": record.recordId },
    h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, record.item), h("span", null, `认定单位：${record.source}`)), record.asked && badge("办理中", "info")),
    facts([record.number && ["文号", record.number], ["发生日期", day(record.occurredOn)], ["可申请修复", `${day(record.repairableFrom)} 起`]]),
    !record.asked && record.refusal && h("p", { class: "field-hint", "data-testid": "why-not" }, record.refusal.zh),
    free && h("div", { class: "card-actions" }, button("申请修复", () => go(`/repairs/apply/${record.recordId}`), { mini: true, testid: "apply-repair", label: `申请修复：${record.item} ${record.number}` })));
}

/** One application; taking it back changes this card and leaves the reader where he is. */
function repairCard(go, asked) {
  const shown = h("li", { class: "card", tabindex: -1, "data-testid": "repair", "data-state": asked.state.code, "data-repair": asked.id });
  const withdraw = async () => {
    if (!await confirm("撤回修复申请？", h("p", null, `“${asked.item}”的申请将撤回，已上传的材料随即删除。`), { yes: "撤回", testid: "withdraw-dialog" })) return;
    const next = repairCard(go, await post(`/repairs/${asked.id}/withdrawal`));
    shown.replaceWith(next);
    next.focus();
    say("已撤回修复申请");
  };
  shown.append(
    h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, asked.item), h("span", null, `认定单位：${asked.source}`)), asked.late && badge("曾逾期", "bad"), state(asked.state)),
    facts([
      ["文号", asked.number], ["申请", time(asked.filedAt)],
      asked.receiptNo && ["国家窗口回执", asked.receiptNo], asked.relayedAt && ["转送", time(asked.relayedAt)],
      asked.waitsFor && ["正在等待", asked.waitsFor.zh], asked.dueAt && ["期限", `${time(asked.dueAt)}${asked.dueProvisional ? "（暂定）" : ""}`],
      asked.reason && ["窗口意见", asked.reason], asked.decidedAt && ["决定", time(asked.decidedAt)],
      asked.appliedAt && ["平台落实", `${time(asked.appliedAt)}，已更新 ${asked.copies} 条记录`],
      ["材料", asked.documents.length ? asked.documents.map((one) => one.name).join("、") : "—"]]));
  if (WITHDRAWABLE.has(asked.state.code)) {
    shown.append(h("div", { class: "card-actions" },
      button("撤回", withdraw, { kind: "default", mini: true, testid: "withdraw-repair", label: `撤回修复申请：${asked.item}` }),
      asked.state.code === "RETURNED" && button("补正", () => go(`/repairs/supplement/${asked.id}`), { mini: true, testid: "supplement-repair", label: `补正修复申请：${asked.item}` })));
  }
  return shown;
}

/** Applying for the repair of one record. */
export async function showApplyRepair(go, recordId) {
  const record = (await all("/repairs/records")).find((one) => one.recordId === recordId);
  if (!record) return empty("找不到这条记录", "它可能属于您代表的另一个主体", button("信用修复", () => go("/repairs"), { kind: "default", mini: true }));
  return h("div", { "data-testid": "apply-repair-page" },
    section("要修复的记录", card(facts([["事项", record.item], ["认定单位", record.source], ["文号", record.number || "—"], ["发生日期", day(record.occurredOn)]]))),
    form("repair-form", (given) => apply(go, recordId, given),
      h("p", { class: "lead" }, "须同时提交：已纠正失信行为、履行义务的证明，和公开的信用承诺书。材料加密保存，转送国家窗口，办结即删除。"),
      h("div", { class: "weui-cells" },
        field("statement", "整改说明", textarea({ maxlength: MAX_TEXT, placeholder: "如何纠正、何时履行完毕" }), { hint: `${MAX_TEXT} 字以内` }),
        fileOf("proof"), fileOf("commitment"), fileOf("other", "可不填；")),
      h("div", { class: "actions" }, button("提交申请", null, { submit: true, testid: "send-repair" }))));
}

/** Supplementing an application that the window has returned. */
export async function showSupplementRepair(go, id) {
  const asked = (await all("/repairs")).find((one) => one.id === id && one.state.code === "RETURNED");
  if (!asked) return empty("该申请不在待补正状态", null, button("信用修复", () => go("/repairs"), { kind: "default", mini: true }));
  return h("div", { "data-testid": "supplement-repair-page" },
    section("窗口意见", card(h("p", null, asked.reason))),
    form("supplement-form", async (given) => {
      requireAll(given, ["statement"]);
      await post(`/repairs/${id}/supplement`, { statement: given.get("statement").trim(), documents: await upload(given) });
      say("已补正，平台将再次转送");
      go("/repairs");
    },
      h("div", { class: "weui-cells" },
        field("statement", "补正说明", textarea({ maxlength: MAX_TEXT, value: asked.statement }), { hint: `${MAX_TEXT} 字以内` }),
        fileOf("proof", "可不填；"), fileOf("commitment", "可不填；"), fileOf("other", "可不填；")),
      h("div", { class: "actions" }, button("提交补正", null, { submit: true, testid: "send-supplement" }))));
}

const fileOf = (kind, free) => fileField(kind, KINDS[kind], { free });

async function apply(go, recordId, given) {
  requireAll(given, ["statement"]);
  const missing = ["proof", "commitment"].find((kind) => !given.get(kind).size);
  if (missing) throw refuse(missing, "请选择文件");
  const asked = await post("/repairs", { recordId, statement: given.get("statement").trim(), documents: await upload(given) });
  say(`已提交，平台将在 ${time(asked.dueAt)} 前转送国家窗口`);
  go("/repairs");
}

/** Put the chosen files down one by one; return their ids. */
async function upload(given) {
  const ids = [];
  for (const kind of Object.keys(KINDS)) ids.push(...await putDown("/repairs/documents", kind, given.getAll(kind), { kind }));
  return ids;
}
