// The one way to the server: everything but the log-in, the demo's cast and its codes goes to /mp/v1.

import { reach, understood } from "./answers.js";
import { ENDED, logIn, logOut, send } from "./tokens.js";

const BASE = "/mp/v1";
const STORE = "suxin.preview";
const SUBJECT_HEADER = "Suxin-Subject";
const listeners = new Set();
const bereaved = new Set();
const pending = new Map();

export const session = read();

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE)) || {};
  } catch {
    return {};
  }
}

/** Remember something for this tab: which phone it shows, the subject acted for, the demo person chosen. No secrets. */
export function remember(values) {
  Object.assign(session, values);
  sessionStorage.setItem(STORE, JSON.stringify(session));
}

function forget() {
  for (const name of Object.keys(session)) delete session[name];
  sessionStorage.removeItem(STORE);
}

/** Open the mini program with a code of wx.login, on a phone of its own. */
export async function enter(code) {
  await leave();
  remember({ phone: await logIn(code) });
}

/** Log out, if one is logged in. */
export async function leave() {
  if (session.phone) await logOut(session.phone);
  forget();
}

/** Be told when the log-in has ended. */
export const onEnded = (listener) => listeners.add(listener);

/** Be told when one may no longer act for the subject that was chosen. */
export const onMandateEnded = (listener) => bereaved.add(listener);

export const get = (path, query) => call("GET", path, { query });
export const post = (path, body) => call("POST", path, { body });

/** A file, to be kept as it is. */
export const file = (path) => call("GET", path, {}, (response) => (response.ok ? response.blob() : understood(response)));

/** Every item of a list, page after page, two hundred at most. */
export async function all(path, query = {}) {
  const items = [];
  let after;
  do {
    const page = await get(path, { first: 100, ...query, after });
    items.push(...page.items);
    after = page.nextCursor;
  } while (after && items.length < 200);
  return items;
}

/** What only a demo has: its cast, and the codes its text message stand-in received. */
export async function demo(path) {
  try {
    return await understood(await reach(`/preview/${path}`));
  } catch {
    return null;
  }
}

async function call(method, path, { query, body }, read = understood) {
  const address = new URL(BASE + path, location.origin);
  for (const [name, value] of Object.entries(query || {})) {
    if (value !== undefined && value !== null && value !== "") address.searchParams.set(name, value);
  }
  const headers = {};
  if (session.subjectId) headers[SUBJECT_HEADER] = session.subjectId;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const intent = `${method} ${path} ${session.subjectId} ${JSON.stringify(body)}`;
  if (method !== "GET") headers["Idempotency-Key"] = keyOf(intent);
  try {
    const response = await send(session.phone, address, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    // Answered either way: the next press of the button is a new intention.
    pending.delete(intent);
    return await read(response);
  } catch (problem) {
    notice(problem);
    throw problem;
  }
}

/** Give up what a refusal says is over: the log-in, or the mandate for the subject that was chosen. */
function notice(problem) {
  if (problem.code === ENDED && session.phone) {
    forget();
    listeners.forEach((listener) => listener());
  }
  if (problem.code === "NOT_FOUND" && problem.field === SUBJECT_HEADER && session.subjectId) {
    remember({ subjectId: undefined, subjectName: undefined, subjectKind: undefined });
    bereaved.forEach((listener) => listener());
  }
}

/** The same key for the same intention until an answer came, so that a retry after a lost answer happens once. */
function keyOf(intent) {
  if (!pending.has(intent)) pending.set(intent, crypto.randomUUID());
  return pending.get(intent);
}
