// Deleting one's data, and closing the account: what goes, what stays and why, and a step to confirm it.

import { get, leave, post, remember, session } from "./api.js";
import { fill, h } from "./dom.js";
import { why } from "./my_data.js";
import { badge, button, card, confirm, empty, field, form, input, refuse, say, section, toggle } from "./ui.js";

const PHRASE = "确认注销";
let last = null;

/** What may be deleted, to choose from; what stays, with its reason. */
export async function showDeleting(go) {
  const { parts } = await get("/my-data");
  const held = parts.filter((part) => part.count > 0);
  const erasable = held.filter((part) => part.erasable);
  const kept = held.filter((part) => part.kept);
  const place = h("div", { "data-testid": "deletion-page" });
  const done = (deletion) => fill(place, result(deletion, "没有可删除的数据"), h("div", { class: "actions" }, button("我的数据", () => go("/my-data"), { kind: "default", testid: "back-to-data" })));
  return fill(place,
    h("p", { class: "lead" }, "可删的当即删除，不能恢复；依法须保留的说明理由、依据和期限。"),
    section("可以删除", erasable.length
      ? form("deletion-form", (given) => erase(erasable, given, done),
        h("div", { class: "weui-cells" }, erasable.map((part) => toggle(`part-${part.code}`, `${part.zh}（${part.count} 条）`, { note: part.kept ? "其中依法须保留的除外" : null }))),
        h("div", { class: "actions" }, button("删除所选", null, { submit: true, kind: "warn", testid: "delete-parts" })))
      : empty("没有可删除的数据")),
    section("依法保留", reasons(kept)));
}

const reasons = (parts) => parts.map((part) => h("details", { class: "fold", "data-testid": "kept", "data-part": part.code },
  h("summary", null, `${part.zh}（${part.count} 条）`), why(part)));

async function erase(erasable, given, done) {
  const wanted = erasable.filter((part) => given.has(`part-${part.code}`));
  if (!wanted.length) throw refuse("parts", "请选择要删除的部分");
  const text = h("ul", { class: "plain-points" }, wanted.map((part) => h("li", null, `${part.zh} ${part.count} 条`)));
  if (!await confirm("删除这些数据？", [text, h("p", null, "删除后不能恢复。")], { yes: "删除", kind: "warn", testid: "delete-dialog" })) return;
  const deletion = await post("/my-data/deletions", { parts: wanted.map((part) => part.code) });
  say("已处理");
  done(deletion).querySelector("[data-testid=erased]")?.focus();
}

/** What became of it: what is gone, and what stays and why. */
const result = (deletion, nothing) => [
  section("已删除", deletion.erased.length
    ? h("div", { class: "card", tabindex: -1, "data-testid": "erased" }, deletion.erased.map((part) => h("p", null, part.zh, " ", badge(`${part.count} 条`, "info"))))
    : empty(nothing)),
  deletion.kept.length > 0 && section("依法保留", reasons(deletion.kept.map((part) => ({ ...part, kept: part.why, erasable: false })))),
];

/** Closing the account: what follows, the phrase, and the last question. */
export async function showClosing(go) {
  const [me, { parts }] = await Promise.all([get("/me"), get("/my-data")]);
  const himself = me.subjects.find((subject) => !subject.mandate);
  if (session.subjectId && session.subjectId !== himself.id) return asOneself(go, himself);
  const kept = parts.filter((part) => part.count > 0 && part.kept);
  return h("div", { "data-testid": "closure-page" },
    section("注销后", card(h("ul", { class: "plain-points" },
      ["所有登录当即结束，微信与您解除绑定。", "您为企业取得的代理资格、给出的授权、未办结的申请和更正申请一并结束；企业本身的资料不受影响。",
        "自主申报等可删的数据当即删除；实名信息随即删除，已签合同的，至合同保存期满再删。", "依法须保留的数据只为下列理由保存，不再用于其他目的。", "有贷款合同尚未结清的，须先结清才能注销。"].map((text) => h("li", null, text))))),
    section("依法保留", reasons(kept)),
    section("确认", form("closure-form", (given) => close(go, given),
      h("div", { class: "weui-cells" }, field("confirmation", "确认", input({ maxlength: 20, placeholder: PHRASE }), { hint: `请输入“${PHRASE}”四个字` })),
      h("div", { class: "actions" }, button("注销账号", null, { submit: true, kind: "warn", testid: "close-account" })))));
}

const asOneself = (go, himself) => h("div", { "data-testid": "closure-page" }, section(null, card(
  h("p", null, `账号属于您本人。您现在以“${session.subjectName}”的名义办理，请先切换为本人。`),
  h("div", { class: "card-actions" }, button("切换为本人", () => {
    remember({ subjectId: himself.id, subjectName: himself.name, subjectKind: himself.kind.code });
    return go("/my-data/closure");
  }, { mini: true, testid: "as-oneself" })))));

async function close(go, given) {
  const confirmation = given.get("confirmation").trim();
  if (confirmation !== PHRASE) throw refuse("confirmation", `请输入“${PHRASE}”`);
  if (!await confirm("注销账号？", h("p", null, "注销当即生效。以后再次实名认证，只能找回依法保留的数据。"), { yes: "注销", kind: "warn", testid: "closure-dialog" })) return;
  last = await post("/account/closure", { confirmation });
  // The log-in has ended with the account; what this browser still holds of it is forgotten.
  await leave().catch(() => {});
  go("/closed", { replace: true });
}

/** What came of closing the account. */
export function showClosed(go) {
  return h("div", { "data-testid": "closed-page" },
    h("div", { class: "welcome" }, h("p", { class: "welcome-title" }, "账号已注销"), h("p", null, "您的登录、授权和未办结的申请都已结束。")),
    last && result(last, "没有可删除的数据"),
    h("div", { class: "actions" }, button("返回登录页", () => go("/log-in", { replace: true }), { kind: "default", testid: "to-log-in" })));
}
