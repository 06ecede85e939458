// Sending what waits: steps first, then photos piece by piece. Each thing is forgotten by its receipt alone.

import { Refused, askCaptures, beginPhoto, sendPiece, tell } from "./platform.js";
import { afterReceipt, afterTold, mayForget, unsettled } from "./rules.js";
import { sealedThing, unsealed, unsealedThing } from "./vault.js";

const BATCH = 50;
const PIECE = 256 * 1024;
const CONFLICT = 409;
const TRIES = 3;
const ASKED = 100;

/** Send the steps that wait, in their order; `turn` keeps the page from writing the same captures meanwhile. */
export async function sendItems(open, csrf, { turn, drawn }) {
  for (;;) {
    const waiting = (await open.store.all("items")).filter((one) => !one.blocked).slice(0, BATCH);
    if (!waiting.length) return;
    const items = await Promise.all(waiting.map((one) => unsealedThing(open.key, one.box)));
    const receipts = await tell(csrf, { deviceId: open.door.deviceId, items });
    // What waits is sealed: its id is known from what was in it.
    const answered = waiting.map((row, number) => ({ row, receipt: receipts.find((one) => one.id === items[number].id) })).filter((one) => one.receipt);
    if (!answered.length) throw new Error("平台没有给出回执");
    await turn(() => receive(open, answered));
    await drawn();
  }
}

async function receive(open, answered) {
  const kept = answered.filter((one) => mayForget(one.receipt));
  const blocked = answered.filter((one) => !mayForget(one.receipt)).map(({ row, receipt }) => ({ ...row, blocked: receipt.reasonZh }));
  const gone = new Set(kept.map((one) => one.row.order));
  const left = (await open.store.all("items")).filter((one) => !gone.has(one.order));
  const captures = [];
  for (const captureId of new Set(kept.map((one) => one.row.captureId))) {
    const row = await open.store.one("captures", captureId);
    if (!row) continue;
    const still = left.filter((one) => one.captureId === captureId).length;
    const last = kept.filter((one) => one.row.captureId === captureId).pop();
    const capture = afterReceipt(await unsealedThing(open.key, row.box), last.receipt, still);
    captures.push({ ...row, box: await sealedThing(open.key, capture) });
  }
  await open.store.receive([...gone], captures, blocked);
}

/** Send the photos that wait; each goes on where it broke. */
export async function sendPhotos(open, csrf, { drawn }) {
  for (const { sha256 } of await open.store.all("photos")) {
    const photo = await open.store.one("photos", sha256);
    if (photo) await sendPhoto(open, csrf, photo);
    await drawn();
  }
}

async function sendPhoto(open, csrf, photo) {
  const bytes = await unsealed(open.key, photo.box);
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      let stands = await beginPhoto(csrf, { sha256: photo.sha256, size: bytes.length, captureId: photo.captureId });
      while (!stands.done) stands = await sendPiece(csrf, photo.sha256, stands.offset, bytes.slice(stands.offset, stands.offset + PIECE));
      await open.store.forget("photos", [photo.sha256]);
      return;
    } catch (error) {
      // Another tab sent a piece meanwhile: ask anew how much is there.
      if (!(error instanceof Refused) || error.status !== CONFLICT) throw error;
    }
  }
}

/** Learn what became of the captures of which everything was sent: their photos came, what they waited for did, or somebody chose. */
export async function learn(open, csrf, { turn, drawn }) {
  const asked = [];
  for (const row of await open.store.all("captures")) if (unsettled(await unsealedThing(open.key, row.box))) asked.push(row.id);
  const waiting = new Set((await open.store.all("items")).map((one) => one.captureId));
  const ids = asked.filter((id) => !waiting.has(id));
  for (let at = 0; at < ids.length; at += ASKED) {
    const told = await askCaptures(csrf, ids.slice(at, at + ASKED));
    await turn(() => take(open, told));
  }
  if (ids.length) await drawn();
}

async function take(open, told) {
  // What was recorded while the platform was asked is not yet in what it said.
  const waiting = new Set((await open.store.all("items")).map((one) => one.captureId));
  const captures = [];
  for (const one of told) {
    const row = waiting.has(one.id) ? null : await open.store.one("captures", one.id);
    if (row) captures.push({ ...row, box: await sealedThing(open.key, afterTold(await unsealedThing(open.key, row.box), one)) });
  }
  await open.store.receive([], captures, []);
}
