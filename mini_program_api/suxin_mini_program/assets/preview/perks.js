// 信易+: what there is, the notice before a first use, the code that is shown, and what was redeemed.

import { all, get, post, session } from "./api.js";
import { fill, h } from "./dom.js";
import { time, yuan } from "./format.js";
import { codePage } from "./shown_code.js";
import { badge, button, card, empty, facts, row, section, select } from "./ui.js";

const SECTORS = [["", "全部"], ["eat", "餐饮"], ["stay", "住宿租赁"], ["travel", "交通出行"], ["tour", "旅游"], ["shop", "购物"], ["leisure", "文体娱乐"], ["medical", "就医"], ["school", "就学"], ["work", "就业创业"], ["elderly", "养老"], ["approval", "行政审批"]];
const TONES = { HELD: "warn", GRANTED: "info", COMPLETED: "good" };

// Where somebody looks, until he leaves: the phone's place is not asked for.
let near = "";

// What was opened last, on this page alone: its key must not lie in the browser's store.
let opened = null;

/** What there is. */
export async function showPerks(go) {
  const place = h("div");
  const wanted = { sector: "", area: near };
  const draw = async (choice) => {
    const { sector, area } = Object.assign(wanted, choice);
    const perks = await all("/perks", { sector, area });
    fill(place, perks.length ? h("ul", { class: "plain-list", "data-testid": "perks" }, perks.map(perkCard)) : empty("没有权益", sector || area ? "换一个地区或类别看看" : "商户发布后显示在这里"));
  };
  const [counties] = await Promise.all([countiesOf(), draw({})]);
  const areas = select([["", "全市"], ...counties.map(({ code, name }) => [code, name])], near, { "aria-label": "地区", onchange: (event) => draw({ area: near = event.target.value }), "data-testid": "area" });
  const sectors = select(SECTORS, "", { "aria-label": "类别", onchange: (event) => draw({ sector: event.target.value }), "data-testid": "sector" });
  return h("div", null,
    h("div", { class: "weui-cells" }, row(go, "我的门票", "/tickets", "", "to-tickets"), row(go, "我的核销与订单", "/redemptions", "", "to-redemptions")),
    h("div", { class: "acting" }, h("span", null, "附近权益"), areas, sectors),
    place);
}

/** The counties of the city. */
async function countiesOf() {
  const [city] = await all("/areas");
  return city ? all("/areas", { parent: city.code }) : [];
}

const perkCard = (perk) => h("li", { class: "card", "data-testid": "perk" },
  h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, perk.name), h("span", null, perk.merchant.name)), perk.closed ? badge(perk.closed) : badge(perk.sector.zh, "info")),
  benefits(perk),
  h("div", { class: "card-actions" }, h("a", { class: "link", href: `#/perks/${perk.id}`, "aria-label": `查看并出示：${perk.name}`, "data-testid": "to-perk" }, "查看并出示")));

const benefits = (perk) => facts([
  ["人人可享", perk.fallback.label],
  perk.better.length > 0 && ["守信更优", perk.better.map((one) => one.label).join("；")]]);

/** One benefit: what it is, and the question before its first use, or the way to the code. */
export async function showPerk(go, id) {
  const found = await get(`/perks/${id}`);
  const place = h("div", { "data-testid": "perk-page" });
  const ask = (agree) => show(go, id, { kind: "phone", agree, noticeVersion: found.noticeVersion });
  const question = () => fill(place, about(found.perk), notice(found), h("div", { class: "pair actions" },
    button("不同意，出示权益码", () => ask(false), { kind: "default", testid: "decline" }),
    button("同意，出示权益码", () => ask(true), { kind: "default", testid: "agree" })),
  h("p", { class: "weui-cells__tips" }, "两种选择在柜台看起来一样；不同意也能享受人人可享的待遇。"));
  const ready = () => fill(place, about(found.perk), section("上次的选择", card(
    h("p", { "data-testid": "answer" }, found.answer.code === "agreed" ? "您已同意该商户在您出示权益码时核验等级；每次出示为一次性授权。" : "您未同意核验等级，出示后按人人可享的待遇办理。"),
    h("div", { class: "card-actions" }, button("重新选择", question, { kind: "default", mini: true, testid: "ask-again" })))),
  h("div", { class: "actions" },
    button("出示权益码", () => show(go, id, { kind: "phone" }), { testid: "show-code" }),
    button("写到纸上（24 小时内一次有效）", () => show(go, id, { kind: "paper" }), { kind: "default", testid: "show-paper" })));
  if (found.answer.code === "none") question();
  else ready();
  return h("div", null, place, found.perk.tickets && h("div", { class: "actions" }, button("领取门票（断网也能检票）", () => go(`/perks/${id}/ticket`), { kind: "default", testid: "to-take-ticket" })));
}

