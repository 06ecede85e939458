// Work in the field: whose phone it is, his PIN, what he records, and sending it when there is signal.

import { at, chips, dayOf, list, momentWords, offer, offerDoors, say } from "./forms.js";
import { madeSmall } from "./photos.js";
import { Ended, Offline, askPass, askRoster, askStanding, enrol } from "./platform.js";
import { atTheDoor, digested, favourites, found, goesOn, merged, newId, nextPlace, rosterOver, stateWords, wrongWith } from "./rules.js";
import { learn, sendItems, sendPhotos } from "./sending.js";
import { Store, allDoors, keepDoor } from "./store.js";
import { deviceKey, newDeviceKey, newVault, opened, sealed, sealedThing, sha256, signed, unsealed, unsealedThing, weakPin } from "./vault.js";

const EVERY_MS = 30_000;
const KEPT_DAYS_MS = 7 * 24 * 60 * 60 * 1000;
const MAX_NOTE = Number(at("app").dataset.maxNote);
const MAX_PHOTOS = Number(at("app").dataset.maxPhotos);
const MAX_TRIES = Number(at("app").dataset.maxTries);
const looking = document.querySelector("[data-scan-form]");
const form = at("form");

let doors = [];
let chosenDoor = null;
// Who is unlocked: his door, store and key, the device's key, and what the platform said last.
let open = null;
let online = null;
let way = "offline";
let busy = false;
let household = null;
let rule = null;
let changing = null;
let writing = Promise.resolve();

// One thing at a time is written about captures: the page and the sending both do.
const turn = (work) => (writing = writing.then(work, work));
const now = () => Date.now() + (open?.kept.apart ?? 0);
const keyFor = (given) => `${given.tenantId}-${given.staffId}`;

async function begin() {
  doors = await allDoors();
  await forgetOldRosters();
  await contact();
  setInterval(contact, EVERY_MS);
}

/** Learn who is logged in; renew and send if that is who has unlocked. */
async function contact() {
  if (busy) return;
  busy = at("send").disabled = true;
  // Whoever locks meanwhile, or unlocks after him, is not the one whose queue this is.
  const who = open;
  try {
    online = await askPass();
    way = who && keyFor(online) !== who.door.key ? "others" : "online";
    if (who && way === "online") await exchange(who, online);
  } catch (error) {
    if (error instanceof Ended) online = null;
    way = error instanceof Offline ? "offline" : error instanceof Ended ? "ended" : error.message;
    if (who && (error instanceof Ended || error.standing)) await askWhetherToKeep(who);
  } finally {
    busy = at("send").disabled = false;
  }
  await draw();
}

async function exchange(who, { csrf, rules, serverTime, captureUntil, rosterUntil }) {
  const { door, store, key } = who;
  if (!door.enrolled) {
    await enrol(csrf, { deviceId: door.deviceId, name: navigator.platform.slice(0, 30) || "手机", key: door.jwk });
    await keepDoor(Object.assign(door, { enrolled: true }));
  }
  const answer = await askRoster(csrf, { deviceId: door.deviceId, known: who.roster?.versions ?? [] });
  who.kept = { ...who.kept, apart: Date.parse(serverTime) - Date.now(), captureUntil, rules, wiped: false };
  who.roster = merged(who.roster ?? { parts: [] }, answer);
  await keepAll(who);
  await store.keep("roster", await sealedThing(key, who.roster));
  // By this phone's clock, which nobody has to unlock.
  await keepDoor(Object.assign(door, { rosterUntil: Date.now() + Date.parse(rosterUntil) - Date.parse(serverTime) }));
  await sendItems(who, csrf, { turn, drawn: draw });
  await sendPhotos(who, csrf, { drawn: draw });
  await learn(who, csrf, { turn, drawn: draw });
}

const keepAll = async (who) => who.store.keep("kept", await sealedThing(who.key, who.kept));

/** Whoever can log in no more, or sends from a device that was ended, is told by the platform that it keeps nobody's household. */
async function askWhetherToKeep(who) {
  const { door } = who;
  if (!door.enrolled) return;
  const askedAtMs = Date.now() + (who.kept.apart ?? 0);
  const signature = await signed(who.deviceKey, `field-standing:${door.deviceId}:${askedAtMs}`);
  try {
    const { keep } = await askStanding({ tenantId: door.tenantId, deviceId: door.deviceId, askedAtMs, signature });
    if (!keep) await wipe(who);
  } catch {
    // It is asked again at the next contact.
  }
}

