// Reading what the platform signed, on the device itself: a ticket that is shown, and the list of what is spent.

const TICKET = "perk-ticket+jws";
const SPENT = "perk-tickets-spent+jws";
const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const MAX_TICKET = 1_024;
const imported = new Map();

/** A ticket's claims; nothing where the platform did not sign it. */
export const readTicket = (text, keys) => (text.length <= MAX_TICKET ? read(text.trim(), TICKET, keys) : null);

/** A list's claims; nothing where the platform did not sign it, or it is another attraction's. */
export async function readSpent(text, keys, tenant) {
  const claims = await read(text, SPENT, keys);
  return claims?.a === tenant ? claims : null;
}

async function read(text, typ, keys) {
  const parts = text.split(".");
  const header = parts.length === 3 ? object(parts[0]) : null;
  if (header?.alg !== "ES256" || header.typ !== typ) return null;
  const jwk = keys.find((one) => one.kid === header.kid);
  const signature = bytes(parts[2]);
  if (!jwk || !signature) return null;
  const said = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  const genuine = await crypto.subtle.verify({ ...CURVE, hash: "SHA-256" }, await keyOf(jwk), signature, said);
  return genuine ? object(parts[1]) : null;
}

async function keyOf(jwk) {
  if (!imported.has(jwk.kid)) {
    const given = { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y };
    imported.set(jwk.kid, await crypto.subtle.importKey("jwk", given, CURVE, false, ["verify"]));
  }
  return imported.get(jwk.kid);
}

function bytes(text) {
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
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
