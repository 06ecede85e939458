// The phone's tokens. Its key pair never leaves the browser: the private half cannot be read even by these scripts. Each
// request carries a proof made with it (DPoP, RFC 9449), so that a token is of no use anywhere else. A phone is shared by
// the tabs that were opened from one another; they keep its record in IndexedDB, and one of them refreshes for all.

import { Problem, reach, understood } from "./answers.js";

const CLIENT = "suxin-mini-program";
const WECHAT = "urn:suxin:params:oauth:grant-type:wechat";
const TOKEN = "/oauth/token";
const REVOKE = "/oauth/revoke";
const METADATA = "/.well-known/oauth-authorization-server";
// Anybody may ask for it, and like every answer of the API it brings a nonce.
const PUBLIC = "/mp/v1/vocabulary";

const DATABASE = "suxin.preview";
const STORE = "phones";
const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" };
const ATTEMPTS = 2;
const REFRESH_EARLY_MS = 60_000;
// A refresh token lives for a week from its issue; the server has the last word.
const RECORD_LIFE_MS = 7 * 24 * 3_600_000;
// A nonce is good for two minutes at least.
const NONCE_LIFE_MS = 100_000;

/** The code of the problem that the log-in is over. */
export const ENDED = "LOG_IN_ENDED";

const told = { nonce: undefined, at: -Infinity, clockAheadMs: 0 };
let issuer;
let opened;

/** Whether this browser can hold a phone's key here; on plain http it can on this very machine only. */
export const canHoldKeys = () => Boolean(globalThis.isSecureContext && globalThis.crypto?.subtle && globalThis.indexedDB && navigator.locks);

/** Trade a code of wx.login for tokens bound to a fresh key; return the phone's id. */
export async function logIn(code) {
  await eraseForgotten();
  const { privateKey, publicKey } = await crypto.subtle.generateKey(CURVE, false, ["sign"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", publicKey);
  const phone = { id: crypto.randomUUID(), key: privateKey, jwk: { kty, crv, x, y } };
  await traded(phone, { grant_type: WECHAT, js_code: code });
  return phone.id;
}

/** End the log-in at the server, and forget the phone in every tab. */
export function logOut(id) {
  return alone(id, async () => {
    const phone = await stored("readonly", (store) => store.get(id));
    if (!phone) return;
    const body = new URLSearchParams({ client_id: CLIENT, token: phone.refreshToken, token_type_hint: "refresh_token" });
    await understood(await reach(REVOKE, { method: "POST", body }));
    await erase(id);
  });
}

/** Send a request as this phone; a problem ENDED says that its log-in is over. */
export async function send(id, address, options) {
  const phone = await refreshed(id);
  const response = await proved(phone, address, options, phone.accessToken);
  if (!challenges(response, "invalid_token")) return response;
  // Either the log-in was ended or only this token was; the refresh tells which.
  const again = await refreshed(id, phone.accessToken);
  return proved(again, address, options, again.accessToken);
}

/** The phone with an access token that is good for a while and is not the refused one; refreshed once for all tabs. */
async function refreshed(id, refused) {
  const good = (phone) => phone.accessToken !== refused && phone.goodUntil - REFRESH_EARLY_MS > Date.now();
  const phone = await held(id);
  if (good(phone)) return phone;
  return alone(id, async () => {
    const latest = await held(id);
    // Whoever waited finds what the first one got.
    if (good(latest)) return latest;
    try {
      return await traded(latest, { grant_type: "refresh_token", refresh_token: latest.refreshToken });
    } catch (problem) {
      if (problem.error !== "invalid_grant") throw problem;
      await erase(id);
      throw ended();
    }
  });
}

/** Ask the token endpoint, and keep what it gives. */
async function traded(phone, grant) {
  const body = new URLSearchParams({ client_id: CLIENT, ...grant });
  const tokens = await understood(await proved(phone, new URL(TOKEN, location.origin), { method: "POST", body }));
  const kept = {
    ...phone,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    goodUntil: Date.now() + tokens.expires_in * 1000,
    keptUntil: Date.now() + RECORD_LIFE_MS,
  };
  await stored("readwrite", (store) => store.put(kept));
  return kept;
}

/** Send a request with a proof, and with the token where there is one; once more where another nonce is asked for. */
async function proved(phone, address, options, token) {
  await listen();
  for (let attempt = 1; ; attempt += 1) {
    const headers = { ...options.headers, DPoP: await proof(phone, options.method, address, token) };
    if (token) headers.Authorization = `DPoP ${token}`;
    const response = heard(await reach(address, { ...options, headers }));
    if (attempt === ATTEMPTS || !(await asksForNonce(response))) return response;
  }
}

async function proof(phone, method, address, token) {
  const claims = {
    jti: crypto.randomUUID(),
    htm: method,
    htu: issuer + address.pathname,
    iat: Math.floor((Date.now() + told.clockAheadMs) / 1000),
    nonce: told.nonce,
  };
  if (token) claims.ath = base64url(await crypto.subtle.digest("SHA-256", bytes(token)));
  const header = { typ: "dpop+jwt", alg: "ES256", jwk: phone.jwk };
  const signed = [header, claims].map((part) => base64url(bytes(JSON.stringify(part)))).join(".");
  return `${signed}.${base64url(await crypto.subtle.sign(SIGNATURE, phone.key, bytes(signed)))}`;
}

/** Learn the server's own name, by which proofs call its addresses, and a nonce; both from what anybody may ask for. */
async function listen() {
  if (!issuer) ({ issuer } = await understood(await reach(METADATA)));
  if (Date.now() - told.at > NONCE_LIFE_MS) heard(await reach(PUBLIC));
}

/** Remember what an answer tells for the next proof: the nonce, and how far the server's clock is ahead of this one. */
function heard(response) {
  const nonce = response.headers.get("DPoP-Nonce");
  const date = Date.parse(response.headers.get("Date"));
  if (nonce) Object.assign(told, { nonce, at: Date.now() });
  if (!Number.isNaN(date)) told.clockAheadMs = date - Date.now();
  return response;
}

const challenges = (response, error) => response.status === 401 && (response.headers.get("WWW-Authenticate") || "").includes(`error="${error}"`);

async function asksForNonce(response) {
  if (challenges(response, "use_dpop_nonce")) return true;
  if (response.status !== 400) return false;
  const refusal = await response.clone().json().catch(() => null);
  return refusal?.error === "use_dpop_nonce";
}

const ended = () => new Problem({ status: 401, code: ENDED, detail: "登录已失效，请重新登录" });

const alone = (id, work) => navigator.locks.request(`${DATABASE}.${id}`, work);

async function held(id) {
  const phone = await stored("readonly", (store) => store.get(id));
  if (!phone) throw ended();
  return phone;
}

const erase = (id) => stored("readwrite", (store) => store.delete(id));

/** Erase the phones whose tabs were closed without logging out, once their tokens are over. */
async function eraseForgotten() {
  const phones = await stored("readonly", (store) => store.getAll());
  await Promise.all(phones.filter((phone) => phone.keptUntil < Date.now()).map((phone) => erase(phone.id)));
}

async function stored(mode, work) {
  opened ||= settled(Object.assign(indexedDB.open(DATABASE, 1), {
    onupgradeneeded: ({ target }) => target.result.createObjectStore(STORE, { keyPath: "id" }),
  }));
  return settled(work((await opened).transaction(STORE, mode).objectStore(STORE)));
}

const settled = (asked) => new Promise((resolve, reject) => {
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});

const bytes = (text) => new TextEncoder().encode(text);

const base64url = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