async function wipe(who) {
  await forgetRoster(who.door);
  who.roster = null;
  who.kept = { ...who.kept, captureUntil: new Date(0).toISOString(), wiped: true };
  await keepAll(who);
}

async function forgetRoster(door) {
  await new Store(door.key).forgetKept(["roster"]);
  await keepDoor(Object.assign(door, { rosterUntil: null }));
}

/** A roster whose time is over goes without a PIN, whoever of this phone it was of. */
async function forgetOldRosters() {
  for (const door of doors) if (rosterOver(door, Date.now())) await forgetRoster(door);
}

// --- the PIN

async function makeVault(pin) {
  const { vault, key } = await newVault(pin);
  const { jwk, secret } = await newDeviceKey();
  const door = { key: keyFor(online), tenantId: online.tenantId, staffId: online.staffId, tenant: online.tenant, staff: online.staff, vault, jwk, deviceId: crypto.randomUUID(), tries: 0, enrolled: false };
  const store = new Store(door.key);
  await store.keep("device", await sealed(key, secret));
  await store.keep("kept", await sealedThing(key, { used: {} }));
  await keepDoor(door);
  doors = await allDoors();
  await unlock(doors.find((one) => one.key === door.key), key);
}

async function unlock(door, key) {
  const store = new Store(door.key);
  const secret = await unsealed(key, await store.kept("device"));
  if (rosterOver(door, Date.now())) await forgetRoster(door);
  const roster = await store.kept("roster");
  open = { door, key, store, deviceKey: await deviceKey(secret), kept: await unsealedThing(key, await store.kept("kept")), roster: roster ? await unsealedThing(key, roster) : null };
  await tidy();
  await draw();
  await contact();
}

at("pin-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const pin = at("pin").value;
  at("pin").value = "";
  const door = chosenDoor;
  if (!door) {
    const weak = weakPin(pin) || (pin === at("pin-again").value ? "" : "两次输入的 PIN 不一致");
    at("pin-again").value = "";
    say("pin", weak);
    if (!weak) await makeVault(pin);
    return;
  }
  // Counted before it is tried, so that nobody gets a try for nothing.
  door.tries += 1;
  await keepDoor(door);
  const key = door.tries > MAX_TRIES ? null : await opened(door.vault, pin);
  if (!key) {
    say("pin", door.tries >= MAX_TRIES ? "" : `PIN 不正确，还可试 ${MAX_TRIES - door.tries} 次`);
    return draw();
  }
  say("pin", "");
  door.tries = 0;
  await keepDoor(door);
  await unlock(door, key);
});

at("lock").addEventListener("click", () => {
  open = chosenDoor = rule = null;
  clear();
  // Whoever works with this phone next is shown nothing of whoever did before.
  for (const name of ["captures", "rules", "matches"]) at(name).replaceChildren();
  for (const name of ["chosen", "saved"]) at(name).textContent = "";
  draw();
});

/** A door that was locked opens to whoever is logged in as its worker. */
async function unlockTries(door) {
  if (online && keyFor(online) === door.key && door.tries >= MAX_TRIES) await keepDoor(Object.assign(door, { tries: 0 }));
}

// --- recording

const lines = () => (open?.roster?.parts ?? []).flatMap((part) => part?.lines ?? []);

looking.addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = atTheDoor(looking.elements.code.value);
  const matches = found(lines(), typed);
  if (matches.length && (matches.length === 1 || matches[0][1] === typed || matches[0][0] === typed)) return choose(matches[0]);
  say("household", matches.length ? "" : "随身名册中没有这一户");
  offer(matches, choose);
});
looking.elements.code.addEventListener("input", () => { say("household", ""); offer(found(lines(), looking.elements.code.value.trim()), choose); });

function choose(line) {
  household = line;
  looking.elements.code.value = line[1];
  offer([], choose);
  say("household", "");
  drawForm();
}

function chooseRule(one) {
  rule = one;
  form.elements.times.max = String(one.maxTimes);
  drawForm();
}

at("photo").addEventListener("change", () => {
  const files = at("photo").files.length;
  say("photos", files > MAX_PHOTOS ? `至多 ${MAX_PHOTOS} 张` : "");
  at("photo-count").textContent = files ? `已选 ${files} 张` : "";
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (at("save").disabled) return;
  at("save").disabled = true;
  try {
    await save();
  } finally {
    at("save").disabled = false;
  }
});

