// The gate: reads a ticket, says in a word whether to let somebody in, records it, and tells the platform when it can.

import { Ended, Offline, askPass, askSpent, tell } from "./platform.js";
import { readSpent, readTicket } from "./reading.js";
import { FORGED, ageOf, ageWords, judge } from "./rules.js";
import { admittedOf, forget, keep, kept, queued, record, tidy } from "./store.js";

const EVERY_MS = 30_000;
const BATCH = 100;
const NEXT_MS = 1_500;
const MAX_FINDINGS = 50;
const FOUND = { accepted: "已入园", double_spend: "重复入园", expired: "不在有效期", cancelled: "已作废", forged: "非本景区门票" };

const at = (name) => document.querySelector(`[data-gate-${name}]`);
const form = document.querySelector("[data-scan-form]");
let pass = null;
let csrf = "";
let list = null;
let findings = [];
let apart = 0;
let busy = false;
let shown = 0;
// The last thing that was found out about the way to the platform: online, offline, ended, or why it refused.
let way = "offline";

// The platform's clock, as well as this device knows it.
const now = () => Date.now() + apart;
const mine = (item) => item.tenantId === pass.tenantId && item.staffId === pass.staffId;

async function open() {
  [pass, list, apart, findings] = [await kept("pass"), await kept("list"), (await kept("apart")) ?? 0, (await kept("findings")) ?? []];
  at("name").value = (await kept("gate")) || "检票口";
  // The list is believed for its signature, and not for lying here.
  if (list && pass) list.claims = await readSpent(list.text, pass.keys, pass.tenant);
  if (!list?.claims) list = null;
  await draw();
  await contact();
  setInterval(contact, EVERY_MS);
  await tidy(now());
}

/** Renew what is kept, and tell of what waits. */
async function contact() {
  if (busy) return;
  busy = at("send").disabled = true;
  try {
    await renew();
    if (await send()) await renewList();
    way = "online";
  } catch (error) {
    way = error instanceof Offline ? "offline" : error instanceof Ended ? "ended" : error.message;
  } finally {
    busy = at("send").disabled = false;
  }
  await draw();
}

async function renew() {
  const { csrf: token, ...given } = await askPass();
  csrf = token;
  apart = Date.parse(given.serverTime) - Date.now();
  if (pass && pass.tenantId !== given.tenantId) list = null;
  pass = given;
  await Promise.all([keep("pass", pass), keep("apart", apart)]);
  await renewList();
}

async function renewList() {
  const answer = await askSpent(list?.tag);
  if (answer) {
    const claims = await readSpent(answer.text, pass.keys, pass.tenant);
    if (!claims) throw new Error("名单签名无效");
    list = { ...answer, claims };
  }
  list.confirmedAt = now();
  await keep("list", { text: list.text, tag: list.tag, confirmedAt: list.confirmedAt });
}

/** Tell of what this worker recorded; each thing is forgotten by its receipt alone. */
async function send() {
  let told = false;
  for (;;) {
    const waiting = (await queued()).filter(mine).slice(0, BATCH);
    if (!waiting.length) return told;
    const spends = waiting.map(({ id, ticket, persons, at: when }) => ({ id, ticket, persons, at: when }));
    const receipts = await tell(csrf, { gate: gateName(), staffId: pass.staffId, spends });
    await note(receipts, waiting);
    await forget(receipts.map((one) => one.id));
    if (!receipts.length) throw new Error("平台没有给出回执");
    told = true;
    await draw();
  }
}

async function note(receipts, waiting) {
  const times = new Map(waiting.map((item) => [item.id, item.at]));
  const wrong = receipts.filter((one) => one.first !== "accepted" && !findings.some((known) => known.id === one.id));
  findings = [...wrong.map((one) => ({ id: one.id, found: one.first, at: times.get(one.id) })), ...findings].slice(0, MAX_FINDINGS);
  await keep("findings", findings);
}

const gateName = () => at("name").value.trim() || "检票口";

async function factsOf(claims) {
  const waiting = (await queued()).filter((item) => item.tid === claims.t && item.tenantId === pass.tenantId);
  return {
    now: now(),
    tenant: pass.tenant,
    listed: list?.claims.left[claims.t],
    admitted: await admittedOf(`${pass.tenant}:${claims.t}`),
    pending: waiting.reduce((sum, item) => sum + item.persons, 0),
    age: list?.claims.whole === false ? "old" : ageOf(list?.confirmedAt, now()),
    captureUntil: Date.parse(pass.captureUntil),
  };
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = form.elements.code.value.trim();
  if (!text || !pass) return;
  const began = performance.now();
  const claims = await readTicket(text, pass.keys);
  const facts = claims && await factsOf(claims);
  const verdict = claims ? judge(claims, facts) : FORGED;
  const took = performance.now() - began;
  form.reset();
  // Beyond that, another tab of this device was quicker.
  const most = (facts?.admitted ?? 0) + verdict.left;
  await say({ ...verdict, most }, claims, text, took);
});

