// What a gate asks the platform when there is signal. Whether there is none, or the session has ended, is told apart.

const BASE = "/desk/gate";
const TIMEOUT_MS = 15_000;

/** The platform does not answer. */
export class Offline extends Error {}

/** The session has ended: somebody must log in again. */
export class Ended extends Error {}

/** The platform will not hear it, and says why. */
export class Refused extends Error {}

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(BASE + path, { ...options, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new Offline();
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new Ended();
  if (answer.status >= 500) throw new Offline();
  if (!answer.ok && answer.status !== 304) throw new Refused(`平台未受理（${answer.status}）`);
  return answer;
}

/** Who works here, and the keys. */
export const askPass = async () => body(await ask("/pass"));

/** The list of what is spent: its text and its tag, or nothing where it is as it was. */
export async function askSpent(tag) {
  const answer = await ask("/spent", { headers: tag ? { "If-None-Match": tag } : {} });
  return answer.status === 304 ? null : { text: await text(answer), tag: answer.headers.get("ETag") };
}

/** Tell of what was recorded; one receipt for each comes back. */
export async function tell(csrf, message) {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
  return (await body(await ask("/spends", { method: "POST", headers, body: JSON.stringify(message) }))).receipts;
}

const body = async (answer) => JSON.parse(await text(answer));

async function text(answer) {
  try {
    return await answer.text();
  } catch {
    throw new Offline();
  }
}