async function save() {
  const files = changing ? [] : await Promise.all([...at("photo").files].slice(0, MAX_PHOTOS).map(madeSmall));
  const digests = changing ? changing.content.photos : await Promise.all(files.map(sha256));
  const content = {
    household: household?.[0],
    member: rule?.forPerson ? household?.[2] ?? null : null,
    rule: rule?.code,
    times: Number(form.elements.times.value),
    day: form.elements.day.value || dayOf(now()),
    note: form.elements.note.value.trim(),
    place: changing ? changing.content.place : null,
    photos: digests,
  };
  const wrong = wrongWith(content, rule, MAX_NOTE);
  for (const name of ["household", "rule", "times", "photos", "note"]) say(name, wrong[name]);
  if (Object.keys(wrong).length) return;
  const capture = changing ?? { id: newId(now()), content, version: 0, branch: null, position: 0, at: now() };
  await turn(() => step(changing ? "update" : "create", { ...capture, content, household: household[1] }, files));
  open.kept.used = { ...open.kept.used, [rule.code]: (open.kept.used?.[rule.code] ?? 0) + 1 };
  await keepAll(open);
  clear();
  at("saved").textContent = `已保存 ${momentWords(now())}`;
  await draw();
  contact();
}

/** Record one step of a capture: signed, sealed, and on the disk. */
async function step(kind, capture, files) {
  // What the sending has learnt meanwhile stands, but for what this step says.
  const kept = await open.store.one("captures", capture.id);
  const latest = kept ? { ...await unsealedThing(open.key, kept.box), content: capture.content } : capture;
  const waiting = (await open.store.all("items")).filter((one) => one.captureId === capture.id).length;
  const place = nextPlace(latest, waiting, crypto.randomUUID());
  const item = { id: newId(now()), captureId: capture.id, kind, ...place, capturedAtMs: now(), content: latest.content };
  item.contentHash = await sha256(digested(item, open.door.staffId, open.door.deviceId));
  item.signature = await signed(open.deviceKey, item.contentHash);
  const next = { ...latest, ...place, held: false, refused: null, ...(kind === "withdraw" ? { withdrawing: true } : {}) };
  const photos = await Promise.all(files.map(async (bytes, number) => ({ sha256: capture.content.photos[number], captureId: capture.id, box: await sealed(open.key, bytes) })));
  await open.store.record({ captureId: capture.id, box: await sealedThing(open.key, item) }, { id: capture.id, at: latest.at, box: await sealedThing(open.key, next) }, photos);
}

function clear() {
  household = changing = null;
  form.reset();
  looking.reset();
  at("photo-count").textContent = "";
  for (const name of ["household", "rule", "times", "photos", "note"]) say(name, "");
}

const acts = {
  change(row) {
    changing = row.capture;
    household = lines().find((line) => line[0] === row.content.household) ?? [row.content.household, row.household, row.content.member, "", ""];
    looking.elements.code.value = household[1];
    rule = open.kept.rules.find((one) => one.code === row.content.rule) ?? null;
    [form.elements.times.value, form.elements.day.value, form.elements.note.value] = [row.content.times, row.content.day, row.content.note];
    drawForm();
    form.scrollIntoView();
  },
  async withdraw(row) {
    await turn(() => step("withdraw", row.capture, []));
    await draw();
    contact();
  },
  async again(row) {
    const items = (await open.store.all("items")).filter((one) => one.captureId === row.capture.id);
    await open.store.receive([], [], items.map(({ blocked, ...item }) => item));
    await contact();
  },
};

/** Forget captures that came to an end, or that the platform has had for a week. */
async function tidy() {
  const busyIds = new Set((await open.store.all("items")).map((one) => one.captureId));
  const photos = new Set((await open.store.all("photos")).map((one) => one.captureId));
  const old = (await open.store.all("captures")).filter((one) => !busyIds.has(one.id) && !photos.has(one.id) && now() - one.at > KEPT_DAYS_MS);
  await open.store.forget("captures", old.map((one) => one.id));
}

// --- what is shown

