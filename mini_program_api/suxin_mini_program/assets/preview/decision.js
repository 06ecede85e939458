// Deciding about one permission: the notice as a list, what is chosen, how long, and yes and no of equal weight.

import { fill, h } from "./dom.js";
import { button, card, field, say, section, select, toggle } from "./ui.js";

const LIVES = [30, 60, 90];
const NAMED = /^([^：。]{2,8})：(.+)$/;

/**
 * The page of a decision. ``load`` gets the notice for what is chosen; ``yes`` and ``no`` answer.
 * Nothing but what is needed is chosen beforehand, and every change shows the text anew.
 */
export async function decision({ load, yes, no, words, lifeDays = null, above }) {
  const place = h("div", { "data-testid": "consent-page" });
  const chosen = { lifeDays, categories: null };
  const draw = async () => {
    const notice = await load(chosen);
    chosen.categories ??= codes(notice);
    chosen.lifeDays = notice.lifeDays;
    const held = document.activeElement?.id;
    fill(place, above?.(notice), parts(notice, chosen, draw), cut(notice), answers(notice, chosen, { yes, no, words }));
    if (held) document.getElementById(held)?.focus();
  };
  await draw();
  return place;
}

const codes = (notice) => notice.categories.filter((choice) => choice.chosen).map((choice) => choice.category.code);

function parts(notice, chosen, draw) {
  const pick = (code, on) => {
    chosen.categories = chosen.categories.filter((other) => other !== code).concat(on ? [code] : []);
    return draw();
  };
  const lives = [...new Set([...LIVES.filter((days) => days < notice.maxLifeDays), notice.maxLifeDays, notice.lifeDays])].sort((a, b) => a - b);
  const life = select(lives.map((days) => [String(days), `${days} 天`]), String(notice.lifeDays), { onchange: (event) => { chosen.lifeDays = Number(event.target.value); draw(); } });
  return [
    section("授权告知书", noticeCard(notice)),
    section("提供哪些信息", h("div", { class: "weui-cells" }, notice.categories.map((choice) => toggle(choice.category.code, choice.category.zh, {
      checked: choice.chosen, disabled: choice.required, note: choice.required ? "办理必需" : null, onchange: (event) => pick(choice.category.code, event.target.checked) }))),
    h("p", { class: "weui-cells__tips" }, "“办理必需”以外的信息由您自愿选择，不选也可以授权。")),
    section("授权多久", h("div", { class: "weui-cells" }, field("lifeDays", "授权期限", life))),
  ];
}

/** The whole text as it was published: what it names is a list, the rest stays sentences. */
function noticeCard(notice) {
  const lines = notice.body.split("\n").map((line) => NAMED.exec(line) || [line]);
  const told = lines.filter(([, name]) => name);
  const before = lines.findIndex(([, name]) => name);
  const sentence = ([line]) => h("p", null, line);
  return card(h("div", { class: "notice-text", "data-testid": "notice-text" },
    lines.slice(0, before).map(sentence),
    h("dl", { class: "told" }, told.map(([, name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)))),
    lines.slice(before + told.length).map(sentence)),
  h("p", { class: "fine" }, `版本 ${notice.version}`));
}

/** What will not be given although it was chosen, in words. */
function cut(notice) {
  const words = (notice.cuts || []).map((one) => one.zh);
  if (!words.length) return null;
  return h("div", { class: "cuts", role: "note", "aria-label": "不会提供的部分", "data-testid": "cuts" }, words.map((text) => h("p", null, text)));
}

function answers(notice, chosen, { yes, no, words }) {
  return h("div", { class: "pair actions" },
    button(words.no, () => no(notice), { kind: "default", testid: "consent-no" }),
    button(words.yes, () => yes(notice, chosen), { kind: "default", testid: "consent-yes" }));
}

/** Say what came of a yes, with everything that was narrowed. */
export const sayGranted = (granted) => say(granted.cuts.length ? `已授权，${granted.cuts.map((one) => one.zh).join("；")}` : "已授权");
