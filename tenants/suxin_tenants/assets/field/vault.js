// The PIN and what it keeps shut: a random key seals whatever the phone keeps, and the PIN's key seals that one.

const ROUNDS = 600_000;
const SALT_BYTES = 16;
const IV_BYTES = 12;

/** A PIN has six digits at least, not all the same and not in a row. */
export function weakPin(pin) {
  if (!/^\d{6,12}$/.test(pin)) return "PIN 须为 6 至 12 位数字";
  const steps = new Set([...pin].slice(1).map((digit, place) => Number(digit) - Number(pin[place])));
  return steps.size === 1 && Math.abs([...steps][0]) <= 1 ? "PIN 不能为相同或连续数字" : "";
}

/** A new vault and its key. */
export async function newVault(pin, rounds = ROUNDS) {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const box = await sealed(await fromPin(pin, salt, rounds), secret);
  return { vault: { salt, rounds, box }, key: await keyOf(secret) };
}

/** The key of a vault; nothing where the PIN is another. */
export async function opened(vault, pin) {
  try {
    return await keyOf(await unsealed(await fromPin(pin, vault.salt, vault.rounds), vault.box));
  } catch {
    return null;
  }
}

/** Seal bytes. */
export async function sealed(key, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
}

/** Open what was sealed. */
export const unsealed = async (key, box) => new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: box.iv }, key, box.data));

/** Seal something that JSON holds. */
export const sealedThing = (key, thing) => sealed(key, new TextEncoder().encode(JSON.stringify(thing)));

/** Open something that JSON holds. */
export const unsealedThing = async (key, box) => JSON.parse(new TextDecoder().decode(await unsealed(key, box)));

async function fromPin(pin, salt, iterations) {
  const material = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

const keyOf = (secret) => crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["encrypt", "decrypt"]);

const CURVE = { name: "ECDSA", namedCurve: "P-256" };

/** A new key of a device: its public half as a JWK, and its private one as bytes that are to be sealed. */
export async function newDeviceKey() {
  const pair = await crypto.subtle.generateKey(CURVE, true, ["sign", "verify"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { jwk: { kty, crv, x, y }, secret: new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)) };
}

/** The private half, which nobody reads out any more. */
export const deviceKey = (secret) => crypto.subtle.importKey("pkcs8", secret, CURVE, false, ["sign"]);

/** Sign a text; base64url of both numbers. */
export async function signed(key, text) {
  const bytes = new Uint8Array(await crypto.subtle.sign({ ...CURVE, hash: "SHA-256" }, key, new TextEncoder().encode(text)));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The SHA-256 of a text or of bytes, in hexadecimal. */
export async function sha256(what) {
  const bytes = typeof what === "string" ? new TextEncoder().encode(what) : what;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((one) => one.toString(16).padStart(2, "0")).join("");
}
