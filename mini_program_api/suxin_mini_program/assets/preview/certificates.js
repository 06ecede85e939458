// Reading a tier certificate on the phone itself: the platform's keys are fetched, and what is shown never leaves it.

import { reach, understood } from "./answers.js";
import { refuse } from "./ui.js";

const FIELD = "certificate";
const TYPE = "score-tier+jws";
const INVALID = "不是本平台签发的信用等级证明，或内容不完整、已被改动";

/** What a certificate proves; refused beside its field where it proves nothing. */
export async function read(text) {
  const parts = text.replace(/\s/g, "").split(".");
  const [header, claims] = parts.length === 3 ? [object(parts[0]), object(parts[1])] : [];
  if (header?.alg !== "ES256" || header.typ !== TYPE || !claims) throw refuse(FIELD, INVALID);
  const { keys } = await understood(await reach("/oauth/jwks"));
  const key = keys.find((one) => one.kid === header.kid);
  if (!key || !await signedBy(key, parts) || claims.iss !== location.origin) throw refuse(FIELD, INVALID);
  if (Date.now() >= claims.exp * 1000) throw refuse(FIELD, "信用等级证明已过期，请持有人重新出具");
  return claims;
}

async function signedBy(jwk, [header, payload, signature]) {
  const given = { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y };
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("jwk", given, curve, false, ["verify"]);
  const sent = bytes(signature);
  return sent !== null && crypto.subtle.verify({ ...curve, hash: "SHA-256" }, key, sent, new TextEncoder().encode(`${header}.${payload}`));
}

function bytes(text) {
  try {
    return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  } catch {
    return null;
  }
}

function object(text) {
  try {
    return JSON.parse(new TextDecoder().decode(bytes(text)));
  } catch {
    return null;
  }
}
