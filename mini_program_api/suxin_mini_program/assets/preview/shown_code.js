// A pass on the screen: its code, as large as the phone lets it be, changing and counted down, until somebody took it.

import { WINDOW_MS, codesOf, windowOf } from "./codes.js";
import { fill, h, svg } from "./dom.js";
import { button, card } from "./ui.js";
import encodeQR from "../vendor/qr/index.js";

const TICK_MS = 250;
const ASK_EVERY_MS = 4_000;

/**
 * The page of a pass that was opened at a moment of this phone's clock. `name` is what the code is called, `taken` asks
 * what is said once it was taken, `again` leads to another one, `ended` is called when this one is over.
 */
export function codePage({ pass, at, name, tip, taken, again, ended }) {
  const picture = h("div", { class: "code-qr", "data-testid": "code-qr" });
  const digits = h("p", { class: "code-digits", "data-testid": "code-digits" });
  const left = h("progress", { class: "code-left", max: WINDOW_MS / 1000, "aria-label": "本码剩余秒数" });
  const said = h("p", { class: "muted", role: "status", "data-testid": "code-said" });
  const place = h("div", { "data-testid": "code-page" },
    card(picture, digits, left, said),
    h("p", { class: "weui-cells__tips" }, tip),
    h("div", { class: "actions" }, button("换一个码", again, { kind: "default", testid: "new-code" })));
  // Another clock than the server's makes codes that nobody takes.
  const apart = Date.parse(pass.serverTime) - at;
  const over = (words) => {
    fill(picture);
    digits.textContent = "";
    left.hidden = true;
    said.textContent = words;
    ended();
  };
  run(place, { pass, key: bytes(pass.key), apart, name, picture, digits, left, said, taken, over });
  return place;
}

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

async function run(place, { pass, key, apart, name, picture, digits, left, said, taken, over }) {
  let window = -1;
  let asked = 0;
  for (let turn = 0; turn === 0 || place.isConnected; turn += 1) {
    const now = Date.now() + apart;
    if (now >= Date.parse(pass.expiresAt)) return over(`${name}已到期，请换一个码`);
    if (windowOf(now) !== window) {
      window = windowOf(now);
      const codes = await codesOf(key, pass.number, window);
      digits.textContent = codes.typed;
      fill(picture, drawn(codes.scanned, name));
    }
    const seconds = Math.ceil((WINDOW_MS - (now % WINDOW_MS)) / 1000);
    left.value = seconds;
    said.textContent = `${seconds} 秒后更换`;
    if (now - asked > ASK_EVERY_MS) {
      asked = now;
      const words = await saidOf(taken);
      if (words) return over(words);
    }
    await new Promise((resolve) => { setTimeout(resolve, TICK_MS); });
  }
  return undefined;
}

/** What is said of it once it was taken; nothing without a connection. */
async function saidOf(taken) {
  try {
    return await taken();
  } catch {
    return undefined;
  }
}

function drawn(text, name) {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: 2 });
  const size = rows.length;
  const path = rows.flatMap((cells, y) => cells.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return svg("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": name, "shape-rendering": "crispEdges" },
    svg("rect", { width: size, height: size, fill: "#fff" }), svg("path", { d: path, fill: "#000" }));
}
