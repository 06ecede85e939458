// 我的门票: taken for a day from a benefit of an attraction, listed, and shown with its code and the time that is left.

import { all, get, post } from "./api.js";
import { h } from "./dom.js";
import { time } from "./format.js";
import { badge, button, card, confirm, empty, facts, field, form, input, requireAll, say } from "./ui.js";

const TICK_MS = 1_000;
const TONES = { ISSUED: "info", PART_USED: "warn", USED: "good" };
const DAY_MS = 86_400_000;

/** The tickets, newest first. */
export async function showTickets() {
  const found = await all("/tickets");
  if (!found.length) return empty("没有门票", "在“信易+”中选择景区的权益后领取");
  return h("ol", { class: "plain-list", "data-testid": "tickets" }, found.map((one) => h("li", { class: "card", "data-testid": "ticket" },
    heading(one), h("div", null, when(one)),
    h("div", { class: "card-actions" }, h("a", { class: "link", href: `#/tickets/${one.id}`, "aria-label": `查看门票：${one.perkName}`, "data-testid": "to-ticket" }, "查看")))));
}

const heading = (one) => h("header", { class: "card-head" },
  h("div", { class: "card-title" }, h("strong", null, one.perkName), h("span", null, one.merchant.name)), badge(one.state.zh, TONES[one.state.code]));

const when = (one) => facts([["待遇", one.label], ["入园", `${one.used} / ${one.persons} 人`], ["开始", time(one.validFrom)], ["截止", time(one.validUntil)]]);

/** One ticket: its code, and the time that is left. */
export async function showTicket(go, id) {
  const found = await get(`/tickets/${id}`);
  const { ticket } = found;
  const left = h("p", { class: "muted qr-until", role: "status", "data-testid": "ticket-left" });
  const place = h("div", { "data-testid": "ticket-page" },
    card(heading(ticket), found.qr && h("img", { class: "qr", src: found.qr, alt: "门票二维码，内容与下方文字相同", width: 260, height: 260, "data-testid": "ticket-qr" }), left, when(ticket)),
    found.text && h("p", { class: "weui-cells__tips" }, "请检票员扫码，没有网络也能检票。票上没有姓名、证件号和等级。截图转给他人后，先入园者有效。"),
    found.text && card(h("p", { class: "fine ticket-text", "data-testid": "ticket-text" }, found.text)),
    mayGiveBack(found) && h("div", { class: "actions" }, button("退票", async () => {
      if (!await confirm("退掉这张门票？", h("p", null, "名额和次数恢复如前，退掉的门票不能再用。生效后不能自行退票。"), { yes: "退票", testid: "give-back-dialog" })) return;
      await post(`/tickets/${id}/cancellation`);
      say("已退票");
      go("/tickets", { replace: true });
    }, { kind: "warn", testid: "give-back" })),
    h("div", { class: "actions" }, button("我的门票", () => go("/tickets"), { kind: "default", testid: "all-tickets" })));
  if (found.text) count(place, left, ticket, Date.parse(found.serverTime) - Date.now());
  else left.textContent = ticket.state.code === "ISSUED" ? "门票已过期" : `门票${ticket.state.zh}`;
  return place;
}

const mayGiveBack = ({ ticket, serverTime }) => ticket.state.code === "ISSUED" && Date.parse(serverTime) < Date.parse(ticket.validFrom);

async function count(place, left, ticket, apart) {
  const [from, until] = [Date.parse(ticket.validFrom), Date.parse(ticket.validUntil)];
  for (let turn = 0; turn === 0 || place.isConnected; turn += 1) {
    const now = Date.now() + apart;
    if (now >= until) {
      left.textContent = "门票已过期";
      return;
    }
    left.textContent = now < from ? `距生效 ${span(from - now)}` : `剩余 ${span(until - now)}`;
    await new Promise((resolve) => { setTimeout(resolve, TICK_MS); });
  }
}

function span(ms) {
  const seconds = Math.floor(ms / 1000);
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0")).join(":");
  const days = Math.floor(ms / DAY_MS);
  return days ? `${days} 天 ${clock}` : clock;
}

/** Asking for a ticket: for which day, and how many. */
export async function showTakeTicket(go, id) {
  const { perk } = await get(`/perks/${id}`);
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  return h("div", { "data-testid": "take-page" },
    card(h("header", { class: "card-head" }, h("div", { class: "card-title" }, h("strong", null, perk.name), h("span", null, perk.merchant.name))), facts([["待遇", perk.fallback.label], perk.venue && ["地点", perk.venue]])),
    h("p", { class: "weui-cells__tips" }, "门票按人人可享的待遇出具，不核验等级。想享受守信更优待遇，请到窗口出示权益码。"),
    form("take-form", async (given) => {
      requireAll(given, ["day", "persons", "days"]);
      const made = await post("/tickets", { perkId: id, day: given.get("day"), persons: Number(given.get("persons")), days: Number(given.get("days")) });
      go(`/tickets/${made.id}`, { replace: true });
    },
    h("div", { class: "weui-cells" },
      field("day", "首日", input({ type: "date", value: today, min: today })),
      field("days", "有效天数", input({ type: "number", value: "1", min: 1, max: 7, inputmode: "numeric" })),
      field("persons", "人数", input({ type: "number", value: "1", min: 1, max: perk.partyLimit, inputmode: "numeric" }))),
    h("div", { class: "actions" }, button("领取门票", null, { submit: true, testid: "take-ticket" }))));
}
