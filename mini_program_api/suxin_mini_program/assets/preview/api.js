// The one way to the server: everything but the demo's cast and its codes goes to /mp/v1.

const BASE = "/mp/v1";
const STORE = "suxin.preview";
const SUBJECT_HEADER = "Suxin-Subject";
const listeners = new Set();
const bereaved = new Set();
const pending = new Map();

/** A refusal, as a problem document tells it. */
export class Problem extends Error {
  constructor(document) {
    super(document.detail);
    Object.assign(this, { fields: [], ...document });
  }
}

export const session = read();

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE)) || {};
  } catch {
    return {};
  }
}

/** Remember something for this tab: the token, the subject acted for, the demo person chosen. */
export function remember(values) {
  Object.assign(session, values);
  sessionStorage.setItem(STORE, JSON.stringify(session));
}

export function forget() {
  for (const name of Object.keys(session)) delete session[name];
  sessionStorage.removeItem(STORE);
}

/** Be told when the session has ended. */
export const onEnded = (listener) => listeners.add(listener);

/** Be told when one may no longer act for the subject that was chosen. */
export const onMandateEnded = (listener) => bereaved.add(listener);

export const get = (path, query) => call("GET", path, { query });
export const post = (path, body) => call("POST", path, { body });
export const remove = (path) => call("DELETE", path, {});

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
    const response = await fetch(`/preview/${path}`, { headers: { Accept: "application/json" } });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

async function call(method, path, { query, body }) {
  const address = new URL(BASE + path, location.origin);
  for (const [name, value] of Object.entries(query || {})) {
    if (value !== undefined && value !== null && value !== "") address.searchParams.set(name, value);
  }
  const headers = { Accept: "application/json" };
  if (session.token) headers.Authorization = `Bearer ${session.token}`;
  if (session.subjectId) headers[SUBJECT_HEADER] = session.subjectId;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const intent = `${method} ${path} ${session.subjectId} ${JSON.stringify(body)}`;
  if (method !== "GET") headers["Idempotency-Key"] = keyOf(intent);
  const response = await send(address, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  // Answered either way: the next press of the button is a new intention.
  pending.delete(intent);
  return understood(response);
}

async function send(address, options) {
  try {
    return await fetch(address, options);
  } catch {
    throw new Problem({ status: 0, code: "NETWORK", detail: "网络不通，请检查后重试", retryable: true });
  }
}

async function understood(response) {
  if (response.status === 204) return null;
  const content = await response.json().catch(() => null);
  if (response.ok) return content;
  const problem = new Problem(content || { status: response.status, code: "UNKNOWN", detail: `服务器应答 ${response.status}` });
  if (problem.code === "UNAUTHENTICATED" && session.token) {
    forget();
    listeners.forEach((listener) => listener());
  }
  if (problem.code === "NOT_FOUND" && problem.field === SUBJECT_HEADER && session.subjectId) {
    remember({ subjectId: undefined, subjectName: undefined, subjectKind: undefined });
    bereaved.forEach((listener) => listener());
  }
  throw problem;
}

/** The same key for the same intention until an answer came, so that a retry after a lost answer happens once. */
function keyOf(intent) {
  if (!pending.has(intent)) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    pending.set(intent, Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
  return pending.get(intent);
}
