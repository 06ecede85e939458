// Sending what waits: steps first, then photos piece by piece. Each thing is forgotten by its receipt alone.

import { Refused, beginPhoto, sendPiece, tell } from "./platform.js";
import { afterReceipt, mayForget } from "./rules.js";
import { sealedThing, unsealed, unsealedThing } from "./vault.js";

const BATCH = 50;
const PIECE = 256 * 1024;
const CONFLICT = 409;
const TRIES = 3;

/** Send the steps that wait, in their order; `turn` keeps the page from writing the same captures meanwhile. */
export async function sendItems(open, csrf, { turn, drawn }) {
  for (;;) {
    const waiting = (await open.store.all("items")).filter((one) => !one.blocked).slice(0, BATCH);
    if (!waiting.length) return;
    const items = await Promise.all(waiting.map((one) => unsealedThing(open.key, one.box)));
    const receipts = await tell(csrf, { deviceId: open.door.deviceId, items });
    if (!receipts.length) throw new Error("平台没有给出回执");
    await turn(() => receive(open, waiting, receipts));
    await drawn();
  }
}

async function receive(open, waiting, receipts) {
  const byId = new Map(receipts.map((one) => [one.id, one]));
  const answered = waiting.filter((one) => byId.has(one.id));
  const kept = answered.filter((one) => mayForget(byId.get(one.id)));
  const blocked = answered.filter((one) => !mayForget(byId.get(one.id))).map((one) => ({ ...one, blocked: byId.get(one.id).reasonZh }));
  const gone = new Set(kept.map((one) => one.order));
  const left = (await open.store.all("items")).filter((one) => !gone.has(one.order));
  const captures = [];
  for (const captureId of new Set(kept.map((one) => one.captureId))) {
    const row = await open.store.one("captures", captureId);
    if (!row) continue;
    const still = left.filter((one) => one.captureId === captureId).length;
    const last = kept.filter((one) => one.captureId === captureId).pop();
    const capture = afterReceipt(await unsealedThing(open.key, row.box), byId.get(last.id), still);
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
