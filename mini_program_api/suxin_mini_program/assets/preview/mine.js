// Oneself: who one is, for whom one acts, what is on record, notices.

import { all, get, leave, post } from "./api.js";
import { h } from "./dom.js";
import { time, yuan } from "./format.js";
import { badge, button, card, empty, facts, row, section } from "./ui.js";

/** The page of oneself. */
export async function showMine(go) {
  const [me, subject] = await Promise.all([get("/me"), get("/subjects/current")]);
  return h("div", null,
    h("div", { class: "me", "data-testid": "me" }, h("span", { class: "avatar", "aria-hidden": "true" }, me.person.name.slice(0, 1)), h("div", null, h("strong", null, me.person.name), h("span", null, me.person.residentId), h("span", null, me.person.phone))),
    h("div", { class: "weui-cells" },
      row(go, "消息", "/notices", me.unreadNotices ? `${me.unreadNotices} 条未读` : "", "to-notices"),
      row(go, "我的信用", "/score", "得分、等级、证明", "to-score"),
      row(go, "信用乡村", "/rural", "参评、等级、证书", "to-rural"),
      row(go, "整村授信", "/village-credit", "参加、额度、用款", "to-village-credit"),
      row(go, "我的积分", "/points", "申报、明细、积分超市", "to-points"),
      row(go, "公开警示", "/cautions", "逃废债、非法集资", "to-cautions"),
      row(go, "信易+", "/perks", "附近权益、权益码、核销记录", "to-perks"),
      row(go, "切换申请主体", "/subjects", subject.name, "to-subjects"),
      row(go, "自主申报", "/declare", "", "to-declare"),
      row(go, "信用承诺", "/commitments", "", "to-commitments"),
      row(go, "信用修复", "/repairs", "申请、进度、结果", "to-repairs"),
      row(go, "我的数据", "/my-data", "查看、下载、更正、删除、注销", "to-my-data")),
    section("当前主体", card(h("strong", { class: "subject-name" }, subject.name), facts([
      ["类型", subject.kind.zh], subject.uscc && ["信用代码", subject.uscc], ["所在地", subject.areaName], subject.registeredOn && ["成立日期", subject.registeredOn]]))),
    section("信用记录", subject.records.length ? subject.records.map(record) : empty("暂无记录")),
    h("div", { class: "actions" }, button("退出登录", () => logOut(go), { kind: "default", testid: "log-out" })));
}

/** What the content of a record is called, in the order in which it is read; as the server says it. */
export const NAMES = { grade: "等级", title: "名称", industry: "行业", year: "年度", headcount: "参保人数", level: "级别", kind: "种类", authority: "机关", court: "法院", number: "文号", list: "名单", class: "情节", reason: "事由", finding: "结论", commitment: "承诺编号", document: "文书", staff: "从业人数", issuer: "颁发单位", counterparty: "对方", organisation: "组织单位", hours: "时长（小时）", service: "服务", programme: "项目", standing: "身份", library: "图书馆", exam: "考试", carrier: "承运单位", breach: "行为", use: "用途", band: "档次", left: "剩余年限", species: "种类", crop: "作物", event: "事件" };
const VALUES = { green: "绿色", blue: "蓝色", yellow: "黄色", red: "红色", black: "黑色", good: "良好", bad: "不良" };
const PLACES = Object.keys(NAMES);
const place = ([name]) => (name in NAMES ? PLACES.indexOf(name) : PLACES.length);

function record(item) {
  const latest = Object.entries(item.latestContent).sort((a, b) => place(a) - place(b)).map(([name, value]) => `${NAMES[name] || name} ${VALUES[value] || value}`);
  if (item.latestAmountFen !== null) latest.push(yuan(item.latestAmountFen));
  return h("article", { class: "card", "data-testid": "record" },
    h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, item.name), h("span", null, item.department)), item.selfDeclared && badge("自主申报", "info"), item.count > 1 && badge(`共 ${item.count} 条`)),
    h("p", { class: "muted" }, `${item.latestOn} · ${latest.join("，")}`));
}

async function logOut(go) {
  await leave();
  go("/log-in", { replace: true });
}

// Where the pages of the mini program are in this preview.
const PAGES = [
  [/^\/pages\/request\?id=([^&]+)$/, "/requests/$1"],
  [/^\/pages\/consent\?id=([^&]+)&subject=([^&]+)$/, "/consents/$1?subject=$2"],
  [/^\/pages\/permissions$/, "/permissions"],
  [/^\/pages\/my-data$/, "/my-data"],
  [/^\/pages\/commitments$/, "/commitments"],
  [/^\/pages\/cases$/, "/cases"],
  [/^\/pages\/perk-limits$/, "/perk-limits"],
];

function pageOf(link) {
  const found = PAGES.find(([pattern]) => pattern.test(link));
  return found && link.replace(...found);
}

function told(notice) {
  const page = pageOf(notice.link);
  return h("li", { class: "card", "data-testid": "notice", "data-template": notice.template },
    h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, notice.title)), h("time", { datetime: notice.createdAt }, time(notice.createdAt)), !notice.readAt && badge("新", "bad")),
    h("p", null, notice.body),
    page && h("div", { class: "card-actions" }, h("a", { class: "link", href: `#${page}`, "aria-label": `查看：${notice.title}`, "data-testid": "notice-link" }, "查看")));
}

/** Notices; those shown count as read. */
export async function showNotices() {
  const notices = await all("/notices");
  const unread = notices.filter((notice) => !notice.readAt).map((notice) => notice.id).slice(0, 100);
  if (unread.length) await post("/notices/read", { ids: unread });
  if (!notices.length) return empty("没有消息");
  return h("ol", { class: "plain-list", "data-testid": "notices" }, notices.map(told));
}

/** What a declaration's form says, as its content. */
export function contentOf(given) {
  const content = {};
  for (const [name, value] of given.entries()) {
    if (!name.startsWith("content.")) continue;
    const key = name.slice("content.".length);
    content[key] = key === "year" && /^\d{4}$/.test(value) ? Number(value) : value.trim();
  }
  return content;
}
