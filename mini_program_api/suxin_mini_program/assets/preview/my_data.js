// What the platform holds about the subject acted for: in parts, with their rows, as files to keep.

import { file, get, post, session } from "./api.js";
import { caseCard, cases } from "./cases.js";
import { h, keep } from "./dom.js";
import { badge, button, card, confirm, empty, facts, row, say, section } from "./ui.js";

const ROWS_A_PAGE = 10;
const SHOWN_CASES = 3;
const NUMBER = "编号";
const SUBJECT_ITEMS = [["name", "名称"], ["region", "所在地"]];
/** A natural person is in no industry. */
const ORGANISATION_ITEMS = [...SUBJECT_ITEMS, ["industry", "行业"]];

/** Everything in overview. */
export async function showMyData(go) {
  const [held, asked] = await Promise.all([get("/my-data"), cases()]);
  const full = held.parts.filter((part) => part.count > 0);
  const bare = held.parts.filter((part) => part.count === 0);
  return h("div", { "data-testid": "my-data-page" },
    h("p", { class: "lead" }, "这里列出平台持有的、关于", h("strong", { "data-testid": "data-owner" }, held.subjectName), "的全部数据。您可以查看、下载、申请更正或删除，依法须保留的逐项说明理由。"),
    section("下载我的数据", card(
      h("p", null, "姓名、证件号、手机号在文件中以脱敏形式列出。下载会记入您的办理记录。"),
      h("div", { class: "card-actions is-stacked" },
        button("下载可阅读的文件", () => download("document", "我的数据.html"), { kind: "default", testid: "download-document" }),
        button("下载数据文件（JSON）", () => download("export", "我的数据.json"), { kind: "default", testid: "download-export" })))),
    section("异议与申请",
      asked.length ? h("ul", { class: "plain-list" }, asked.slice(0, SHOWN_CASES).map((one) => caseCard(one))) : null,
      h("div", { class: "weui-cells" },
        row(go, asked.length > SHOWN_CASES ? `全部 ${asked.length} 件` : "管理异议与申请", "/cases", asked.length ? "" : "还没有申请", "to-cases"))),
    section(`持有的数据（${full.length} 部分）`, h("ul", { class: "plain-list" }, full.map(partCard))),
    bare.length > 0 && h("p", { class: "weui-cells__tips", "data-testid": "empty-parts" }, `以下各项没有数据：${bare.map((part) => part.zh).join("、")}。`),
    section("删除与注销", h("div", { class: "weui-cells" },
      row(go, "删除我的数据", "/my-data/deletion", "可删的立即删除", "to-deletion"),
      row(go, "注销账号", "/my-data/closure", "", "to-closure"))));
}

async function download(which, name) {
  keep(await file(`/my-data/${which}`), name);
  say("已下载，文件请妥善保管");
}

const partCard = (part) => h("li", null, h("a", { class: "card is-link", href: `#/my-data/parts/${part.code}`, "data-testid": "part", "data-part": part.code },
  h("span", { class: "card-head" }, h("span", { class: "card-title" }, h("strong", null, part.zh)), badge(`${part.count} 条`, "info"), badge(standing(part), part.erasable ? "good" : "plain")),
  part.kept && h("span", { class: "part-kept" }, part.kept.whyZh)));

const standing = (part) => (part.kept ? (part.erasable ? "部分可删除" : "依法保留") : "可删除");

/** One part: why it is kept, and its rows, the latest first. */
export async function showPart(go, code) {
  const held = await get("/my-data");
  const part = held.parts.find((one) => one.code === code);
  if (!part) return empty("当前主体没有这一部分", null, button("我的数据", () => go("/my-data"), { kind: "default", mini: true }));
  const list = h("ul", { class: "plain-list", "data-testid": "rows" });
  const more = h("div", { class: "actions" });
  const next = async (after) => {
    const page = await get("/my-data/rows", { part: code, first: ROWS_A_PAGE, after });
    const cards = page.items.map((item, number) => rowCard(go, code, item, page.shown[number]));
    list.append(...cards);
    more.replaceChildren(...(page.nextCursor ? [button("加载更多", () => next(page.nextCursor), { kind: "default", testid: "more-rows" })] : []));
    // Whoever asked for more goes on at the first of them.
    if (after) cards[0]?.focus();
  };
  if (part.count) await next();
  return h("div", { "data-testid": "part-page", "data-part": code },
    section(`${part.zh}（共 ${part.count} 条）`, why(part)),
    code === "subject" && section("申请更正", h("div", { class: "weui-cells" }, (session.subjectKind === "person" ? SUBJECT_ITEMS : ORGANISATION_ITEMS).map(([about, name]) => row(go, `更正${about === "name" && session.subjectKind === "person" ? "姓名" : name}`, `/my-data/correct/${about}`, "", `correct-${about}`)))),
    section("数据", part.count ? [list, more] : empty("没有数据")));
}

/** Why something is kept, or that all of it may go. */
export const why = (part) => card(part.kept
  ? facts([["为什么保留", part.kept.whyZh], ["依据", part.kept.law], ["保存期限", part.kept.until], part.erasable && ["删除", "其中可删的部分，可在“删除我的数据”中删除"]])
  : h("p", null, "这一部分可以随时全部删除。"));

function rowCard(go, code, item, shown) {
  const title = item.item || item.title;
  const told = shown.filter(({ name, value }) => name !== NUMBER && value !== title);
  const number = shown.find(({ name }) => name === NUMBER);
  return h("li", { class: "card", tabindex: -1, "data-testid": "data-row", "data-row": item.id },
    title && h("strong", { class: "subject-name" }, title),
    facts(told.map(({ name, value }) => [name, value])),
    number && h("p", { class: "muted" }, `${NUMBER} ${number.value}`),
    code === "records" && item.status === "active" && h("div", { class: "card-actions" },
      button("提出异议", () => go(`/my-data/correct/record/${item.id}`), { kind: "default", mini: true, testid: "contest", label: `提出异议：${title}` }),
      item.polarity === "negative" && !item.ended && button("申请豁免", () => go(`/cases/exempt/${item.id}`), { kind: "default", mini: true, testid: "exempt", label: `申请豁免：${title}` })),
    code === "declarations" && h("div", { class: "card-actions" },
      item.status === "active" && button("更正", () => go(`/my-data/declared/${item.id}`), { kind: "default", mini: true, testid: "correct-declared", label: `更正：${title}` }),
      button("删除", () => erase(go, item), { kind: "warn", mini: true, testid: "delete-declared", label: `删除：${title}` })));
}

async function erase(go, item) {
  if (!await confirm("删除这条申报？", h("p", null, `“${item.item}”将立即删除，不能恢复；删除这件事本身会记入您的办理记录。`), { yes: "删除", kind: "warn", testid: "delete-dialog" })) return;
  await post("/my-data/deletions", { declarationId: item.id });
  say("已删除");
  go("/my-data/parts/declarations");
}