async function draw() {
  const door = open?.door ?? chosenDoor;
  if (!open && !chosenDoor) chosenDoor = doors.find((one) => online && one.key === keyFor(online)) ?? (doors.length === 1 && !online ? doors[0] : null);
  if (chosenDoor && !open) await unlockTries(chosenDoor);
  at("who").textContent = door ? `${door.tenant} ${door.staff}` : "";
  at("way").textContent = wayWords();
  at("log-in").hidden = way !== "ended";
  document.body.dataset.way = way;
  drawDoor();
  at("app").hidden = !open;
  if (open) {
    drawForm();
    await drawList();
  }
  document.body.dataset.ready = "yes";
}

function drawDoor() {
  const locked = Boolean(chosenDoor && chosenDoor.tries >= MAX_TRIES);
  const fresh = !chosenDoor && online !== null && !doors.some((one) => one.key === keyFor(online));
  const others = doors.filter((one) => one !== chosenDoor);
  at("door").hidden = Boolean(open);
  at("pin-form").hidden = locked || (!chosenDoor && !fresh);
  at("pin-again-field").hidden = Boolean(chosenDoor);
  at("door-title").textContent = chosenDoor ? `${chosenDoor.staff}，请输入 PIN` : fresh ? `${online.staff}，请设置 PIN` : doors.length ? "请选择网格员" : "首次使用请先登录";
  at("locked").hidden = !locked;
  at("others").hidden = !others.length;
  offerDoors(others, (one) => { chosenDoor = one; say("pin", ""); draw(); });
}

function drawForm() {
  const going = goesOn(open.kept, now());
  form.hidden = looking.hidden = !going;
  at("ended").hidden = going;
  at("ended").textContent = open.kept.wiped ? "平台已停用您或本机的采集资格，随身名册已清除；未上传的记录仍加密保留。" : "离线采集时限已到，请联网登录后继续。";
  at("chosen").textContent = household ? `${household[1]} 户 ${household[3]}${household[4] ? ` · 网格 ${household[4].slice(-3)}` : ""}` : "";
  at("form-title").textContent = changing ? "修改采集记录" : "采集";
  at("photo-field").hidden = Boolean(changing) || rule?.evidence === "none";
  const { day } = form.elements;
  day.max = dayOf(now());
  // A day that nobody chose is today's, also after midnight and once the platform has told the time.
  if (!day.value || day.value === day.dataset.filled) day.value = day.dataset.filled = day.max;
  chips(favourites(open.kept.rules ?? [], open.kept.used ?? {}), rule?.code, chooseRule);
}

async function drawList() {
  const items = await open.store.all("items");
  const photos = await open.store.all("photos");
  const going = goesOn(open.kept, now());
  const rows = await Promise.all((await open.store.all("captures")).map(async (row) => {
    const capture = await unsealedThing(open.key, row.box);
    const own = items.filter((one) => one.captureId === row.id);
    const blocked = own.find((one) => one.blocked)?.blocked;
    const left = photos.filter((one) => one.captureId === row.id).length;
    const words = stateWords(capture, own.length, left, blocked);
    const ended = capture.withdrawing || ["WITHDRAWN", "LAPSED"].includes(capture.state);
    const tone = blocked || capture.refused || capture.problem ? "bad" : own.length || left || capture.held || capture.conflict ? "warn" : "good";
    const name = open.kept.rules?.find((one) => one.code === capture.content.rule)?.name ?? capture.content.rule;
    return { capture, moment: momentWords(capture.at), content: capture.content, household: capture.household, rule: name, words, tone, blocked, open: going && !ended, at: row.at };
  }));
  rows.sort((one, other) => other.at - one.at);
  at("count").textContent = String(items.length);
  at("photo-left").textContent = photos.length ? `，照片 ${photos.length} 张` : "";
  list(rows, acts);
}

function wayWords() {
  const until = open && goesOn(open.kept, now()) ? `，可继续采集至 ${momentWords(open.kept.captureUntil)}` : "";
  if (way === "online") return "已联网";
  if (way === "offline") return `没有网络${until}`;
  if (way === "ended") return `登录已结束${until}，登录后上传`;
  return way === "others" ? "现在登录的是另一名网格员，您的记录等您登录后上传" : way;
}

at("send").addEventListener("click", contact);
window.addEventListener("online", contact);
window.addEventListener("offline", () => { way = "offline"; draw(); });
navigator.serviceWorker?.register("/desk/field/worker.js", { scope: "/desk/field" }).catch(() => { at("install").hidden = false; });
navigator.storage?.persist?.();
begin();
