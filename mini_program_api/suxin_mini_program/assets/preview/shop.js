// 积分超市 on the phone: what is offered for how many points, one's household's code, and what it redeemed.

import { all, get, post } from "./api.js";
import { h } from "./dom.js";
import { time } from "./format.js";
import { codePage } from "./shown_code.js";
import { badge, button, card, empty, facts, section } from "./ui.js";

const TONES = { HELD: "warn", HANDED_OVER: "good" };

// What was opened last, on this page alone: its key must not lie in the browser's store.
let opened = null;

/** The page of a village's shop. */
export async function showShop(go, id) {
  const at = `/points/${id}/shop`;
  const [shop, redemptions] = await Promise.all([get(at), all(`${at}/redemptions`)]);
  const always = shop.opensOn === 1 && shop.closesOn === 31;
  return h("div", { "data-testid": "shop-page" },
    card(h("p", { class: "balance" }, h("strong", { "data-testid": "point-balance" }, String(shop.available)), " 分可用"),
      facts([["开放", always ? "每天" : `每月 ${shop.opensOn} 日至 ${shop.closesOn} 日`], shop.monthPoints && ["每户每月", `至多 ${shop.monthPoints} 分`], shop.held > 0 && ["待发放", `${shop.held} 分`]]),
      h("p", { class: "muted" }, "不会用手机的，可凭兑换卡，或到柜台报本户编号，由工作人员协助、另一人发放。")),
    h("div", { class: "actions" }, button("出示兑换码", () => open(go, id), { testid: "show-shop-code" })),
    section("商品", shop.goods.length ? h("ul", { class: "goods", "data-testid": "goods" }, shop.goods.map((one) => good(shop, one))) : empty("还没有商品", "村里上架后显示在这里")),
    section("本户的兑换", redemptions.length ? h("ol", { class: "plain-list", "data-testid": "shop-redemptions" }, redemptions.map(redeemed)) : empty("没有兑换", "兑换后显示在这里")));
}

const good = (shop, one) => h("li", { class: "card good", "data-testid": "good" },
  one.photo && h("img", { class: "good-photo", src: one.photo, alt: "", width: 160, height: 120, loading: "lazy" }),
  h("strong", null, one.name),
  h("span", { class: one.pricePoints <= shop.available ? "is-up" : "" }, `${one.pricePoints} 分 / ${one.unit}`),
  h("small", null, [one.pricePoints > shop.available && `还差 ${one.pricePoints - shop.available} 分`, one.monthLimit && `每户每月至多 ${one.monthLimit} ${one.unit}`].filter(Boolean).join("；")));

function redeemed(one) {
  const handed = one.state === "HANDED_OVER";
  return h("li", { class: "card", "data-testid": "shop-redemption" },
    h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, `${one.points} 分`), h("span", null, `${time(one.heldAt)} · ${one.meansZh}`)), badge(one.stateZh, TONES[one.state])),
    facts(one.lines.map((line) => [line.name, handed && line.given < line.asked ? `${line.given} ${line.unit}（选了 ${line.asked}）` : `${line.asked} ${line.unit}`])));
}

async function open(go, id) {
  opened = { id, pass: await post(`/points/${id}/shop/code`), at: Date.now() };
  go(`/points/${id}/shop/code`);
}

/** One's household's code, until the shop took it. */
export async function showShopCode(go, id) {
  if (opened?.id !== id) return go(`/points/${id}/shop`, { replace: true });
  const { pass, at } = opened;
  return codePage({
    pass,
    at,
    name: "兑换码",
    tip: "请超市工作人员扫码，或报出数字。此码只在本村积分超市有效，用一次。没有网络也会每 30 秒自动更换。",
    taken: () => takenOf(id, pass),
    again: () => open(go, id),
    ended: () => { opened = null; },
  });
}

/** What is said of the redemption that this pass was taken for. */
async function takenOf(id, pass) {
  const { items } = await get(`/points/${id}/shop/redemptions`, { first: 1 });
  const found = items.find((one) => one.means === "code" && one.heldAt >= pass.openedAt);
  return found && `已扫码：${found.points} 分，等待发放`;
}
