// Files that are handed in: choosing them, and sending each as the API takes it: Base64 of what was chosen, within its size.

import { Problem } from "./answers.js";
import { post } from "./api.js";
import { field, input, refuse } from "./ui.js";

const MAX_BYTES = 2 * 1024 * 1024;
const MAX_NAME = 100;
const CHUNK = 0x8000;
const TYPES = "application/pdf,image/jpeg,image/png";
const HINT = "PDF、JPG 或 PNG，2 MB 以内";

/** A field for one file, or for several. */
export const fileField = (name, label, { free = "", multiple = false } = {}) =>
  field(name, label, input({ type: "file", accept: TYPES, multiple }), { hint: `${free}${HINT}` });

/** The name and content of a file chosen in a field; one that is too large is told beside it. */
export async function named(name, file, atMost = MAX_BYTES) {
  if (file.size > atMost) throw refuse(name, `“${file.name}”应在 ${atMost / 1024 / 1024} MB 以内`);
  return { name: file.name.slice(-MAX_NAME), content: base64(new Uint8Array(await file.arrayBuffer())) };
}

/** Put the chosen files of a field down, one by one, before what they go with is sent; return their ids. A refusal is told beside the field. */
export async function putDown(path, name, chosen, besides = {}) {
  const files = chosen.filter((one) => one.size);
  const large = files.find((one) => one.size > MAX_BYTES);
  if (large) await named(name, large);
  const ids = [];
  for (const file of files) {
    try {
      ids.push((await post(path, { ...besides, ...await named(name, file) })).id);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 422) throw error;
      throw refuse(name, `“${file.name}”：${error.message}`);
    }
  }
  return ids;
}

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text);
}
