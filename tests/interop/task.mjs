/** What a driver is told on its standard input, and how it reports. */

import { text } from "node:stream/consumers";

const ES256 = { name: "ECDSA", namedCurve: "P-256" };

/** Read the task: the issuer, the client with its private key, and who sits before the browser. */
export async function readTask() {
  const task = JSON.parse(await text(process.stdin));
  const key = await crypto.subtle.importKey("jwk", task.key, ES256, false, ["sign"]);
  return { ...task, clientKey: { key, kid: task.key.kid } };
}

/** Write what each step found, as one JSON object. */
export function report(steps) {
  process.stdout.write(JSON.stringify(steps));
}
