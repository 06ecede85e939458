// What a phone asks the platform when there is signal. Whether there is none, or the session has ended, is told apart.

const BASE = "/desk/field";
const TIMEOUT_MS = 30_000;
const FORBIDDEN = 403;

/** The platform does not answer. */
export class Offline extends Error {}

/** The session has ended: somebody must log in again. */
export class Ended extends Error {}

/** The platform will not hear it, and says why. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? `平台未受理（${status}）`);
    this.status = status;
  }

  /** Whether it is for who he is, or which phone this is, and not for what was sent. */
  get standing() {
    return this.status === FORBIDDEN;
  }
}

async function ask(path, options = {}) {
  let answer;
  try {
    const headers = { Accept: "application/json", ...options.headers };
    answer = await fetch(path, { ...options, headers, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new Offline();
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new Ended();
  if (answer.status >= 500 || answer.status === 429) throw new Offline();
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => null));
  try {
    return JSON.parse(await answer.text());
  } catch {
    throw new Offline();
  }
}

const told = (csrf, path, message) => ask(BASE + path, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(message) });

/** Who works here, and by which rules. */
export const askPass = () => ask(`${BASE}/pass`);

/** Enrol this phone. */
export const enrol = (csrf, message) => told(csrf, "/devices", message);

/** What changed of the roster. */
export const askRoster = (csrf, message) => told(csrf, "/roster", message);

/** Send steps; one receipt for each comes back. */
export const tell = async (csrf, message) => (await told(csrf, "/items", message)).receipts;

/** Where captures stand of which everything was sent. */
export const askCaptures = async (csrf, ids) => (await told(csrf, "/captures", { ids })).captures;

/** Begin a photo, or ask how much of it is there. */
export const beginPhoto = (csrf, message) => told(csrf, "/photos", message);

/** Send a piece of a photo. */
export const sendPiece = (csrf, sha256, at, piece) => ask(`${BASE}/photos/${sha256}/${at}`, { method: "POST", headers: { "Content-Type": "application/octet-stream", "X-CSRF-Token": csrf }, body: piece });

/** Whether this phone may keep what it keeps: asked with its own key, because nobody may be logged in. */
export const askStanding = (message) => ask("/field/standing", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(message) });
