// Files as the API takes them: Base64 of what was chosen, within its size.

import { refuse } from "./ui.js";

export const MAX_BYTES = 2 * 1024 * 1024;
export const TYPES = "application/pdf,image/jpeg,image/png";
export const HINT = "PDF、JPG 或 PNG，2 MB 以内";
const CHUNK = 0x8000;
const MAX_NAME = 100;

/** The name and content of the file in a field; one that is too large is told beside it. */
export async function named(field, chosen) {
  if (chosen.size > MAX_BYTES) throw refuse(field, "文件应在 2 MB 以内");
  return { name: chosen.name.slice(-MAX_NAME), content: base64(new Uint8Array(await chosen.arrayBuffer())) };
}

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(text);
}