async function say(verdict, claims, text, took) {
  const turn = ++shown;
  const place = at("verdict");
  place.dataset.code = verdict.code;
  place.dataset.tookMs = took.toFixed(1);
  at("words").textContent = verdict.words;
  at("benefit").textContent = claims ? `${claims.b} · 剩余 ${verdict.left} 人` : "";
  at("took").textContent = `核验用时 ${Math.max(1, Math.round(took))} 毫秒`;
  place.hidden = false;
  at("ask").hidden = verdict.code !== "ask" && !(verdict.code === "good" && verdict.left > 1);
  if (!at("ask").hidden) {
    choose(verdict.left);
    at("admit").onclick = () => admit(claims, text, Number(at("persons").value), verdict.most);
    at("admit").focus();
    return;
  }
  if (verdict.code === "good") await admit(claims, text, 1, verdict.most);
  again(turn);
}

function choose(left) {
  at("persons").replaceChildren(...Array.from({ length: left }, (_, place) => new Option(`${place + 1} 人`, String(place + 1))));
  at("persons").value = String(left);
}

async function admit(claims, text, persons, most) {
  const key = `${pass.tenant}:${claims.t}`;
  const item = { id: crypto.randomUUID(), tenantId: pass.tenantId, staffId: pass.staffId, staff: pass.staff, ticket: text, tid: claims.t, persons, at: new Date(now()).toISOString() };
  at("ask").hidden = true;
  const allowed = await record(item, key, claims.u * 1000, most);
  at("verdict").dataset.code = allowed ? "in" : "spent";
  at("words").textContent = allowed ? `已放行 ${persons} 人` : "门票已使用或已作废";
  await draw();
  contact();
  again(shown);
}

/** Let the camera look for the next one, if it was the camera. */
function again(turn) {
  setTimeout(() => {
    const start = document.querySelector("[data-scan-start]");
    if (turn === shown && form.dataset.scanned === "yes" && !start.hidden) start.click();
  }, NEXT_MS);
}

async function draw() {
  const waiting = await queued();
  const own = pass ? waiting.filter(mine) : [];
  at("place").textContent = pass ? pass.name : "尚未登录";
  at("worker").textContent = pass ? pass.staff : "";
  at("count").textContent = String(own.length);
  at("others").textContent = others(pass ? waiting.filter((item) => !mine(item)) : waiting);
  at("way").textContent = wayWords();
  at("log-in").hidden = way !== "ended" && pass !== null;
  const age = list?.claims.whole === false ? "old" : ageOf(list?.confirmedAt, now());
  at("age").dataset.age = age;
  at("age").textContent = ageSaid(age);
  at("form").hidden = !pass;
  at("findings").replaceChildren(...findings.map(finding));
  at("found").hidden = findings.length === 0;
  document.body.dataset.way = way;
  document.body.dataset.ready = "yes";
}

function ageSaid(age) {
  if (age === "none") return "没有已用名单：每次放行须由您核对确认";
  const words = `已用名单${ageWords(list.confirmedAt, now())}`;
  if (age === "fresh") return words;
  if (age === "stale") return `${words}，其他检票口此后放行的本机不知道，照常检票`;
  return `${words}，已过旧或不完整：每次放行须由您核对确认`;
}

function wayWords() {
  const until = pass ? new Date(pass.captureUntil).toLocaleString("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" }) : "";
  if (way === "online") return "已联网";
  if (way === "ended") return pass ? `登录已结束，可继续检票至 ${until}，登录后上传` : "请先登录";
  return way === "offline" ? `没有网络，可继续检票至 ${until}` : way;
}

function others(items) {
  const names = [...new Set(items.map((item) => item.staff))];
  return items.length ? `另有 ${items.length} 条由${names.join("、")}录入，请其登录后上传` : "";
}

function finding(one) {
  const line = document.createElement("li");
  line.textContent = `${new Date(one.at).toLocaleString("zh-CN")} ${FOUND[one.found] ?? one.found}`;
  return line;
}

at("name").addEventListener("change", () => keep("gate", gateName()));
at("send").addEventListener("click", contact);
document.querySelector("[data-scan-start]").addEventListener("click", () => { form.dataset.scanned = "yes"; });
window.addEventListener("online", contact);
window.addEventListener("offline", () => { way = "offline"; draw(); });
navigator.serviceWorker?.register("/desk/gate/worker.js", { scope: "/desk/gate" }).catch(() => { at("install").hidden = false; });
navigator.storage?.persist?.();
open();