const about = (perk) => card(
  h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, perk.name), h("span", null, perk.merchant.name)), perk.closed && badge(perk.closed, "warn")),
  perk.summary && h("p", null, perk.summary),
  benefits(perk),
  facts([perk.venue && ["地点", perk.venue], ["开始", perk.startsOn], ["截止", `${perk.endsBefore} 前`], perk.personDaily && ["每人每日", `${perk.personDaily} 次`], ["信用记录", perk.recordRule.zh], ["以谁的名义", session.subjectName || "本人"]]));

const notice = (found) => section("首次使用告知", card(
  h("div", { class: "notice-text", "data-testid": "first-use" }, found.noticeBody.split("\n").map((line) => h("p", null, line))),
  h("p", { class: "fine" }, `版本 ${found.noticeVersion}`)));

async function show(go, id, wanted) {
  opened = { id, pass: await post(`/perks/${id}/code`, wanted), at: Date.now() };
  go(`/perks/${id}/code`);
}

/** The code: big, changing, counted down; and what became of it once it was scanned. */
export async function showCode(go, id) {
  if (opened?.id !== id) return go(`/perks/${id}`, { replace: true });
  const { pass, at } = opened;
  if (pass.kind === "paper") return onPaper(pass);
  return codePage({
    pass,
    at,
    name: "权益码",
    tip: "请店员扫码，或报出数字。扫不出时请调高屏幕亮度。没有网络也会每 30 秒自动更换。",
    taken: () => takenOf(id, pass),
    again: () => go(`/perks/${id}`),
    ended: () => { opened = null; },
  });
}

/** What is said of the redemption that this pass was taken for. */
async function takenOf(id, pass) {
  const { items } = await get("/perk-redemptions", { first: 1 });
  const found = items.find((one) => one.perkId === id && one.heldAt >= pass.openedAt);
  return found && `已核验：${found.benefit.label}`;
}

const onPaper = (pass) => h("div", { "data-testid": "paper-page" },
  card(h("p", { class: "code-digits", "data-testid": "paper-code" }, pass.paperCode), facts([["有效至", time(pass.expiresAt)], ["次数", "一次"]])),
  h("p", { class: "weui-cells__tips" }, "抄写或打印后带到柜台，店员输入数字即可，不用手机。请勿告诉他人。"),
  h("div", { class: "actions" }, button("打印", () => window.print(), { kind: "default", testid: "print-paper" })));

/** What was redeemed, and the way to what is limited. */
export async function showRedemptions(go) {
  const [found, limits] = await Promise.all([all("/perk-redemptions"), all("/perk-limits")]);
  const told = limits.length > 0 && h("div", { class: "weui-cells" }, row(go, "权益限制告知", "/perk-limits", `${limits.length} 件`, "to-limits"));
  if (!found.length) return h("div", null, told, empty("没有核销记录", "在商户出示权益码后显示在这里"));
  return h("div", null, told, redemptions(found));
}

const redemptions = (found) => h("ol", { class: "plain-list", "data-testid": "redemptions" }, found.map(redeemed));

/** The service order that came of a redemption: what is waived or paid later, and where it stands. */
const ordered = (order) => order ? [
  ["服务订单", `${order.mode.zh} · ${order.state.zh}`],
  [order.mode.code === "DEPOSIT_FREE" ? `免收${order.fundName.zh}` : order.fundName.zh, yuan(order.fundFen)],
  order.totalFen !== null && ["商户结算金额", yuan(order.totalFen)],
  order.refundedFen > 0 && ["已退款", yuan(order.refundedFen)]] : [];

const redeemed = (one) => h("li", { class: "card", "data-testid": "redemption" },
  h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, one.perkName), h("span", null, one.merchant.name)), badge(one.state.zh, TONES[one.state.code])),
  facts([["适用待遇", one.benefit.label], ["人数", `${one.persons} 人`], ["使用", `${one.uses} / ${one.usesAllowed}`], ["时间", time(one.heldAt)], ...ordered(one.order)]),
  h("div", { class: "card-actions" }, h("a", { class: "link", href: `#/cases/review/benefit/${one.id}`, "aria-label": `对${one.perkName}的待遇申诉`, "data-testid": "appeal" }, "申诉")));
